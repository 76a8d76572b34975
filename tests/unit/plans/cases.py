"""Cases for the tests: one that is eligible for each plan and category, and changed copies of it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from resources import plan_files
from station_app.plans import Assessment, Plan, assess, load_plan, read_case

CENTRE = "北京市职业技能鉴定管理中心"
MEMBER = {"is_member": True, "has_card": True, "beijing_union": True, "full_time_union_social_worker": True}
CONTEST = {
    "round": "final",
    "highest_round": "final",
    "rank": 3,
    "entrants": 400,
    "occupation": "导医导诊",
    "occupation_certifiable": False,
    "class": "市级二类",
    "association_organised": True,
    "individual": True,
}
CERTIFICATES: Mapping[tuple[int, str], Mapping[str, Any]] = {
    (2013, "vocational"): {
        "kind": "职业资格证书",
        "occupation": "车工",
        "level": 1,
        "issuer": CENTRE,
        "issue_date": "2013-11-05",
    },
    (2014, "vocational"): {
        "kind": "职业资格证书",
        "occupation": "人力资源管理师",
        "level": 1,
        "issuer": CENTRE,
        "issue_date": "2014-07-10",
    },
    (2014, "competition"): {"competition": "2014年北京市职业技能竞赛", "year": 2014, **CONTEST},
    (2017, "vocational"): {
        "kind": "职业资格证书",
        "occupation": "电工",
        "level": 2,
        "issuer": CENTRE,
        "issue_date": "2017-06-20",
    },
    (2017, "social_worker"): {
        "kind": "社会工作者职业水平证书",
        "level_name": "社会工作师",
        "issuer": "北京市人力资源和社会保障局",
        "approval_date": "2016-06-19",
        "sign_date": "2017-02-20",
    },
    (2017, "competition"): {"competition": "2017年北京市“职工技协杯”职业技能竞赛", "year": 2017, **CONTEST},
    (2024, "vocational"): {
        "kind": "职业技能等级证书",
        "occupation": "电工",
        "level": 2,
        "issuer": CENTRE,
        "issue_date": "2023-06-20",
    },
    (2024, "social_worker"): {
        "kind": "社会工作者职业资格证书",
        "level_name": "社会工作师",
        "issuer": "北京市人力资源和社会保障局",
        "approval_date": "2023-06-11",
        "sign_date": "2023-09-20",
    },
    (2024, "competition"): {"competition": "2023年北京市职工职业技能大赛", "year": 2023, **CONTEST},
}
APPLIED = {2013: "2014-01-10", 2014: "2014-11-05", 2017: "2018-03-15", 2024: "2024-05-15"}


@cache
def plan_of(year: int) -> Plan:
    return load_plan(plan_files(year))


def raw_case(year: int, category: str, /, **changes: Any) -> dict[str, Any]:
    """An eligible case with facts changed by name; None takes a fact out."""
    raw: dict[str, Any] = {
        "plan": year,
        "category": category,
        "member": dict(MEMBER),
        "certificate": deepcopy(dict(CERTIFICATES.get((year, category), CERTIFICATES[2024, category]))),
        "applied_on": APPLIED[year],
        "history": [],
    }
    for name, value in changes.items():
        if name in ("applied_on", "history", "also_holds"):
            raw[name] = value
            continue
        section = raw["member" if name in MEMBER or name == "retired" else "certificate"]
        if value is None:
            section.pop(name, None)
        else:
            section[name] = value
    return raw


def grant(plan: int, category: str, year_paid: int | None, **facts: Any) -> dict[str, Any]:
    return {"plan": plan, "category": category, "year_paid": year_paid, **facts}


def judge(year: int, category: str, /, **changes: Any) -> Assessment:
    return assess(plan_of(year), read_case(raw_case(year, category, **changes)))


def codes(assessment: Assessment, severity: str) -> set[str]:
    return {each.code for each in assessment.findings if each.severity == severity}
