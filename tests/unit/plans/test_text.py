"""Names as they are compared, near names, dates by the calendar."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.plans.rules.dates import add_months
from station_app.plans.text import contest_name, edits_within, is_subsequence, normalise, year_in

words = st.text("车电焊工钳", max_size=6)


def distance(one: str, other: str) -> int:
    """Levenshtein, spelled out."""
    if not one or not other:
        return len(one) + len(other)
    return min(
        distance(one[1:], other) + 1,
        distance(one, other[1:]) + 1,
        distance(one[1:], other[1:]) + (one[0] != other[0]),
    )


@given(words, words, st.integers(0, 3))
def test_edits_within_is_levenshtein(one: str, other: str, limit: int) -> None:
    assert edits_within(one, other, limit) == (distance(one, other) <= limit)


def test_normalise_sets_width_and_white_space_aside_and_nothing_else() -> None:
    assert normalise(" 汽车（拖拉机）\u3000装配工\n") == "汽车(拖拉机)装配工"
    assert normalise("电工") != normalise("电エ")  # the second is Katakana


def test_subsequence() -> None:
    assert is_subsequence("快递员", "快递业务员")
    assert not is_subsequence("递快员", "快递业务员")


def test_contest_name_leaves_out_year_and_quotation_marks() -> None:
    assert contest_name("2017年北京市“职工技协杯”职业技能竞赛") == "北京市职工技协杯职业技能竞赛"
    assert contest_name('２０２３ 年度北京市 "X" 大赛') == "北京市X大赛"


@pytest.mark.parametrize(
    ("text", "year"), [("2023年大赛", 2023), ("第20230年", None), ("大赛", None), ("2023 年", 2023)]
)
def test_year_in(text: str, year: int | None) -> None:
    assert year_in(text) == year


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2013, 10, 20), 6, date(2014, 4, 20)),
        (date(2013, 10, 31), 6, date(2014, 4, 30)),
        (date(2013, 8, 31), 6, date(2014, 2, 28)),
        (date(2013, 12, 1), 1, date(2014, 1, 1)),
        (date(2011, 8, 31), 6, date(2012, 2, 29)),
        (date(9999, 8, 31), 6, date.max),
    ],
)
def test_add_months(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later
