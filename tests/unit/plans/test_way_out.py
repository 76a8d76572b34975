"""A way out of every refusal and review, found by assessing again; each really changes the answer."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_app.domain.application import Content
from station_app.domain.fields import SECTIONS, FieldType
from station_app.plans import (
    Assessment,
    Case,
    Change,
    PlanBook,
    Verdict,
    WayOut,
    assess,
    preview,
    read_case,
    ways_out,
)
from station_app.plans.way_out import changed
from tests.unit.plans.cases import CENTRE, grant, plan_of, raw_case
from tests.unit.plans.generated import YEARS, raw_cases, slightly_wrong_cases
from ui.messages import table, way_out_sentence

V, S, C = "vocational", "social_worker", "competition"


@cache
def book() -> PlanBook:
    return PlanBook({year: plan_of(year) for year in YEARS})


def answer_to(case: Case) -> Assessment:
    return assess(book().get(case.plan), case)


def after(case: Case, way: WayOut) -> Case:
    for change in way.changes:
        case = changed(case, change)
    return case


def ways(year: int, category: str, /, **changes: Any) -> tuple[WayOut, ...]:
    return ways_out(book(), read_case(raw_case(year, category, **changes)))


def sentences(year: int, category: str, /, **changes: Any) -> list[str]:
    return [way_out_sentence(each) for each in ways(year, category, **changes)]


cases_of_all_kinds = st.one_of(raw_cases(), slightly_wrong_cases())


@given(cases_of_all_kinds)
def test_each_way_out_really_leads_where_it_says(raw: dict[str, Any]) -> None:
    case = read_case(raw)
    now = answer_to(case)
    for way in ways_out(book(), case):
        then = answer_to(after(case, way))
        assert then != now
        assert then.verdict is way.verdict
        assert way.amount == (then.amount if then.amount is not None else then.amount_if_approved)
        assert set(way.solved) == set(now.reasons) - set(then.reasons if not way.whole else ())
        assert way.left == (() if way.whole else then.reasons)
        if way.field != "plan":
            assert way.clause in {each.clause for each in now.findings if each.code in way.solved}
        assert way.partial == (then.verdict is now.verdict)
        assert not way.partial or set(then.reasons) < set(now.reasons)


@given(cases_of_all_kinds)
def test_no_change_of_a_set_is_idle(raw: dict[str, Any]) -> None:
    """Leaving one of two changes out leads less far: sets are the smallest."""
    case = read_case(raw)
    rank = {Verdict.INELIGIBLE: 0, Verdict.NEEDS_REVIEW: 1, Verdict.ELIGIBLE: 2}
    for way in ways_out(book(), case):
        if len(way.changes) == 2:
            for alone in (changed(case, kept) for kept in way.changes):
                if is_possible(alone):
                    assert rank[answer_to(alone).verdict] < rank[way.verdict or Verdict.ELIGIBLE]


def is_possible(case: Case) -> bool:
    """No certificate was first issued after the day that is printed on it."""
    first, printed = case.day("first_issue_date"), case.day("issue_date")
    return first is None or printed is None or first <= printed


@given(cases_of_all_kinds)
def test_where_the_answer_is_yes_there_is_nothing_to_say_and_else_there_mostly_is(raw: dict[str, Any]) -> None:
    case = read_case(raw)
    found = ways_out(book(), case)
    if answer_to(case).verdict is Verdict.ELIGIBLE:
        assert found == ()
    elif len(answer_to(case).reasons) == 1:
        assert found


@given(cases_of_all_kinds)
def test_the_same_case_has_the_same_ways_out_and_the_best_come_first(raw: dict[str, Any]) -> None:
    case = read_case(raw)
    found = ways_out(book(), case)
    assert found == ways_out(book(), case)
    assert [each.whole for each in found] == sorted((each.whole for each in found), reverse=True)
    assert all(found.index(each) == place for place, each in enumerate(found))


@given(cases_of_all_kinds)
def test_every_way_out_has_its_sentence_and_its_json(raw: dict[str, Any]) -> None:
    for way in ways_out(book(), read_case(raw)):
        words = way_out_sentence(way)
        assert words.endswith("。")
        assert "{" not in words
        assert not [each.code for each in way.changes if each.code not in table("wayout")]
        assert [each["field"] for each in way.to_json()["changes"]] == [each.field for each in way.changes]


def test_every_fact_of_yes_or_no_has_its_two_phrases() -> None:
    """A pack of a new year may ask any of them."""
    facts = {
        name
        for section in ("member", "certificate")
        for name, spec in SECTIONS[section].items()
        if spec.type is FieldType.BOOLEAN
    }
    assert {*facts, *(f"{each}_not" for each in facts)} <= table("wayout").keys()


@pytest.mark.parametrize(
    ("year", "category", "changes", "expected"),
    [
        (2024, V, {"has_card": False}, ["办理互助服务卡后可申报，资助 1000 元。"]),
        (2024, V, {"is_member": False}, ["加入工会后可申报，资助 1000 元。"]),
        (
            2024,
            V,
            {"is_member": False, "has_card": False, "beijing_union": False},
            [
                "加入工会、把会籍转到北京市的工会、办理互助服务卡后可申报，资助 1000 元。",
                "办理互助服务卡后这一条就符合了，还有 1 条不符合。",
            ],
        ),
        (
            2024,
            V,
            {"has_card": False, "level": 4},
            [
                "办理互助服务卡，并且证书等级是 3 级，则符合，资助 800 元。",
                "办理互助服务卡后这一条就符合了，还有 1 条不符合。",
                "证书等级是 3 级，这一条就符合了，还有 1 条不符合。",
            ],
        ),
        (2024, V, {"issue_date": "2022-12-31"}, ["颁证日期在 2023 年内，则符合，资助 1000 元。"]),
        (
            2017,
            V,
            {"issue_date": "2018-03-05", "reissued": True},
            ["首次取得日期在 2017 年内，则符合，资助 1000 元。"],
        ),
        (
            2017,
            V,
            {"issue_date": "2013-11-05", "applied_on": "2014-01-10"},
            [
                "颁证日期在 2017 年内，则符合，资助 1000 元。",
                "改按 2013 年方案申报，则符合，资助 1000 元。",
            ],
        ),
        (
            2017,
            V,
            {"occupation": "育婴员", "level": 3},
            [
                "证书上的工种是“育婴师”，则符合，资助 800 元。",
                "证书等级是 2 级，则符合，资助 1000 元。",
                "证书等级是 1 级，则符合，资助 2000 元。",
            ],
        ),
        (
            2013,
            V,
            {"occupation": "茶艺师"},
            ["证书上的工种在目录的 200 个工种之内，则符合，资助 2000 元。"],
        ),
        (2013, V, {"issue_date": "2013-10-01"}, ["颁证日期在 2013-10-02 或以后，则符合，资助 2000 元。"]),
        (
            2024,
            C,
            {"year": 2022, "competition": "2022年北京市职工职业技能大赛"},
            ["竞赛是 2023 年的，则符合，资助 1000 元。"],
        ),
        (
            2017,
            C,
            {"round": "semifinal", "highest_round": "semifinal", "rank": 7, "entrants": 334},
            [
                "名次是决赛的名次，则符合，资助 1000 元。",
                "名次在 5 以内，则由技协审核，批准后资助 1000 元。",
            ],
        ),
        (
            2024,
            V,
            {"issuer": "示例技师学院", "reissued": True},
            [
                "发证机构已在北京市职业技能鉴定管理中心备案，并且首次取得日期在 2023 年内，则符合，资助 1000 元。",
                "发证机构已在北京市职业技能鉴定管理中心备案，这一条就不用审核了，还有 1 条要审核。",
                "首次取得日期在 2023 年内，这一条就不用审核了，还有 1 条要审核。",
            ],
        ),
        (
            2024,
            V,
            {"history": [grant(2024, V, 2024, occupation="焊工", level=1)]},
            ["2024 年方案的那笔经核实不是您领的，则符合，资助 1000 元。"],
        ),
        (2024, V, {}, []),
    ],
)
def test_what_the_clerk_can_say(year: int, category: str, changes: dict[str, Any], expected: list[str]) -> None:
    said = sentences(year, category, **changes)
    assert said[: len(expected)] == expected
    assert bool(said) == bool(expected)


def test_a_plan_whose_dates_do_not_mean_the_certificate_is_not_offered() -> None:
    """2013 prints no end and 2014 none at all: a certificate of 2018 would pass both, and neither is meant."""
    fields = {each.field for each in ways(2017, V, issue_date="2018-03-05")}
    assert "plan" not in fields


def test_a_single_plan_offers_no_other() -> None:
    case = read_case(raw_case(2017, V, issue_date="2013-11-05", applied_on="2014-01-10"))
    assert "plan" in {each.field for each in ways_out(book(), case)}
    assert "plan" not in {each.field for each in ways_out(plan_of(2017), case)}


def test_a_first_issue_is_never_offered_later_than_the_printed_date() -> None:
    for year, printed in [(2017, "2016-05-05"), (2017, "2017-05-05"), (2017, "2019-05-05"), (2024, "2024-02-02")]:
        for first in (None, "2011-01-01", "2020-01-01"):
            case = read_case(raw_case(year, V, issue_date=printed, first_issue_date=first, reissued=True))
            for way in ways_out(plan_of(year), case):
                then = after(case, way)
                day, until = then.day("first_issue_date"), then.day("issue_date")
                if "first_issue_date" in {each.field for each in way.changes}:
                    assert day is not None
                    assert until is not None
                    assert day <= until


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_no_trap(day: str) -> None:
    for year in YEARS:
        for changes in ({"issue_date": day}, {"applied_on": day}, {"issue_date": day, "applied_on": day}):
            ways(year, V, **changes)


def test_the_way_out_of_a_draft_that_is_not_complete() -> None:
    content = Content.from_json(
        {
            "plan": 2024,
            "category": V,
            "member": {"is_member": True, "beijing_union": True, "has_card": False},
            "certificate": {"level": 4},
        }
    )
    refused = preview(plan_of(2024), content, ()).assessment
    assert refused is not None
    assert set(refused.reasons) == {"no_card", "level_not_funded"}
    found = ways_out(book(), content)
    assert [each.verdict for each in found] == [None, Verdict.INELIGIBLE, Verdict.INELIGIBLE]
    assert way_out_sentence(found[0]) == (
        "办理互助服务卡，并且证书等级是 3 级，就没有不符合的地方了，其余各项请继续填写。"
    )


def test_history_counts_for_a_draft() -> None:
    raw = raw_case(2024, V)
    content = Content.from_json({key: raw[key] for key in ("plan", "category", "applied_on", "member", "certificate")})
    earlier = read_case(raw_case(2024, V, history=[grant(2024, V, 2024, occupation="电工", level=2)])).history
    assert ways_out(book(), content) == ()
    assert [each.field for each in ways_out(book(), content, earlier)] == ["history"]


def test_a_change_of_facts_that_are_one_thing_changes_them_together() -> None:
    case = read_case(raw_case(2014, C, competition="示例杯竞赛", association_organised=False, **{"class": "市级三类"}))
    (way, *_) = ways_out(book(), case)
    assert way.changes == (
        Change(
            "class",
            "市级三类",
            "市级二类",
            "class_organised",
            {"class": "市级二类"},
            {"association_organised": True},
        ),
    )
    assert way.to_json()["changes"][0]["also"] == {"association_organised": True}
    assert (way.field, way.from_value, way.to, way.code) == ("class", "市级三类", "市级二类", "class_organised")


@settings(max_examples=20)
@given(st.sampled_from([CENTRE, "示例技师学院"]), st.booleans())
def test_an_issuer_that_is_listed_is_not_offered_itself(issuer: str, registered: bool) -> None:
    for way in ways(2024, V, issuer=issuer, issuer_registered=registered, level=5):
        assert all(each.before != each.after for each in way.changes)
