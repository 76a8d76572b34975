"""Identity numbers of every document a worker can show: mainland, 港澳台, permanent residence of 2017 and 2023."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.domain.identity import (
    birth_date,
    card_no_doubtful,
    card_no_problem,
    id_check_character,
    id_number_problem,
    mask_id,
    permit_check_digit,
    phone_problem,
    tidy_number,
)

MAINLAND = "990105196306179"
births = st.dates(date(1940, 1, 1), date(2008, 12, 31))
serials = st.integers(0, 999).map(lambda number: f"{number:03d}")


def eighteen(area: str, birth: date, serial: str) -> str:
    first = f"{area}{birth:%Y%m%d}{serial}"
    return first + id_check_character(first)


def fifteen(country: str, place: str, birth: date, serial: str) -> str:
    first = f"{country}{place}{birth:%y%m%d}{serial[:1]}"
    return first + permit_check_digit(first)


@pytest.mark.parametrize(
    "area", ["990105", "810000", "820000", "830000", "911840", "911036"], ids=["中", "港", "澳", "台", "美", "澳洲"]
)
@given(birth=births, serial=serials)
def test_eighteen_characters_with_their_check_character_are_sound(area: str, birth: date, serial: str) -> None:
    number = eighteen(area, birth, serial)
    assert id_number_problem(number) is None
    assert birth_date(number) == birth


@given(
    country=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    birth=st.dates(date(1940, 1, 1), date(2023, 12, 31)),
    serial=serials,
)
def test_a_permit_of_2017_with_its_check_digit_is_sound(country: str, birth: date, serial: str) -> None:
    number = fifteen(country, "9901", birth, serial)
    assert id_number_problem(number) is None
    assert birth_date(number) == birth


def test_the_weights_of_a_permit_are_7_3_1_and_letters_count_from_ten() -> None:
    """By hand: U30 T29 O24 9 9 0 1 8 0 0 1 0 1 1 -> 210+87+24+63+27+0+7+24+0+0+3+0+7+3 = 455."""
    assert permit_check_digit("UTO99018001011") == "5"
    assert id_number_problem("UTO990180010115") is None


@given(birth=births, serial=serials, place=st.integers(0, 16), other=st.sampled_from("0123456789"))
def test_one_wrong_digit_of_eighteen_is_seen(birth: date, serial: str, place: int, other: str) -> None:
    number = eighteen("830000", birth, serial)
    wrong = number[:place] + other + number[place + 1 :]
    assert (id_number_problem(wrong) is None) == (wrong == number)


@given(birth=births, serial=serials, place=st.integers(3, 14), more=st.sampled_from([1, 2, 3, 4, 6, 7, 8, 9]))
def test_one_wrong_digit_of_fifteen_is_seen(birth: date, serial: str, place: int, more: int) -> None:
    """7, 3 and 1 have no factor in common with ten: every single wrong digit shows."""
    number = fifteen("UTO", "9901", birth, serial)
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert id_number_problem(wrong) in {"id_number_check", "id_number_birth_date"}


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("", "id_number_length"),
        (MAINLAND, "id_number_length"),  # 15 digits: the mainland number of old
        ("99010519630617902", "id_number_length"),
        ("UTO99018001011", "id_number_length"),
        ("UTO9901800101155", "id_number_length"),
        ("UT9990180010115", "id_number_characters"),
        ("UTO99018001011X", "id_number_characters"),
        ("UTO990180130115", "id_number_birth_date"),
        ("UTO990180010116", "id_number_check"),
        ("99010519630617A027", "id_number_characters"),
        ("99010519630617902Y", "id_number_characters"),
        ("٩٩٠١٠٥١٩٦٣٠٦١٧٩٠٢٧", "id_number_characters"),
        ("810000199002300010", "id_number_birth_date"),
        ("811000199001010010", "id_number_check"),
    ],
)
def test_what_is_wrong_is_named(number: str, problem: str) -> None:
    assert id_number_problem(number) == problem


def test_as_it_is_typed() -> None:
    assert id_number_problem(tidy_number("uto 9901-800101 １５")) is None
    assert tidy_number("\u202d8300\u00ad00199001010012\u202c\x00") == "830000199001010012"
    assert tidy_number(" 8300 0019９001010012") == "830000199001010012"


def test_what_lists_show_hides_the_birth_date() -> None:
    assert mask_id("990105196306179027") == "990105********9027"
    assert mask_id("UTO990180010115") == "UTO**********15"
    assert mask_id("990105196306") == "*" * 12
    assert mask_id("") == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [("6222020000000000", None), ("6" * 19, None), ("6" * 15, "card_no_digits"), ("６" * 16, "card_no_digits")],
)
def test_a_card_number_has_16_to_19_digits(text: str, problem: str | None) -> None:
    assert card_no_problem(text) == problem


def test_luhn_is_only_a_hint() -> None:
    assert not card_no_doubtful("4111111111111111")
    assert card_no_doubtful("4111111111111112")
    assert not card_no_doubtful("41111")


def test_a_phone_number_has_eleven_digits() -> None:
    assert phone_problem("13800138000") is None
    assert phone_problem("1380013800") == "phone_digits"
    assert phone_problem("٠1380013800") == "phone_digits"
