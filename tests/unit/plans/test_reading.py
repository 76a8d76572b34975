"""Reading a line of JSON strictly, and the JSON of an answer."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.errors import BugError, UserError
from station_app.plans import Assessment, Verdict, assess, read_case
from tests.unit.plans.cases import CERTIFICATES, grant, judge, plan_of, raw_case

V, S, C = "vocational", "social_worker", "competition"


def refusal(raw: object) -> tuple[str, str | None]:
    with pytest.raises(UserError) as caught:
        read_case(raw)
    return caught.value.code, caught.value.field


@pytest.mark.parametrize("raw", [None, 1, "x", [], True])
def test_what_is_no_object_is_no_case(raw: object) -> None:
    assert refusal(raw) == ("not_an_object", None)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"plan": None}, "missing", "plan"),
        ({"plan": "2024"}, "not_a_whole_number", "plan"),
        ({"plan": True}, "not_a_whole_number", "plan"),
        ({"category": None}, "missing", "category"),
        ({"category": "sport"}, "not_a_choice", "category"),
        ({"category": ["vocational"]}, "not_a_choice", "category"),
        ({"member": None}, "missing", "member"),
        ({"member": []}, "not_an_object", "member"),
        ({"certificate": "x"}, "not_an_object", "certificate"),
        ({"applied_on": None}, "missing", "applied_on"),
        ({"applied_on": "2024-02-30"}, "not_a_date", "applied_on"),
        ({"applied_on": "2024-5-1"}, "not_a_date", "applied_on"),
        ({"applied_on": 20240501}, "not_a_date", "applied_on"),
        ({"history": {}}, "not_a_list", "history"),
        ({"history": [1]}, "not_an_object", "history"),
        ({"history": [{"category": V, "year_paid": 2023}]}, "missing", "history.plan"),
        ({"history": [{"plan": 2023, "year_paid": 2023}]}, "missing", "history.category"),
        ({"history": [{"plan": 2023, "category": V}]}, "missing", "history.year_paid"),
        ({"history": [grant(2023, V, 2023, level="2")]}, "not_a_whole_number", "history.level"),
        ({"history": [grant(2023, V, 2023, certificate_number=7)]}, "not_text", "history.certificate_number"),
    ],
)
def test_a_wrong_case_is_refused_by_code_and_field(changes: dict[str, Any], code: str, field: str) -> None:
    assert refusal({**raw_case(2024, V), **changes}) == (code, field)


@pytest.mark.parametrize(
    ("category", "name", "value", "code"),
    [
        (V, "kind", None, "missing"),
        (V, "occupation", None, "missing"),
        (V, "occupation", "  ", "missing"),
        (V, "occupation", ["电工"], "not_text"),
        (V, "level", None, "missing"),
        (V, "level", "2", "not_a_whole_number"),
        (V, "level", 2.0, "not_a_whole_number"),
        (V, "level", True, "not_a_whole_number"),
        (V, "level", ["特级技师"], "not_a_whole_number"),
        (V, "level", -1, "out_of_range"),
        (V, "issuer", "x" * 201, "too_long"),
        (V, "issuer", "a\x00b", "control_character"),
        (V, "issue_date", None, "missing"),
        (V, "issue_date", "2023-02-29", "not_a_date"),
        (V, "first_issue_date", "soon", "not_a_date"),
        (V, "reissued", "yes", "not_true_or_false"),
        (V, "issuer_registered", 1, "not_true_or_false"),
        (V, "is_member", None, "missing"),
        (V, "has_card", "true", "not_true_or_false"),
        (S, "level_name", None, "missing"),
        (S, "approval_date", "2023-13-01", "not_a_date"),
        (C, "competition", None, "missing"),
        (C, "rank", 0, "out_of_range"),
        (C, "rank", "1", "not_a_whole_number"),
        (C, "individual", "是", "not_true_or_false"),
    ],
)
def test_a_wrong_fact_is_refused_by_code_and_field(category: str, name: str, value: object, code: str) -> None:
    raw = raw_case(2024, category, **{name: value})
    assert refusal(raw) == (code, name)


def test_all_problems_are_listed() -> None:
    raw = raw_case(2024, V, level="2", issue_date="2023-02-29", is_member=None)
    with pytest.raises(UserError) as caught:
        read_case(raw)
    problems = caught.value.params["problems"]
    assert isinstance(problems, list)
    assert {each["field"] for each in problems} == {"level", "issue_date", "is_member"}


def test_keys_that_are_no_facts_are_ignored() -> None:
    raw = {**raw_case(2024, V, note="x"), "id": "1", "expect": {}, "why": ""}
    assert read_case(raw) == read_case(raw_case(2024, V))


@pytest.mark.parametrize(
    ("year", "category", "name"),
    [
        (2024, S, "approval_date"),
        (2024, C, "individual"),
        (2017, S, "sign_date"),
        (2017, S, "full_time_union_social_worker"),
        (2017, C, "entrants"),
        (2017, C, "highest_round"),
        (2017, C, "occupation_certifiable"),
    ],
)
def test_a_fact_the_plan_needs_is_asked_for(year: int, category: str, name: str) -> None:
    case = read_case(raw_case(year, category, **{name: None}))
    with pytest.raises(UserError) as caught:
        assess(plan_of(year), case)
    assert (caught.value.code, caught.value.field) == ("missing", name)


def test_a_case_of_another_plan_is_our_bug() -> None:
    with pytest.raises(BugError):
        assess(plan_of(2017), read_case(raw_case(2024, V)))


def test_json_of_an_eligible_answer() -> None:
    answer = judge(2024, V).to_json()
    assert list(answer) == ["verdict", "amount", "reasons", "findings"]
    assert (answer["verdict"], answer["amount"], answer["reasons"]) == ("eligible", 1000, [])


def test_json_of_a_refusal_names_clause_file_and_quotation() -> None:
    answer = judge(2024, V, applied_on="2024-11-01").to_json()
    finding = answer["findings"][0]
    assert finding["code"] == "after_deadline"
    assert finding["severity"] == "refuse"
    assert finding["field"] == "applied_on"
    assert finding["clause"]["file"] == "001_0e7e84f758fb36d3.txt"
    assert finding["clause"]["quote"].startswith("申报截止日期为 2024 年 10 月 31 日")
    assert finding["clause"]["place"] == "五（三）"
    assert finding["params"] == {"applied_on": "2024-11-01", "last": "2024-10-31"}


def test_json_of_a_review_tells_the_amount_if_approved() -> None:
    answer = judge(2024, V, issuer="示例技师学院").to_json()
    assert (answer["amount"], answer["amount_if_approved"]) == (None, 1000)
    assert answer["findings"][0]["code"] == "amount_if_approved"
    assert answer["findings"][0]["params"] == {"yuan": 1000, "label": "二级（技师）"}


@pytest.mark.parametrize("changes", [{}, {"level": 4}, {"issuer": "示例技师学院"}, {"history": [grant(2024, V, 2024)]}])
def test_json_comes_back(changes: dict[str, Any]) -> None:
    answer = judge(2024, V, **changes)
    assert Assessment.from_json(json.loads(json.dumps(answer.to_json()))) == answer


def test_a_reason_is_named_once() -> None:
    twice = [grant(2024, V, 2024, occupation="焊工", level=2), grant(2024, C, 2024, rank=1)]
    answer = judge(2024, V, history=twice)
    assert answer.reasons == ("already_funded_this_year",)
    assert sum(each.code == "already_funded_this_year" for each in answer.findings) == 2
    assert answer.verdict is Verdict.INELIGIBLE


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=8),
        st.sampled_from(["9999-12-31", "0001-01-01", "特级技师", "final"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=4,
)


@given(st.sampled_from(sorted(CERTIFICATES)), st.data())
def test_whatever_a_line_holds_it_is_a_case_or_refused_by_code(pair: tuple[int, str], data: st.DataObject) -> None:
    raw = raw_case(*pair, history=[grant(2023, V, 2023, occupation="电工", level=2)])
    for _ in range(data.draw(st.integers(1, 3))):
        section = data.draw(st.sampled_from([raw, *[each for each in raw.values() if each and isinstance(each, dict)]]))
        section[data.draw(st.sampled_from(sorted(section)))] = data.draw(values)
    with contextlib.suppress(UserError):
        case = read_case(raw)
        if case.plan == pair[0]:
            assert assess(plan_of(pair[0]), case).verdict in set(Verdict)
