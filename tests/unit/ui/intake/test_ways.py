"""The lines of the ways out: the sentence, the clause, where each leads. No widgets."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from station_app.domain.application import Category
from station_app.plans import Clause, Grant, preview
from tests.unit.ui.intake.conftest import PLANS
from tests.unit.ui.intake.plan_cases import draft_of
from ui.pages.intake.plan_text import find_quote
from ui.pages.intake.ways import Way, ways

PAIRS = [(year, category) for year in PLANS.years for category in PLANS.get(year).categories]


def found(
    year: int,
    category: Category = Category.VOCATIONAL,
    history: tuple[Grant, ...] = (),
    settled: bool = False,
    **other: Any,
) -> tuple[Way, ...]:
    content = draft_of(year, category, **other)
    now = preview(PLANS.get(year), content, history).assessment
    assert now is not None
    return ways(PLANS, content, history, now, settled)


@pytest.mark.parametrize(("year", "category"), PAIRS)
def test_the_samples_are_eligible_as_they_stand(year: int, category: Category) -> None:
    content = draft_of(year, category)
    now = preview(PLANS.get(year), content, ()).assessment
    assert now is not None
    assert (now.verdict, now.amount) == ("eligible", 800 if year >= 2017 and category == "vocational" else 1000)


def test_an_errand_is_a_sentence_with_its_clause_and_leads_to_its_field() -> None:
    (way,) = found(2024, has_card=False, card_no=None)
    assert way.words == "办理互助服务卡后可申报，资助 800 元。"
    assert (way.field, way.plan, way.year) == ("has_card", None, 2024)
    assert way.clause is not None
    assert "互助服务卡" in way.clause.quote


def test_a_date_leads_to_its_field_and_rests_on_the_window() -> None:
    way = found(2017, issue_date="2016-12-31")[0]
    assert way.words.endswith("在 2017 年内，则符合，资助 800 元。")
    assert way.field == "issue_date"
    assert way.clause == PLANS.get(2017).clauses["vocational_window"]


def test_a_certificate_of_another_plans_window_leads_to_that_plan_with_its_reason() -> None:
    lines = found(2014, issue_date="2013-11-05", applied_on=date(2014, 1, 10))
    way = next(each for each in lines if each.plan == 2013)
    assert "改按 2013 年方案申报" in way.words
    assert "2013-11-05" in way.why
    assert (way.year, way.field) == (2013, "")
    assert way.clause == PLANS.get(2013).clauses["window"]


def test_a_certificate_whose_own_plan_is_closed_is_told_so() -> None:
    """Digest A-36: the window of 2017 means it, but 31 October 2018 has passed."""
    lines = found(2024, issue_date="2017-06-01", kind="职业资格证书", occupation="汽车维修电工", number=None)
    way = next(each for each in lines if each.year == 2017)
    assert "2018-10-31 截止" in way.why
    assert (way.plan, way.field) == (None, "")


def test_of_two_plans_that_both_fit_the_better_one_is_named_and_why() -> None:
    (way,) = found(2013, issue_date="2014-02-05", number=None, applied_on=date(2014, 5, 1))
    assert way.words.startswith("按 2014 年方案申报更合适")
    assert way.plan == 2014
    assert way.why


def test_a_frozen_revision_keeps_its_plan() -> None:
    assert all(each.plan is None for each in found(2013, settled=True, issue_date="2014-02-05", number=None))
    other = found(2014, settled=True, issue_date="2013-11-05", applied_on=date(2014, 1, 10))
    assert all(each.plan is None for each in other)


def test_a_grant_that_is_somebody_elses_leads_to_the_id_number() -> None:
    paid = Grant(2024, Category.VOCATIONAL, "电工", 2, year_paid=2024, reference="CY001-24-A000001-F", state="paid")
    way = found(2024, history=(paid,))[0]
    assert "不是您领的" in way.words
    assert way.field == "id_number"


@pytest.mark.parametrize(
    ("year", "category", "other"),
    [
        (2013, Category.VOCATIONAL, {"has_card": False}),
        (2014, Category.COMPETITION, {"rank": 20}),
        (2017, Category.SOCIAL_WORKER, {"full_time_union_social_worker": False}),
        (2017, Category.COMPETITION, {"entrants": 200}),
        (2017, Category.VOCATIONAL, {"occupation": "汽车维修电"}),
        (2024, Category.SOCIAL_WORKER, {"approval_date": "2022-12-31"}),
        (2024, Category.COMPETITION, {"individual": False}),
    ],
)
def test_every_clause_of_a_way_is_found_in_the_text_it_opens(
    year: int, category: Category, other: dict[str, Any]
) -> None:
    lines = found(year, category, **other)
    assert lines
    for way in lines:
        clause: Clause | None = way.clause
        if clause is not None:
            assert find_quote(PLANS.get(way.year).text, clause.quote) is not None, way.words
    assert any(each.clause for each in lines)


def test_nothing_to_say_of_a_plain_yes() -> None:
    assert found(2024) == ()
