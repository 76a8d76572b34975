"""A plan for a year that never was, which mixes the rules of all four real ones: data alone, no code.

From the pack on disk through the book, the assessment, the preview, the way out, the papers and the command.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import station_app.plans
from station_app.cli import main
from station_app.cli.output import Exit
from station_app.cli.packs import pack_files
from station_app.domain.application import Category, Content
from station_app.papers import Paper, PaperCase, application_form, confirmation_sheet, texts
from station_app.plans import (
    Assessment,
    Plan,
    Verdict,
    applicable_plans,
    assess,
    bundle,
    case_of,
    load_plan,
    preview,
    read_case,
    ways_out,
)
from station_app.plans.diff import differences
from station_app.services.plan_book import packaged_plans, plans_with
from tests.unit.plans.cases import codes, grant
from ui.messages import finding_sentence, way_out_sentence
from ui.plan_words import difference_sentence

FOLDER = Path(__file__).with_name("made_up_2025")
V, S, C = "vocational", "social_worker", "competition"
CENTRE = "示例市职业技能鉴定中心"
BUREAU = "示例市人力资源和社会保障局"
MEMBER = {"is_member": True, "has_card": True, "beijing_union": True, "full_time_union_social_worker": True}
CERTIFICATES: dict[str, dict[str, Any]] = {
    V: {
        "kind": "职业技能等级证书",
        "occupation": "电工",
        "level": 2,
        "issuer": CENTRE,
        "issue_date": "2025-03-10",
        "number": "S00001100012325" + "2000456",
    },
    S: {
        "kind": "社会工作者证书",
        "level_name": "社会工作师",
        "issuer": BUREAU,
        "approval_date": "2024-09-01",
        "management_no": "2024000001",
    },
    C: {
        "competition": "2025年示例市职工职业技能竞赛",
        "year": 2025,
        "occupation": "导医导诊",
        "occupation_certifiable": False,
        "round": "final",
        "highest_round": "final",
        "individual": True,
        "rank": 2,
        "entrants": 260,
    },
}


OTHER = {"issuer": "示例技师学院", "issuer_registered": True}
SAME_BEFORE = grant(2019, V, 2019, occupation="电工", level=2)


@cache
def plan() -> Plan:
    return load_plan(pack_files(str(FOLDER)))


def raw(category: str, /, **changes: Any) -> dict[str, Any]:
    case: dict[str, Any] = {
        "plan": 2025,
        "category": category,
        "applied_on": "2025-05-05",
        "member": dict(MEMBER),
        "certificate": dict(CERTIFICATES[category]),
        "history": [],
    }
    for name, value in changes.items():
        section = case if name in case else case["member" if name in MEMBER or name == "retired" else "certificate"]
        section[name] = value
    return case


def judge(category: str, /, **changes: Any) -> Assessment:
    return assess(plan(), read_case(raw(category, **changes)))


def content(category: str, /, **changes: Any) -> Content:
    case = raw(category, **changes)
    applicant = {
        "name": "示例",
        "id_number": "990105196306179027",
        "phone": "13900000000",
        "employer": "示例公司",
    }
    keys = ("plan", "category", "applied_on", "member", "certificate")
    return Content.from_json({**{key: case[key] for key in keys}, "applicant": applicant})


def test_no_code_knows_the_year_or_its_words() -> None:
    sources = Path(station_app.plans.__file__).parent.rglob("*.py")
    words = re.compile(r"2025(?!\.)|示例市")
    assert not [path.name for path in sources if words.search(path.read_text("utf-8"))]


def test_it_loads_and_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plans", "check", str(FOLDER), "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out) == {"ok": True, "year": 2025, "version": 3}
    assert plan().deadline == date(2025, 9, 30)
    assert set(plan().categories) == set(Category)
    assert plan().occupations[:3] == ("车工", "电工", "养老护理员")


@pytest.mark.parametrize(
    ("category", "changes", "yuan"),
    [
        (V, {}, 1500),
        (V, {"occupation": "车工", "level": 1}, 3000),
        (V, {"level": 3}, 900),
        (V, {"has_card": False}, 1500),  # as in 2014: apply first, the card before payment
        (V, {"issuer": "示例技师学院", "issuer_registered": True}, 1500),  # as in 2024
        (V, {"occupation": "无人机驾驶员(多旋翼)"}, 1500),  # width alone
        (V, {"first_issue_date": "2024-07-01", "issue_date": "2025-04-01", "reissued": True}, 1500),  # as in 2017
        (V, {"applied_on": "2025-06-10"}, 1500),  # three months to the day, as 2013's half year
        (S, {}, 1500),
        (S, {"level_name": "高级社会工作师"}, 3000),
        (C, {"rank": 1}, 3000),
        (C, {"rank": 6}, 1500),
        (C, {"round": "semifinal", "highest_round": "semifinal", "rank": 3, "entrants": 80}, 1500),
        (C, {"competition": "某竞赛", "class": "市级二类", "association_organised": True}, 1500),
    ],
)
def test_what_it_pays(category: str, changes: dict[str, Any], yuan: int) -> None:
    answer = judge(category, **changes)
    assert (answer.verdict, answer.amount) == (Verdict.ELIGIBLE, yuan)


@pytest.mark.parametrize(
    ("category", "changes", "reason", "place"),
    [
        (V, {"is_member": False}, "not_member", "一"),
        (S, {"applied_on": "2025-10-01"}, "after_deadline", "四"),
        (V, {"level": 4}, "level_not_funded", "二（一）"),
        (V, {"occupation": "车工", "level": 3}, "occupation_not_in_catalogue", "二（一）"),
        (V, {**OTHER, "occupation": "养老护理员"}, "occupation_not_in_catalogue", "二（一）"),
        (V, {"issuer": "示例技师学院", "issuer_registered": False}, "issuer_not_registered", "二（一）"),
        (V, {"issue_date": "2024-06-30", "applied_on": "2024-08-01"}, "issue_date_outside_window", "二（一）"),
        (V, {"first_issue_date": "2020-01-01"}, "first_issue_outside_window", "五"),
        (V, {"applied_on": "2025-06-11"}, "registration_after_half_year", "四"),
        (V, {"history": [SAME_BEFORE]}, "already_funded_same_occupation_level", "五"),
        (V, {"history": [grant(2025, C, 2025, rank=1)]}, "already_funded_this_year", "五"),
        (S, {"full_time_union_social_worker": False}, "not_union_social_worker", "一"),
        (S, {"level_name": "助理社会工作师"}, "level_not_funded", "二（二）"),
        (S, {"approval_date": "2024-06-30"}, "approval_date_outside_window", "二（二）"),
        (C, {"individual": False}, "not_individual_final", "二（三）"),
        (C, {"occupation_certifiable": True}, "occupation_certifiable", "二（三）"),
        (C, {"rank": 7}, "rank_outside_limit", "二（三）"),
        (C, {"entrants": 199}, "entrants_below_minimum", "二（三）"),
        (C, {"year": 2024}, "competition_year_mismatch", "二（三）"),
    ],
)  # fmt: skip
def test_what_it_refuses_with_its_clause_and_a_way_out(
    category: str, changes: dict[str, Any], reason: str, place: str
) -> None:
    answer = judge(category, **changes)
    assert (answer.verdict, answer.reasons) == (Verdict.INELIGIBLE, (reason,))
    (finding,) = (each for each in answer.findings if each.code == reason)
    assert finding.clause is not None
    assert finding.clause.place == place
    assert finding_sentence(finding).endswith("。")
    found = ways_out(plan(), read_case(raw(category, **changes)))
    assert any(each.whole for each in found)
    assert all(way_out_sentence(each).endswith("。") for each in found)


@pytest.mark.parametrize(
    ("category", "changes", "reason"),
    [
        (V, {"kind": "职业资格证书"}, "certificate_kind_unclear"),
        (V, {"issuer": "示例技师学院"}, "issuer_registration_unknown"),
        (V, {"occupation": "无人机驾驶"}, "occupation_near_miss"),
        (V, {"occupation": "电工", "level": 1}, "catalogue_level_mismatch"),
        (V, {"reissued": True}, "first_issue_unknown"),
        (V, {"retired": True}, "retired_member"),
        (V, {"history": [grant(2024, V, 2025, occupation="焊工", level=1)]}, "paid_this_calendar_year_other_plan"),
        (S, {"approval_date": "2024-07-01"}, "issue_date_on_boundary"),
        (S, {"issuer": "示例市民政局"}, "issuer_annex_conflict"),
        (S, {"level_name": "社会工作者"}, "level_unclear"),
        (C, {"round": "semifinal", "highest_round": "semifinal", "rank": 1, "entrants": 200}, "entrants_on_boundary"),
    ],
)
def test_what_it_asks_the_reviewer(category: str, changes: dict[str, Any], reason: str) -> None:
    answer = judge(category, **changes)
    if reason == "catalogue_level_mismatch":  # 电工 prints level 2: level 1 is above it
        assert answer.amount_if_approved == 3000
    assert (answer.verdict, answer.reasons) == (Verdict.NEEDS_REVIEW, (reason,))


def test_its_remarks_are_of_all_four_years() -> None:
    number = "s0000110001232420" + "00456"
    answer = judge(V, has_card=False, number=number, history=[grant(2025, S, None)], level=3)
    assert codes(answer, "info") >= {
        "card_needed_before_payment",
        "number_letter_small",
        "number_year_differs",
        "number_level_differs",
        "other_application_open",
        "catalogue_level_differs",
    }


def test_the_preview_asks_for_its_own_fields_in_its_order() -> None:
    bare = Content(2025, Category.SOCIAL_WORKER)
    seen = preview(plan(), bare, ())
    assert [each.field for each in seen.missing] == [
        "applied_on",
        "name",
        "id_number",
        "phone",
        "employer",
        "is_member",
        "has_card",
        "full_time_union_social_worker",
        "level_name",
        "management_no",
        "approval_date",
        "issuer",
    ]
    assert seen.assessment is None
    whole = preview(plan(), content(S), ())
    assert whole.missing == ()
    assert whole.assessment is not None
    assert whole.assessment.amount == 1500


def paper(category: str) -> PaperCase:
    entered = content(category)
    return PaperCase(
        reference="CY001-25-A000317-C",
        revision=1,
        content=entered,
        plan=plan(),
        station="示例街道工会服务站",
        clerk="王芳",
        printed_on=date(2025, 5, 5),
        assessment=assess(plan(), case_of(entered, ())),
    )


def test_its_own_form_is_printed_from_the_pack() -> None:
    said = texts(application_form(paper(S)))
    for words in (
        "附件 3",
        "2025年社会工作者助推推荐表",
        "推荐意见",
        "街道乡镇总工会公章",
        "本人确认以上信息。",
        "备注：一式一份。",
    ):
        assert any(words in each for each in said), words
    assert {"示例", "13900000000", "社会工作师", "2024000001"} <= {"".join(each.split()) for each in said}


@pytest.mark.parametrize("category", [V, S, C])
def test_the_confirmation_sheet_says_what_the_plan_says(category: str) -> None:
    case = paper(category)
    sheet = confirmation_sheet(case)
    said = "".join("".join(texts(sheet)).split())
    assert "1,500" in said or "1500" in said
    assert case.code(Paper.SHEET).reference == case.reference


def test_it_travels_as_a_bundle_and_stands_beside_the_others() -> None:
    book = plans_with(packaged_plans(), [bundle(pack_files(str(FOLDER)))])
    assert book.years == (2013, 2014, 2017, 2024, 2025)
    assert (book.get(2025).title, book.get(2025).version) == (plan().title, 3)
    found = applicable_plans(book, content(V))
    assert (found[0].year, found[0].assessment.amount) == (2025, 1500)
    other = read_case({**raw(V), "plan": 2024})
    assert "plan" in {each.field for each in ways_out(book, other)}


def test_it_can_be_compared_with_a_real_one() -> None:
    said = [difference_sentence(each) for each in differences(pack_files("2024"), pack_files(str(FOLDER)))]
    assert "规则 申报截止：最后一天由“2024-10-31”改为“2025-09-30”。" in said
    assert "金额 一级（职业技能等级）：金额（元）由“2000”改为“3000”。" in said
