"""Certificate numbers that carry a year and a level: hints beside the field, never part of the verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plans.cases import codes, judge

V = "vocational"


def new_number(year: int, level: int, first: str = "S") -> str:
    """22 characters: a letter, 12 digits of the body, year, level, six digits."""
    return f"{first}000011000123{year % 100:02d}{level}000456"


def old_number(year: int, level: int) -> str:
    """16 digits: year, eight digits of the place and body, level, five digits."""
    return f"{year % 100:02d}01000012{level}00345"


def hints(year: int, **changes: object) -> set[str]:
    return {each for each in codes(judge(year, V, **changes), "info") if each.startswith("number_")}


@pytest.mark.parametrize("first", ["S", "Y", "s"])
def test_a_number_that_agrees_says_nothing_of_year_and_level(first: str) -> None:
    found = hints(2024, number=new_number(2023, 2, first))
    assert found == ({"number_letter_small"} if first == "s" else set())


@pytest.mark.parametrize("year", [2013, 2014, 2017])
def test_an_old_number_that_agrees_says_nothing(year: int) -> None:
    level = 2 if year == 2017 else 1
    assert hints(year, number=old_number(year, level)) == set()


@pytest.mark.parametrize("year", [2013, 2014, 2017])
def test_an_old_number_that_differs_is_said_in_every_plan(year: int) -> None:
    level = 2 if year == 2017 else 1
    assert hints(year, number=old_number(year - 3, level)) == {"number_year_differs"}
    assert hints(year, number=old_number(year, 3)) == {"number_level_differs"}


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (new_number(2022, 2), {"number_year_differs"}),
        (new_number(2023, 3), {"number_level_differs"}),
        (new_number(2019, 1), {"number_year_differs", "number_level_differs"}),
        (new_number(2023, 2) + "7", set()),  # another shape says nothing: the plan prints no length
        (new_number(2022, 2)[:-1], set()),
        (new_number(2022, 0), set()),  # no level has the digit 0
        (new_number(2022, 2).replace("S", "SX"), set()),
        (old_number(2022, 2), {"number_leading_digit", "number_year_differs"}),
        ("Ｓ０００011000123 22 2 000456", {"number_year_differs"}),
        (None, set()),
    ],
)
def test_what_differs_is_said(number: str | None, found: set[str]) -> None:
    assert hints(2024, number=number) == found


def test_the_hint_names_both_sides() -> None:
    told = {each.code: each for each in judge(2024, V, number=new_number(2021, 3)).findings}
    assert told["number_year_differs"].params == {"year": "21", "given": 2023}
    assert told["number_level_differs"].params == {"level": 3, "given": 2}
    assert {told[each].field for each in ("number_year_differs", "number_level_differs")} == {"number"}


def test_the_year_may_be_that_of_the_first_issue() -> None:
    dates = {"issue_date": "2024-02-01", "first_issue_date": "2023-03-01", "reissued": True}
    assert hints(2024, number=new_number(2023, 2), **dates) == set()
    assert hints(2024, number=new_number(2024, 2), **dates) == set()
    assert hints(2024, number=new_number(2022, 2), **dates) == {"number_year_differs"}


def test_titles_above_level_1_are_not_compared() -> None:
    assert hints(2024, number=new_number(2023, 1), level=0) == set()


@given(
    st.sampled_from([2013, 2014, 2017, 2024]),
    st.one_of(st.text(max_size=30), st.integers(0, 99).map(lambda year: new_number(year, 4))),
)
def test_a_number_never_changes_the_verdict(year: int, number: str) -> None:
    plain, answer = judge(year, V), judge(year, V, number=_printable(number))
    assert (answer.verdict, answer.amount, answer.reasons) == (plain.verdict, plain.amount, plain.reasons)


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable())
