"""What can be said of a draft while the clerk is typing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from station_app.domain.application import Category, Content
from station_app.errors import UserError
from station_app.plans import Grant, Verdict, assess, case_of, preview
from tests.unit.plans.cases import plan_of, raw_case

APPLICANT = {
    "name": "张三",
    "id_number": "990105199003071235",
    "card_no": "6210301877889900",
    "phone": "13800138000",
    "employer": "北京测试机械厂",
}
PLAN = plan_of(2024)


def draft(category: Category = Category.VOCATIONAL, /, **changes: Any) -> Content:
    """A complete draft under the 2024 plan with facts changed."""
    raw = raw_case(2024, category.value, number="Y00012", management_no="M1", **changes)
    raw["certificate"].pop("entrants", None)
    content = Content(2024, category, applied_on=date(2024, 5, 15), applicant=APPLICANT)
    return replace(content, member=raw["member"], certificate=raw["certificate"])


@pytest.mark.parametrize("category", list(Category))
def test_a_complete_draft_is_assessed_as_its_case_is(category: Category) -> None:
    content = draft(category)
    seen = preview(PLAN, content, ())
    assert seen.missing == ()
    assert seen.assessment == assess(PLAN, case_of(content, ()))
    assert seen.assessment is not None
    assert seen.assessment.verdict is Verdict.ELIGIBLE


def test_an_empty_draft_lacks_the_required_fields_in_entry_order() -> None:
    seen = preview(PLAN, Content(2024, Category.VOCATIONAL), ())
    assert seen.assessment is None
    assert [each.field for each in seen.missing] == [
        "applied_on",
        "name",
        "id_number",
        "phone",
        "card_no",
        "employer",
        "is_member",
        "beijing_union",
        "has_card",
        "occupation",
        "level",
        "issue_date",
        "number",
        "issuer",
    ]
    assert {each.code for each in seen.missing} == {"missing"}


@pytest.mark.parametrize("name", ["level", "issue_date", "issuer", "occupation"])
def test_nothing_is_said_while_a_fact_of_the_rules_is_missing(name: str) -> None:
    seen = preview(PLAN, draft(Category.VOCATIONAL, **{name: None}), ())
    assert seen.assessment is None
    assert [each.field for each in seen.missing] == [name]


def test_the_verdict_stands_although_a_field_no_rule_needs_is_missing() -> None:
    content = replace(draft(), applicant={})
    seen = preview(PLAN, content, ())
    assert seen.assessment is not None
    assert seen.assessment.amount == 1000
    assert [each.field for each in seen.missing] == ["name", "id_number", "phone", "card_no", "employer"]


def test_a_refusal_that_stands_is_shown_early() -> None:
    content = replace(draft(), certificate={"issue_date": "2022-01-01"}, member={"has_card": False})
    seen = preview(PLAN, content, ())
    assert seen.assessment is not None
    assert seen.assessment.verdict is Verdict.INELIGIBLE
    assert set(seen.assessment.reasons) == {"no_card", "issue_date_outside_window"}
    assert "level" in {each.field for each in seen.missing}


def test_a_grant_of_this_year_refuses_an_empty_draft() -> None:
    paid = Grant(2024, Category.COMPETITION, occupation="焊工", rank=1, year_paid=2024)
    seen = preview(PLAN, Content(2024, Category.VOCATIONAL), (paid,))
    assert seen.assessment is not None
    assert seen.assessment.reasons == ("already_funded_this_year",)


def test_an_absent_fact_is_never_a_false_one() -> None:
    content = replace(draft(), member={"is_member": True})
    seen = preview(PLAN, content, ())
    assert seen.assessment is None
    assert [each.field for each in seen.missing] == ["beijing_union", "has_card"]


def test_the_kind_of_certificate_has_a_default_that_an_entry_overrides() -> None:
    assert preview(PLAN, draft(kind=None), ()) == preview(PLAN, draft(), ())
    seen = preview(PLAN, draft(kind="职业资格证书"), ())
    assert seen.assessment is not None
    assert seen.assessment.reasons == ("certificate_kind_unclear",)
    assert assess(PLAN, case_of(draft(kind=None), ())).amount == 1000


def test_the_first_issue_cannot_follow_the_printed_date() -> None:
    seen = preview(PLAN, draft(first_issue_date="2023-08-01"), ())
    assert [(each.field, each.code) for each in seen.missing] == [("first_issue_date", "first_issue_after_issue")]


def test_a_category_outside_the_plan_is_refused_at_once() -> None:
    seen = preview(plan_of(2013), Content(2013, Category.COMPETITION), ())
    assert seen.assessment is not None
    assert seen.assessment.reasons == ("category_not_in_plan",)


def test_a_case_needs_the_day_of_application() -> None:
    with pytest.raises(UserError) as caught:
        case_of(replace(draft(), applied_on=None), ())
    assert (caught.value.code, caught.value.field) == ("missing", "applied_on")


def test_a_draft_without_a_fact_is_refused_by_field() -> None:
    with pytest.raises(UserError) as caught:
        assess(PLAN, case_of(draft(level=None), ()))
    assert (caught.value.code, caught.value.field) == ("missing", "level")
