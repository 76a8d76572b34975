"""One case for each reason code of the policy digest, section 10, with the quotation given there for its rule.

Cases and quotations are written from the digest. A code that no plan prints a clause for has none.
"""

from __future__ import annotations

from typing import Any

import pytest

from station_app.plans import Verdict
from tests.unit.plans.cases import grant, judge

V, S, C = "vocational", "social_worker", "competition"
SEMI = {"round": "semifinal", "highest_round": "semifinal"}
TELECOM = "北京通信行业职业技能鉴定中心"

# ---- quotations, as the digest gives them

PERSON_13 = "凡符合助推条件的持有京卡·互助服务卡的工会会员"
PERSON = "符合助推条件且持有工会会员互助服务卡的北京市工会会员"
ALL_13 = "同时符合以下条件"
ANY_17 = "符合以下条件之一者，可获得职业发展助推计划的资助"
CERTIFICATE_13 = (
    "获得北京市人力社保部门所属鉴定机构鉴定、认证并颁发的国家一级职业资格（高级技师）证书和国家二级职业资格（技师）证书"
)
LIST_13 = "国家职业资格证书上标注的职业（工种）在“2013年在职职工职业发展助推计划职业（工种）目录”(见附件)范围内"
WINDOW_13 = "职业资格证书颁发日期为2013年10月1日之后"
HALF_YEAR_13 = "职工在获得国家职业资格证书半年内，登陆“技术英才网”"
SCOPE_14 = "包含了北京市职业技能鉴定管理中心可鉴定取证的全部工种和北京市职业技能竞赛非取证工种"
ISSUER_14 = "职工经北京市职业技能鉴定管理中心进行鉴定考核，取得相应职业资格证书"
LEVELS_14 = "在取得技师和高级技师资格证书后，将可获得工会给予的千元资助"
CONTEST_14 = (
    "参加2014年北京市职业技能竞赛（市职工技术协会单独或参与承办的市级二类及以上级别），非取证工种获得前十名的选手"
)
CARDLESS_14 = (
    "没有京卡·互助服务卡的职工，原则上可由社区（村）联合会负责吸纳为工会会员，为其办理京卡·互助服务卡后，"
    "将资金划拨至职工本人的京卡·互助服务卡"
)
CENTRE_17 = (
    "获得北京市职业技能鉴定管理中心颁发的国家一级（高级技师）、二级（技师）职业资格证书"
    "及部分职业（工种）的国家三级（高级技能）职业资格证书"
)
BODIES_17 = (
    "获得北京通信行业职业技能鉴定中心、北京市邮政通信职业技能鉴定中心、北京市邮政行业职业技能鉴定中心、"
    "北京电力行业职业技能鉴定中心鉴定核发的部分职业（工种）的国家一级（高级技师）、二级（技师）职业资格证书"
)
WINDOW_17 = "证书颁发日期为2017年1月1日至2017年12月31日（含）"
FIRST = "证书颁发日期，指首次取得证书的发证日期"
SOCIAL_17 = (
    "北京市人力资源和社会保障局颁发的中级、高级社会工作者职业水平证书的北京市专职工会社会工作者，"
    "证书签发日期为2017年1月1日至2017年12月31日（含）"
)
ANNEX_17 = "北京市人力资源和 社会保障局 北京市民政局"
CONTEST_17 = (
    "参加2017年北京市“职工技协杯”职业技能竞赛、市职工技协独立或参与承办的市级二类及以上级别的职业技能竞赛，"
    "获得不取证职业（工种）技能竞赛的决赛前十名选手或最高竞赛等级为复赛的前五名选手"
)
CERTIFIABLE_17 = "不取证职业（工种）是指不在北京市职业技能鉴定管理中心鉴定范围内的职业（工种）"
SIZE_17 = "最高竞赛等级为决赛的报名参赛规模须在334人以上；最高竞赛等级为复赛的报名参赛规模须在100人以上334人以下"
DEADLINE_17 = "截止日期为2018年10月31日"
ONCE_17 = "取得同一职业（工种）同一等级证书的申请人最多只能享受一次助推资助"
VOCATIONAL_24 = (
    "获得北京市职业技能鉴定管理中心颁发或经北京市职业技能鉴定管理中心备案的评价机构认定的"
    "国家一级（高级技师）、二级（技师）、三级（高级工）职业技能等级证书"
)
WINDOW_24 = "证书颁发日期为 2023 年 1 月 1 日至 2023 年 12 月 31 日（含）"
SOCIAL_24 = (
    "颁发的级别为高级社会工作者、社会工作师的社会工作者职业资格证书，"
    "证书批准日期为 2023 年 1 月 1 日至 2023 年 12 月 31 日（含）"
)
CONTEST_24 = "参加 2023 年北京市职工职业技能大赛，获得个人决赛前十名选手"
DEADLINE_24 = "申报截止日期为 2024 年 10 月 31 日，在申报截止日期之后申报的职工将不再享受助推计划"
ONCE_24 = "每名职工本年度最多只能享受一次助推资助。同时获得多个助推资格的职工可自主选择一个进行助推申报"
SAME = {"number": "Y1", "history": [grant(2016, S, 2016, certificate_number="Y1")]}

HARD: list[tuple[str, int, str, dict[str, Any], str | None]] = [
    ("not_member", 2013, V, {"is_member": False}, PERSON_13),
    ("not_member", 2017, C, {"is_member": False}, PERSON),
    ("not_member", 2024, S, {"is_member": False}, PERSON),
    ("not_beijing_member", 2017, V, {"beijing_union": False}, PERSON),
    ("not_beijing_member", 2024, C, {"beijing_union": False}, PERSON),
    ("no_card", 2013, V, {"has_card": False}, PERSON_13),
    ("no_card", 2017, S, {"has_card": False}, PERSON),
    ("no_card", 2024, V, {"has_card": False}, PERSON),
    ("not_union_social_worker", 2017, S, {"full_time_union_social_worker": False}, SOCIAL_17),
    ("category_not_in_plan", 2013, S, {}, ALL_13),
    ("category_not_in_plan", 2013, C, {}, ALL_13),
    ("category_not_in_plan", 2014, S, {}, SCOPE_14),
    ("certificate_kind_not_funded", 2013, V, {"kind": "职业技能等级证书"}, CERTIFICATE_13),
    ("certificate_kind_not_funded", 2014, V, {"kind": "特种作业操作证"}, ISSUER_14),
    ("certificate_kind_not_funded", 2017, V, {"kind": "职业技能等级证书"}, CENTRE_17),
    ("certificate_kind_not_funded", 2024, V, {"kind": "专项职业能力证书"}, VOCATIONAL_24),
    ("level_not_funded", 2013, V, {"level": 3}, CERTIFICATE_13),
    ("level_not_funded", 2014, V, {"level": 3}, LEVELS_14),
    ("level_not_funded", 2017, V, {"level": 4}, CENTRE_17),
    ("level_not_funded", 2017, V, {"level": 3, "issuer": TELECOM, "occupation": "线务员"}, BODIES_17),
    ("level_not_funded", 2017, S, {"level_name": "助理社会工作师"}, SOCIAL_17),
    ("level_not_funded", 2024, V, {"level": 5}, VOCATIONAL_24),
    ("level_not_funded", 2024, S, {"level_name": "助理社会工作师"}, SOCIAL_24),
    ("level3_occupation_not_listed", 2017, V, {"level": 3, "occupation": "焊工"}, CENTRE_17),
    ("occupation_not_in_catalogue", 2013, V, {"occupation": "茶艺师"}, LIST_13),
    ("occupation_not_in_catalogue", 2017, V, {"issuer": TELECOM, "occupation": "油务员"}, BODIES_17),
    ("issuer_not_listed", 2013, V, {"issuer": TELECOM}, CERTIFICATE_13),
    ("issuer_not_listed", 2014, V, {"issuer": TELECOM}, ISSUER_14),
    ("issuer_not_listed", 2017, S, {"issuer": "天津市人力资源和社会保障局"}, SOCIAL_17),
    ("issuer_not_listed", 2024, S, {"issuer": "天津市人力资源和社会保障局"}, SOCIAL_24),
    ("issuer_not_registered", 2024, V, {"issuer": "示例学院", "issuer_registered": False}, VOCATIONAL_24),
    ("issue_date_outside_window", 2013, V, {"issue_date": "2013-09-30", "applied_on": "2013-11-01"}, WINDOW_13),
    ("issue_date_outside_window", 2017, V, {"issue_date": "2016-12-31"}, WINDOW_17),
    ("issue_date_outside_window", 2017, V, {"issue_date": "2018-01-01"}, WINDOW_17),
    ("issue_date_outside_window", 2024, V, {"issue_date": "2022-12-31"}, WINDOW_24),
    ("issue_date_outside_window", 2024, V, {"issue_date": "2024-01-01"}, WINDOW_24),
    ("first_issue_outside_window", 2017, V, {"first_issue_date": "2016-12-31"}, FIRST),
    ("first_issue_outside_window", 2024, V, {"first_issue_date": "2022-12-31"}, FIRST),
    ("sign_date_outside_window", 2017, S, {"sign_date": "2018-01-01"}, SOCIAL_17),
    ("approval_date_outside_window", 2024, S, {"approval_date": "2022-12-31"}, SOCIAL_24),
    ("registration_after_half_year", 2013, V, {"applied_on": "2014-06-01"}, HALF_YEAR_13),
    *[("after_deadline", 2017, each, {"applied_on": "2018-11-01"}, DEADLINE_17) for each in (V, S, C)],
    *[("after_deadline", 2024, each, {"applied_on": "2024-11-01"}, DEADLINE_24) for each in (V, S, C)],
    (
        "already_funded_same_occupation_level",
        2017,
        V,
        {"history": [grant(2013, V, 2014, occupation="电工", level=2)]},
        ONCE_17,
    ),
    (
        "already_funded_same_occupation_level",
        2017,
        S,
        {"history": [grant(2016, S, 2016, level_name="中级社会工作师")]},
        ONCE_17,
    ),
    ("already_funded_this_year", 2024, V, {"history": [grant(2024, S, 2024, level_name="高级")]}, ONCE_24),
    ("already_funded_same_certificate", 2013, V, SAME, None),
    ("already_funded_same_certificate", 2014, V, SAME, None),
    ("already_funded_same_certificate", 2017, V, SAME, ONCE_17),
    ("already_funded_same_certificate", 2024, V, SAME, ONCE_24),
    ("competition_not_covered", 2014, C, {"class": "市级三类"}, CONTEST_14),
    ("competition_not_covered", 2017, C, {"competition": "2017年某竞赛", "class": "区级"}, CONTEST_17),
    ("competition_not_covered", 2024, C, {"competition": "2023年某行业职业技能竞赛"}, CONTEST_24),
    ("competition_year_mismatch", 2014, C, {"year": 2013}, CONTEST_14),
    ("competition_year_mismatch", 2017, C, {"year": 2016}, CONTEST_17),
    ("competition_year_mismatch", 2024, C, {"year": 2024}, CONTEST_24),
    ("occupation_certifiable", 2014, C, {"occupation_certifiable": True}, CONTEST_14),
    ("occupation_certifiable", 2017, C, {"occupation_certifiable": True}, CERTIFIABLE_17),
    ("round_not_funded", 2017, C, {"round": "semifinal", "highest_round": "final"}, CONTEST_17),
    ("round_not_funded", 2024, C, SEMI, CONTEST_24),
    ("not_individual_final", 2024, C, {"individual": False}, CONTEST_24),
    ("rank_outside_limit", 2014, C, {"rank": 11}, CONTEST_14),
    ("rank_outside_limit", 2017, C, {"rank": 11}, CONTEST_17),
    ("rank_outside_limit", 2017, C, {**SEMI, "entrants": 200, "rank": 6}, CONTEST_17),
    ("rank_outside_limit", 2024, C, {"rank": 11}, CONTEST_24),
    ("entrants_below_minimum", 2017, C, {"entrants": 333}, SIZE_17),
    ("entrants_below_minimum", 2017, C, {**SEMI, "entrants": 99}, SIZE_17),
    ("entrants_above_maximum", 2017, C, {**SEMI, "entrants": 335}, SIZE_17),
]

REVIEW: list[tuple[str, int, str, dict[str, Any], str | None]] = [
    ("occupation_near_miss", 2013, V, {"occupation": "变电值班员"}, LIST_13),
    ("occupation_near_miss", 2017, V, {"level": 3, "occupation": "化妆师"}, CENTRE_17),
    ("issuer_near_miss", 2013, V, {"issuer": "北京市职业技能鉴定中心"}, CERTIFICATE_13),
    ("issuer_near_miss", 2017, V, {"issuer": "北京市通信行业职业技能鉴定中心"}, BODIES_17),
    ("catalogue_level_mismatch", 2013, V, {"occupation": "汽车维修工"}, LIST_13),
    ("issue_date_on_boundary", 2013, V, {"issue_date": "2013-10-01"}, WINDOW_13),
    ("seed_conflict", 2013, V, {"occupation": "工程测量", "level": 2}, LIST_13),
    ("issuer_registration_unknown", 2024, V, {"issuer": "示例学院"}, VOCATIONAL_24),
    ("certificate_kind_unclear", 2024, V, {"kind": "国家职业资格证书"}, VOCATIONAL_24),
    ("level_unclear", 2013, V, {"level": "特级技师"}, CERTIFICATE_13),
    ("level_unclear", 2017, S, {"level_name": "社会工作者"}, SOCIAL_17),
    ("level_unclear", 2024, S, {"level_name": "社会工作者"}, SOCIAL_24),
    ("issuer_annex_conflict", 2017, S, {"issuer": "北京市民政局"}, ANNEX_17),
    ("entrants_on_boundary", 2017, C, {**SEMI, "entrants": 334}, SIZE_17),
    (
        "same_occupation_level_paid_before",
        2013,
        V,
        {"history": [grant(2013, V, 2014, occupation="车工", level=1)]},
        None,
    ),
    (
        "same_occupation_level_paid_before",
        2024,
        V,
        {"history": [grant(2017, V, 2018, occupation="电工", level=2)]},
        FIRST,
    ),
    (
        "same_competition_occupation_paid_before",
        2017,
        C,
        {"history": [grant(2016, C, 2017, occupation="导医导诊")]},
        ONCE_17,
    ),
    (
        "paid_this_calendar_year_other_plan",
        2024,
        C,
        {"history": [grant(2023, V, 2024, occupation="焊工", level=1)]},
        ONCE_24,
    ),
    ("issue_date_window_unknown", 2014, V, {"issue_date": "2013-12-31"}, None),
]

INFORMATION: list[tuple[str, int, str, dict[str, Any], str | None]] = [
    ("name_normalised", 2013, V, {"occupation": "汽车(拖拉机)装配工", "level": 2}, LIST_13),
    ("catalogue_level_differs", 2013, V, {"level": 2}, LIST_13),
    ("card_needed_before_payment", 2014, V, {"has_card": False}, CARDLESS_14),
    ("membership_needed_before_payment", 2014, C, {"is_member": False}, CARDLESS_14),
    ("issuer_annex_conflict", 2017, S, {"issuer": "北京市人力资源和社会保障局北京市民政局"}, ANNEX_17),
]


def quotes(year: int, category: str, changes: dict[str, Any], code: str) -> list[str | None]:
    findings = judge(year, category, **changes).findings
    return [each.clause.quote if each.clause else None for each in findings if each.code == code]


@pytest.mark.parametrize(("code", "year", "category", "changes", "quote"), HARD)
def test_a_refusal_has_this_reason_alone_and_quotes_its_rule(
    code: str, year: int, category: str, changes: dict[str, Any], quote: str | None
) -> None:
    answer = judge(year, category, **changes)
    assert (answer.verdict, answer.reasons) == (Verdict.INELIGIBLE, (code,))
    assert quotes(year, category, changes, code) == [quote]


@pytest.mark.parametrize(("code", "year", "category", "changes", "quote"), REVIEW)
def test_a_review_has_this_reason_alone_and_quotes_its_rule(
    code: str, year: int, category: str, changes: dict[str, Any], quote: str | None
) -> None:
    answer = judge(year, category, **changes)
    assert (answer.verdict, answer.reasons) == (Verdict.NEEDS_REVIEW, (code,))
    assert answer.amount_if_approved is not None
    assert quotes(year, category, changes, code) == [quote]


@pytest.mark.parametrize(("code", "year", "category", "changes", "quote"), INFORMATION)
def test_information_is_said_of_a_yes_and_quotes_its_rule(
    code: str, year: int, category: str, changes: dict[str, Any], quote: str | None
) -> None:
    answer = judge(year, category, **changes)
    assert (answer.verdict, answer.reasons) == (Verdict.ELIGIBLE, (code,))
    assert quotes(year, category, changes, code) == [quote]


# ---- a rule whose premise failed is not evaluated: the table of section 10, line by line

STRANGE, NOBODY = "天津市职业技能鉴定指导中心", {"is_member": False, "beijing_union": False, "has_card": False}


@pytest.mark.parametrize(
    ("year", "category", "changes", "reasons"),
    [
        # not_beijing_member: the person is no member at all
        (2017, V, NOBODY, {"not_member", "no_card"}),
        (2024, C, NOBODY, {"not_member", "no_card"}),
        # beyond the person and the deadline: category_not_in_plan
        (2013, S, {**NOBODY, "issuer": STRANGE}, {"not_member", "no_card", "category_not_in_plan"}),
        (2014, S, {**NOBODY, "level_name": "助理", "issuer": STRANGE}, {"category_not_in_plan"}),
        (2013, C, {"rank": 99, "round": "preliminary"}, {"category_not_in_plan"}),
        # level_not_funded: 2017, and the issuer is not one of the five
        (2017, V, {"issuer": STRANGE, "level": 5}, {"issuer_not_listed"}),
        (2013, V, {"issuer": STRANGE, "level": 5}, {"issuer_not_listed", "level_not_funded"}),
        (2014, V, {"issuer": STRANGE, "level": 5}, {"issuer_not_listed", "level_not_funded"}),
        # catalogue and near-miss rules: the issuer is not listed, or the level is not funded
        (2013, V, {"issuer": STRANGE, "occupation": "茶艺师"}, {"issuer_not_listed"}),
        (2013, V, {"level": 3, "occupation": "茶艺师"}, {"level_not_funded"}),
        (2013, V, {"level": 3, "occupation": "变电值班员"}, {"level_not_funded"}),
        (2017, V, {"issuer": STRANGE, "occupation": "茶艺师"}, {"issuer_not_listed"}),
        (2017, V, {"issuer": TELECOM, "level": 3, "occupation": "茶艺师"}, {"level_not_funded"}),
        # in 2017 also when the kind of certificate is not funded; in 2013 not
        (2017, V, {"kind": "特种作业操作证", "level": 3, "occupation": "焊工"}, {"certificate_kind_not_funded"}),
        (
            2013,
            V,
            {"kind": "特种作业操作证", "occupation": "茶艺师"},
            {"certificate_kind_not_funded", "occupation_not_in_catalogue"},
        ),
        # rank and entrants: the round is not funded
        (2017, C, {"round": "semifinal", "rank": 99, "entrants": 1}, {"round_not_funded"}),
        (2024, C, {**SEMI, "rank": 99}, {"round_not_funded"}),
        # same_occupation_level_paid_before: the earlier grant is of plan 2024 itself
        (2024, V, {"history": [grant(2024, V, 2024, occupation="电工", level=2)]}, {"already_funded_this_year"}),
    ],
)
def test_a_rule_whose_premise_failed_is_not_evaluated(
    year: int, category: str, changes: dict[str, Any], reasons: set[str]
) -> None:
    answer = judge(year, category, **changes)
    assert set(answer.reasons) == reasons
    severe = {each.code for each in answer.findings if each.severity != "info"}
    assert severe == reasons


@pytest.mark.parametrize("occupation", ["茶艺师", "变电值班员"])
def test_the_lists_level_is_not_looked_at_when_the_occupation_is_not_in_it(occupation: str) -> None:
    found = {each.code for each in judge(2013, V, occupation=occupation, level=1).findings}
    assert not any(code.startswith("catalogue_level") for code in found)


def test_a_missing_membership_or_card_is_never_a_reason_in_2014() -> None:
    answer = judge(2014, V, **NOBODY, level=5)
    assert answer.reasons == ("level_not_funded",)


def test_every_failed_rule_of_2017_is_named() -> None:
    answer = judge(
        2017,
        V,
        **NOBODY,
        kind="职业技能等级证书",
        issuer=STRANGE,
        issue_date="2018-01-01",
        applied_on="2018-11-01",
        history=[grant(2013, V, 2014, occupation="电工", level=2)],
    )
    assert set(answer.reasons) == {
        "not_member",
        "no_card",
        "after_deadline",
        "certificate_kind_not_funded",
        "issuer_not_listed",
        "issue_date_outside_window",
        "already_funded_same_occupation_level",
    }
