"""The thread: when it makes a pass, how it waits after failures, how fast it stops. No test sleeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from station_app.durable import Point
from station_app.events import Changed, Events, Kind
from station_app.services import passes, settings
from sync.worker import BackOff, SyncStatus, SyncWorker
from tests.patience import PATIENCE_SECONDS
from tests.unit.sync.poor_server import PoorServer
from tests.unit.sync.scripted import Asked, Say, Scripted, say_problem
from tests.unit.sync.stations import Station, station


class Watch:
    """Waits for the worker's words instead of the clock."""

    def __init__(self, worker: SyncWorker, events: Events) -> None:
        self._worker = worker
        self._news = threading.Condition()
        events.listen(self._hear)

    def _hear(self, _changed: Changed) -> None:
        with self._news:
            self._news.notify_all()

    def until(self, holds: Callable[[SyncStatus], bool]) -> SyncStatus:
        with self._news:
            assert self._news.wait_for(lambda: holds(self._worker.status), PATIENCE_SECONDS), self._worker.status
        return self._worker.status


class Working:
    def __init__(self, here: Station, server: PoorServer, wire: Scripted) -> None:
        self.here = here
        self.server = server
        self.wire = wire
        self.events = Events()
        self.worker = SyncWorker(here.desk, self.events, BackOff(lambda: 1.0))
        self.watch = Watch(self.worker, self.events)

    def passes(self) -> int:
        return sum(asked.path == "/v1/sync" for asked in self.wire.asked)


@contextmanager
def _working(home: Path) -> Iterator[Working]:
    with station(home) as here:
        server = PoorServer(here)
        with Scripted(server) as wire:
            with here.desk.store.write(Point.ENROLMENT) as uow:
                uow.facts.set("server_url", wire.url)
            made = Working(here, server, wire)
            try:
                yield made
            finally:
                made.worker.stop()


@pytest.fixture
def working(tmp_path: Path) -> Iterator[Working]:
    with _working(tmp_path / "home") as made:
        yield made


def test_the_first_pass_is_made_at_once(working: Working) -> None:
    working.here.submit(1)
    working.worker.start()
    status = working.watch.until(lambda status: status.last is not None and not status.running)
    assert status.last is not None
    assert status.last.received == 1
    assert status.failure is None
    assert passes.backlog(working.here.desk).pending == 0


def test_a_wake_makes_another_pass_at_once(working: Working) -> None:
    working.worker.start()
    first = working.watch.until(lambda status: status.last is not None and not status.running)
    working.here.clock.on(seconds=1)
    working.here.submit(1)
    working.worker.wake()
    status = working.watch.until(lambda status: status.last != first.last and not status.running)
    assert status.last is not None
    assert status.last.received == 1


def test_a_wake_during_a_pass_is_not_lost(working: Working) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold_first(asked: Asked) -> Say | None:
        if asked.path == "/v1/sync" and not begun.is_set():
            begun.set()
            assert go_on.wait(PATIENCE_SECONDS)
        return None

    working.server.before = hold_first
    working.worker.start()
    assert begun.wait(PATIENCE_SECONDS)
    working.here.clock.on(seconds=1)
    working.here.submit(1)
    working.worker.wake()
    go_on.set()
    working.watch.until(lambda status: status.last is not None and status.last.received == 1)


def test_a_failure_is_shown_and_coming_back_needs_no_click(working: Working, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.worker._FIRST_WAIT", 0.01)
    working.here.submit(1)
    working.server.before = lambda _asked: say_problem(503, "busy")
    working.worker.start()
    assert working.watch.until(lambda status: status.failure is not None).failure == "server_error"
    working.server.before = lambda _asked: None
    status = working.watch.until(lambda status: status.failure is None and status.last is not None)
    assert status.last is not None
    assert status.last.pending == 0


def test_before_enrolment_it_says_so_and_asks_nobody(working: Working) -> None:
    with working.here.desk.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("device_id", None)
    working.worker.start()
    assert working.watch.until(lambda status: status.failure is not None).failure == "not_enrolled"
    assert working.wire.asked == []


def test_our_own_fault_ends_no_thread(working: Working, monkeypatch: pytest.MonkeyPatch, caplog: object) -> None:
    original = working.here.desk.store.read
    monkeypatch.setattr(working.here.desk.store, "read", lambda: 1 / 0)
    working.worker.start()
    assert working.watch.until(lambda status: status.failure is not None).failure == "bug"
    monkeypatch.setattr(working.here.desk.store, "read", original)
    working.worker.wake()
    working.watch.until(lambda status: status.last is not None)


def test_stopping_in_the_middle_of_an_answer_waits_for_none(working: Working) -> None:
    working.here.submit(1)
    working.server.before = lambda asked: Say(held=True) if "/blobs/" in asked.path else None
    working.worker.start()
    assert working.wire.holding.wait(PATIENCE_SECONDS)
    working.worker.stop()  # a worker that waited for the answer would write down a pass that failed
    assert passes.last_pass(working.here.desk) is None
    assert passes.backlog(working.here.desk).pending == 1


def test_stopping_before_starting_is_allowed(working: Working) -> None:
    working.worker.stop()
    working.worker.start()
    working.worker.stop()
    assert working.wire.asked == []


def test_a_pause_cuts_what_is_under_way_and_lasts_until_resumed(working: Working) -> None:
    working.here.submit(1)
    working.server.before = lambda asked: Say(held=True) if "/blobs/" in asked.path else None
    working.worker.start()
    assert working.wire.holding.wait(PATIENCE_SECONDS)
    working.worker.pause()
    status = working.watch.until(lambda status: not status.running)
    assert status.paused
    working.server.before = lambda _asked: None
    working.worker.wake()
    assert working.passes() == 1
    working.worker.resume()
    working.watch.until(lambda status: status.last is not None and status.last.pending == 0)
    assert working.passes() == 3  # one that was cut, one that delivers and asks for the receipts


def test_a_new_proxy_or_server_is_taken_up_without_a_restart(working: Working) -> None:
    working.worker.start()
    working.watch.until(lambda status: status.last is not None and not status.running)
    with Scripted(PoorServer(working.here)) as elsewhere:
        with working.here.desk.store.write(Point.ENROLMENT) as uow:
            uow.facts.set("server_url", elsewhere.url)
        working.here.submit(1)
        working.worker.wake()
        working.watch.until(lambda status: status.last is not None and status.last.received == 1)
        working.worker.stop()
        assert working.passes() == 1


def test_passes_come_round_by_themselves(working: Working, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SyncWorker, "_every", lambda _self: 0.01)
    working.worker.start()
    working.watch.until(lambda _status: working.passes() >= 3)


def test_the_setting_says_how_often(working: Working) -> None:
    settings.change(working.here.desk, "sync_every_seconds", 90)
    assert working.worker._every() == 90.0


def test_events_tell_of_what_was_touched(working: Working) -> None:
    heard: set[Kind] = set()
    working.events.listen(lambda changed: heard.update(changed.kinds))
    working.here.submit(1)
    working.worker.start()
    working.watch.until(lambda status: status.last is not None and not status.running)
    assert {Kind.SYNC, Kind.APPLICATIONS, Kind.OUTBOX} <= heard


def test_waits_double_up_to_five_minutes() -> None:
    waits = BackOff(lambda: 1.0)
    assert [waits.failed() for _ in range(8)] == [5, 10, 20, 40, 80, 160, 300, 300]
    waits.succeeded()
    assert waits.failed() == 5


def test_waits_are_spread() -> None:
    chances = iter((0.0, 0.5, 1.0))
    waits = [BackOff(lambda: next(chances)).failed() for _ in range(3)]
    assert waits == [2.5, 3.75, 5.0]
