"""Plan 2024, rule by rule: what each refuses, sends to review, or remarks, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from station_app.plans import Verdict
from tests.unit.plans.cases import codes, grant, judge

V, S, C = "vocational", "social_worker", "competition"
HR = "北京市人力资源和社会保障局"


@pytest.mark.parametrize(
    ("category", "changes", "amount"),
    [
        (V, {"level": 1}, 2000),
        (V, {"level": 2}, 1000),
        (V, {"level": 3}, 800),
        (V, {"occupation": "世上没有的工种"}, 1000),
        (V, {"issuer": "北京市职业技能 鉴定管理中心"}, 1000),
        (V, {"issuer": "示例技师学院", "issuer_registered": True}, 1000),
        (V, {"kind": "国家职业技能等级证书"}, 1000),
        (V, {"issue_date": "2023-01-01"}, 1000),
        (V, {"issue_date": "2023-12-31"}, 1000),
        (V, {"issue_date": "2024-03-01", "first_issue_date": "2023-12-31", "reissued": True}, 1000),
        (V, {"applied_on": "2024-10-31"}, 1000),
        (V, {"history": [grant(2023, V, 2023, occupation="电工", level=3)]}, 1000),
        (V, {"history": [grant(2023, C, 2023, occupation="电工", rank=2)]}, 1000),
        (S, {"level_name": "高级社会工作者"}, 2000),
        (S, {"level_name": "高级社会工作师"}, 2000),
        (S, {"level_name": "社会工作师"}, 1000),
        (S, {"level_name": "中级社会工作师"}, 1000),
        (S, {"kind": "社会工作者职业水平证书"}, 1000),
        (S, {"full_time_union_social_worker": False}, 1000),
        (S, {"issuer": f"{HR} 北京市民政局"}, 1000),
        (S, {"sign_date": None}, 1000),
        (S, {"approval_date": "2023-01-01"}, 1000),
        (S, {"approval_date": "2023-12-31", "sign_date": "2024-02-01"}, 1000),
        (S, {"history": [grant(2017, S, 2018, level_name="社会工作师")], "level_name": "高级社会工作者"}, 2000),
        (C, {"rank": 1}, 2000),
        (C, {"rank": 2}, 1000),
        (C, {"rank": 10}, 1000),
        (C, {"competition": "北京市职工职业技能大赛"}, 1000),
        (C, {"entrants": 5, "occupation_certifiable": True, "class": None, "association_organised": None}, 1000),
        (C, {"round": "决赛"}, 1000),
    ],
)
def test_eligible(category: str, changes: dict[str, Any], amount: int) -> None:
    answer = judge(2024, category, **changes)
    assert answer.verdict is Verdict.ELIGIBLE, answer.findings
    assert answer.amount == amount


@pytest.mark.parametrize(
    ("category", "changes", "reasons"),
    [
        (V, {"is_member": False}, {"not_member"}),
        (V, {"is_member": False, "beijing_union": False}, {"not_member"}),
        (V, {"beijing_union": False}, {"not_beijing_member"}),
        (V, {"has_card": False}, {"no_card"}),
        (S, {"has_card": False}, {"no_card"}),
        (V, {"applied_on": "2024-11-01"}, {"after_deadline"}),
        (C, {"applied_on": "2024-11-01"}, {"after_deadline"}),
        (V, {"kind": "专项职业能力证书"}, {"certificate_kind_not_funded"}),
        (V, {"kind": "特种作业操作证"}, {"certificate_kind_not_funded"}),
        (S, {"kind": "职业技能等级证书"}, {"certificate_kind_not_funded"}),
        (V, {"level": 4}, {"level_not_funded"}),
        (V, {"level": 5}, {"level_not_funded"}),
        (V, {"issuer": "示例技师学院", "issuer_registered": False}, {"issuer_not_registered"}),
        (V, {"issue_date": "2022-12-31"}, {"issue_date_outside_window"}),
        (V, {"issue_date": "2024-01-01"}, {"issue_date_outside_window"}),
        (V, {"issue_date": "2022-12-31", "first_issue_date": "2022-12-31"}, {"issue_date_outside_window"}),
        (V, {"first_issue_date": "2019-05-01", "reissued": True}, {"first_issue_outside_window"}),
        (V, {"issue_date": "2022-05-01", "reissued": True}, {"issue_date_outside_window"}),
        (V, {"history": [grant(2024, S, 2024, level_name="社会工作师")]}, {"already_funded_this_year"}),
        (S, {"history": [grant(2024, V, 2025, occupation="电工", level=2)]}, {"already_funded_this_year"}),
        (
            V,
            {"number": "y0001 2", "history": [grant(2023, V, 2023, certificate_number="Y00012")]},
            {"already_funded_same_certificate"},
        ),
        (
            S,
            {"management_no": "M1", "history": [grant(2023, S, 2023, certificate_number="M1")]},
            {"already_funded_same_certificate"},
        ),
        (S, {"level_name": "助理社会工作师"}, {"level_not_funded"}),
        (S, {"level_name": "初级"}, {"level_not_funded"}),
        (S, {"issuer": "天津市人力资源和社会保障局"}, {"issuer_not_listed"}),
        (S, {"approval_date": "2022-12-31"}, {"approval_date_outside_window"}),
        (S, {"approval_date": "2024-01-01"}, {"approval_date_outside_window"}),
        (C, {"competition": "2023年北京市职业技能大赛"}, {"competition_not_covered"}),
        (C, {"year": 2022}, {"competition_year_mismatch"}),
        (C, {"competition": "2022年北京市职工职业技能大赛"}, {"competition_year_mismatch"}),
        (C, {"round": "semifinal", "rank": 30}, {"round_not_funded"}),
        (C, {"individual": False}, {"not_individual_final"}),
        (C, {"rank": 11}, {"rank_outside_limit"}),
    ],
)
def test_ineligible_for_exactly_these_reasons(category: str, changes: dict[str, Any], reasons: set[str]) -> None:
    answer = judge(2024, category, **changes)
    assert answer.verdict is Verdict.INELIGIBLE
    assert (answer.amount, answer.amount_if_approved) == (None, None)
    assert set(answer.reasons) == reasons


@pytest.mark.parametrize(
    ("category", "changes", "reasons", "amount"),
    [
        (V, {"retired": True}, {"retired_member"}, 1000),
        (V, {"kind": "职业资格证书"}, {"certificate_kind_unclear"}, 1000),
        (V, {"kind": "国家职业资格证书"}, {"certificate_kind_unclear"}, 1000),
        (V, {"level": "特级技师"}, {"level_unclear"}, 2000),
        (V, {"level": 1, "level_name": "首席技师"}, {"level_unclear"}, 2000),
        (V, {"issuer": "示例技师学院"}, {"issuer_registration_unknown"}, 1000),
        (V, {"reissued": True}, {"first_issue_unknown"}, 1000),
        (V, {"issue_date": "2024-03-01", "reissued": True}, {"first_issue_unknown"}, 1000),
        (
            V,
            {"history": [grant(2023, V, 2024, occupation="美发师", level=3)]},
            {"paid_this_calendar_year_other_plan"},
            1000,
        ),
        (
            V,
            {"history": [grant(2017, V, 2018, occupation="电 工", level=2)]},
            {"same_occupation_level_paid_before"},
            1000,
        ),
        (
            S,
            {"history": [grant(2017, S, 2018, level_name="中级")]},
            {"same_occupation_level_paid_before"},
            1000,
        ),
        (S, {"level_name": "社会工作者"}, {"level_unclear"}, 1000),
        (S, {"level_name": "社工"}, {"level_unclear"}, None),
        (S, {"issuer": "北京人力资源和社会保障局"}, {"issuer_near_miss"}, 1000),
        (S, {"issuer": "北京市民政局"}, {"issuer_annex_conflict"}, 1000),
        (C, {"competition": "2023年北京市职工职业技能大赛（朝阳区选拔）"}, {"competition_unclear"}, 1000),
    ],
)
def test_needs_review(category: str, changes: dict[str, Any], reasons: set[str], amount: int | None) -> None:
    answer = judge(2024, category, **changes)
    assert answer.verdict is Verdict.NEEDS_REVIEW
    assert (answer.amount, answer.amount_if_approved) == (None, amount)
    assert set(answer.reasons) == reasons


@pytest.mark.parametrize(
    ("category", "changes", "code"),
    [
        (V, {}, "amount"),
        (V, {"number": "y00012"}, "number_letter_small"),
        (V, {"number": "100012"}, "number_leading_digit"),
        (V, {"issuer": "北京职业技能鉴定管理中心"}, "issuer_nearest"),
        (V, {"issuer": "示例技师学院"}, "amount_if_approved"),
        (V, {"history": [grant(2024, S, None)]}, "other_application_open"),
        (V, {"also_holds": [{"category": "competition"}]}, "choose_one"),
        (S, {"issuer": f"{HR}、北京市民政局"}, "issuer_annex_conflict"),
    ],
)
def test_information(category: str, changes: dict[str, Any], code: str) -> None:
    answer = judge(2024, category, **changes)
    assert answer.verdict is not Verdict.INELIGIBLE
    assert code in codes(answer, "info")


def test_a_number_that_begins_with_a_capital_letter_is_not_remarked_on() -> None:
    assert codes(judge(2024, V, number="Y00012"), "info") == {"amount"}


def test_a_grant_of_this_plan_is_said_once() -> None:
    """Digest, section 10: same_occupation_level_paid_before is not evaluated for a grant of plan 2024 itself."""
    answer = judge(2024, V, history=[grant(2024, V, 2024, occupation="电工", level=2)])
    assert codes(answer, "refuse") | codes(answer, "review") == {"already_funded_this_year"}


def test_an_open_application_is_not_a_payment() -> None:
    answer = judge(2024, V, history=[grant(2024, V, None, occupation="电工", level=2)])
    assert answer.verdict is Verdict.ELIGIBLE


def test_rank_is_not_judged_when_the_round_is_not_funded() -> None:
    answer = judge(2024, C, round="preliminary", rank=50)
    assert "rank_outside_limit" not in codes(answer, "refuse")


def test_all_failed_rules_are_named_together() -> None:
    answer = judge(
        2024,
        V,
        is_member=False,
        has_card=False,
        kind="特种作业操作证",
        level=5,
        issuer="示例技师学院",
        issuer_registered=False,
        issue_date="2020-01-01",
        applied_on="2024-12-01",
        history=[grant(2024, C, 2024, occupation="焊工", rank=1)],
    )
    assert set(answer.reasons) == {
        "not_member",
        "no_card",
        "after_deadline",
        "certificate_kind_not_funded",
        "level_not_funded",
        "issuer_not_registered",
        "issue_date_outside_window",
        "already_funded_this_year",
    }


def test_clause_of_the_amount_is_the_sentence_on_amounts() -> None:
    amount = next(each for each in judge(2024, V, level=2).findings if each.code == "amount")
    assert amount.clause is not None
    assert amount.clause.place == "三（一）"
    assert "获得国家二级（技师）职业技能等级证书，每人资助 1000 元" in amount.clause.quote
    assert amount.clause.file == "001_0e7e84f758fb36d3.txt"
