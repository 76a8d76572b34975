"""The ambiguities A-1 to A-46 of the policy digest, section 8, one by one: what its column *Software* asks for.

The expected values are written from the digest, not from the engine.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from station_app.domain.application import Category, Channel
from station_app.plans import Assessment
from tests.unit.plans.cases import CENTRE, codes, grant, judge, plan_of

V, S, C = "vocational", "social_worker", "competition"
SEMI = {"round": "semifinal", "highest_round": "semifinal"}
POWER, TELECOM = "北京电力行业职业技能鉴定中心", "北京通信行业职业技能鉴定中心"
HR = "北京市人力资源和社会保障局"
LATE = {"issue_date": "2018-03-01", "reissued": True}

# The answer: yuan (accept), "REVIEW code ..." with the amount if approved, or "REFUSE code ..."
Expected = int | tuple[str, int | None] | str

CASES: list[tuple[str, int, str, dict[str, Any], Expected]] = [
    # the level column is no ground of refusal; the amount follows the certificate
    ("A-1", 2013, V, {"occupation": "眼镜验光员", "level": 2}, 1000),
    ("A-1", 2013, V, {"occupation": "变电站值班员", "level": 2}, 1000),
    ("A-1", 2013, V, {"occupation": "变电站值班员", "level": 1}, ("catalogue_level_mismatch", 2000)),
    ("A-2", 2013, V, {"issue_date": "2013-09-30"}, "issue_date_outside_window"),
    ("A-2", 2013, V, {"issue_date": "2013-10-01"}, ("issue_date_on_boundary", 2000)),
    ("A-2", 2013, V, {"issue_date": "2013-10-02"}, 2000),
    ("A-3", 2013, V, {"issue_date": "2014-01-01", "applied_on": "2014-05-01"}, 2000),
    ("A-3", 2013, V, {"issue_date": "2015-03-01", "applied_on": "2015-05-01"}, 2000),
    ("A-5", 2013, V, {"level": 1}, 2000),
    ("A-5", 2013, V, {"level": 2}, 1000),
    (
        "A-6",
        2013,
        V,
        {"history": [grant(2013, V, 2014, occupation="车工", level=1)]},
        ("same_occupation_level_paid_before", 2000),
    ),
    ("A-6", 2013, V, {"history": [grant(2013, V, 2014, occupation="车工", level=2)]}, 2000),
    ("A-6", 2013, V, {"history": [grant(2013, V, 2014, occupation="焊工", level=1)]}, 2000),
    (
        "A-6",
        2014,
        V,
        {"history": [grant(2013, V, 2014, occupation="人力资源管理师", level=1)]},
        ("same_occupation_level_paid_before", 2000),
    ),
    ("A-6", 2014, V, {"history": [grant(2014, C, 2014, occupation="导医导诊", rank=2)]}, 2000),
    ("A-7", 2017, V, {**LATE, "first_issue_date": "2017-05-01"}, 1000),
    ("A-7", 2017, V, {**LATE, "first_issue_date": "2016-12-31"}, "first_issue_outside_window"),
    ("A-7", 2017, V, {"first_issue_date": "2015-05-01", "reissued": True}, "first_issue_outside_window"),
    ("A-7", 2017, V, {"reissued": True}, ("first_issue_unknown", 1000)),
    ("A-7", 2017, V, {"reissued": False}, 1000),
    ("A-7", 2024, V, {"issue_date": "2024-03-01", "first_issue_date": "2023-12-31"}, 1000),
    ("A-8", 2017, S, {"approval_date": "2018-01-01", "sign_date": "2017-12-31"}, 1000),
    ("A-8", 2017, S, {"approval_date": "2017-06-18", "sign_date": "2018-01-01"}, "sign_date_outside_window"),
    ("A-8", 2024, S, {"approval_date": "2023-12-31", "sign_date": "2024-06-01"}, 1000),
    ("A-8", 2024, S, {"approval_date": "2024-01-01", "sign_date": "2023-06-01"}, "approval_date_outside_window"),
    ("A-9", 2017, S, {"issuer": HR}, 1000),
    ("A-9", 2017, S, {"issuer": f"{HR} 北京市民政局"}, 1000),
    ("A-9", 2017, S, {"issuer": "北京市民政局"}, ("issuer_annex_conflict", 1000)),
    *[("A-10", 2017, S, {"level_name": name}, 1000) for name in ("中级", "社会工作师", "中级社会工作师")],
    *[("A-10", 2024, S, {"level_name": name}, 2000) for name in ("高级", "高级社会工作者", "高级社会工作师")],
    *[
        ("A-10", year, S, {"level_name": name}, "level_not_funded")
        for year in (2017, 2024)
        for name in ("助理社会工作师", "助理社会工作者", "初级", "助理级")
    ],
    *[("A-10", year, S, {"level_name": "社会工作者"}, ("level_unclear", 1000)) for year in (2017, 2024)],
    *[
        ("A-11", year, S, {"kind": name}, 1000)
        for year in (2017, 2024)
        for name in ("社会工作者职业水平证书", "社会工作者职业资格证书", "职业水平证书")
    ],
    ("A-14", 2017, V, {"level": 3, "occupation": "养老护理员"}, 800),
    ("A-14", 2024, V, {"level": 3}, 800),
    *[
        ("A-17", 2013, V, {"occupation": name, "level": 2}, ("seed_conflict", 1000))
        for name in ("工程测量", "工程 测量")
    ],
    ("A-19", 2017, C, {"entrants": 334}, 1000),
    ("A-19", 2017, C, {"entrants": 333}, "entrants_below_minimum"),
    ("A-19", 2017, C, {**SEMI, "entrants": 100}, 1000),
    ("A-19", 2017, C, {**SEMI, "entrants": 99}, "entrants_below_minimum"),
    ("A-19", 2017, C, {**SEMI, "entrants": 333}, 1000),
    ("A-19", 2017, C, {**SEMI, "entrants": 334}, ("entrants_on_boundary", 1000)),
    ("A-19", 2017, C, {**SEMI, "entrants": 335}, "entrants_above_maximum"),
    ("A-20", 2024, C, {"entrants": 1}, 1000),
    ("A-21", 2017, C, {"round": "semifinal", "highest_round": "final", "rank": 1}, "round_not_funded"),
    ("A-22", 2017, C, {"competition": "2017年某行业职业技能竞赛", "class": "市级一类"}, 1000),
    ("A-23", 2017, C, {"competition": "2017年某行业职业技能竞赛", "class": "市级二类"}, 1000),
    ("A-23", 2017, C, {"competition": "2017年某行业职业技能竞赛", "class": "市级三类"}, "competition_not_covered"),
    (
        "A-23",
        2017,
        C,
        {"competition": "2017年某行业职业技能竞赛", "association_organised": False},
        "competition_not_covered",
    ),
    ("A-23", 2014, C, {"class": "市级三类"}, "competition_not_covered"),
    ("A-23", 2014, C, {"class": "国家级二类"}, 1000),
    (
        "A-24",
        2017,
        C,
        {"history": [grant(2016, C, 2017, occupation="导医导诊", rank=1)]},
        ("same_competition_occupation_paid_before", 1000),
    ),
    ("A-24", 2017, C, {"history": [grant(2016, C, 2017, occupation="快递", rank=1)]}, 1000),
    ("A-25", 2017, V, {"issuer": POWER, "occupation": "电网调度自动化厂站端调试检修员"}, 1000),
    *[
        ("A-25", 2017, V, {"issuer": POWER, "occupation": half}, ("occupation_near_miss", 1000))
        for half in ("电网调度自动化厂站端", "调试检修员")
    ],
    ("A-26", 2017, V, {"level": 3, "occupation": "化妆工"}, 800),
    *[
        ("A-26", 2017, V, {"level": 3, "occupation": name}, ("occupation_near_miss", 800))
        for name in ("化妆师", "育婴员")
    ],
    ("A-26", 2013, V, {"occupation": "电动机车机械钳工"}, 2000),
    ("A-26", 2013, V, {"occupation": "电动列车机械钳工"}, ("occupation_near_miss", 2000)),
    ("A-27", 2017, V, {"issuer": "北京市职业技能 鉴定管理中心"}, 1000),
    ("A-27", 2017, V, {"issuer": "北京市通信行业职业技能鉴定中心"}, ("issuer_near_miss", 1000)),
    ("A-27", 2013, V, {"issuer": "北京职业技能鉴定管理中心"}, ("issuer_near_miss", 2000)),
    ("A-27", 2017, V, {"issuer": "天津市职业技能鉴定管理中心"}, "issuer_not_listed"),
    ("A-28", 2017, V, {"occupation": "从来没有的工种"}, 1000),
    ("A-28", 2024, V, {"occupation": "从来没有的工种"}, 1000),
    ("A-28", 2024, V, {"issuer": "示例技师学院"}, ("issuer_registration_unknown", 1000)),
    ("A-28", 2024, V, {"issuer": "示例技师学院", "issuer_registered": True}, 1000),
    ("A-28", 2024, V, {"issuer": "示例技师学院", "issuer_registered": False}, "issuer_not_registered"),
    ("A-29", 2024, V, {"kind": "职业资格证书"}, ("certificate_kind_unclear", 1000)),
    ("A-29", 2024, V, {"kind": "专项职业能力证书"}, "certificate_kind_not_funded"),
    ("A-29", 2024, V, {"kind": "特种作业操作证"}, "certificate_kind_not_funded"),
    ("A-30", 2024, V, {"history": [grant(2024, S, 2025, level_name="中级")]}, "already_funded_this_year"),
    (
        "A-30",
        2024,
        V,
        {"history": [grant(2023, C, 2024, occupation="焊工", rank=1)]},
        ("paid_this_calendar_year_other_plan", 1000),
    ),
    ("A-30", 2024, V, {"history": [grant(2023, C, 2023, occupation="焊工", rank=1)]}, 1000),
    (
        "A-31",
        2024,
        V,
        {"history": [grant(2017, V, 2018, occupation="电工", level=2)]},
        ("same_occupation_level_paid_before", 1000),
    ),
    ("A-31", 2024, V, {"history": [grant(2017, V, 2018, occupation="电工", level=3)]}, 1000),
    ("A-32", 2024, V, {"history": [grant(2024, S, None, level_name="中级")]}, 1000),
    *[("A-37", year, V, {"retired": True}, ("retired_member", None)) for year in (2013, 2014, 2017, 2024)],
    ("A-38", 2014, V, {"is_member": False, "has_card": False, "beijing_union": False}, 2000),
    ("A-38", 2014, C, {"is_member": False, "has_card": False, "rank": 1}, 2000),
    *[("A-40", year, V, {"level": level}, "level_not_funded") for year in (2013, 2014, 2017, 2024) for level in (4, 5)],
    *[
        ("A-40", year, V, {"level": title}, ("level_unclear", 2000))
        for year in (2013, 2014, 2017, 2024)
        for title in ("特级技师", "首席技师")
    ],
    ("A-43", 2024, V, {"number": "y000011015002234000123"}, 1000),
    ("A-43", 2024, V, {"number": "2300001101500001"}, 1000),
    ("A-45", 2014, V, {"issue_date": "2014-12-31", "applied_on": "2015-01-05"}, 2000),
    ("A-45", 2014, V, {"issue_date": "2013-12-31"}, ("issue_date_window_unknown", 2000)),
    ("A-45", 2014, V, {"issue_date": "2015-01-01", "applied_on": "2015-01-05"}, ("issue_date_window_unknown", 2000)),
    *[
        (
            "A-46",
            year,
            V,
            {"number": "Y1", "history": [grant(2016, V, 2016, occupation="钳工", level=3, certificate_number="y 1")]},
            "already_funded_same_certificate",
        )
        for year in (2013, 2014, 2017, 2024)
    ],
]


def expected(answer: Assessment) -> Expected:
    """The answer in the words of the table above."""
    if answer.amount is not None:
        return answer.amount
    reasons = " ".join(answer.reasons)
    return reasons if answer.verdict == "ineligible" else (reasons, answer.amount_if_approved)


@pytest.mark.parametrize(("number", "year", "category", "changes", "wanted"), CASES)
def test_the_digest_is_followed(
    number: str, year: int, category: str, changes: dict[str, Any], wanted: Expected
) -> None:
    found = expected(judge(year, category, **changes))
    if isinstance(wanted, tuple) and wanted[1] is None and isinstance(found, tuple):
        found = (found[0], None)
    assert found == wanted, number


@pytest.mark.parametrize(
    ("year", "category", "changes", "code"),
    [
        (2013, V, {"occupation": "眼镜验光员", "level": 2}, "catalogue_level_differs"),
        (2013, V, {"issue_date": "2014-01-01", "applied_on": "2014-05-01"}, "later_plan_possible"),
        (2013, V, {"history": [grant(2013, V, 2014, occupation="焊工", level=1)]}, "funded_before"),
        (2017, S, {"issuer": f"{HR}、北京市民政局"}, "issuer_annex_conflict"),
        (2024, V, {"history": [grant(2024, S, None, level_name="中级")]}, "other_application_open"),
        (2014, V, {"is_member": False}, "membership_needed_before_payment"),
        (2014, V, {"has_card": False}, "card_needed_before_payment"),
        (2024, V, {"number": "y1"}, "number_letter_small"),
        (2024, V, {"number": "11"}, "number_leading_digit"),
        (2014, V, {}, "window_assumed"),
    ],
)
def test_what_is_accepted_with_a_warning_says_so(year: int, category: str, changes: dict[str, Any], code: str) -> None:
    assert code in codes(judge(year, category, **changes), "info")


@pytest.mark.parametrize(
    ("issued", "limit", "days"),
    [  # the same day six calendar months later, the month's end where there is none
        ("2013-11-05", "2014-05-05", 181),
        ("2013-10-31", "2014-04-30", 181),
        ("2013-12-31", "2014-06-30", 181),
        ("2014-08-31", "2015-02-28", 181),
        ("2015-08-31", "2016-02-29", 182),
        ("2014-03-01", "2014-09-01", 184),
        ("2014-03-31", "2014-09-30", 183),
    ],
)
def test_half_a_year_and_the_week_around_it(issued: str, limit: str, days: int) -> None:
    """A-4: 6 months, 180 and 183 days agree up to day 174 and from day 191 on; the week between is the reviewer's."""
    start = date.fromisoformat(issued)
    assert (date.fromisoformat(limit) - start).days == days
    for day in (1, 90, 174, 175, days - 6, days, days + 6, 190, 191, 192, 400):
        applied = date.fromordinal(start.toordinal() + day)
        found = expected(judge(2013, V, issue_date=issued, applied_on=applied.isoformat()))
        if abs(day - days) <= 6:
            assert found == ("registration_near_half_year", 2000), day
        else:
            assert found == (2000 if day < days else "registration_after_half_year"), day


def test_what_the_packs_print() -> None:
    """A-12, A-13, A-33 to A-36, A-39, A-41, A-42, A-44: labels, papers, targets and addresses, per plan."""
    seventeen, twenty_four = plan_of(2017), plan_of(2024)
    form = seventeen.category(Category.SOCIAL_WORKER).form
    cells = {cell.label: cell.field for part in form.sections for row in part.rows for cell in row}
    assert cells["助推对象"] == "issuer"  # as printed, meaning the issuer
    vocational = twenty_four.category(Category.VOCATIONAL)
    labels = {each.name: (each.label, each.required) for each in vocational.fields}
    optional = ("training_name", "training_address", "training_hours", "training_fee")
    assert [labels[name] for name in optional] == [
        ("培训机构名称", False), ("培训机构地址", False), ("培训学时", False), ("培训费用", False)
    ]  # fmt: skip  # A-13, A-44
    assert not any(labels[name][1] for name in ("assessment_address", "assessment_method", "assessment_fee"))
    assert "身份证（正反面）复印件一份" in twenty_four.category(Category.SOCIAL_WORKER).materials
    assert (seventeen.sms, twenty_four.sms) == (True, False)
    assert form.seals == ("街道乡镇工会服务站单位公章", "区总工会公章")
    assert twenty_four.category(Category.SOCIAL_WORKER).form.seals == ()
    assert "一层 2103 室" in twenty_four.contact.address  # as given
    assert [(plan.review_months, plan.payment_months) for plan in (seventeen, twenty_four)] == [(1, 3), (1, 3)]
    station = {year: _station(year) for year in (2013, 2014, 2017, 2024)}
    assert station == {
        2013: "区县工会服务站",
        2014: "街道乡镇工会服务站",
        2017: "街道乡镇工会服务站",
        2024: "街道（乡镇）工会服务站",
    }


def _station(year: int) -> str:
    lines = plan_of(year).category(Category.VOCATIONAL).channels
    return next(line.label for line in lines if line.channel is Channel.STATION)


def test_a_neighbouring_centre_is_another_one() -> None:
    """A-27, A-28: the four bodies of 2017 have lists of their own, and level 3 is the centre's alone."""
    assert judge(2017, V, issuer=TELECOM, occupation="线务员").amount == 1000
    assert judge(2017, V, issuer=TELECOM, occupation="油务员").reasons == ("occupation_not_in_catalogue",)
    assert judge(2017, V, issuer=TELECOM, occupation="线务员", level=3).reasons == ("level_not_funded",)
    assert judge(2017, V, issuer=CENTRE, occupation="线务员", level=3).reasons == ("level3_occupation_not_listed",)
