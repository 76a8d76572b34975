"""Cut lines, lost answers, killed servers, wrong clocks: nothing is lost, nothing is sent twice, nothing is doubled."""

from __future__ import annotations

import contextlib
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from central import devices
from station_app.domain.application import State
from station_app.events import Changed, Events
from station_app.services import passes, session
from station_app.store.records import OutboxState
from sync.worker import BackOff, SyncWorker
from tests.integration.sync.line import Line
from tests.integration.sync.town import PASSWORD, Office, Town

pytestmark = pytest.mark.slow

FULL = {"sent": 1, "blobs": 4, "received": 1, "pending": 0, "quarantined": 0}
SIZE = 1_000_000


def _has_part(blobs: Path, least: int) -> bool:
    """Whether an unfinished scan of at least so many bytes lies on the server's disk."""
    for part in blobs.rglob("*.part"):
        with contextlib.suppress(FileNotFoundError):  # finished meanwhile
            if least < part.stat().st_size < SIZE:
                return True
    return False


def test_a_line_cut_in_the_middle_of_a_scan_is_resumed_within_the_pass(office: Office, town: Town, line: Line) -> None:
    record = office.submit(1, SIZE)
    blobs = town.world.central_home / "blobs"
    line.cut_after(b"PATCH", 700_000, lambda: _has_part(blobs, 650_000))
    report = office.sync(line.url)
    assert line.faults == 1
    assert report.counts() == FULL
    assert town.blobs(record) == office.scans(record)
    assert line.sent < 4 * SIZE + 100_000


def test_a_lost_answer_to_the_request_is_asked_again_and_told_once(office: Office, town: Town, line: Line) -> None:
    record = office.submit(1)
    line.swallow(b"POST /v1/sync")
    assert office.sync(line.url).counts() == FULL
    assert line.faults == 1
    assert town.references(office) == [record.reference]
    assert town.show(record)["revision"] == 1


def test_a_lost_answer_to_the_last_scan_brings_the_receipt_all_the_same(office: Office, line: Line) -> None:
    record = office.submit(1, SIZE)
    line.swallow(b"PATCH")
    assert office.sync(line.url).counts() == FULL
    assert line.faults == 1
    assert line.sent < 4 * SIZE + 100_000
    assert len(office.receipts(record)) == 1


def test_a_server_killed_in_the_middle_gets_the_rest(town_of_one: Town, tmp_path: Path) -> None:
    town = town_of_one
    with town.office(tmp_path / "station") as office, Line(town.port) as line:
        record = office.submit(1, SIZE)
        line.cut_after(b"PATCH", 600_000)
        port = town.port

        def kill_when_cut() -> None:
            line.faulty.wait(20)
            town.stop()

        killer = threading.Thread(target=kill_when_cut)
        killer.start()
        report = office.sync(line.url)
        killer.join()
        assert report.code in ("server_unreachable", "connection_lost")
        assert report.pending == 1
        assert office.record(record).state is State.QUEUED
        town.start(port)
        report = office.sync(line.url)
        assert (report.received, report.pending, report.code) == (1, 0, None)
        assert town.blobs(record) == office.scans(record)
        assert town.references(office) == [record.reference]


def test_no_server_at_all_is_told_within_moments(town_of_one: Town, tmp_path: Path) -> None:
    with town_of_one.office(tmp_path / "station") as office:
        office.submit(1)
        town_of_one.stop()
        report = office.sync()
        assert (report.code, report.pending) == ("server_unreachable", 1)
        assert passes.last_pass(office.desk) == report


@pytest.mark.parametrize("days", [-3650, 3650])
def test_a_dead_clock_battery_does_not_stop_sync(town: Town, tmp_path: Path, days: int) -> None:
    off = timedelta(days=days)
    with town.office(tmp_path / "station", clock=lambda: datetime.now(UTC) + off) as office:
        record = office.submit(1)
        report = office.sync()
        assert (report.counts(), report.code, report.warnings) == (FULL, None, ("clock_skew",))
        assert abs(report.skew_seconds + off.total_seconds()) < 60
        assert office.record(record).state is State.RECEIVED
        assert office.sync().requests == 1  # the offset was kept


def test_a_revoked_device_is_shut_out_and_keeps_its_work(office: Office, town: Town) -> None:
    office.submit(1)
    with town.central() as central:
        devices.revoke(central, office.fact("device_id") or "")
    report = office.sync()
    assert (report.code, report.pending, report.quarantined) == ("device_revoked", 1, 0)


def test_another_server_under_the_same_address_gets_nothing(town: Town, town_of_one: Town, tmp_path: Path) -> None:
    with town.office(tmp_path / "station") as office:
        record = office.submit(1)
        report = office.sync(town_of_one.url)
        assert report.code in ("token_refused", "server_key_changed")
        assert report.pending == 1
        assert town_of_one.references(office) == []
        assert office.sync(town.url).received == 1
        assert town.references(office) == [record.reference]


def test_a_cloned_disk_is_seen_and_nothing_of_either_is_lost(town: Town, tmp_path: Path) -> None:
    with town.office(tmp_path / "station") as office:
        shutil.copytree(tmp_path / "station", tmp_path / "clone")
        original = office.submit(1)
        office.sync()
        clone = Office(session.sign_in(tmp_path / "clone", "王芳", PASSWORD, office.desk.clock), office.number, town)
        try:
            copied = clone.submit(2)
            assert copied.reference == original.reference
            report = clone.sync()
            assert (report.quarantined, report.received) == (1, 0)
            assert clone.rows(copied)[0].state is OutboxState.FORKED
            assert clone.record(copied).state is State.QUEUED
        finally:
            session.sign_out(clone.desk)
        assert town.blobs(original) == office.scans(original)


def test_a_restored_server_gets_everything_again(town_of_one: Town, tmp_path: Path) -> None:
    town = town_of_one
    with town.office(tmp_path / "station") as office:
        kept = office.submit(1)
        office.sync()
        town.stop()
        shutil.copytree(town.world.central_home, tmp_path / "backup")
        town.start()
        lost = office.submit(2)
        office.sync(town.url)
        assert office.record(lost).state is State.RECEIVED
        town.stop()
        shutil.rmtree(town.world.central_home)
        shutil.move(tmp_path / "backup", town.world.central_home)
        town.begin_new_epoch()
        town.start()
        report = office.sync(town.url)
        assert (report.code, report.warnings) == (None, ("server_restored",))
        assert (report.blobs, report.received, report.pending) == (4, 2, 0)
        assert sorted(town.references(office)) == sorted([kept.reference, lost.reference])
        assert town.blobs(lost) == office.scans(lost)
        assert {office.record(each).state for each in (kept, lost)} == {State.RECEIVED}
        assert office.sync().requests == 1


def test_coming_online_needs_no_click(town_of_one: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.worker._FIRST_WAIT", 0.05)
    monkeypatch.setattr("sync.worker._LONGEST_WAIT", 0.2)
    town = town_of_one
    with town.office(tmp_path / "station") as office:
        record = office.submit(1)
        port = town.port
        town.stop()
        events, news = Events(), threading.Condition()

        def hear(_changed: Changed) -> None:
            with news:
                news.notify_all()

        events.listen(hear)
        worker = SyncWorker(office.desk, events, BackOff())
        worker.start()
        try:
            with news:
                assert news.wait_for(lambda: worker.status.failure == "server_unreachable", 20)
            town.start(port)
            with news:
                assert news.wait_for(lambda: worker.status.failure is None and not worker.status.running, 30)
        finally:
            worker.stop()
        assert office.record(record).state is State.RECEIVED
