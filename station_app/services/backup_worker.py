"""The thread that keeps the second folder at most ten minutes behind, whoever sits at the window, locked or not.

It looks every few minutes whether anybody has written, and takes a backup then; on connections of its own, so that
nobody waits for it. It tells of the end of each through ``Events`` and holds nothing of Qt.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread

from station_app.errors import EnvironmentFault, StationError
from station_app.events import Changed, Events, Kind
from station_app.services import backup
from station_app.services.desk import Desk

_LOG = logging.getLogger(__name__)
EVERY = 240.0  # seconds between two looks; with the time that a backup takes it stays far below ten minutes
FIRST = 20.0  # after sign-in, so that the first minute belongs to the clerk
_LAST = 15.0  # at sign-out the pages of a whole day may wait; what is not copied then is copied after the next sign-in
_SILENT = 5.0  # without a sign of life of the folder at sign-out: it is a share that does not answer
_LEFT: list[Thread] = []  # of this process: those that such a share holds


@dataclass(frozen=True)
class BackupStatus:
    """``failure``: the code of why the last attempt failed, None while all is well."""

    running: bool = False
    failure: str | None = None


class BackupWorker:
    """``start`` once, ``stop`` once; ``wake`` at any time, from any thread."""

    def __init__(self, desk: Desk, events: Events, every: float = EVERY, first: float = FIRST) -> None:
        self._desk = desk
        self._events = events
        self._every = every
        self._first = first
        self._condition = Condition()
        self._stopping = False
        self._woken = False
        self._deadline = float("inf")
        self._trouble: str | None = None  # what a backup does not mend
        self._status = BackupStatus()
        self._heard = float("-inf")
        self._thread = Thread(target=self._live, name="backup", daemon=True)

    # ---- from outside

    @property
    def status(self) -> BackupStatus:
        return self._status

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Take a backup now, whether anybody has written or not."""
        with self._condition:
            self._woken = True
            self._condition.notify_all()

    def stop(self) -> None:
        """Take a last backup if anybody has written, for some seconds at most, and wait for the thread to end; one that
        a share holds which does not answer is left behind. What is half written there has the name of no backup.
        """
        with self._condition:
            self._stopping = True
            self._deadline = time.monotonic() + _LAST
            self._condition.notify_all()
        self._heard = max(self._heard, time.monotonic())
        while self._thread.is_alive() and (left := self._heard + _SILENT - time.monotonic()) > 0:
            self._thread.join(left)
        if self._thread.is_alive():
            _LOG.warning("the backup folder does not answer; the last backup is left")
            _LEFT.append(self._thread)

    # ---- the thread

    def _live(self) -> None:
        wait, going_on = self._first, True
        while going_on:
            going_on = self._watched(wait)
            wait = 0.0

    def _watched(self, wait: float) -> bool:
        """Watch until stopped; True where that broke off and is to be begun again, which it is a while later: one bad
        moment of a disk must not leave the rest of the day without backups.
        """
        try:
            backup.use_copies(self._desk)
            self._look_behind()
            with self._desk.store.watched() as version:
                self._watch(version, wait)
        except StationError as error:
            self._show(running=False, failure=error.code)
        except Exception:  # the window must not end with it
            _LOG.exception("the automatic backup broke off")
            self._show(running=False, failure="backup_bug")
        else:
            return False
        return self._wait(self._every)[1]

    def _look_behind(self) -> None:
        """Said until somebody has seen to it; the backups go on, and let that one stay which knows more."""
        if backup.is_behind_its_backup(self._desk):
            self._trouble = "store_older"
            self._show(running=False, failure=self._trouble)

    def _watch(self, version: Callable[[], int], wait: float) -> None:
        saved: int | None = None
        while True:
            asked, going_on = self._wait(wait)
            now = version()
            if (asked or now != saved) and self._attempt():
                saved = now
            if not going_on:
                return
            wait = self._every

    def _wait(self, seconds: float) -> tuple[bool, bool]:
        """Until woken, until the time has come, or until stopped: whether somebody asked, whether to go on."""
        with self._condition:
            self._condition.wait_for(lambda: self._woken or self._stopping, seconds)
            asked, self._woken = self._woken, False
            return asked, not self._stopping

    def _attempt(self) -> bool:
        self._show(running=True, failure=self._status.failure)
        try:
            if any(each.is_alive() for each in _LEFT):  # two of them would write over each other
                raise EnvironmentFault("backup_folder_silent")
            backup.back_up(self._desk, self._keeps_on)
        except StationError as error:
            self._show(running=False, failure=error.code)
            return False
        self._show(running=False, failure=self._trouble)
        return True

    def _keeps_on(self) -> bool:
        """Asked between two pieces: the folder answers."""
        self._heard = time.monotonic()
        return self._heard < self._deadline

    def _show(self, *, running: bool, failure: str | None) -> None:
        self._status = BackupStatus(running, failure)
        self._events.send(Changed.of(Kind.BACKUP))
