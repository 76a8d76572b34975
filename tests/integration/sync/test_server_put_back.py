"""A server's home put back from a copy, and nobody ran ``central restored``: the stations show it, nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from station_app.domain.application import FieldReturn, ReturnCode, State
from station_app.store.records import ApplicationRecord, OutboxState
from sync.engine import one_pass
from sync.identity import transport_for
from tests.integration.sync.stick import Stick
from tests.integration.sync.town import Office, Town

pytestmark = pytest.mark.slow


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    return Stick(tmp_path)


@contextmanager
def _put_back(town: Town, copy: Path) -> Iterator[None]:
    """The server works on inside, and remembers nothing of it afterwards."""
    town.stop()
    shutil.copytree(town.world.central_home, copy)
    town.start()
    yield
    town.stop()
    shutil.rmtree(town.world.central_home)
    copy.rename(town.world.central_home)
    town.start()


def _whole(office: Office, town: Town, *records: ApplicationRecord) -> None:
    """Both sides hold all of it, once."""
    assert town.references(office) == sorted(each.reference for each in records)
    for record in records:
        assert town.blobs(record) == office.scans(record)
        assert town.show(record)["revision"] == 1
        assert office.receipts(record)  # of before the copy and of now


def test_what_came_after_the_copy_is_offered_again(town_of_one: Town, tmp_path: Path) -> None:
    town = town_of_one
    with town.office(tmp_path / "station") as office:
        before = office.submit(1)
        office.sync()
        with _put_back(town, tmp_path / "copy"):
            office.set_fact("server_url", town.url)
            after = office.submit(2)
            office.sync()
            assert office.record(after).state is State.RECEIVED
        report = office.sync(town.url)
        assert (report.code, report.pending) == (None, 0)
        assert "server_restored" in report.warnings
        _whole(office, town, before, after)
        assert office.sync().warnings == ()
        town.approve(after)
        office.sync()
        assert office.record(after).state is State.APPROVED


def test_other_news_under_the_same_numbers_are_heard(town_of_one: Town, tmp_path: Path) -> None:
    """As many things happened at the server since as it had forgotten: its numbers alone would show nothing."""
    town = town_of_one
    with town.office(tmp_path / "station") as office:
        record = office.submit(1)
        office.sync()
        with _put_back(town, tmp_path / "copy"):
            office.set_fact("server_url", town.url)
            town.approve(record)
            office.sync()
            assert office.record(record).state is State.APPROVED
        town.give_back(record, FieldReturn("card_no", ReturnCode.MISMATCH))
        office.sync(town.url)
        assert office.record(record).state is State.RETURNED


def test_a_promise_that_was_forgotten_is_sent_again(town_of_one: Town, tmp_path: Path) -> None:
    """The op was accepted, its scans had not gone yet."""
    town = town_of_one
    with town.office(tmp_path / "station") as office:
        office.sync()
        with _put_back(town, tmp_path / "copy"):
            office.set_fact("server_url", town.url)
            record = office.submit(1)
            with closing(transport_for(office.desk)) as transport:
                assert one_pass(office.desk, transport, may_send=lambda: False).sent == 1
            assert [row.state for row in office.rows(record)] == [OutboxState.ACCEPTED]
        report = office.sync(town.url)
        assert (report.code, report.pending) == (None, 0)
        _whole(office, town, record)


def test_the_stick_notices_it_too(town_of_one: Town, tmp_path: Path, stick: Stick) -> None:
    town = town_of_one
    with town.office(tmp_path / "station") as office:
        office.sync()
        with _put_back(town, tmp_path / "copy"):
            record = office.submit(1)
            assert stick.round(office, "first").received == 1
        assert town.references(office) == []
        stick.round(office, "second")
        stick.round(office, "third")
        _whole(office, town, record)
        assert office.record(record).state is State.RECEIVED
