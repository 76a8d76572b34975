"""Invented people. Nobody is meant: area code 99xxxx does not exist, no bank issues cards that begin with 629999.

Person number N is always the same one and differs from every other in ID number, card and phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from stdnum import luhn

from station_app.domain.identity import id_check_character

CARD_PREFIX = "629999"  # no issuer has it
_FIRST_PHONE = 13_800_130_000
_AREAS, _DAYS, _SEQUENCES = 100, 15_000, 999
_FIRST_BIRTH = date(1962, 1, 1).toordinal()
_ID_SPACE = _AREAS * _DAYS * _SEQUENCES
_ID_STRIDE = 736_481_777  # no common factor with the space: every number is used once
_MASK = (1 << 64) - 1

# frequent ones, those pinyin tables read wrong (单 仇 曾 解 查 朴 区 任 盖 尉迟), and double ones
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单仇解查朴区盖"
)
DOUBLE_SURNAMES = ("欧阳", "司马", "诸葛", "上官", "尉迟", "夏侯")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰鹏辉红梅玲飞浩宇欣怡子轩梓涵雨桐思远志国建文博雅晨曦瑞琪"
    "俊凯佳慧雪琳婷云海波峰成龙春燕晓东永康立新少华世荣宝山德胜振宁淑珍凤鸣乐瑶可心一诺雯赟㛃"
)
_EMPLOYER_WORDS = (
    "机械",
    "电力",
    "印刷",
    "供热",
    "公交",
    "环卫",
    "仪器",
    "食品",
    "建筑",
    "园林",
    "医药",
    "通信",
    "物业",
    "纺织",
)
_EMPLOYER_KINDS = ("厂", "有限公司", "集团", "服务中心", "研究所")
POSITIONS = ("技师", "班组长", "操作工", "质检员", "维修工", "社工", "科员", "调度员")
DISTRICTS = (
    "东城区", "西城区", "朝阳区", "丰台区", "石景山区", "海淀区", "门头沟区", "房山区", "通州区", "顺义区", "昌平区",
    "大兴区", "怀柔区", "平谷区", "密云区", "延庆区",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist. ``sex`` is 男 or 女 and agrees with the ID number's 17th digit."""

    name: str
    sex: str
    birth: date
    id_number: str
    card_no: str
    phone: str
    employer: str
    position: str
    district: str
    full_time_union_social_worker: bool

    def applicant(self) -> dict[str, str]:
        """The ``applicant`` section of a case."""
        names = ("name", "id_number", "card_no", "phone", "employer", "position")
        return {each: getattr(self, each) for each in names}


def person(number: int) -> Person:
    """Person ``number`` (0 and up; distinct below ten million)."""
    place, birth, sequence = _id_parts(number)
    return Person(
        name=person_name(number),
        sex="男" if sequence % 2 else "女",
        birth=birth,
        id_number=id_number(number),
        card_no=card_no(number),
        phone=phone(number),
        employer=employer(number),
        position=POSITIONS[_mixed(number, 3) % len(POSITIONS)],
        district=DISTRICTS[place % len(DISTRICTS)],
        full_time_union_social_worker=_mixed(number, 4) % 50 == 0,
    )


def id_number(number: int) -> str:
    """Eighteen characters, area 9900xx, with a valid check character."""
    place, birth, sequence = _id_parts(number)
    first_17 = f"99{place:04d}{birth:%Y%m%d}{sequence:03d}"
    return first_17 + id_check_character(first_17)


def card_no(number: int) -> str:
    """Sixteen digits that pass Luhn."""
    body = f"{CARD_PREFIX}{number * 7_654_321 % 1_000_000_000:09d}"
    return body + str(luhn.calc_check_digit(body))


def phone(number: int) -> str:
    """Eleven digits: 13800130000 and up."""
    return str(_FIRST_PHONE + number)


def person_name(number: int) -> str:
    """Two to four characters."""
    mixed = _mixed(number, 1)
    surname = SURNAMES[mixed % len(SURNAMES)]
    if mixed % 97 == 0:
        surname = DOUBLE_SURNAMES[mixed // 97 % len(DOUBLE_SURNAMES)]
    mixed >>= 20
    first = _GIVEN[mixed % len(_GIVEN)]
    second = _GIVEN[(mixed >> 12) % len(_GIVEN)] if mixed >> 24 & 3 else ""
    return surname + first + second


def employer(number: int) -> str:
    """北京测试…, one of some thousand."""
    mixed = _mixed(number, 2)
    word = _EMPLOYER_WORDS[mixed % len(_EMPLOYER_WORDS)]
    kind = _EMPLOYER_KINDS[(mixed >> 8) % len(_EMPLOYER_KINDS)]
    return f"北京测试第{(mixed >> 16) % 60 + 1}{word}{kind}"


def _id_parts(number: int) -> tuple[int, date, int]:
    spread = number * _ID_STRIDE % _ID_SPACE
    rest, sequence = divmod(spread, _SEQUENCES)
    place, day = divmod(rest, _DAYS)
    return place, date.fromordinal(_FIRST_BIRTH) + timedelta(days=day), sequence + 1


def _mixed(number: int, salt: int) -> int:
    """64 well-mixed bits (splitmix64): the same for the same number, whatever was drawn before."""
    state = (number * 8 + salt + 1) * 0x9E3779B97F4A7C15 & _MASK
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    state = (state ^ state >> 27) * 0x94D049BB133111EB & _MASK
    return state ^ state >> 31
