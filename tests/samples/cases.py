"""Cases under the 2024 plan, eligible as they stand, in the shape that ``station add`` takes."""

from __future__ import annotations

from typing import Any

from station_app.domain.application import Category
from tests.samples.people import Person, person

APPLIED_ON = "2024-05-15"
OCCUPATIONS = (
    "汽车（拖拉机）装配工",
    "中式烹调师",
    "焊工",
    "电工",
    "茶艺师",
    "养老护理员",
    "保育师",
    "起重装卸机械操作工",
)
CENTRE = "北京市职业技能鉴定管理中心"
HR_BUREAU = "北京市人力资源和社会保障局"
CONTEST = "2023年北京市职工职业技能大赛"


def case(number: int, category: Category = Category.VOCATIONAL, applied_on: str = APPLIED_ON) -> dict[str, Any]:
    """The case of person ``number``; what it says of the certificate varies with the number."""
    return case_of(person(number), number, category, applied_on)


def case_of(one: Person, number: int, category: Category, applied_on: str = APPLIED_ON) -> dict[str, Any]:
    """The same for a person already made."""
    return {
        "plan": 2024,
        "category": category.value,
        "channel": "station",
        "applied_on": applied_on,
        "applicant": one.applicant(),
        "member": {
            "is_member": True,
            "has_card": True,
            "beijing_union": True,
            "full_time_union_social_worker": one.full_time_union_social_worker,
        },
        "certificate": _CERTIFICATES[category](number),
    }


def _vocational(number: int) -> dict[str, Any]:
    return {
        "kind": "职业技能等级证书",
        "number": f"Y{11_000_000_000_000 + number:018d}",
        "occupation": OCCUPATIONS[number % len(OCCUPATIONS)],
        "level": number % 3 + 1,
        "issuer": CENTRE,
        "issue_date": f"2023-{number % 12 + 1:02d}-{number % 27 + 1:02d}",
    }


def _social_worker(number: int) -> dict[str, Any]:
    return {
        "kind": "社会工作者职业资格证书",
        "level_name": ("社会工作师", "高级社会工作师")[number % 2],
        "management_no": f"2023{number:014d}",
        "issuer": HR_BUREAU,
        "approval_date": "2023-06-11",
        "sign_date": "2023-09-20",
    }


def _competition(number: int) -> dict[str, Any]:
    return {
        "competition": CONTEST,
        "year": 2023,
        "round": "final",
        "highest_round": "final",
        "rank": number % 10 + 1,
        "entrants": 400,
        "occupation": OCCUPATIONS[number % len(OCCUPATIONS)],
        "occupation_certifiable": True,
        "individual": True,
    }


_CERTIFICATES = {
    Category.VOCATIONAL: _vocational,
    Category.SOCIAL_WORKER: _social_worker,
    Category.COMPETITION: _competition,
}
