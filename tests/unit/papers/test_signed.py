"""What the worker signs, and the digest of it on the paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from station_app.domain.application import Category, Channel
from station_app.papers import Edits, Paper, PaperCase, PaperCode, application_form, confirmation_sheet, receipt
from station_app.papers.signed import digest, edits
from tests.unit.papers.paper_cases import REFERENCE, paper_case

_KEY, _OTHER = bytes(range(32)), bytes(32)
_CODE = PaperCode(REFERENCE, Paper.SHEET, 1)


def _edited(case: PaperCase, section: str, name: str, value: object) -> PaperCase:
    return replace(case, content=case.content.with_value(section, name, value))


@pytest.mark.parametrize("category", list(Category))
def test_every_value_that_the_sheet_shows_is_signed(category: Category) -> None:
    case = paper_case(category)
    signed = confirmation_sheet(case).signed
    for section in case.category.form.sections:
        for cell in (cell for row in section.rows for cell in row if cell.field):
            assert cell.field in signed
    assert signed["name"] == case.content.applicant["name"]
    assert (signed["channel"], signed["applied_on"]) == ("station", "2024-05-15")
    assert receipt(case).signed == {}


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [("applicant", "card_no", "6210301877889900"), ("applicant", "name", "李四"), ("certificate", "level", 5)],
)
def test_another_value_makes_another_digest(section: str, name: str, value: object) -> None:
    case = paper_case()
    before = digest(_KEY, _CODE, confirmation_sheet(case).signed)
    now = confirmation_sheet(_edited(case, section, name, value)).signed
    assert digest(_KEY, _CODE, now) != before
    assert edits(confirmation_sheet(case).signed, now) == Edits((name,))


def test_what_the_program_adds_is_not_signed() -> None:
    case = paper_case()
    later = replace(case, printed_on=date(2025, 1, 1), clerk="李雷", scans={}, insisted="理由", assessment=None)
    assert confirmation_sheet(later).signed == confirmation_sheet(case).signed


def test_the_day_and_the_channel_stand_on_the_sheet_alone() -> None:
    case = paper_case(Category.SOCIAL_WORKER)
    other = replace(case, content=replace(case.content, channel=Channel.HOTLINE, applied_on=date(2024, 5, 16)))
    assert application_form(other).signed == application_form(case).signed
    assert edits(confirmation_sheet(case).signed, confirmation_sheet(other).signed) == Edits(("channel", "applied_on"))


def test_nobody_without_the_key_can_try_values_against_a_code() -> None:
    signed = confirmation_sheet(paper_case()).signed
    assert digest(_KEY, _CODE, signed) != digest(_OTHER, _CODE, signed)


@pytest.mark.parametrize(
    "code",
    [PaperCode(REFERENCE, Paper.FORM, 1), PaperCode(REFERENCE, Paper.SHEET, 2), PaperCode("OTHER", Paper.SHEET, 1)],
)
def test_a_digest_holds_for_one_paper_of_one_revision_of_one_case(code: PaperCode) -> None:
    signed = confirmation_sheet(paper_case()).signed
    assert digest(_KEY, code, signed) != digest(_KEY, _CODE, signed)
    assert digest(_KEY, _CODE.on(2, 2), signed) == digest(_KEY, _CODE, signed)


def test_what_is_filled_in_after_printing_is_told_from_what_is_changed() -> None:
    blank = _edited(paper_case(), "applicant", "card_no", None)
    printed = confirmation_sheet(blank).signed
    assert printed["card_no"] is None
    now = confirmation_sheet(_edited(paper_case(), "applicant", "name", "李四")).signed
    assert edits(printed, now) == Edits(("name",), ("card_no",))
