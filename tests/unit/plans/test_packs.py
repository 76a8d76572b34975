"""The packs that come with the program, and how a pack with an error is refused."""

from __future__ import annotations

import csv
import dataclasses
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from resources import plan_files, plan_years, read_text
from station_app.domain.application import Category
from station_app.errors import UserError
from station_app.plans import Clause, PlanBook, bundle, unbundle
from station_app.plans.rules.base import Outcome
from tests.unit.plans.cases import plan_of

YEARS = plan_years()
PLAIN_WORDS = {"茶艺师", "人力资源管理师"}


def squeeze(text: str) -> str:
    return "".join(text.split())


def outcomes(thing: object) -> Iterator[Outcome]:
    """Every finding in waiting inside a plan."""
    if isinstance(thing, Outcome):
        yield thing
    elif dataclasses.is_dataclass(thing):
        for each in dataclasses.fields(thing):
            yield from outcomes(getattr(thing, each.name))
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from outcomes(value)
    elif isinstance(thing, tuple):
        for value in thing:
            yield from outcomes(value)


def test_all_four_packs_are_there() -> None:
    assert YEARS == (2013, 2014, 2017, 2024)


@pytest.mark.parametrize("year", YEARS)
def test_every_quotation_stands_in_the_plans_text(year: int) -> None:
    text = squeeze(plan_files(year)["text.txt"])
    clauses = [each.clause for each in outcomes(plan_of(year)) if each.clause]
    assert clauses
    for clause in [*clauses, *plan_of(year).clauses.values()]:
        assert squeeze(clause.quote) in text
        assert clause.place
        assert clause.file == plan_of(year).source


@pytest.mark.parametrize("year", YEARS)
def test_every_clause_is_used_or_a_target(year: int) -> None:
    used = {each.clause for each in outcomes(plan_of(year))}
    unused = {name for name, clause in plan_of(year).clauses.items() if clause not in used}
    assert unused <= {"review", "payment"}


@pytest.mark.parametrize("year", [2013, 2017, 2024])
def test_every_refusal_names_its_clause(year: int) -> None:
    """The digest alone, not the plan, refuses a certificate number paid before (A-46) in 2013."""
    bare = {each.code for each in outcomes(plan_of(year)) if each.severity == "refuse" and each.clause is None}
    assert bare <= {"already_funded_same_certificate", "first_issue_outside_window"}


@pytest.mark.parametrize("year", YEARS)
def test_every_code_has_a_sentence(year: int) -> None:
    sentences = tomllib.loads(read_text("translations/zh_CN/findings.toml"))
    assert {each.code for each in outcomes(plan_of(year))} | {"amount_if_approved"} <= sentences.keys()


@pytest.mark.parametrize("year", YEARS)
def test_words_of_the_plans_own_forms_stand_in_its_text(year: int) -> None:
    text = squeeze(plan_files(year)["text.txt"])
    for category in plan_of(year).categories.values():
        form = category.form
        if form.kind != "application_form":
            continue
        words = [form.title, form.declaration, form.signature, form.date_line, form.remark]
        words += [cell.label for section in form.sections for row in section.rows for cell in row]
        words += [section.title for section in form.sections]
        assert all(squeeze(each) in text for each in words)


@pytest.mark.parametrize("year", YEARS)
def test_notices_and_contact_stand_in_the_plans_text(year: int) -> None:
    plan = plan_of(year)
    text = squeeze(plan.text)
    for words in (*plan.notices, plan.contact.name, plan.contact.phone, plan.contact.address):
        assert squeeze(words) in text


def test_catalogue_2013_is_the_plans_list() -> None:
    rows = list(csv.DictReader(plan_files(2013)["catalogue.csv"].splitlines()))
    assert [int(each["seq"]) for each in rows] == list(range(1, 201))
    assert sum(each["level"] == "1" for each in rows) == 153
    listed = [line.strip() for line in plan_of(2013).text.splitlines() if line.strip()]
    start = listed.index("等级") + 1
    words = {"1": "一级", "2": "二级"}
    assert listed[start:] == [part for each in rows for part in (each["seq"], each["occupation"], words[each["level"]])]


def test_catalogue_2017_is_the_plans_list() -> None:
    rows = list(csv.DictReader(plan_files(2017)["catalogue.csv"].splitlines()))
    assert len(rows) == 53
    text = squeeze(plan_of(2017).text)
    for row in rows:
        assert squeeze(row["issuer"]) in text
        assert row["occupation"] in text or row["occupation"] == "电网调度自动化厂站端调试检修员"


def test_known_names_are_all_lists_together() -> None:
    lists = {
        row["occupation"].strip()
        for year in (2013, 2017)
        for row in csv.DictReader(plan_files(year)["catalogue.csv"].splitlines())
    }
    for year in YEARS:
        assert set(plan_files(year)["occupations.txt"].split()) == lists - {"全部鉴定工种"} | PLAIN_WORDS
        assert set(plan_of(year).occupations) == lists - {"全部鉴定工种"} | PLAIN_WORDS


def test_no_code_names_a_year() -> None:
    import station_app.plans

    for module in sorted(path for folder in station_app.plans.__path__ for path in _sources(folder)):
        code = "\n".join(line.split("#")[0] for line in module.read_text(encoding="utf-8").splitlines())
        code = "".join(part for place, part in enumerate(code.split('"""')) if place % 2 == 0)
        assert not any(str(year) in code for year in YEARS), module


def _sources(folder: str) -> list[Any]:
    from pathlib import Path

    return list(Path(folder).rglob("*.py"))


def test_2024_fields_in_entry_order() -> None:
    plan = plan_of(2024).category(Category.VOCATIONAL)
    names = [each.name for each in plan.fields if each.section == "certificate"]
    assert names[:9] == [
        "kind",
        "occupation",
        "level",
        "issue_date",
        "reissued",
        "first_issue_date",
        "number",
        "issuer",
        "issuer_registered",
    ]
    starred = {each.name for each in plan.fields if each.required and each.section == "certificate"}
    assert starred == {"kind", "occupation", "level", "issue_date", "number", "issuer"}
    level = plan.field("level")
    assert level is not None
    assert [each.value for each in level.choices if each.shown] == [1, 2, 3]


def test_2024_form_has_the_annex_fields_in_print_order() -> None:
    form = plan_of(2024).category(Category.SOCIAL_WORKER).form
    cells = [cell.field for section in form.sections for row in section.rows for cell in row]
    assert cells == [
        "name",
        "phone",
        "id_number",
        "employer",
        "card_no",
        "position",
        "level_name",
        "management_no",
        "approval_date",
        "issuer",
    ]
    assert form.seals == ()


def test_plan_book_knows_its_years() -> None:
    book = PlanBook({year: plan_of(year) for year in YEARS})
    assert book.years == YEARS
    assert book.get(2024).title == "2024年在职职工职业发展助推计划实施方案"
    with pytest.raises(UserError) as caught:
        book.get(2023)
    assert (caught.value.code, caught.value.field) == ("plan_unknown", "plan")


@pytest.mark.parametrize(
    ("year", "deadline"), [(2013, None), (2014, None), (2017, date(2018, 10, 31)), (2024, date(2024, 10, 31))]
)
def test_the_deadline_is_the_rules(year: int, deadline: date | None) -> None:
    assert plan_of(year).deadline == deadline


def test_bundle_is_one_text_and_comes_back() -> None:
    files = plan_files(2024)
    text = bundle(files)
    assert bundle(dict(reversed(files.items()))) == text
    assert unbundle(text) == files


@pytest.mark.parametrize("text", ["", "[]", "{", '{"plan.toml": 1}'])
def test_what_is_no_bundle_is_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        unbundle(text)
    assert caught.value.code == "pack_invalid"


def test_clause_knows_its_file() -> None:
    assert Clause("a.txt", "b", "一").to_json() == {"file": "a.txt", "quote": "b", "place": "一"}
