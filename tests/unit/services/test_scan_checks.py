"""What is said of a page where the case is known, and what is held back because it is not sure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from station_app.domain.application import Category, Content, ScanKind
from station_app.domain.identity import id_number_problem
from station_app.domain.reading import DocumentReading, ReadField, ScanReading
from station_app.domain.reference import Reference
from station_app.services.scan_checks import ScanTrouble, scan_troubles
from station_app.store.records import ScanRecord
from tests.samples.people import person

ONE, OTHER = person(3), person(4)
TODAY = date(2024, 5, 15)
CORNERS = ((0.0, 0.0), (100.0, 0.0), (100.0, 60.0), (0.0, 60.0))
FRONT, BACK, CARD = ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD
CERTIFICATE, FORM, ELSE = ScanKind.CERTIFICATE, ScanKind.FORM, ScanKind.OTHER


def document(kind: ScanKind | None, *defects: str, sure: float = 0.97, **values: str) -> DocumentReading:
    return DocumentReading(kind, {name: ReadField(value, sure) for name, value in values.items()}, CORNERS, defects)


def case_of(**values: str) -> Content:
    made = Content(2024, Category.VOCATIONAL)
    told = {"name": ONE.name, "id_number": ONE.id_number, **values}
    for name, value in told.items():
        made = made.with_value("applicant", name, value)
    return made


def troubles(content: Content, *pages: tuple[ScanKind, tuple[DocumentReading, ...]]) -> list[ScanTrouble]:
    scans = [
        ScanRecord(f"s{at}", "a", kind, "0" * 64, 1, "image/jpeg", "f", "2024-05-15T06:30:00Z")
        for at, (kind, _) in enumerate(pages)
    ]
    readings = {f"s{at}": ScanReading(f"s{at}", "", read) for at, (_, read) in enumerate(pages)}
    return list(scan_troubles(content, scans, readings, TODAY))


def codes(content: Content, *pages: tuple[ScanKind, tuple[DocumentReading, ...]]) -> list[str]:
    return [each.code for each in troubles(content, *pages)]


OWN = document(FRONT, name=ONE.name, id_number=ONE.id_number)


def test_a_good_page_has_no_trouble() -> None:
    assert codes(case_of(), (FRONT, (OWN,)), (BACK, (document(BACK, valid_to="2036-05-20"),))) == []
    assert codes(case_of(), (FRONT, ())) == []


def test_the_other_side_and_another_paper() -> None:
    assert codes(case_of(), (FRONT, (document(BACK),))) == ["wrong_side"]
    assert codes(case_of(), (CARD, (document(BACK),))) == ["wrong_document"]
    assert codes(case_of(), (FRONT, (document(CERTIFICATE),))) == ["wrong_document"]
    assert codes(case_of(), (FRONT, (OWN, document(BACK)))) == []  # both sides on one page
    assert codes(case_of(), (ELSE, (document(CERTIFICATE),))) == []
    assert codes(case_of(), (CERTIFICATE, (document(None),))) == []  # one that is not known may be anything


def test_somebody_elses_paper() -> None:
    foreign = document(FRONT, name=OTHER.name, id_number=OTHER.id_number)
    assert codes(case_of(), (FRONT, (foreign,))) == ["wrong_person"]
    certificate = replace(foreign, kind=CERTIFICATE)
    assert codes(case_of(), (CERTIFICATE, (certificate,))) == ["wrong_person"]
    assert codes(case_of(), (CERTIFICATE, (document(CERTIFICATE, name=OTHER.name),))) == ["wrong_person"]


def test_a_name_that_the_reader_cannot_know_or_that_is_only_spelled_otherwise_is_nobody_else() -> None:
    for typed, read in (("李䶮", "李龙"), ("阿依古丽·买买提", "阿依古丽•买买提"), ("ＷＡＮＧ Ｆａｎｇ", "WANG Fang")):
        certificate = document(CERTIFICATE, name=read)
        assert codes(case_of(name=typed), (CERTIFICATE, (certificate,))) == [], typed
        with_number = document(FRONT, name=read, id_number=OTHER.id_number)
        both = codes(case_of(name=typed), (FRONT, (with_number,)))
        assert both == (["wrong_person"] if typed == "李䶮" else []), (
            "a slip in the number, unless the name says nothing"
        )
    assert codes(case_of(name="李䶮"), (CERTIFICATE, (document(CERTIFICATE, name="王龙"),))) == ["wrong_person"]


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(document(FRONT, name=ONE.name, id_number=OTHER.id_number), id="a slip in the number"),
        pytest.param(document(FRONT, name=OTHER.name, id_number=ONE.id_number), id="a rare character"),
        pytest.param(document(FRONT, name=OTHER.name, id_number=OTHER.id_number, sure=0.8), id="nothing sure"),
        pytest.param(document(FRONT, "blur", name=OTHER.name, id_number=OTHER.id_number), id="a blurred page"),
        pytest.param(document(FRONT), id="nothing read"),
    ],
)
def test_another_person_is_said_only_when_it_is_sure(read: DocumentReading) -> None:
    assert "wrong_person" not in codes(case_of(), (FRONT, (read,)))


def test_nothing_typed_yet_is_nobody_else() -> None:
    assert codes(case_of(name="", id_number=""), (FRONT, (OWN,))) == []
    broken = ONE.id_number[:17] + ("1" if ONE.id_number[17] != "1" else "2")
    assert id_number_problem(broken) is not None
    assert codes(case_of(name="", id_number=broken), (FRONT, (OWN,))) == []


def test_an_old_number_of_fifteen_digits_is_the_same_person() -> None:
    old = ONE.id_number[:6] + ONE.id_number[8:17]
    assert codes(case_of(name=""), (CERTIFICATE, (document(CERTIFICATE, id_number=old),))) == []


def test_a_term_is_compared_with_the_day() -> None:
    assert codes(case_of(), (BACK, (document(BACK, valid_to="2024-05-14"),))) == ["expired"]
    assert codes(case_of(), (BACK, (document(BACK, "expired", valid_to="2024-05-15"),))) == []  # another day's word
    assert codes(case_of(), (BACK, (document(BACK, valid_to="长期"),))) == []


def test_what_was_seen_while_reading_is_passed_on_once() -> None:
    assert codes(case_of(), (FRONT, (replace(OWN, defects=("blur", "glare")), replace(OWN, defects=("blur",))))) == [
        "blur",
        "glare",
    ]
    assert codes(case_of(), (FORM, (document(FORM, "signature_missing"),))) == ["signature_missing"]
    assert codes(case_of(), (ELSE, (document(None, "blank"),))) == ["blank"]
    assert codes(case_of(), (CERTIFICATE, (document(None, "blank"),))) == ["blank"]


def test_a_page_of_a_form_is_missing() -> None:
    reference = str(Reference("CY001", 2024, "A", 0, 7))
    first, third = (document(FORM, qr=f"{reference}/FORM/R1/P{page}-3/ABCDEFGHIJ") for page in (1, 3))
    (found,) = troubles(case_of(), (FORM, (first,)), (FORM, (third,)))
    assert (found.scan_id, found.code, found.pages) == ("s0", "page_missing", (2,))
    second = document(FORM, qr=f"{reference}/FORM/R1/P2-3/ABCDEFGHIJ")
    assert codes(case_of(), (FORM, (first, second)), (FORM, (third,))) == []
    assert codes(case_of(), (FORM, (document(FORM, qr="http://elsewhere.example"),))) == []


def test_nothing_is_missing_where_the_paper_is_here_whole_in_another_print() -> None:
    reference = str(Reference("CY001", 2024, "A", 0, 7))
    old = document(FORM, qr=f"{reference}/FORM/R1/P1-2/ABCDEFGHIJ")
    new = tuple(document(FORM, qr=f"{reference}/FORM/R1/P{page}-2/KLMNOPQRST") for page in (1, 2))
    assert codes(case_of(), (FORM, (old,)), (FORM, new[:1])) == ["page_missing", "page_missing"]
    assert codes(case_of(), (FORM, (old,)), (FORM, new)) == []
    sheet = document(FORM, qr=f"{reference}/SHEET/R1/P1-1/KLMNOPQRST")
    assert codes(case_of(), (FORM, (old,)), (FORM, (sheet,))) == ["page_missing"]
