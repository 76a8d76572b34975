"""One eligible draft for every plan and category, made of an invented person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from station_app.domain.application import Category, Channel, Content
from tests.samples.cases import CENTRE, HR_BUREAU
from tests.samples.people import person

APPLIED_ON = {2013: date(2014, 1, 10), 2014: date(2014, 9, 1), 2017: date(2018, 3, 1), 2024: date(2024, 5, 15)}
_ISSUED = {2013: "2013-11-05", 2014: "2014-05-05", 2017: "2017-06-01", 2024: "2023-05-05"}
_OCCUPATIONS = {2013: "车工", 2014: "车工", 2017: "汽车维修电工", 2024: "汽车（拖拉机）装配工"}
_NUMBERS = {
    2013: "1300000000201234",
    2014: "1400000000201234",
    2017: "1700000000301234",
    2024: "Y000011000012233000123",
}
_CONTESTS = {
    2014: "2014年北京市职业技能竞赛",
    2017: "2017年北京市“职工技协杯”职业技能竞赛",
    2024: "2023年北京市职工职业技能大赛",
}


def draft_of(year: int, category: Category, **other: Any) -> Content:
    """``other``: values by field that differ; None takes one away."""
    one = replace(person(3), full_time_union_social_worker=category is Category.SOCIAL_WORKER)
    member = {"is_member": True, "beijing_union": True, "has_card": True}
    if category is Category.SOCIAL_WORKER:
        member["full_time_union_social_worker"] = True
    content = Content(
        year, category, Channel.STATION, APPLIED_ON[year], one.applicant(), member, _certificate(year, category)
    )
    for name, value in other.items():
        content = _with(content, name, value)
    return content


def _certificate(year: int, category: Category) -> Mapping[str, Any]:
    if category is Category.VOCATIONAL:
        return {
            "kind": "职业技能等级证书" if year == 2024 else "职业资格证书",
            "occupation": _OCCUPATIONS[year],
            "level": 3 if year >= 2017 else 2,
            "issuer": CENTRE,
            "issue_date": _ISSUED[year],
            "number": _NUMBERS[year],
        }
    if category is Category.SOCIAL_WORKER:
        day = _ISSUED[year]
        return {
            "kind": "社会工作者职业水平证书" if year == 2017 else "社会工作者职业资格证书",
            "level_name": "社会工作师",
            "management_no": "20170000123",
            "number": "B123",
            "approval_date": day,
            "sign_date": day,
            "issuer": HR_BUREAU,
        }
    return {
        "competition": _CONTESTS[year],
        "year": 2023 if year == 2024 else year,
        "class": "市级二类",
        "association_organised": True,
        "occupation": "无人机驾驶员",
        "occupation_certifiable": False,
        "round": "final",
        "highest_round": "final",
        "rank": 2,
        "entrants": 400,
        "individual": True,
    }


def _with(content: Content, name: str, value: Any) -> Content:
    if name == "applied_on":
        return replace(content, applied_on=value)
    section = next(each for each in ("applicant", "member", "certificate") if name in _NAMES[each])
    return content.with_value(section, name, value)


_NAMES = {
    "applicant": {"name", "id_number", "phone", "card_no", "employer", "position"},
    "member": {"is_member", "beijing_union", "has_card", "retired", "full_time_union_social_worker"},
    "certificate": {"kind", "occupation", "level", "level_name", "issuer", "issue_date", "number", "reissued"}
    | {"first_issue_date", "approval_date", "sign_date", "competition", "year", "round", "rank", "entrants"}
    | {"highest_round", "occupation_certifiable", "individual", "association_organised", "class"},
}
