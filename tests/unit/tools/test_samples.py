"""Invented people are well-formed, distinct, always the same, and cannot be anybody."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PIL import Image

from station_app.domain.application import REQUIRED_SCANS, Category, Content
from station_app.domain.identity import birth_date, card_no_doubtful, card_no_problem, id_number_problem, phone_problem
from tests.samples.cases import case
from tests.samples.people import CARD_PREFIX, person
from tests.samples.pictures import jpeg, padded, scans_of, service_card
from tests.samples.roster import COLUMNS, write_roster

SOME = (0, 1, 7, 317, 99_999, 999_999)


@pytest.mark.parametrize("number", SOME)
def test_numbers_of_invented_people_are_well_formed(number: int) -> None:
    one = person(number)
    assert id_number_problem(one.id_number) is None
    assert birth_date(one.id_number) == one.birth
    assert card_no_problem(one.card_no) is None
    assert not card_no_doubtful(one.card_no)
    assert phone_problem(one.phone) is None
    assert one.sex == ("男" if int(one.id_number[16]) % 2 else "女")


@pytest.mark.parametrize("number", SOME)
def test_nobody_real_is_meant(number: int) -> None:
    one = person(number)
    assert one.id_number.startswith("99")
    assert one.card_no.startswith(CARD_PREFIX)


def test_people_differ_and_stay_the_same() -> None:
    some = [person(number) for number in range(20_000)]
    for numbers in ([one.id_number for one in some], [one.card_no for one in some], [one.phone for one in some]):
        assert len(set(numbers)) == len(some)
    assert some[:10] == [person(number) for number in range(10)]


@pytest.mark.parametrize("category", Category)
def test_cases_are_drafts_the_domain_reads(category: Category) -> None:
    for number in range(30):
        Content.from_json(case(number, category))


@pytest.mark.parametrize("category", Category)
def test_each_case_has_the_scans_a_submission_needs(category: Category) -> None:
    one, facts = person(317), case(317, category)
    scans = scans_of(one, facts)
    assert set(scans) == set(REQUIRED_SCANS)
    assert scans == scans_of(one, facts)
    for content in scans.values():
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            assert min(picture.size) > 600


@pytest.mark.parametrize("size", [400 * 1024, 400 * 1024 + 1, 400 * 1024 + 3, 65_003 + 65_000])
def test_a_scan_can_be_of_an_exact_size_and_still_opens(size: int) -> None:
    content = jpeg(service_card(person(1)), size, seed="one")
    assert len(content) == max(size, len(jpeg(service_card(person(1)))))
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
    assert content != jpeg(service_card(person(1)), size, seed="two")


def test_padding_reaches_every_size() -> None:
    plain = jpeg(service_card(person(1)))
    for more in (4, 5, 8, *range(64_995, 65_010), 130_002):
        assert len(padded(plain, len(plain) + more, "seed")) == len(plain) + more


def test_the_roster_has_the_columns_that_central_reads(tmp_path: Path) -> None:
    with write_roster(tmp_path / "roster.csv", 50, first=10).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 50
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["id_number"] == person(10).id_number
