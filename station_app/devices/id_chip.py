"""What the chip of an ID card says (GA 450): 256 bytes of UTF-16LE in fields of fixed length, by four kinds of card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from station_app.domain.identity import id_number_problem
from station_app.errors import EnvironmentFault

TEXT_SIZE = 256  # bytes
LONG_TERM = "长期"
_TYPE_AT = 248
_SEXES = {"1": "男", "2": "女", "0": "未知", "9": "未说明"}
# GB/T 3304, by number; what has none of these is left to the clerk
_NATIONS = (
    "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼",
    "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土",
    "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克",
    "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺",
)  # fmt: skip


class CardKind(StrEnum):
    """居民身份证, 港澳台居民居住证, 外国人永久居留身份证 of 2017 and of 2023. The value is the chip's own mark."""

    RESIDENT = " "
    HONG_KONG_MACAO_TAIWAN = "J"
    PERMIT_2017 = "I"
    PERMIT_2023 = "Y"


@dataclass(frozen=True)
class ChipRecord:
    """Dates in ISO form, ``valid_to`` may be 长期; what a kind of card does not have is empty."""

    kind: str
    name: str
    sex: str
    nation: str
    birth: str
    address: str
    id_number: str
    issuer: str
    valid_from: str
    valid_to: str
    english_name: str = ""
    country: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> ChipRecord:
        return cls(**{each.name: str(raw[each.name]) for each in fields(cls)})


def read_text(text: bytes) -> ChipRecord:
    """Raises EnvironmentFault ``id_card_not_understood``: rather nothing than a number with a wrong digit."""
    try:
        kind = CardKind(_at(text, _TYPE_AT, 2) or " ")
        record = _permit_2017(text) if kind is CardKind.PERMIT_2017 else _built_alike(text, kind)
    except (ValueError, IndexError, KeyError) as error:
        raise EnvironmentFault("id_card_not_understood") from error
    if len(text) != TEXT_SIZE or id_number_problem(record.id_number) is not None or not record.id_number.strip():
        raise EnvironmentFault("id_card_not_understood")
    return record


def _built_alike(text: bytes, kind: CardKind) -> ChipRecord:
    foreign = kind is CardKind.PERMIT_2023
    return ChipRecord(
        kind=kind.name.lower(),
        name=_at(text, 0, 30),
        sex=_SEXES[_at(text, 30, 2)],
        nation=_nation(_at(text, 32, 4)) if kind is CardKind.RESIDENT else "",
        birth=_date(_at(text, 36, 16)),
        address="" if foreign else _at(text, 52, 70),
        id_number=_at(text, 122, 36),
        issuer="" if foreign else _at(text, 158, 30),
        valid_from=_date(_at(text, 188, 16)),
        valid_to=_end(_at(text, 204, 16)),
        english_name=_words(text[52:122] + text[220:242]) if foreign else "",
        country=_at(text, 242, 6) if foreign else "",
    )


def _permit_2017(text: bytes) -> ChipRecord:
    return ChipRecord(
        kind=CardKind.PERMIT_2017.name.lower(),
        name=_at(text, 158, 30),
        sex=_SEXES[_at(text, 120, 2)],
        nation="",
        birth=_date(_at(text, 220, 16)),
        address="",
        id_number=_at(text, 122, 30),
        issuer=_at(text, 240, 8),
        valid_from=_date(_at(text, 188, 16)),
        valid_to=_end(_at(text, 204, 16)),
        english_name=_at(text, 0, 120),
        country=_at(text, 152, 6),
    )


def _at(text: bytes, start: int, size: int) -> str:
    return _words(text[start : start + size])


def _words(text: bytes) -> str:
    return text.decode("utf-16-le").strip(" \x00")


def _date(text: str) -> str:
    if len(text) != 8:
        raise ValueError(len(text))
    return date(_number(text[:4]), _number(text[4:6]), _number(text[6:])).isoformat()


def _nation(text: str) -> str:
    number = _number(text)
    return _NATIONS[number - 1] if number <= len(_NATIONS) else ""


def _end(text: str) -> str:
    return LONG_TERM if text == LONG_TERM else _date(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise ValueError(len(text))
    return int(text)
