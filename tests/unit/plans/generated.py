"""Generated cases over all packs, good and bad facts mixed."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from station_app.domain.application import Category
from tests.unit.plans.cases import CENTRE, CERTIFICATES, raw_case

YEARS = (2013, 2014, 2017, 2024)
NAMES = ["车工", "汽车（拖拉机）装配工", "线务员", "保育员", "茶艺师", "电工", "营销师(汽车类)", "油务员"]
ISSUERS = [CENTRE, "北京通信行业职业技能鉴定中心", "北京职业技能鉴定管理中心", "示例技师学院"]

pairs = st.sampled_from(sorted(CERTIFICATES))
days = st.dates(date(2012, 6, 1), date(2025, 6, 1)).map(date.isoformat)
maybe = st.one_of(st.none(), st.booleans())


FACTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "vocational": {
        "occupation": st.sampled_from(NAMES),
        "level": st.integers(0, 5),
        "issuer": st.sampled_from(ISSUERS),
        "issue_date": days,
        "reissued": maybe,
        "issuer_registered": maybe,
        "first_issue_date": st.one_of(st.none(), days),
    },
    "social_worker": {
        "level_name": st.sampled_from(["社会工作师", "高级社会工作师", "助理社会工作师", "社会工作者"]),
        "approval_date": days,
        "sign_date": days,
    },
    "competition": {
        "year": st.integers(2013, 2024),
        "round": st.sampled_from(["final", "semifinal"]),
        "highest_round": st.sampled_from(["final", "semifinal"]),
        "rank": st.integers(1, 15),
        "entrants": st.sampled_from([99, 100, 333, 334, 335]),
        "individual": st.booleans(),
        "occupation_certifiable": st.booleans(),
    },
}


@st.composite
def grants(draw: st.DrawFn) -> dict[str, Any]:
    """One entry of a history."""
    return {
        "plan": draw(st.sampled_from([*YEARS, 2016, 2023])),
        "category": draw(st.sampled_from(list(Category))).value,
        "occupation": draw(st.sampled_from(NAMES)),
        "level": draw(st.integers(1, 3)),
        "year_paid": draw(st.one_of(st.none(), st.integers(2013, 2025))),
    }


@st.composite
def raw_cases(draw: st.DrawFn) -> dict[str, Any]:
    """Any plan and category, good and bad facts mixed."""
    year, category = draw(pairs)
    raw = raw_case(year, category, history=draw(st.lists(grants(), max_size=2)), applied_on=draw(days))
    for name in ("is_member", "has_card", "beijing_union", "full_time_union_social_worker"):
        raw["member"][name] = draw(st.booleans())
    for name, values in FACTS[category].items():
        raw["certificate"][name] = draw(values)
    return raw


@st.composite
def slightly_wrong_cases(draw: st.DrawFn) -> dict[str, Any]:
    """An eligible case of any plan and category with one to four facts drawn anew."""
    year, category = draw(pairs)
    raw = raw_case(year, category)
    facts = {**FACTS[category], "is_member": maybe, "has_card": maybe, "beijing_union": maybe}
    for name in draw(st.sets(st.sampled_from(sorted(facts)), min_size=1, max_size=4)):
        value = draw(facts[name])
        if value is not None:
            raw["member" if name in raw["member"] else "certificate"][name] = value
    return raw
