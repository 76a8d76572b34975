"""Numbers out of text: a check character settles what looks alike, what it does not settle is never sure."""

from __future__ import annotations

from datetime import date

import pytest

from station_app.papers.reading.numbers import card_number_in, date_in, dates_in, id_number_in
from tests.samples.people import person

_NUMBER = person(1).id_number


@pytest.mark.parametrize(
    "text",
    [_NUMBER, f"公民身份号码{_NUMBER}", f"号码：{_NUMBER[:6]} {_NUMBER[6:14]} {_NUMBER[14:]}", _NUMBER.lower()],
)
def test_a_number_is_found_in_its_row(text: str) -> None:
    assert id_number_in(text) == (_NUMBER, True)


def test_letters_that_look_like_digits_are_settled_by_the_check_character() -> None:
    assert id_number_in(_NUMBER.replace("0", "O")) == (_NUMBER, True)


def test_one_wrong_digit_is_never_taken_for_right() -> None:
    for place in range(17):
        for digit in "0123456789":
            wrong = _NUMBER[:place] + digit + _NUMBER[place + 1 :]
            found = id_number_in(wrong)
            assert found is None or found[1] is (wrong == _NUMBER)


def test_nothing_is_made_of_other_digits() -> None:
    assert id_number_in("6222 0000 1234") is None
    assert id_number_in("") is None


def test_a_card_number_is_told_with_its_luhn_digit() -> None:
    card = person(1).card_no
    assert card_number_in(f"{card[:4]} {card[4:8]} {card[8:12]} {card[12:]}") == (card, True)
    other = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert card_number_in(other) == (other, False)
    assert card_number_in(card[:10]) is None


@pytest.mark.parametrize("text", ["2024年5月15日", "2024.05.15", "2024-5-15", "2024 年 05 月 15 日", "日期20240515止"])
def test_dates_in_every_print(text: str) -> None:
    assert date_in(text) == date(2024, 5, 15)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二三年九月二十一日", date(2023, 9, 21)),
        ("二○二三年十二月三十一日", date(2023, 12, 31)),
        ("二零二三年十月十日", date(2023, 10, 10)),
        ("二O二四年一月十九日", date(2024, 1, 19)),
    ],
)
def test_dates_in_words(text: str, day: date) -> None:
    assert date_in(text) == day


def test_no_date_in_words_that_is_none() -> None:
    assert date_in("二〇二三年十三月四十日") is None
    assert date_in("二〇二三年十十月一日") is None


def test_two_dates_and_none() -> None:
    assert dates_in("2016.05.20-2036.05.20") == [date(2016, 5, 20), date(2036, 5, 20)]
    assert date_in("2024年13月40日") is None
