"""Every code with which a pack refuses or asks the reviewer has a way out; an example brings each about."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import pytest

from station_app.errors import UserError
from station_app.plans import Case, PlanBook, Severity, assess, read_case, ways_out
from tests.unit.plans.cases import grant, plan_of, raw_case
from tests.unit.plans.generated import YEARS
from tests.unit.plans.test_packs import outcomes
from ui.messages import way_out_sentence

V, S, C = "vocational", "social_worker", "competition"
POSTAL = "北京市邮政行业职业技能鉴定中心"
TELECOM = "北京通信行业职业技能鉴定中心"


@cache
def book() -> PlanBook:
    return PlanBook({year: plan_of(year) for year in YEARS})


SAME: dict[str, Any] = {"occupation": "电工", "level": 2}
# Facts that bring a code about, in at least one category of each plan that has it.
EXAMPLES: Mapping[str, list[dict[str, Any]]] = {
    "not_member": [{"is_member": False}],
    "not_beijing_member": [{"beijing_union": False}],
    "no_card": [{"has_card": False}],
    "retired_member": [{"retired": True}],
    "after_deadline": [{"applied_on": "2025-01-05"}],
    "category_not_in_plan": [{"year": 2014, "competition": "2014年北京市职业技能竞赛", "applied_on": "2014-11-05"}],
    "certificate_kind_not_funded": [{"kind": "特种作业操作证"}],
    "certificate_kind_unclear": [{"kind": "职业资格证书"}],
    "level_not_funded": [{"level": 4}, {"level_name": "助理社会工作师"}],
    "level_unclear": [{"level": 0}, {"level_name": "社会工作者"}],
    "issuer_not_listed": [{"issuer": "示例技师学院"}],
    "issuer_near_miss": [{"issuer": "北京职业技能鉴定管理中心"}, {"issuer": "北京市人力资源社会保障局"}],
    "issuer_annex_conflict": [{"issuer": "北京市民政局"}],
    "issuer_not_registered": [{"issuer": "示例技师学院", "issuer_registered": False}],
    "issuer_registration_unknown": [{"issuer": "示例技师学院"}],
    "occupation_not_in_catalogue": [{"occupation": "茶艺师"}, {"occupation": "电工", "issuer": POSTAL}],
    "level3_occupation_not_listed": [{"occupation": "电工", "level": 3}],
    "occupation_near_miss": [{"occupation": "汽车修理"}, {"occupation": "快递业务", "issuer": POSTAL}],
    "seed_conflict": [{"occupation": "工程测量"}, {"occupation": "工程测量", "issuer": TELECOM}],
    "catalogue_level_mismatch": [{"occupation": "变电站值班员", "level": 1}],
    "issue_date_outside_window": [{"issue_date": "2012-05-05"}],
    "issue_date_on_boundary": [{"issue_date": "2013-10-01"}],
    "issue_date_window_unknown": [{"issue_date": "2013-12-05"}],
    "first_issue_outside_window": [{"first_issue_date": "2011-05-05", "reissued": True}],
    "first_issue_unknown": [{"reissued": True}],
    "first_issue_unclear": [{"reissued": True}],
    "registration_after_half_year": [{"issue_date": "2013-11-05", "applied_on": "2014-07-01"}],
    "registration_near_half_year": [{"issue_date": "2013-11-05", "applied_on": "2014-05-05"}],
    "not_union_social_worker": [{"full_time_union_social_worker": False}],
    "sign_date_outside_window": [{"sign_date": "2016-12-31"}],
    "approval_date_outside_window": [{"approval_date": "2024-01-01"}],
    "competition_not_covered": [{"competition": "示例杯竞赛", "class": "市级三类"}],
    "competition_unclear": [
        {"competition": "示例杯竞赛", "class": None},
        {"competition": "第五届北京市职工职业技能大赛"},
    ],
    "competition_year_mismatch": [{"year": 2016}],
    "occupation_certifiable": [{"occupation_certifiable": True}],
    "round_not_funded": [{"round": "preliminary"}, {"round": "semifinal"}],
    "round_unclear": [{"round": "semifinal", "highest_round": "semifinal"}],
    "not_individual_final": [{"individual": False}],
    "rank_outside_limit": [{"rank": 11}],
    "entrants_below_minimum": [{"entrants": 90}],
    "entrants_above_maximum": [{"round": "semifinal", "highest_round": "semifinal", "entrants": 400}],
    "entrants_on_boundary": [{"round": "semifinal", "highest_round": "semifinal", "entrants": 334}],
    "already_funded_this_year": [{"history": [grant(2024, V, 2024, occupation="焊工", level=1)]}],
    "already_funded_same_certificate": [
        {"number": "S1", "history": [grant(2016, category, 2016, certificate_number="S1")]} for category in (V, C)
    ],
    "already_funded_same_occupation_level": [
        {"history": [grant(2014, V, 2014, **SAME)]},
        {"history": [grant(2016, S, 2016, level_name="社会工作师")]},
    ],
    "same_occupation_level_paid_before": [
        {**SAME, "history": [grant(2016, V, 2016, **SAME)]},
        {"occupation": "车工", "level": 1, "history": [grant(2014, V, 2014, occupation="车工", level=1)]},
        {"occupation": "人力资源管理师", "history": [grant(2013, V, 2013, occupation="人力资源管理师", level=1)]},
    ],
    "same_competition_occupation_paid_before": [{"history": [grant(2016, C, 2016, occupation="导医导诊", rank=2)]}],
    "paid_this_calendar_year_other_plan": [{"history": [grant(2023, V, 2024, occupation="焊工", level=1)]}],
}
# Codes for which no fact could be otherwise, with the reason; none so far: even a rank can be read again.
NOTHING_HELPS: Mapping[str, str] = {}


def decisive(year: int) -> set[str]:
    """Every code with which a pack refuses or asks the reviewer."""
    return {each.code for each in outcomes(plan_of(year)) if each.severity is not Severity.INFO} - {
        # the pack has no rule that counts the first issue: these outcomes wait in every date window
        *(() if year in (2017, 2024) else ("first_issue_outside_window", "first_issue_unknown")),
        *(() if year == 2013 else ("issue_date_on_boundary",)),
        # no list of this pack has names that contradict each other, or a level beside the name
        *(() if year == 2013 else ("seed_conflict", "catalogue_level_mismatch")),
        # every listed issuer is of another kind, or none is doubtful
        *(("issuer_annex_conflict",) if year in (2013, 2014) else ()),
        *(("category_not_in_plan",) if year in (2017, 2024) else ()),
        *(("round_unclear",) if year != 2014 else ()),
        *(("certificate_kind_unclear",) if year != 2024 else ()),
    }


def bringing_about(year: int, code: str) -> list[Case]:
    """Cases of a plan whose verdict rests on a code."""
    cases = [
        read_case(raw_case(year, category, **changes)) for category in (V, S, C) for changes in EXAMPLES.get(code, ())
    ]
    found = []
    for case in cases:
        with suppress(UserError):  # an example for one category may lack what another needs
            if code in assess(book().get(case.plan), case).reasons:
                found.append(case)
    return found


PAIRS = [(year, code) for year in YEARS for code in sorted(decisive(year))]


@pytest.mark.parametrize(("year", "code"), PAIRS)
def test_every_refusal_and_every_review_has_a_way_out(year: int, code: str) -> None:
    cases = bringing_about(year, code)
    assert cases, f"no example of {code} under {year}"
    assert code not in NOTHING_HELPS
    for case in cases:
        found = ways_out(book(), case)
        assert any(code in each.solved for each in found), assess(book().get(case.plan), case).reasons
        assert all(way_out_sentence(each).endswith("。") for each in found)


def test_every_code_of_the_digest_has_an_example() -> None:
    assert {code for _, code in PAIRS} == set(EXAMPLES)
