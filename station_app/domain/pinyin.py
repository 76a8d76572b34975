"""Every spelling under which a Chinese name can be typed: characters, pinyin in all readings, initials. Pure.

pypinyin (its table of characters) is imported when the first name is read, not before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

# readings as surnames; many of them no dictionary lists for the character
_SURNAMES = """
    薄:bo 卜:bu 晁:chao 车:che 谌:chen 盛:sheng 种:chong 重:chong 褚:chu 单:shan 邸:di 都:du 盖:ge 葛:ge 句:gou
    勾:gou 呙:guo 过:guo 哈:ha 撖:han 黑:he 华:hua 郇:xun 纪:ji 贾:jia 敫:jiao 解:xie 角:jue 阚:kan 隗:wei
    乐:yue 六:lu 缪:miao 乜:nie 宓:mi 牟:mu 那:na 能:nai 佴:nai 粘:nian 宁:ning 区:ou 逄:pang 蕃:pi 繁:po
    朴:piao 秘:bi 仇:qiu 曲:qu 覃:qin 任:ren 撒:sa 召:shao 折:she 厍:she 舍:she 参:shen 莘:shen 殳:shu 宿:su
    眭:sui 澹:tan 钭:tou 仝:tong 尉:yu 洗:xian 冼:xian 相:xiang 燕:yan 么:yao 幺:yao 应:ying 於:yu 员:yun 郧:yun
    藏:zang 臧:zang 曾:zeng 查:zha 翟:zhai 祭:zhai 占:zhan 长:zhang 訾:zi 昝:zan 晟:cheng 柏:bai 费:fei
"""
_COMPOUND_SURNAMES = """
    尉迟:yu,chi 万俟:mo,qi 长孙:zhang,sun 单于:chan,yu 澹台:tan,tai 令狐:ling,hu 鲜于:xian,yu 宗政:zong,zheng
    欧阳:ou,yang 上官:shang,guan 司马:si,ma 司徒:si,tu 司空:si,kong 诸葛:zhu,ge 东方:dong,fang 皇甫:huang,fu
    公孙:gong,sun 慕容:mu,rong 夏侯:xia,hou 端木:duan,mu 南宫:nan,gong 独孤:du,gu 呼延:hu,yan 轩辕:xuan,yuan
    宇文:yu,wen 闻人:wen,ren 赫连:he,lian 濮阳:pu,yang 淳于:chun,yu 公冶:gong,ye 太叔:tai,shu 申屠:shen,tu
    仲孙:zhong,sun 钟离:zhong,li 闾丘:lv,qiu 东郭:dong,guo 南门:nan,men 百里:bai,li 拓跋:tuo,ba 夹谷:jia,gu
    宰父:zai,fu 谷梁:gu,liang 漆雕:qi,diao 乐正:yue,zheng 公西:gong,xi 巫马:wu,ma 公良:gong,liang 亓官:qi,guan
    司寇:si,kou 子车:zi,ju 颛孙:zhuan,sun 左丘:zuo,qiu 东门:dong,men 西门:xi,men 梁丘:liang,qiu 第五:di,wu
    纳兰:na,lan 叶赫:ye,he 完颜:wan,yan 哥舒:ge,shu 微生:wei,sheng 羊舌:yang,she
"""
# readings as surnames: dictionaries lack some of them, and list others late
SURNAME_READINGS: dict[str, str] = dict(each.split(":") for each in _SURNAMES.split())
COMPOUND_SURNAMES: dict[str, tuple[str, ...]] = {
    surname: tuple(spelled.split(",")) for surname, spelled in (each.split(":") for each in _COMPOUND_SURNAMES.split())
}

GIVEN = "~"  # begins the keys that leave the surname out, so that whole names are found first

_DOTS = "·•・‧∙.'’"
_MOST_SPELLINGS = 48


_Choices = tuple[tuple[str, ...], ...]  # for each character


class _Part(NamedTuple):
    """A surname, a given name, or a piece between dots. ``whole`` and ``short``: its pinyin and its initials in every
    combination; empty where there are too many.
    """

    characters: str
    readings: _Choices
    initials: _Choices
    whole: tuple[str, ...]
    short: tuple[str, ...]


def query_key(text: str) -> str:
    """What was typed, in the spelling of the keys: half-width, lower-case, ü as v, without marks and spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(_toneless(each) for each in plain if each.isalnum())


@lru_cache(maxsize=16384)
def readings(character: str) -> tuple[str, ...]:
    """All readings of one character, the commonest first, without tones; ü also as ``v``, ``u`` and ``yu``.

    A character no table knows reads as itself when it is a letter or a digit, else not at all.
    """
    from pypinyin.constants import PINYIN_DICT

    listed = PINYIN_DICT.get(ord(character))
    if listed is None:
        return (character,) if character.isascii() and character.isalnum() else ()
    found = [_toneless(each) for each in listed.split(",")]
    if character in SURNAME_READINGS:
        found.append(SURNAME_READINGS[character])
    return tuple(dict.fromkeys(spelling for each in found for spelling in _without_v(each)))


@lru_cache(maxsize=4096)
def keys_of(name: str) -> tuple[str, ...]:
    """Every key of a name: its characters first, then pinyin, initials, and surname with the given name's initials
    (张建国, zhangjianguo, zjg, zhangjg); then, behind ``GIVEN``, the same from the given name on (~建国, ~jg ...), or
    from each later part of a name with dots. Empty for a name without letters.
    """
    whole, given = spellings_of(name)
    return (*whole, *given)


def spellings_of(name: str) -> tuple[list[str], list[str]]:
    """``keys_of`` in its two halves: those of the whole name, and those behind ``GIVEN``."""
    parts = _parts(name)
    if len(parts) == 2:
        return list(dict.fromkeys(_keys_from(parts))), _given_keys(parts[1])
    given = [GIVEN + key for start in range(1, len(parts)) for key in _keys_from(parts[start:])]
    return list(dict.fromkeys(_keys_from(parts) if parts else ())), list(dict.fromkeys(given))


def first_key(name: str) -> str:
    """The first of ``keys_of``: the name's characters; empty for a name without letters."""
    return "".join(part.characters for part in _parts(name))


@lru_cache(maxsize=65536)
def _given_keys(part: _Part) -> list[str]:
    return [GIVEN + key for key in dict.fromkeys(_keys_from([part]))]


def _keys_from(parts: Sequence[_Part]) -> list[str]:
    keys = ["".join([part.characters for part in parts])]
    keys += _together([(part.whole, part.readings) for part in parts])
    keys += _together([(part.short, part.initials) for part in parts])
    if len(parts) > 1:
        keys += _together([(parts[0].whole, parts[0].readings), *((part.short, part.initials) for part in parts[1:])])
    return [key for key in keys if key]


def rank(query: str, name: str) -> int | None:
    """How well what was typed fits a name in a picker: 0 the whole, 1 its beginning, 2 inside; None not at all.

    Characters, full pinyin and initials may be mixed (``电gong``, ``dgong``); a last syllable may be unfinished.
    An empty query fits everything.
    """
    typed = query_key(query)
    spelled = _spelled(name)
    if typed == "".join(spellings[0] for spellings in spelled):
        return 0
    for start, spellings in enumerate(spelled):
        if not typed or (any(each[0] == typed[0] for each in spellings) and _fits(typed, spelled[start:])):
            return 1 if start == 0 else 2
    return None if typed else 1


def matches(query: str, name: str) -> bool:
    """Whether a picker shows this name for what was typed."""
    return rank(query, name) is not None


@lru_cache(maxsize=4096)
def _spelled(name: str) -> tuple[tuple[str, ...], ...]:
    """For each letter of a name: itself, then its readings."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return tuple((each, *readings(each)) for each in plain if each.isalnum())


def _fits(typed: str, spelled: tuple[tuple[str, ...], ...]) -> bool:
    """Whether ``typed`` spells these letters, as far as it goes."""
    reached = {0}  # how much of it the letters so far can account for
    for spellings in spelled:
        onward = set()
        for place in reached:
            rest = typed[place:]
            for spelling in spellings:
                if spelling.startswith(rest):
                    return True
                onward |= {place + length for length in (1, len(spelling)) if rest.startswith(spelling[:length])}
        reached = onward
    return len(typed) in reached


def _parts(name: str) -> list[_Part]:
    """Surname and given name, or the parts between dots, each with the readings of its characters."""
    plain = name if unicodedata.is_normalized("NFKC", name) else unicodedata.normalize("NFKC", name)
    plain = plain.casefold()
    if plain.isalnum():
        return _surname_first(plain)
    for dot in _DOTS + " " * plain.isascii():
        plain = plain.replace(dot, "·")
    pieces = ["".join(each for each in piece if each.isalnum()) for piece in plain.split("·")]
    pieces = [piece for piece in pieces if piece]
    return _surname_first(pieces[0]) if len(pieces) == 1 else [_part(piece) for piece in pieces]


def _surname_first(name: str) -> list[_Part]:
    if len(name) == 1 or name.isascii():
        return [_part(name)]
    if len(name) > 2 and (known := COMPOUND_SURNAMES.get(name[:2])):
        return [_part(name[:2], known), _part(name[2:])]
    return [_part(name[:1]), _part(name[1:])]


@lru_cache(maxsize=65536)
def _part(characters: str, known: tuple[str, ...] = ()) -> _Part:
    """``known``: the readings that its characters have as a surname, before all others."""
    read = tuple(readings(each) for each in characters)
    if known:
        read = tuple(tuple(dict.fromkeys((first, *listed))) for first, listed in zip(known, read, strict=True))
    initials = tuple(tuple(dict.fromkeys(each[0] for each in spelling)) for spelling in read)
    return _Part(characters, read, initials, _all_spellings(read), _all_spellings(initials))


def _all_spellings(choices: _Choices) -> tuple[str, ...]:
    known = [each for each in choices if each]
    return tuple(map("".join, product(*known))) if prod(map(len, known)) <= _MOST_SPELLINGS else ()


def _together(parts: Sequence[tuple[tuple[str, ...], _Choices]]) -> Sequence[str]:
    """All combinations; where they are too many, the commonest with one other reading at a time."""
    joined: Sequence[str] = parts[0][0]
    for spellings, _ in parts[1:]:
        joined = [before + after for before in joined for after in spellings] if len(joined) <= _MOST_SPELLINGS else ()
    if 0 < len(joined) <= _MOST_SPELLINGS:
        return joined
    return list(_one_at_a_time([each for _, choices in parts for each in choices if each]))


def _one_at_a_time(known: list[tuple[str, ...]]) -> Iterator[str]:
    common = [spelling[0] for spelling in known]
    yield "".join(common)
    for place, spelling in enumerate(known):
        for other in spelling[1:]:
            yield "".join((*common[:place], other, *common[place + 1 :]))


def _toneless(text: str) -> str:
    marked = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
    return "".join(each for each in marked if not unicodedata.combining(each))


def _without_v(reading: str) -> tuple[str, ...]:
    if "v" not in reading:
        return (reading,)
    return (reading, reading.replace("v", "u"), reading.replace("v", "yu"))
