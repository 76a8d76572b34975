"""The roster of a district over the wire: loaded page by page, resumed at the page where it was cut, then followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from central.roster import import_roster
from central.roster_file import read_roster
from station_app.domain.member import Member
from station_app.errors import EnvironmentFault
from station_app.services import members
from sync.transport import Transport
from sync.wire import ROSTER_ROWS, RosterPage
from tests.integration.sync.town import Office, Town
from tests.samples.roster import write_roster

pytestmark = pytest.mark.slow
SIZE = ROSTER_ROWS + 400


@pytest.fixture
def town(town_of_one: Town) -> Town:
    """Of its own: a roster would stay there for other tests."""
    return town_of_one


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Iterator[Office]:
    """One of the whole city."""
    with town.office(tmp_path / "station") as office:
        yield office


@pytest.fixture
def people(town: Town, tmp_path: Path) -> list[Member]:
    """Two pages of them, at the server."""
    found = read_roster(write_roster(tmp_path / "roster.csv", SIZE)).members
    with town.central() as central:
        import_roster(central, found)
    return found


def count(office: Office) -> int:
    with office.desk.store.read() as uow:
        return uow.members.count()


def test_a_load_goes_on_at_the_page_where_the_line_was_cut(
    office: Office, people: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = Transport.roster, []

    def roster(transport: Transport, position: str) -> RosterPage:
        asked.append(position)
        if len(asked) == 2:
            raise EnvironmentFault("connection_lost")
        return real(transport, position)

    monkeypatch.setattr(Transport, "roster", roster)
    report = office.sync()
    assert (report.code, count(office)) == ("connection_lost", 0)
    report = office.sync()
    assert (report.code, count(office)) == (None, SIZE)
    assert asked[0] == "load"
    assert asked[1:] == [asked[1]] * 2
    assert office.sync().requests == 1
    one = people[SIZE // 2]
    assert [each.id_number for each in members.lookup(office.desk, one.card_no)] == [one.id_number]


def test_submissions_go_before_the_roster(
    office: Office, people: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.submit(1)

    def no_roster(_transport: Transport, _position: str) -> RosterPage:
        raise EnvironmentFault("connection_lost")

    monkeypatch.setattr(Transport, "roster", no_roster)
    report = office.sync()
    assert (report.code, report.received) == ("connection_lost", 1)


def test_much_news_comes_in_pages_of_the_log(office: Office, town: Town, people: list[Member]) -> None:
    office.sync()
    with town.central() as central:
        import_roster(central, [replace(each, phone="13900000000") for each in people[:600]])
    report = office.sync()
    assert (report.requests, count(office)) == (2, SIZE)
    assert members.lookup(office.desk, people[5].id_number)[0].phone == "13900000000"
    assert office.sync().requests == 1


def test_another_epoch_loads_the_roster_anew(office: Office, town: Town, people: list[Member]) -> None:
    office.sync()
    with town.central() as central:
        import_roster(central, people[:50], replace=True)
    town.begin_new_epoch()
    office.sync()
    assert count(office) == 50


def test_a_replaced_roster_takes_people_out(office: Office, town: Town, people: list[Member]) -> None:
    office.sync()
    with town.central() as central:
        import_roster(central, people[: SIZE - 100], replace=True)
    assert office.sync().requests == 1
    assert count(office) == SIZE - 100
