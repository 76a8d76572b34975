"""Pages of the roster that come by two ways at once, by the network and by stick: nobody falls between them."""

from __future__ import annotations

import pytest

from station_app.services import roster
from station_app.services.desk import Desk
from station_app.store.roster import Load, row_of
from sync.wire import RosterPage
from tests.integration.store.test_members import member

PEOPLE = sorted((row_of(member(number)) for number in range(30)), key=lambda row: row[1])
POSITIONS = ("load", "load-one", "load-two", "")


def _page(number: int, seq: int = 7) -> RosterPage:
    return RosterPage(rows=PEOPLE[10 * number : 10 * number + 10], seq=seq, next=POSITIONS[number + 1])


def _take(desk: Desk, number: int) -> bool:
    return roster.take_page(desk, POSITIONS[number], _page(number))


def _known(desk: Desk) -> tuple[int, int]:
    """How many members are searched, and how far the log of the roster was heard."""
    with desk.store.read() as uow:
        return uow.members.count(), desk.store.roster.cursors()[0]


def test_a_load_begun_anew_beside_one_under_way_is_not_ended_by_its_last_page(desk: Desk) -> None:
    assert _take(desk, 0)
    assert _take(desk, 1)
    assert _take(desk, 0)  # the other way begins
    assert not _take(desk, 2)  # the last page of the first
    roster.finish(desk)
    assert _known(desk) == (0, 0)
    assert _take(desk, 1)
    assert _take(desk, 2)
    roster.finish(desk)
    assert _known(desk) == (30, 7)


def test_a_page_that_nobody_waits_for_any_more_is_left_out(desk: Desk) -> None:
    _take(desk, 0)
    roster.begin_anew(desk)
    assert not _take(desk, 1)
    for number in range(3):
        _take(desk, number)
    roster.finish(desk)
    assert not _take(desk, 2)
    assert _known(desk) == (30, 7)


@pytest.mark.parametrize("after", [8, 1000])
def test_a_page_of_the_log_leaves_no_gap(desk: Desk, after: int) -> None:
    for number in range(3):
        _take(desk, number)
    roster.finish(desk)
    assert not roster.take_page(desk, f"log-{after}", RosterPage(rows=[row_of(member(90))], seq=after + 1))
    assert _known(desk) == (30, 7)


def test_a_page_of_the_log_that_was_overtaken_takes_nothing_back(desk: Desk) -> None:
    for number in range(3):
        _take(desk, number)
    roster.finish(desk)
    assert roster.take_page(desk, "log-7", RosterPage(gone=[member(3).member_no], seq=20))
    assert roster.take_page(desk, "log-7", RosterPage(rows=[row_of(member(3))], seq=12))
    assert _known(desk) == (29, 20)


@pytest.mark.parametrize("step", range(7))
def test_a_load_begun_while_another_is_put_in_place(desk: Desk, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """``step``: how many transactions of the ending were made before."""
    for number in range(3):
        _take(desk, number)
    real, made = desk.store.roster.write, list[int]()

    def write() -> object:
        if len(made) == step:
            with real() as work:
                work.start_load()
                work.add_loaded(PEOPLE[:10], Load("load-one", 7))
        made.append(0)
        return real()

    with monkeypatch.context() as patched:
        patched.setattr(desk.store.roster, "write", write)
        roster.finish(desk)
    assert _known(desk) == (0, 0)
    assert _take(desk, 1)
    assert _take(desk, 2)
    roster.finish(desk)
    assert _known(desk) == (30, 7)
