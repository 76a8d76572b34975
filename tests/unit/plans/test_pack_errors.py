"""How a pack with an error is refused: where it stands, by file, line and key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import plan_files, plan_years
from station_app.errors import UserError
from station_app.plans import load_plan
from station_app.plans.places import line_of, lines_of

YEARS = plan_years()


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
