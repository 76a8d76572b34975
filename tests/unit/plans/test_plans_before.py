"""Plans 2013, 2014 and 2017: the same engine, other data."""

from __future__ import annotations

from typing import Any

import pytest

from station_app.plans import Verdict
from tests.unit.plans.cases import CENTRE, codes, grant, judge

V, S, C = "vocational", "social_worker", "competition"
TELECOM = "北京通信行业职业技能鉴定中心"
POWER = "北京电力行业职业技能鉴定中心"
SEMI = {"round": "semifinal", "highest_round": "semifinal"}


@pytest.mark.parametrize(
    ("year", "category", "changes", "amount"),
    [
        (2013, V, {"beijing_union": False}, 2000),
        (2013, V, {"kind": "国家职业资格证书"}, 2000),
        (2013, V, {"occupation": "营业员 ", "level": 2}, 1000),
        (2013, V, {"issue_date": "2013-10-02"}, 2000),
        (2013, V, {"issue_date": "2014-02-10", "applied_on": "2014-05-10"}, 2000),
        (2013, V, {"level": 2}, 1000),
        (2013, V, {"history": [grant(2013, V, 2014, occupation="钳工", level=1)]}, 2000),
        (2013, V, {"first_issue_date": "2013-11-05"}, 2000),
        (2014, V, {"is_member": False, "has_card": False, "beijing_union": False}, 2000),
        (2014, V, {"level": 2}, 1000),
        (2014, C, {"is_member": False, "has_card": False, "beijing_union": False}, 1000),
        (2014, C, {"class": "市级一类", "rank": 1}, 2000),
        (2017, V, {"level": 3, "occupation": "保育员"}, 800),
        (2017, V, {"issuer": POWER, "occupation": "电网调度自动化厂站端调试检修员"}, 1000),
        (2017, V, {"issuer": "北京市邮政通信职业技能鉴定中心", "occupation": "邮政业务（营销）员"}, 1000),
        (2017, V, {"issue_date": "2018-02-01", "first_issue_date": "2017-12-31", "reissued": True}, 1000),
        (2017, V, {"history": [grant(2016, V, 2016, occupation="电工", level=1)]}, 1000),
        (2017, S, {"level_name": "高级社会工作师"}, 2000),
        (2017, S, {"level_name": "中级"}, 1000),
        (2017, S, {"kind": "社会工作者职业资格证书"}, 1000),
        (2017, S, {"issuer": "北京市人力资源和 社会保障局 北京市民政局"}, 1000),
        (2017, S, {"history": [grant(2016, S, 2017, level_name="中级")], "level_name": "高级"}, 2000),
        (2017, C, {"rank": 1}, 2000),
        (2017, C, {"entrants": 334}, 1000),
        (2017, C, {**SEMI, "rank": 1, "entrants": 333}, 1000),
        (2017, C, {"competition": "2017年某行业竞赛", "class": "市级一类"}, 1000),
        (2017, C, {"class": None, "association_organised": None, "individual": False}, 1000),
    ],
)
def test_eligible(year: int, category: str, changes: dict[str, Any], amount: int) -> None:
    answer = judge(year, category, **changes)
    assert answer.verdict is Verdict.ELIGIBLE, answer.findings
    assert answer.amount == amount


@pytest.mark.parametrize(
    ("year", "category", "changes", "reasons"),
    [
        (2013, V, {"is_member": False, "has_card": False, "beijing_union": False}, {"not_member", "no_card"}),
        (2013, S, {}, {"category_not_in_plan"}),
        (2013, C, {"has_card": False}, {"category_not_in_plan", "no_card"}),
        (
            2013,
            V,
            {"kind": "专项职业能力证书", "occupation": "潜水员"},
            {"certificate_kind_not_funded", "occupation_not_in_catalogue"},
        ),
        (2013, V, {"level": 3, "occupation": "潜水员"}, {"level_not_funded"}),
        (2013, V, {"issuer": POWER, "occupation": "潜水员"}, {"issuer_not_listed"}),
        (2013, V, {"issuer": "天津市职业技能鉴定管理中心"}, {"issuer_not_listed"}),
        (2013, V, {"occupation": "快递业务员"}, {"occupation_not_in_catalogue"}),
        (2013, V, {"occupation": "茶艺师"}, {"occupation_not_in_catalogue"}),
        (2013, V, {"issue_date": "2013-09-30"}, {"issue_date_outside_window"}),
        (2013, V, {"issue_date": "2013-11-05", "applied_on": "2014-05-20"}, {"registration_after_half_year"}),
        (
            2013,
            V,
            {"number": "Y1", "history": [grant(2013, V, 2014, certificate_number="y1")]},
            {"already_funded_same_certificate"},
        ),
        (2014, S, {}, {"category_not_in_plan"}),
        (2014, V, {"kind": "特种作业操作证"}, {"certificate_kind_not_funded"}),
        (2014, V, {"level": 3}, {"level_not_funded"}),
        (2014, V, {"issuer": TELECOM}, {"issuer_not_listed"}),
        (2014, C, {"class": "市级三类"}, {"competition_not_covered"}),
        (2014, C, {"association_organised": False}, {"competition_not_covered"}),
        (2014, C, {"round": "semifinal"}, {"round_not_funded"}),
        (2014, C, {"rank": 11}, {"rank_outside_limit"}),
        (2014, C, {"year": 2013}, {"competition_year_mismatch"}),
        (2014, C, {"occupation_certifiable": True}, {"occupation_certifiable"}),
        (
            2014,
            V,
            {"number": "Y1", "history": [grant(2013, V, 2014, certificate_number="y1")]},
            {"already_funded_same_certificate"},
        ),
        (2017, V, {"has_card": False}, {"no_card"}),
        (2017, V, {"applied_on": "2018-11-01"}, {"after_deadline"}),
        (2017, V, {"kind": "专项职业能力证书", "level": 3, "occupation": "电工"}, {"certificate_kind_not_funded"}),
        (2017, V, {"issuer": "天津市职业技能鉴定指导中心", "level": 4}, {"issuer_not_listed"}),
        (2017, V, {"level": 5}, {"level_not_funded"}),
        (2017, V, {"issuer": TELECOM, "occupation": "线务员", "level": 3}, {"level_not_funded"}),
        (2017, V, {"level": 3, "occupation": "电工"}, {"level3_occupation_not_listed"}),
        (2017, V, {"issuer": TELECOM, "occupation": "油务员"}, {"occupation_not_in_catalogue"}),
        (2017, V, {"first_issue_date": "2016-12-31", "reissued": True}, {"first_issue_outside_window"}),
        (
            2017,
            V,
            {"history": [grant(2014, V, 2014, occupation="电 工", level=2)]},
            {"already_funded_same_occupation_level"},
        ),
        (2017, S, {"history": [grant(2016, S, 2017, level_name="中级")]}, {"already_funded_same_occupation_level"}),
        (
            2017,
            S,
            {"number": "S1", "level_name": "高级", "history": [grant(2016, S, 2017, certificate_number="S1")]},
            {"already_funded_same_certificate"},
        ),
        (2017, S, {"full_time_union_social_worker": False}, {"not_union_social_worker"}),
        (2017, S, {"sign_date": "2016-12-31"}, {"sign_date_outside_window"}),
        (2017, S, {"issuer": "河北省人力资源和社会保障厅"}, {"issuer_not_listed"}),
        (2017, S, {"kind": "培训合格证"}, {"certificate_kind_not_funded"}),
        (2017, C, {"competition": "2017年某行业竞赛", "class": "市级三类"}, {"competition_not_covered"}),
        (2017, C, {"year": 2016}, {"competition_year_mismatch"}),
        (2017, C, {"occupation_certifiable": True}, {"occupation_certifiable"}),
        (2017, C, {"entrants": 333}, {"entrants_below_minimum"}),
        (2017, C, {"rank": 11}, {"rank_outside_limit"}),
        (2017, C, {**SEMI, "rank": 6, "entrants": 200}, {"rank_outside_limit"}),
        (2017, C, {**SEMI, "rank": 2, "entrants": 335}, {"entrants_above_maximum"}),
        (2017, C, {**SEMI, "highest_round": "final", "rank": 50, "entrants": 5}, {"round_not_funded"}),
    ],
)
def test_ineligible_for_exactly_these_reasons(
    year: int, category: str, changes: dict[str, Any], reasons: set[str]
) -> None:
    answer = judge(year, category, **changes)
    assert answer.verdict is Verdict.INELIGIBLE
    assert set(answer.reasons) == reasons


@pytest.mark.parametrize(
    ("year", "category", "changes", "reasons", "amount"),
    [
        (2013, V, {"occupation": "工程测量", "level": 2}, {"seed_conflict"}, 1000),
        (2013, V, {"occupation": "变电值班员"}, {"occupation_near_miss"}, 2000),
        (2013, V, {"occupation": "汽车维修工"}, {"catalogue_level_mismatch"}, 2000),
        (2013, V, {"issuer": "北京职业技能鉴定管理中心"}, {"issuer_near_miss"}, 2000),
        (2013, V, {"issue_date": "2013-10-01"}, {"issue_date_on_boundary"}, 2000),
        (2013, V, {"issue_date": "2013-11-05", "applied_on": "2014-05-05"}, {"registration_near_half_year"}, 2000),
        (2013, V, {"issue_date": "2013-11-05", "applied_on": "2014-05-11"}, {"registration_near_half_year"}, 2000),
        (2013, V, {"issue_date": "2013-11-05", "applied_on": "2014-04-29"}, {"registration_near_half_year"}, 2000),
        (2013, V, {"reissued": True}, {"first_issue_unclear"}, 2000),
        (2013, V, {"first_issue_date": "2010-01-01"}, {"first_issue_unclear"}, 2000),
        (2013, V, {"level": "特级技师"}, {"level_unclear"}, 2000),
        (2013, V, {"retired": True}, {"retired_member"}, 2000),
        (
            2013,
            V,
            {"history": [grant(2013, V, 2014, occupation="车工", level=1)]},
            {"same_occupation_level_paid_before"},
            2000,
        ),
        (2014, V, {"issue_date": "2013-12-31"}, {"issue_date_window_unknown"}, 2000),
        (2014, V, {"issue_date": "2015-01-01"}, {"issue_date_window_unknown"}, 2000),
        (2014, V, {"reissued": True}, {"first_issue_unclear"}, 2000),
        (2014, V, {"retired": True}, {"retired_member"}, 2000),
        (
            2014,
            V,
            {"history": [grant(2013, V, 2014, occupation="人力资源管理师", level=1)]},
            {"same_occupation_level_paid_before"},
            2000,
        ),
        (2014, C, {**SEMI}, {"round_unclear"}, 1000),
        (2014, C, {"class": None}, {"competition_unclear"}, 1000),
        (
            2014,
            C,
            {"history": [grant(2014, C, 2014, occupation="导医导诊", rank=2)]},
            {"same_competition_occupation_paid_before"},
            1000,
        ),
        (2017, V, {"retired": True}, {"retired_member"}, 1000),
        (2017, V, {"reissued": True}, {"first_issue_unknown"}, 1000),
        (2017, V, {"level": 0}, {"level_unclear"}, 2000),
        (2017, V, {"issuer": TELECOM, "occupation": "线务员", "level": 0}, {"level_unclear"}, 2000),
        (2017, V, {"level": 3, "occupation": "保育师"}, {"occupation_near_miss"}, 800),
        (2017, V, {"issuer": POWER, "occupation": "调试检修员"}, {"occupation_near_miss"}, 1000),
        (2017, V, {"issuer": "北京市电力行业职业技能鉴定中心", "occupation": "油务员"}, {"issuer_near_miss"}, 1000),
        (2017, S, {"level_name": "社会工作者"}, {"level_unclear"}, 1000),
        (2017, S, {"issuer": "北京市民政局"}, {"issuer_annex_conflict"}, 1000),
        (2017, C, {**SEMI, "rank": 5, "entrants": 334}, {"entrants_on_boundary"}, 1000),
        (
            2017,
            C,
            {"competition": "2017年某行业竞赛", "class": None},
            {"competition_unclear"},
            1000,
        ),
    ],
)
def test_needs_review(year: int, category: str, changes: dict[str, Any], reasons: set[str], amount: int) -> None:
    answer = judge(year, category, **changes)
    assert answer.verdict is Verdict.NEEDS_REVIEW
    assert answer.amount_if_approved == amount
    assert set(answer.reasons) == reasons


@pytest.mark.parametrize(
    ("year", "category", "changes", "code"),
    [
        (2013, V, {"occupation": "装配 钳工"}, "name_normalised"),
        (2013, V, {"level": 2}, "catalogue_level_differs"),
        (2013, V, {"issue_date": "2014-01-01", "applied_on": "2014-02-01"}, "later_plan_possible"),
        (2013, V, {"history": [grant(2013, V, 2014, occupation="钳工", level=1)]}, "funded_before"),
        (2014, V, {}, "window_assumed"),
        (2014, V, {"is_member": False}, "membership_needed_before_payment"),
        (2014, C, {"has_card": False}, "card_needed_before_payment"),
        (2014, C, {"history": [grant(2013, V, 2014, occupation="钳工", level=1)]}, "funded_before"),
        (2017, S, {"issuer": "北京市人力资源和社会保障局、北京市民政局"}, "issuer_annex_conflict"),
        (2017, V, {"history": [grant(2017, V, None, occupation="电工", level=2)]}, "other_application_open"),
        (2017, S, {"history": [grant(2017, S, None, level_name="社会工作师")]}, "other_application_open"),
    ],
)
def test_information(year: int, category: str, changes: dict[str, Any], code: str) -> None:
    answer = judge(year, category, **changes)
    assert answer.verdict is Verdict.ELIGIBLE, answer.findings
    assert code in codes(answer, "info")


def test_window_assumed_concerns_certificates_only() -> None:
    assert "window_assumed" not in codes(judge(2014, C), "info")


@pytest.mark.parametrize("occupation", ["电工", "机要业务员", "邮件分拣员"])
def test_a_name_of_another_list_is_never_near(occupation: str) -> None:
    answer = judge(2017, V, issuer=TELECOM, occupation=occupation)
    assert answer.reasons == ("occupation_not_in_catalogue",)


def test_near_names_are_shown() -> None:
    finding = next(each for each in judge(2013, V, occupation="营销师", level=2).findings if each.severity == "review")
    assert finding.params["nearest"] == "营销师(汽车类)"


def test_catalogue_rules_wait_for_the_centre_in_2017() -> None:
    answer = judge(2017, V, issuer=CENTRE, occupation="从来没有的工种", level=1)
    assert answer.verdict is Verdict.ELIGIBLE, "全部鉴定工种: the issuer's name decides"
