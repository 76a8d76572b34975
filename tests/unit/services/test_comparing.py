"""What was typed against what was read: what is said, what is held back, and that nothing is ever made up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station_app.domain.application import Category, Content, ScanKind
from station_app.domain.reading import DocumentReading, ReadField, ScanReading
from station_app.services.comparing import Comparison, Difference, Proposal, compare, is_rare, misfiled
from station_app.store.records import ScanRecord
from tests.samples.people import person

ONE, OTHER = person(3), person(4)
CORNERS = ((0.0, 0.0), (100.0, 0.0), (100.0, 60.0), (0.0, 60.0))
BOX = ((10.0, 20.0), (90.0, 20.0), (90.0, 30.0), (10.0, 30.0))
FIELDS = ("name", "id_number", "card_no", "occupation", "level", "number", "issuer", "issue_date")
ID, CARD, CERTIFICATE = ScanKind.ID_FRONT, ScanKind.CARD, ScanKind.CERTIFICATE


def document(kind: ScanKind | None, *defects: str, sure: float = 0.97, **values: str) -> DocumentReading:
    return DocumentReading(
        kind, {name: ReadField(value, sure, BOX) for name, value in values.items()}, CORNERS, defects
    )


def content(**values: Any) -> Content:
    made = Content(2024, Category.VOCATIONAL)
    for name, value in values.items():
        made = made.with_value("applicant" if name in ("name", "id_number", "card_no") else "certificate", name, value)
    return made


def scan(number: int, kind: ScanKind) -> ScanRecord:
    return ScanRecord(f"s{number}", "a", kind, "0" * 64, 1, "image/jpeg", "f", "2024-05-15T06:30:00Z", 0)


def seen(typed: Content, *pages: tuple[ScanKind, DocumentReading], names: tuple[str, ...] = FIELDS) -> Comparison:
    scans = [scan(at, kind) for at, (kind, _) in enumerate(pages)]
    readings = {f"s{at}": ScanReading(f"s{at}", "", (read,)) for at, (_, read) in enumerate(pages)}
    return compare(typed, scans, readings, names, {"level": {1, 2, 3}})


def with_digit(number: str, at: int, digit: str) -> str:
    return number[:at] + digit + number[at + 1 :]


def test_a_wrong_digit_is_named_by_its_place() -> None:
    wrong = with_digit(ONE.card_no, 7, str((int(ONE.card_no[7]) + 2) % 10))
    (found,) = seen(content(card_no=wrong), (CARD, document(CARD, card_no=ONE.card_no))).differences
    assert (found.field, found.typed, found.read) == ("card_no", wrong, ONE.card_no)
    assert found.read_places == found.typed_places == (7,)
    assert found.box == BOX
    assert found.sure
    assert found.weighty
    assert found.value == ONE.card_no


def test_what_reads_as_typed_is_settled_whatever_the_widths() -> None:
    typed = content(name="张 静雯", card_no=ONE.card_no, occupation="汽车(拖拉机)装配工", level=2)
    certificate = document(CERTIFICATE, occupation="汽车（拖拉机）装配工", level="2", name="张静雯")
    agreed = seen(typed, (CARD, document(CARD, card_no=ONE.card_no)), (CERTIFICATE, certificate))
    assert not agreed.waiting
    assert agreed.agreed == {"s0": {"card_no"}, "s1": {"occupation", "level", "name"}}


@pytest.mark.parametrize("defect", ["blur", "glare", "cut_edge", "too_small"])
def test_a_doubtful_page_asks_and_never_claims(defect: str) -> None:
    wrong = with_digit(ONE.card_no, 15, str((int(ONE.card_no[15]) + 1) % 10))
    (found,) = seen(content(card_no=wrong), (CARD, document(CARD, defect, card_no=ONE.card_no))).differences
    assert not found.sure
    assert found.look


def test_a_doubtful_number_without_its_check_character_says_nothing_against_one_that_has_it() -> None:
    misread = with_digit(ONE.card_no, 15, str((int(ONE.card_no[15]) + 1) % 10))
    assert not seen(content(card_no=ONE.card_no), (CARD, document(CARD, sure=0.5, card_no=misread))).waiting


def test_a_doubtful_value_that_resembles_nothing_says_nothing() -> None:
    read = document(CERTIFICATE, "blur", issuer="一二三四五六七")
    assert not seen(content(issuer="北京市职业技能鉴定管理中心"), (CERTIFICATE, read)).waiting


def test_a_stamp_beside_a_doubtful_name_says_nothing_against_it() -> None:
    typed = content(occupation="保育师")
    assert not seen(typed, (CERTIFICATE, document(CERTIFICATE, sure=0.85, occupation="保育师样"))).waiting
    assert seen(typed, (CERTIFICATE, document(CERTIFICATE, sure=0.95, occupation="保育师样"))).differences
    assert seen(typed, (CERTIFICATE, document(CERTIFICATE, sure=0.85, occupation="保健师"))).differences


def test_only_the_right_paper_speaks_and_only_where_it_is_filed_as_what_it_is() -> None:
    typed = content(card_no=ONE.card_no, id_number=ONE.id_number)
    for filed, read in (
        (CARD, document(ID, id_number=OTHER.id_number)),
        (CERTIFICATE, document(CARD, card_no=OTHER.card_no)),
        (ScanKind.FORM, document(ScanKind.FORM, card_no=OTHER.card_no)),
        (CARD, document(None, card_no=OTHER.card_no)),
    ):
        assert not seen(typed, (filed, read)).waiting
    assert seen(typed, (ScanKind.OTHER, document(CARD, card_no=OTHER.card_no))).differences
    assert seen(typed, (ScanKind.ID_BACK, document(ID, id_number=OTHER.id_number))).differences


def test_the_identity_card_is_heard_before_the_certificate() -> None:
    papers = (
        (CERTIFICATE, document(CERTIFICATE, id_number=ONE.id_number)),
        (ID, document(ID, id_number=OTHER.id_number)),
    )
    (found,) = seen(content(id_number=ONE.id_number), *papers).differences
    assert (found.kind, found.second) == (ID, False)


def test_a_certificate_of_somebody_else_is_told_and_not_for_taking() -> None:
    papers = (ID, document(ID, name=ONE.name)), (CERTIFICATE, document(CERTIFICATE, name="司马相如"))
    (found,) = seen(content(name=ONE.name), *papers).differences
    assert (found.kind, found.second) == (CERTIFICATE, True)
    doubtful = document(CERTIFICATE, sure=0.8, name="司马相如")
    assert not seen(content(name=ONE.name), (ID, document(ID, name=ONE.name)), (CERTIFICATE, doubtful)).waiting


def test_an_old_number_of_15_digits_is_the_same_number() -> None:
    old = ONE.id_number[:6] + ONE.id_number[8:17]
    assert not seen(content(id_number=ONE.id_number), (CERTIFICATE, document(CERTIFICATE, id_number=old))).waiting


def test_a_rare_name_is_never_corrected() -> None:
    assert is_rare("㛃")
    assert is_rare("赟")
    assert not is_rare("静")
    assert not is_rare("·")
    typed = content(name="王㛃")
    assert not seen(typed, (ID, document(ID, name="王洁"))).waiting
    assert seen(typed, (ID, document(ID, name="李㛃"))).differences  # the surname is another one
    assert not seen(content(name="王洁"), (ID, document(ID, sure=0.85, name="王洋"))).waiting
    (rare,) = seen(content(name="王洁"), (ID, document(ID, name="王㛃"))).differences
    assert rare.value == "王㛃"


def test_an_empty_field_is_offered_what_was_read_and_a_name_is_to_be_looked_at() -> None:
    read = document(ID, name="王㛃", id_number=ONE.id_number)
    name, number = seen(content(), (ID, read)).proposals
    assert (name.read, name.look) == ("王㛃", True)
    assert (number.read, number.look) == (ONE.id_number, False)


def test_no_number_is_offered_that_cannot_be_one() -> None:
    broken = with_digit(ONE.id_number, 17, "0" if ONE.id_number[17] != "0" else "1")
    assert not seen(content(), (ID, document(ID, sure=0.5, id_number=broken))).waiting


def test_two_cards_that_disagree_are_to_be_looked_at() -> None:
    pages = (CARD, document(CARD, card_no=ONE.card_no)), (CARD, document(CARD, card_no=OTHER.card_no))
    (offered,) = seen(content(), *pages).proposals
    assert offered.look


def test_any_of_several_pages_settles_a_field() -> None:
    pages = (
        (CERTIFICATE, document(CERTIFICATE, number="A1234567")),
        (CERTIFICATE, document(CERTIFICATE, number="B7654321")),
    )
    assert not seen(content(number="B7654321"), *pages).waiting


def test_a_level_that_is_no_choice_is_neither_offered_nor_held_against_anybody() -> None:
    assert not seen(content(), (CERTIFICATE, document(CERTIFICATE, level="5"))).waiting
    (offered,) = seen(content(), (CERTIFICATE, document(CERTIFICATE, level="2"))).proposals
    assert offered.value == 2
    (found,) = seen(content(level=3), (CERTIFICATE, document(CERTIFICATE, level="2"))).differences
    assert found.value == 2


def test_a_letter_that_looks_like_a_digit_is_never_sure() -> None:
    (found,) = seen(content(number="S000011000"), (CERTIFICATE, document(CERTIFICATE, number="S0O0011000"))).differences
    assert not found.sure


def test_what_was_kept_comes_back_when_either_side_changes() -> None:
    page = (CARD, document(CARD, card_no=ONE.card_no))
    found = seen(content(card_no=OTHER.card_no), page)
    (difference,) = found.differences
    decided = {difference.key: difference.claim}
    left = found.without(decided)
    assert left.differences == ()
    assert left.kept == (difference,)
    assert seen(content(card_no=person(5).card_no), page).without(decided).differences
    other = (CARD, document(CARD, card_no=person(6).card_no))
    assert seen(content(card_no=OTHER.card_no), other).without(decided).differences


def test_a_page_that_is_another_paper_is_named() -> None:
    assert misfiled(CARD, ScanReading("s", "", (document(ID),))) is ID
    assert misfiled(ID, ScanReading("s", "", (document(ScanKind.ID_BACK), document(ID)))) is None
    assert misfiled(ScanKind.OTHER, ScanReading("s", "", (document(ID),))) is None
    assert misfiled(ID, ScanReading("s", "", (document(None),))) is None


TEXT = st.text(st.sampled_from("0123456789XOI王李张㛃 （()汽车工"), max_size=20)


@given(
    typed=st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "id_number", "card_no", "number", "issuer"), TEXT)),
    read=st.dictionaries(st.sampled_from(FIELDS), TEXT, max_size=8),
    kind=st.sampled_from(list(ScanKind)),
    filed=st.sampled_from(list(ScanKind)),
    sure=st.floats(0, 1),
    defects=st.lists(st.sampled_from(["blur", "glare"]), max_size=1),
)
def test_whatever_is_typed_and_read(
    typed: dict[str, str], read: dict[str, str], kind: ScanKind, filed: ScanKind, sure: float, defects: list[str]
) -> None:
    """Every value comes from the page letter by letter, no doubtful one is called sure, every place exists."""
    given_ = content(**typed)
    found = seen(given_, (filed, document(kind, *defects, sure=sure, **read)))
    for each in found.waiting:
        assert each.read == read[each.field]
        assert not (each.sure and (sure < 0.9 or defects))
        assert isinstance(each, Proposal) == (not given_.value(each.field) or not str(given_.value(each.field)).strip())
        if isinstance(each, Difference):
            assert each.typed_places or each.read_places
            assert all(at < len(each.typed) for at in each.typed_places)
            assert all(at < len(each.shown) for at in each.read_places)
    assert not found.without({each.key: each.claim for each in found.waiting}).waiting
