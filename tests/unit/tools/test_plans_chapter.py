"""The handbook's chapter on the plans is what the packs say, rule by rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resources import plan_files, plan_years
from station_app.cli.packs import pack_files
from station_app.plans import Plan, PlanBook, load_plan
from station_app.plans.catalogue import read_catalogue
from station_app.plans.rules import KINDS
from station_app.services.plan_book import packaged_plans
from tests.tools.plan_conditions import requirement, told_of
from tests.tools.plans_chapter import PAGE, packaged_chapter, plans_chapter

MADE_UP = Path(__file__).parents[1] / "plans" / "made_up_2025"
BOOK = packaged_plans()


def test_the_chapter_is_made_from_the_packs() -> None:
    assert PAGE.read_text(encoding="utf-8") == packaged_chapter(), "make docs"


@pytest.mark.parametrize("name", [*map(str, plan_years()), str(MADE_UP)])
def test_every_rule_is_put_into_words(name: str) -> None:
    plan = load_plan(pack_files(name))
    for category in plan.categories.values():
        for rule in category.rules:
            said = requirement(rule)
            assert re.search(r"[\u4e00-\u9fff]", said.words)
            assert "{" not in said.words


def test_a_kind_without_words_is_not_passed_over() -> None:
    shown = {type(rule.check) for plan in _plans() for each in plan.categories.values() for rule in each.rules}
    assert len(shown) == len(KINDS)
    with pytest.raises(TypeError):
        told_of(object())  # type: ignore[arg-type]


def _plans() -> list[Plan]:
    return [*(BOOK.get(year) for year in BOOK.years), load_plan(pack_files(str(MADE_UP)))]


@pytest.mark.parametrize("year", plan_years())
def test_what_a_clerk_asks_stands_in_the_chapter(year: int) -> None:
    """Who, what, how much, until when, what to bring, with every clause."""
    plan, page = BOOK.get(year), packaged_chapter()
    part = page[page.index(f"## {year} 年") :]
    for clause in plan.clauses.values():
        assert f"- **{clause.place}** 「{' '.join(clause.quote.split())}」" in part
    for category in plan.categories.values():
        assert f"### {category.label}\n" in part
        assert all(f"- {each}\n" in part for each in category.materials)
        assert all(f"| {each.label} | {each.yuan} |" in part for each in category.amounts)
    if plan.deadline is not None:
        assert f"{plan.deadline.isoformat()} 以前申报" in part


def test_every_name_on_a_list_stands_in_the_chapter() -> None:
    page = packaged_chapter()
    for year in (2013, 2017):
        for entry in read_catalogue(plan_files(year)["catalogue.csv"]).entries:
            assert entry.occupation in page


def test_a_plan_of_another_year_has_its_chapter_too() -> None:
    files = pack_files(str(MADE_UP))
    page = plans_chapter(PlanBook({2025: load_plan(files)}), {2025: read_catalogue(files["catalogue.csv"])})
    for words in ("2025-09-30 以前申报", "| 一级 | 3000 | 三 |", "推荐表，加盖街道乡镇总工会公章", "3 个月内登记"):
        assert words in page
