"""The roster in pages: everybody of a district once, in the order of names; what changes meanwhile is in the log."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from central import roster_pages
from central.context import make_central
from central.roster import import_roster
from central.roster_pages import roster_page, waiting
from station_app.domain.member import Member
from station_app.errors import UserError
from sync.wire import Cursor, MemberChange, RosterPage
from tests.unit.central.office import Office
from tests.unit.central.test_roster import member

CHAOYANG = [member(number) for number in range(20)]
HAIDIAN = [member(number, "海淀区") for number in range(20, 33)]
NOWHERE = [member(number, "") for number in range(33, 36)]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_pages, "ROSTER_ROWS", 7)


@pytest.fixture
def filled(office: Office) -> Office:
    import_roster(office.central, [*CHAOYANG, *HAIDIAN, *NOWHERE])
    return office


def pages(office: Office, district: str, position: str = "load") -> list[RosterPage]:
    found = []
    while position:
        with office.central.database.read() as tx:
            found.append(roster_page(office.central, tx, district, position))
        position = found[-1].next
    return found


def numbers(found: Sequence[RosterPage]) -> list[str]:
    """ID numbers, page by page."""
    return [row[2] for page in found for row in page.rows]


def id_numbers(people: Sequence[Member]) -> list[str]:
    return sorted(each.id_number for each in people)


@pytest.mark.parametrize(
    ("district", "expected"),
    [("朝阳区", [*CHAOYANG, *NOWHERE]), ("", [*CHAOYANG, *HAIDIAN, *NOWHERE]), ("石景山区", NOWHERE)],
)
def test_a_load_brings_everybody_of_a_district_once(filled: Office, district: str, expected: list[Member]) -> None:
    found = pages(filled, district)
    assert sorted(numbers(found)) == id_numbers(expected)
    assert {page.seq for page in found} == {36}
    assert all(len(page.rows) <= 7 for page in found)


def test_a_load_is_in_the_order_of_names(filled: Office) -> None:
    names = [row[1] for page in pages(filled, "") for row in page.rows]
    assert names == sorted(names)


def test_a_district_of_exactly_full_pages_ends(office: Office) -> None:
    import_roster(office.central, CHAOYANG[:14])
    assert len(numbers(pages(office, ""))) == 14


def test_who_left_is_not_loaded_and_a_log_page_says_so(filled: Office) -> None:
    import_roster(filled.central, [*CHAOYANG[5:], *HAIDIAN, *NOWHERE], replace=True)
    assert CHAOYANG[0].id_number not in numbers(pages(filled, "朝阳区"))
    told = pages(filled, "朝阳区", "log-36")
    assert (len(told), len(told[0].gone), told[-1].seq) == (1, 5, 41)


def test_the_log_after_a_load_brings_what_changed_while_it_went_on(filled: Office) -> None:
    with filled.central.database.read() as tx:
        first = roster_page(filled.central, tx, "朝阳区", "load")
    changed = [replace(each, phone="13900000000") for each in CHAOYANG[:9]]
    import_roster(filled.central, changed)
    assert {page.seq for page in pages(filled, "朝阳区", first.next)} == {36}
    told = pages(filled, "朝阳区", "log-36")
    assert sorted(numbers(told)) == id_numbers(changed)
    assert [len(page.rows) for page in told] == [7, 2]
    assert pages(filled, "朝阳区", f"log-{told[-1].seq}")[0].rows == []


@pytest.mark.parametrize(
    "position",
    [
        *("", "log-", "log--1", "log-1x", "log-" + "9" * 19, "loa", "load-", "load-!", "load-W10", "9" * 5000),
        *("load-WzEsMl0", "load-WzEsMCwieCIsLTFd", "load-WzEsOSwieCIsMV0", "load-WzEsMCwxLDFd"),
        "load-W3RydWUsMCwieCIsMV0",
    ],
)
def test_a_position_that_no_page_gave_is_refused(filled: Office, position: str) -> None:
    with filled.central.database.read() as tx, pytest.raises(UserError, match="position_unknown"):
        roster_page(filled.central, tx, "朝阳区", position)


def test_a_position_names_nobody_and_is_read_by_this_server_alone(filled: Office, tmp_path: Path) -> None:
    last, following = pages(filled, "朝阳区")[0].rows[-1], pages(filled, "朝阳区")[0].next
    text = following.removeprefix("load-")
    decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    spelled = [last[1].encode(), json.dumps(last[1]).encode().strip(b'"')]
    assert not any(name in part for name in spelled for part in (following.encode(), decoded))
    made = make_central({"CENTRAL_HOME": str(tmp_path / "other")}, filled.central.clock)
    with closing(made) as other, other.database.read() as tx, pytest.raises(UserError, match="position_unknown"):
        roster_page(other, tx, "朝阳区", following)


def test_how_much_waits_counts_the_district_alone(filled: Office) -> None:
    with filled.central.database.read() as tx:
        assert (waiting(tx, "", 0), waiting(tx, "朝阳区", 0), waiting(tx, "海淀区", 20)) == (36, 23, 16)


def test_a_pass_leaves_the_roster_out_where_it_is_to_be_loaded(filled: Office) -> None:
    sender = filled.sender(district="朝阳区")
    answer = sender.sync(roster_apart=True)
    assert (answer.roster_waiting, answer.cursor.roster, answer.more) == (23, 0, False)
    assert not any(isinstance(each, MemberChange) for each in answer.changes)
    import_roster(filled.central, [replace(CHAOYANG[0], phone="13900000000")])
    later = sender.sync(roster_apart=True, cursor=Cursor(roster=36))
    assert (later.roster_waiting, later.cursor.roster) == (0, 37)
    (told,) = [each for each in later.changes if isinstance(each, MemberChange)]
    assert told.phone == "13900000000"


def test_a_station_of_an_older_version_still_hears_of_members_in_its_passes(filled: Office) -> None:
    answer = filled.sender(district="朝阳区").sync()
    assert sum(isinstance(each, MemberChange) for each in answer.changes) == 23
