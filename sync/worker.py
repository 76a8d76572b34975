"""The thread that keeps the station in step with its server, whoever sits at it, window locked or not.

It waits for a wake (a new op, the clerk's click), for the next regular pass, or for the next attempt after a failure.
It tells of everything through ``Events`` and holds nothing of Qt.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Condition, Thread

from station_app.errors import StationError
from station_app.events import Changed, Events, Kind
from station_app.services.desk import Desk
from station_app.services.passes import PassReport, last_pass
from station_app.services.sending_hours import may_send_now
from sync.engine import one_pass
from sync.identity import Identity, identity_of, open_transport
from sync.progress import Progress
from sync.transport import Transport

_LOG = logging.getLogger(__name__)
_FIRST_WAIT = 5.0  # seconds
_LONGEST_WAIT = 300.0
_TELL_EVERY = 0.2  # seconds between two words about progress


@dataclass(frozen=True)
class SyncStatus:
    """What 同步 shows. ``failure``: the code of what keeps us from the server, None while all is well."""

    running: bool = False
    paused: bool = False
    progress: Progress | None = None
    last: PassReport | None = None
    failure: str | None = None


class BackOff:
    """How long to wait after the n-th failure in a row: doubled each time, and never the same on two PCs."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._failures = 0

    def failed(self) -> float:
        """Seconds, between half and the whole of 5, 10, 20 ... 300."""
        whole = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return whole * (0.5 + 0.5 * self._chance())

    def succeeded(self) -> None:
        self._failures = 0


class SyncWorker:
    """``start`` once, ``stop`` once; everything else at any time, from any thread."""

    def __init__(self, desk: Desk, events: Events, back_off: BackOff | None = None) -> None:
        self._desk = desk
        self._events = events
        self._back_off = back_off or BackOff()
        self._condition = Condition()
        self._stopping = False
        self._woken = True  # the first pass is made at once
        self._all_now = False
        self._status = SyncStatus(last=last_pass(desk))
        self._identity: Identity | None = None
        self._transport: Transport | None = None
        self._told = 0.0
        self._thread = Thread(target=self._live, name="sync")

    # ---- from outside

    @property
    def status(self) -> SyncStatus:
        return self._status

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Make a pass now, or another one when one is running."""
        with self._condition:
            self._woken = True
            self._condition.notify_all()

    def pause(self) -> None:
        """Leave the network alone, at once, until ``resume``."""
        with self._condition:
            self._status = replace(self._status, paused=True)
            self._cut()
        self._events.send(Changed.of(Kind.SYNC))

    def resume(self) -> None:
        with self._condition:
            self._status = replace(self._status, paused=False)
        self.wake()

    def send_now(self) -> None:
        """Send the scans that wait for their hour, this once."""
        self._all_now = True
        self.resume()

    def stop(self) -> None:
        """Cut what is under way and wait for the thread to end."""
        with self._condition:
            self._stopping = True
            self._cut()
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _cut(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # ---- the thread

    def _live(self) -> None:
        try:
            wait = 0.0
            while self._wait(wait):
                wait = self._pass()
        finally:
            self._cut()

    def _wait(self, seconds: float) -> bool:
        """Until woken, until the time has come, or until stopped: then False."""
        end = time.monotonic() + seconds
        with self._condition:
            while not self._stopping:
                left = end - time.monotonic()
                if not self._status.paused and (self._woken or left <= 0):
                    self._woken = False
                    return True
                self._condition.wait(None if self._status.paused else left)
        return False

    def _pass(self) -> float:
        """Make one pass; seconds until the next is due."""
        self._show(running=True)
        report, failure = self._attempt()
        self._show(running=False, progress=None, failure=failure, last=report or self._status.last)
        if failure is None or (report is not None and report.blobs):  # on a line that breaks so often, go on soon
            self._back_off.succeeded()
        return self._every() if failure is None else self._back_off.failed()

    def _attempt(self) -> tuple[PassReport | None, str | None]:
        try:
            transport = self._reach()
            report = one_pass(self._desk, transport, self._progress, self._events.send, self._may_send)
        except StationError as error:
            return None, error.code
        except Exception:  # the thread must live: the queue is everybody's
            _LOG.exception("a pass of sync failed")
            return None, "bug"
        if report.code is None and not report.held and not report.roster_held:
            self._all_now = False
        return (None, None) if report.code == "stopped" else (report, report.code)

    def _reach(self) -> Transport:
        """The kept transport, or a new one when it was cut or the identity or the settings have changed."""
        identity = identity_of(self._desk)
        with self._condition:
            kept = self._transport
            if kept is not None and not kept.is_closed and identity == self._identity:
                return kept
            self._cut()
            self._identity, self._transport = identity, open_transport(self._desk, identity)
            if self._stopping or self._status.paused:
                self._cut()
            return self._transport

    def _may_send(self) -> bool:
        return self._all_now or may_send_now(self._desk)

    def _every(self) -> float:
        with self._desk.store.read() as uow:
            return float(uow.settings.get("sync_every_seconds"))

    def _progress(self, progress: Progress) -> None:
        self._status = replace(self._status, progress=progress)
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY:
            self._told = now
            self._events.send(Changed.of(Kind.SYNC))

    def _show(self, **facts: object) -> None:
        with self._condition:
            self._status = replace(self._status, **facts)  # type: ignore[arg-type]
        self._events.send(Changed.of(Kind.SYNC))
