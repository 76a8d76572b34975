"""Scans wait for their hour or for the clerk's word; what is small goes at any time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from station_app.services import passes, settings
from station_app.services.delivery import ScanToSend
from station_app.services.sending_hours import ScansWhen, SendingHours, may_send_now
from sync.engine import one_pass
from sync.identity import transport_for
from sync.progress import Progress, Teller
from tests.unit.sync.stations import station
from tests.unit.sync.test_engine import Passing, passing
from tests.unit.sync.test_worker import Working, working

__all__ = ["passing", "working"]


def at(hour: int) -> datetime:
    """That hour in Beijing."""
    return datetime(2024, 5, 15, (hour - 8) % 24, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "opened"),
    [
        (20, 7, {20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6}),
        (1, 4, {1, 2, 3}),
        (5, 5, set(range(24))),
    ],
)
def test_night_is_between_two_hours(begins: int, ends: int, opened: set[int]) -> None:
    hours = SendingHours(ScansWhen.NIGHT, begins, ends)
    assert {hour for hour in range(24) if hours.open_at(at(hour))} == opened


def test_always_and_asked_look_at_no_clock() -> None:
    assert all(SendingHours(ScansWhen.ALWAYS, 20, 7).open_at(at(hour)) for hour in range(24))
    assert not any(SendingHours(ScansWhen.ASKED, 20, 7).open_at(at(hour)) for hour in range(24))


def test_the_setting_counts(tmp_path: Path) -> None:
    with station(tmp_path / "home") as here:  # its clock stands in the afternoon
        assert may_send_now(here.desk)
        settings.change(here.desk, "scans_when", "night")
        assert not may_send_now(here.desk)
        settings.change(here.desk, "night_from", 9)
        assert may_send_now(here.desk)


def test_ops_go_and_scans_are_held_until_they_may(passing: Passing) -> None:
    for number in range(3):
        passing.here.submit(number)
    allowed: list[bool] = []
    transport = transport_for(passing.here.desk)
    try:
        report = one_pass(passing.here.desk, transport, may_send=lambda: bool(allowed))
        assert (report.code, report.sent, report.blobs, report.held, report.held_bytes) == (None, 3, 0, 12, 24_000)
        assert passes.last_pass(passing.here.desk) == report
        assert not any("/blobs" in path for path in passing.paths())
        allowed.append(True)
        report = one_pass(passing.here.desk, transport, may_send=lambda: bool(allowed))
    finally:
        transport.close()
    assert (report.blobs, report.received, report.held) == (12, 3, 0)


def test_the_hour_may_end_in_the_middle_of_a_pass(passing: Passing) -> None:
    for number in range(3):
        passing.here.submit(number)
    answers = iter([True] * 5)  # of which two may go for bundles, which this server does not know
    report = one_pass(passing.here.desk, passing.transport, may_send=lambda: next(answers, False))
    assert (report.code, 0 < report.blobs < 12, report.blobs + report.held) == (None, True, 12)
    assert report.received + passing.go().received == 3


def test_the_clerks_word_sends_what_waits_this_once(working: Working) -> None:
    settings.change(working.here.desk, "scans_when", "asked")
    working.here.submit(1)
    working.worker.start()
    working.watch.until(lambda status: status.last is not None and status.last.held == 4 and not status.running)
    working.here.clock.on(seconds=1)
    working.worker.send_now()
    working.watch.until(lambda status: status.last is not None and status.last.received == 1 and not status.running)
    working.here.clock.on(seconds=1)
    working.here.submit(2)
    working.worker.wake()
    working.watch.until(lambda status: status.last is not None and status.last.held == 4 and not status.running)


# ---- how long it takes


def test_the_time_left_is_told_once_it_can_be_known() -> None:
    told: list[Progress] = []
    now = [0.0]
    teller = Teller(told.append, lambda: now[0])
    teller.expect([ScanToSend("R", "0" * 64, 8_000_000, 0, "file")])
    for _ in range(20):
        now[0] += 1.0
        teller.meter(16_000)
    assert told[3].seconds_left is None  # the first bytes only fill what the system holds
    last = told[-1].seconds_left
    assert last is not None
    assert 400 < last < 520  # 7.7 MB at 16 KB a second
    now[0] += 600.0
    teller.meter(16_000)
    assert told[-1].seconds_left is None  # after a long gap, nothing can be said
