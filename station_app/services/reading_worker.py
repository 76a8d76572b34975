"""The thread that looks at pages: those of devices are taken apart, all are read, one after the other, newest first.

Page work happens in a child process that is started when there is something to do and ended when there has been
nothing for a minute. A page over which it dies or falls silent is marked with the code and left alone; where no child
can be had at all no page is to blame, and all wait. The thread has connections of its own and writes in short
transactions; nobody waits for it. It tells of results through ``Events`` and holds nothing of Qt.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from threading import Condition, Thread

from station_app.domain.operator import Act
from station_app.domain.reading import ScanReading
from station_app.errors import EnvironmentFault, StationError
from station_app.events import Changed, Events, Kind
from station_app.papers.reader import Reader
from station_app.services.desk import Desk
from station_app.services.page_work import put_failure, put_parts, put_reading
from station_app.services.sorting import Stack
from station_app.store.records import ScanRecord, TrayRecord

_LOG = logging.getLogger(__name__)
IDLE = 60.0  # seconds without a page until the child ends
AGAIN = 300.0  # seconds after which it is tried again where the PC was at fault
SWITCH = "reading_enabled"
_NEWS = (Kind.SCANS, Kind.APPLICATIONS, Kind.SETTINGS, Kind.TRAY)


class ReadingWorker:
    """``start`` once, ``stop`` once, from one thread. ``failure``: the code of why nothing is read at the moment.

    ``stack``: sorts what lies in the tray, before anything else is read.
    """

    def __init__(self, desk: Desk, events: Events, idle: float = IDLE, again: float = AGAIN) -> None:
        self._desk = desk
        self._events = events
        self._idle = idle
        self._again = again
        self._reader = Reader()
        self._condition = Condition()
        self._stopping = False
        self._woken = True  # pages of before may wait
        self._thread = Thread(target=self._live, name="reading")
        self._forget = events.listen(self._hear)
        self.failure: str | None = None
        self.stack = Stack(desk, self._reader)

    # ---- from outside

    @property
    def child(self) -> int | None:
        """The child's process number, None while there is none."""
        return self._reader.process

    def start(self) -> None:
        """Nothing starts for an operator who may not change cases."""
        if self._desk.operator.may(Act.CASES):
            self._thread.start()

    def wake(self) -> None:
        """Look now whether there is a page to read."""
        with self._condition:
            self._woken = True
            self._condition.notify_all()

    def stop(self) -> None:
        """End the child, whatever it reads, and wait for the thread; that page is read another time."""
        self._forget()
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self._reader.close()
        if self._thread.is_alive():
            self._thread.join()

    def _hear(self, changed: Changed) -> None:
        if changed.touches(*_NEWS):
            self.wake()

    # ---- the thread

    def _live(self) -> None:
        try:
            while self._wait():
                self._work_off()
        except Exception:  # the window must not end with it
            _LOG.exception("reading ended")
            self.failure = "reading_bug"

    def _wait(self) -> bool:
        """Until there is news, or the time for another try has come; False: stopped. An idle child ends meanwhile."""
        with self._condition:
            patience = self._again if self.failure else self._idle if self._reader.process else None
            if not self._condition.wait_for(lambda: self._woken or self._stopping, patience) and not self.failure:
                self._reader.stop()
                self._condition.wait_for(lambda: self._woken or self._stopping)
            self._woken = False
            return not self._stopping

    def _work_off(self) -> None:
        """Every page that waits; ends early where the PC is at fault."""
        try:
            while not self._stopping and (look := self._next()) is not None:
                self._events.send(look())
            self.failure = None
        except StationError as error:
            if not self._stopping:
                _LOG.warning("pages cannot be read now: %s", error.code)
                self.failure = error.code
                self._events.send(Changed.of(Kind.READINGS))

    def _next(self) -> Callable[[], Changed] | None:
        page = self.stack.next()
        if page is not None:
            return partial(self._sort, page)
        with self._desk.store.read() as uow:
            scan = uow.readings.next_unread(all_pages=bool(uow.settings.get(SWITCH)))
        return None if scan is None else partial(self._look_at, scan)

    def _sort(self, page: TrayRecord) -> Changed:
        """Raises as ``_look_at`` does."""
        try:
            content = self._desk.store.scans.get(page.file_name)
            documents = self._reader.read_page(content, self._desk.today())
        except StationError as error:
            if self._stopping or _is_everywhere(error):
                raise
            return self.stack.failed(page, error)
        return self.stack.sort(page, documents)

    def _look_at(self, scan: ScanRecord) -> Changed:
        """Raises EnvironmentFault where no page is to blame: no child, a disk that takes nothing."""
        try:
            content = self._desk.store.scans.get(scan.file_name)
            if scan.original_id is not None and scan.cut is None:
                return put_parts(self._desk, scan, self._reader.cut(content, self._desk.today()))
            documents = self._reader.read_page(content, self._desk.today())
            return put_reading(self._desk, ScanReading(scan.id, self._desk.now(), documents))
        except StationError as error:
            if self._stopping or _is_everywhere(error):
                raise
            return put_failure(self._desk, scan, error.code)


_OF_THE_PAGE = frozenset({"reading_failed", "reading_silent", "scan_missing", "scan_damaged"})


def _is_everywhere(error: StationError) -> bool:
    """Whether the fault would meet every other page as well."""
    return isinstance(error, EnvironmentFault) and error.code not in _OF_THE_PAGE
