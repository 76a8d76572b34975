"""The packs that come with the program, and how a pack with an error is refused."""

from __future__ import annotations

import csv
import dataclasses
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import plan_files, plan_years, read_text
from station_app.domain.application import Category
from station_app.errors import UserError
from station_app.plans import Clause, PlanBook, bundle, load_plan, unbundle
from station_app.plans.places import line_of, lines_of
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


def refused(**changes: str | None) -> tuple[str, str]:
    """Where and why the 2024 pack (2013's for its catalogue) is refused after these changes."""
    files: dict[str, str] = plan_files(2013 if "catalogue.csv" in changes else 2024)
    for name, text in changes.items():
        if text is None:
            del files[name]
        else:
            files[name] = text
    with pytest.raises(UserError) as caught:
        load_plan(files)
    assert caught.value.code == "pack_invalid"
    return str(caught.value.field), str(caught.value.params["problem"])


def toml(old: str, new: str) -> dict[str, str]:
    text = plan_files(2024)["plan.toml"]
    assert old in text
    return {"plan.toml": text.replace(old, new, 1)}


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("year = 2024\n", "year = 2024\nyear = \n", "year =", "not_toml"),
        ("year = 2024\n", "year = 2024\nyear = 2024\n", "year = 2024", "key_twice"),
        ("last = 2024-10-31\n", "last = 2024-02-30\n", "last = 2024-02-30", "date_impossible"),
    ],
)
def test_what_is_no_toml_is_refused_at_its_line(old: str, new: str, line: str, problem: str) -> None:
    files = toml(old, new)
    place, found = refused(**files)
    assert found == problem
    assert place.startswith("plan.toml:")
    assert files["plan.toml"].splitlines()[int(place.removeprefix("plan.toml:")) - 1].strip() == line


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "problem"),
    [
        ("year = 2024\n", 'year = "2024"\n', "year", 'year = "2024"', "not_int"),
        ("year = 2024\n", "year = 20240\n", "year", "year = 20240", "out_of_range"),
        ("version = 1\n", "version = true\n", "version", "version = true", "not_a_whole_number"),
        ("version = 1\n", "version = 0\n", "version", "version = 0", "out_of_range"),
        ("yuan = 2000", "yuan = -1", "categories.vocational.amounts[0].yuan", "yuan = -1", "out_of_range"),
        ("last = 2024-10-31\n", "last = 2024-10-31T00:00:00\n", "everybody[4].last", "T00:00:00", "not_a_date"),
        ("end = 2023-12-31\n", "end = 2022-12-31\n", "rules[3].end", "end = 2022-12-31", "end_before_start"),
        ("sms = false\n", "sms = false\nsmss = 1\n", "smss", "smss = 1", "key_unknown"),
        ('quote = "填写完整', 'quote = "填写不完整', "clauses.number.quote", "填写不完整", "quote_not_in_text"),
        ('kind = "deadline"', 'kind = "dead_line"', "everybody[4].kind", 'kind = "dead_line"', "kind_unknown"),
        ('"no_card"\nclause = "person"', '"no_card"\nclause = "p"', "everybody[2].clause", '"p"', "clause_unknown"),
        ('fact = "has_card"', 'fact = "has_cart"', "everybody[2].fact", 'fact = "has_cart"', "fact_unknown"),
        ('after = ["round"]', 'after = ["bound"]', "rules[15].after", 'after = ["bound"]', "rule_unknown"),
        ('for = ["competition"]', 'for = ["contest"]', "rules[11].for", 'for = ["contest"]', "category_unknown"),
        ('same = ["paid", "this_plan"]', 'same = ["payed"]', "rules[16].same", 'same = ["payed"]', "word_unknown"),
        ("year = 2024\nseverity", "severity", "rules[18].year", "[[rules]]", "word_unknown"),
        ('severity = "review"', 'severity = "maybe"', "everybody[3].severity", '"maybe"', "severity_unknown"),
        ("high = 10\n", "", "rules[15].above", "above = ", "key_unknown"),
        ('layout = "A9', 'layout = "A#', "rules[5].layout", 'layout = "A#', "layout_unreadable"),
        ('layout = "A9', 'layout = "LA9', "rules[5].layout", 'layout = "LA9', "layout_unreadable"),
        (
            "when = { level = [2] }",
            "when = { grade = [2] }",
            "categories.vocational.amounts[1].when.grade",
            "grade = [2]",
            "fact_unknown",
        ),
        (
            '"id_back", "card"',
            '"id_bag", "card"',
            "categories.vocational.scans",
            "scans = [",
            "scan_kind_unknown",
        ),
        (
            'name = "issue_date", label = "颁证日期", required = true',
            'name = "issue_date"',
            "categories.vocational.fields.issue_date",
            "fields = [",
            "fact_not_asked_for",
        ),
        (
            "[categories.competition]",
            "[categories.contest]",
            "categories.contest",
            "[categories.contest]",
            "category_unknown",
        ),
        (
            'value = 1, label = "一级"',
            'value = "1", label = "一级"',
            "categories.vocational.fields[2].choices[0].value",
            'value = "1"',
            "not_a_whole_number",
        ),
    ],
)
def test_an_error_in_the_toml_is_refused_at_its_line_and_key(
    old: str, new: str, key: str, line: str, problem: str
) -> None:
    files = toml(old, new)
    place, found = refused(**files)
    number, _, named = place.removeprefix("plan.toml:").partition(" ")
    assert (named, found) == (key, problem)
    assert line in files["plan.toml"].splitlines()[int(number) - 1]


def test_a_key_that_is_missing_is_refused_at_the_top() -> None:
    assert refused(**toml("year = 2024\n", "")) == ("plan.toml:1 year", "missing")


def keys_of(value: object, path: str = "") -> Iterator[str]:
    """Every key of a table and every place of a list, as an error names it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}" if path else key
            yield from keys_of(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield f"{path}[{place}]"
            yield from keys_of(inner, f"{path}[{place}]")


@pytest.mark.parametrize("year", YEARS)
def test_every_key_of_a_pack_has_its_line(year: int) -> None:
    text = plan_files(year)["plan.toml"]
    lines = text.splitlines()
    places = lines_of(text)
    for key in keys_of(tomllib.loads(text)):
        name = key.rsplit(".", 1)[-1]
        if name not in ("clauses", "categories"):
            assert name.endswith("]") or name in lines[places[key] - 1]


ODD_TOML = '''# x = 1
a = 1 # b = 2
"b c" = 'it "is"'
d.e = """
f = 1
"""
g = [ # one
    { h = 1, i = ["#", "]"] },

    { h = 2 }, ]
[j.k] # l = 1
m = 2024-01-01
[[n]]
o = "\\"]"
[[n]]
[n.q]
r = true
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("a", 2),
        ("b c", 3),
        ("d.e", 4),
        ("g", 7),
        ("g[0].i[1]", 8),
        ("g[1].h", 10),
        ("j.k", 11),
        ("j.k.m", 12),
        ("n[0].o", 14),
        ("n[1]", 15),
        ("n[1].q.r", 17),
        ("n[1].q.s", 16),
        ("f", None),
    ],
)
def test_lines_of_a_toml_text_with_everything_in_it(key: str, line: int | None) -> None:
    assert tomllib.loads(ODD_TOML)["g"][1]["h"] == 2
    assert line_of(ODD_TOML, key) == line


@pytest.mark.parametrize(
    ("files", "place", "problem"),
    [
        ({"text.txt": None}, "text.txt", "file_missing"),
        ({"text.txt": " \n"}, "text.txt", "file_empty"),
        ({"plan.toml": ""}, "plan.toml", "file_empty"),
        ({"plan.toml": "a = " + "[" * 10_000}, "plan.toml", "nested_too_deep"),
        ({"plan.toml": "a = " + "9" * 10_000}, "plan.toml", "not_toml"),
        ({"catalogue.csv": "seq,occupation,level\n1,车工,1\n1,车工,1\n"}, "catalogue.csv:3", "row_twice"),
        ({"extra.txt": "x"}, "extra.txt", "file_unknown"),
        ({"catalogue.csv": "seq,occupation,level\n1,车工,1\n2,,1\n"}, "catalogue.csv:3", "row_incomplete"),
        ({"catalogue.csv": "seq,occupation,level\n1,车工,一\n"}, "catalogue.csv:2", "level_unreadable"),
        ({"catalogue.csv": 'seq,occupation,level\n1,"车"工,1\n'}, "catalogue.csv:2", "not_csv"),
        ({"catalogue.csv": "工种\n车工\n"}, "catalogue.csv:1", "columns_unknown"),
    ],
)
def test_an_error_in_the_files_is_refused_where_it_stands(
    files: dict[str, str | None], place: str, problem: str
) -> None:
    assert refused(**files) == (place, problem)


LINES = plan_files(2024)["plan.toml"].splitlines()
ODD = [
    "x = 1",
    'kind = "level"',
    "when = { level = [[1]] }",
    "for = 1",
    'code = ["a"]',
    "start = 1",
    "[rules]",
    "fields = {}",
]


@given(st.integers(0, len(LINES) - 1), st.sampled_from(ODD), st.booleans())
def test_a_broken_pack_is_refused_or_whole(place: int, odd: str, added: bool) -> None:
    """Whatever stands on one line, a pack is loaded whole or refused by its code: nothing else is raised."""
    lines = [*LINES[:place], odd, *LINES[place + (0 if added else 1) :]]
    try:
        plan = load_plan({**plan_files(2024), "plan.toml": "\n".join(lines)})
    except UserError as error:
        if error.code != "pack_invalid" or not error.field:
            raise
    else:
        assert plan.year


@given(st.integers(0, len(LINES) - 1))
def test_a_pack_that_lacks_a_line_is_refused_or_whole(place: int) -> None:
    try:
        plan = load_plan({**plan_files(2024), "plan.toml": "\n".join(LINES[:place] + LINES[place + 1 :])})
    except UserError as error:
        if error.code != "pack_invalid" or not error.field:
            raise
    else:
        assert plan.categories


def test_clause_knows_its_file() -> None:
    assert Clause("a.txt", "b", "一").to_json() == {"file": "a.txt", "quote": "b", "place": "一"}
