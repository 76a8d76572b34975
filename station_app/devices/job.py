"""The program's end of a driver's process: what it says is read with patience, and it can always be ended.

Whatever happens in there (a driver that hangs, crashes or talks nonsense, a device that is unplugged), here it is a
fault with a code, after a time that is known beforehand.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import IO, Self

from station_app import children
from station_app.config import child_environment
from station_app.devices import child, drivers, memory
from station_app.devices.id_chip import ChipRecord
from station_app.devices.id_reader import CardOrder
from station_app.devices.pipe import Message, fault_of, receive
from station_app.devices.scanner import Page, Scanner, ScanOrder
from station_app.errors import EnvironmentFault, StationError, UserError

LISTING_SILENCE = 60.0  # seconds; some drivers look for network devices for half of that
READING_SILENCE = 15.0  # an ID card reader answers several times a second
SCANNING_SILENCE = 90.0  # an old lamp warms up, a feeder draws its sheet
_PUTTING_AWAY = 15.0
_DYING = 3.0  # that a killed process may take to end
_AHEAD = 2  # messages read before they are asked for: pictures are large


class DriverJob:
    """One process of one driver, from the start to the end of the ``with`` block.

    ``order`` None asks for the scanners. ``silence``: seconds without a word after which it counts as hung.
    ``put_away``: nothing but that, a job that another process has left on the device.
    """

    def __init__(
        self, driver: str, order: ScanOrder | CardOrder | None, silence: float, put_away: str | None = None
    ) -> None:
        self._driver, self._silence = driver, silence
        self._left: str | None = None  # on the device, while nobody has said that it is not
        self._broken = False
        self._queue: queue.Queue[Message | None] = queue.Queue(_AHEAD)
        self._cancelled, self._closing = threading.Event(), threading.Event()
        self._process = _start()
        self._reader = threading.Thread(target=self._read, name=f"driver {driver}", daemon=True)
        self._reader.start()
        wanted = None if order is None else order.to_json()
        self._ask({"driver": driver, "order": wanted, "put_away": put_away})

    def __enter__(self) -> DriverJob:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def cancel(self) -> None:
        """From any thread: whoever waits for the next message has its answer at once."""
        self._cancelled.set()
        with contextlib.suppress(queue.Full):  # then nobody waits
            self._queue.put_nowait(None)

    def messages(self) -> Iterator[Message]:
        """Until the end. Raises the driver's own faults, and EnvironmentFault ``scanner_hung``, ``scanner_crashed``."""
        while (message := self._next()).kind != "end":
            if message.kind == "fault":
                raise fault_of(message.head)
            if message.kind == "begun":
                self._left = str(message.head["job"])
            yield message

    def close(self) -> None:
        """End the process, gently where it lets us; a second call does nothing. What one that came to grief has left on
        the device is put away by another: a scanner in the network would be busy with it for minutes, for everybody.
        """
        self._closing.set()
        self._hang_up()
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()  # a reader that waits for room goes on and sees that nobody listens
        try:
            if self._process.wait(child.GRACE + 1):
                self._kill()  # it has crashed: what it started may be there still
        except subprocess.TimeoutExpired:
            self._kill()
        self._reader.join(_DYING)
        if not self._reader.is_alive():
            _pipe(self._process.stdout).close()
        left, self._left = self._left, None
        if self._broken and left is not None:
            _put_away(self._driver, left)

    def _next(self) -> Message:
        try:
            message = self._queue.get(timeout=self._silence)
        except queue.Empty as error:
            self._kill()
            raise EnvironmentFault("scanner_hung") from error
        if self._cancelled.is_set():
            raise UserError("scan_cancelled")
        if message is None:
            raise EnvironmentFault("scanner_crashed")
        return message

    def _ask(self, request: object) -> None:
        with contextlib.suppress(BrokenPipeError):  # it has crashed already; the reader tells
            stdin = _pipe(self._process.stdin)
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()

    def _read(self) -> None:
        said: Message | None = Message({"is": "alive"})
        while said is not None:
            said = receive(_pipe(self._process.stdout))
            if not self._closing.is_set():
                self._queue.put(said)

    def _hang_up(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()

    def _kill(self) -> None:
        """The process with all that it started, and the pictures that it leaves. One that hangs in the kernel over its
        device ends when that lets it go; nobody waits for it.
        """
        self._broken = True
        if sys.platform == "win32":
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_DYING)
        memory.sweep()


class _Job:
    """What the jobs have in common. ``cancel`` from any thread. Use it in a ``with`` block."""

    def __init__(self, driver: str, order: ScanOrder | CardOrder | None, silence: float) -> None:
        self._job = DriverJob(driver, order, silence)
        self.cancel = self._job.cancel

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._job.close()


class ScanJob(_Job):
    """One run of a scanner; iterate it for the pages. ``trust`` hears the certificate that it shows, once it has taken
    the job. Raises UserError ``scanner_unknown`` where no driver goes by this id.
    """

    def __init__(
        self, order: ScanOrder, silence: float = SCANNING_SILENCE, trust: Callable[[str], None] | None = None
    ) -> None:
        drivers.check(order.driver)
        self._trust = trust
        super().__init__(order.driver, order, silence)

    def __iter__(self) -> Iterator[Page]:
        """Raises UserError or EnvironmentFault ``scanner_*``, ``scan_cancelled``; the pages before it count."""
        for message in self._job.messages():
            if message.kind == "page":
                yield Page(message.body, str(message.head["media_type"]))
            elif message.kind == "begun" and message.head["certificate"] and self._trust is not None:
                self._trust(str(message.head["certificate"]))


class ListJob(_Job):
    """What one driver finds, as it finds it; iterate it for the scanners."""

    def __init__(self, driver: str, silence: float = LISTING_SILENCE) -> None:
        super().__init__(driver, None, silence)

    def __iter__(self) -> Iterator[Scanner]:
        """Raises EnvironmentFault ``scanner_*``, ``sane_missing``, UserError ``scan_cancelled``."""
        for message in self._job.messages():
            if message.kind == "scanner":
                yield Scanner.from_json(message.head)


class CardJob(_Job):
    """One card of one reader."""

    def __init__(self, order: CardOrder, silence: float = READING_SILENCE) -> None:
        super().__init__(child.ID_READER, order, silence)

    def record(self) -> ChipRecord:
        """Wait for a card and read its chip. Raises UserError or EnvironmentFault ``id_card_*``, ``id_reader_*``,
        ``scan_cancelled``.
        """
        try:
            for message in self._job.messages():
                if message.kind == "card":
                    return ChipRecord.from_json(message.head)
        except EnvironmentFault as fault:
            raise EnvironmentFault("id_reader_gone") if fault.code.startswith("scanner_") else fault from fault
        raise UserError("id_card_not_placed")


def scanners_of(driver: str, silence: float = LISTING_SILENCE) -> Iterator[Scanner]:
    """What one driver finds, as it finds it. Raises as ``ListJob``."""
    with ListJob(driver, silence) as job:
        yield from job


def read_id_card(order: CardOrder, silence: float = READING_SILENCE) -> ChipRecord:
    """Raises as ``CardJob.record``."""
    with CardJob(order, silence) as job:
        return job.record()


def _put_away(driver: str, job: str) -> None:
    """As far as it can be done: a device that has gone has forgotten it."""
    with contextlib.suppress(StationError), DriverJob(driver, None, _PUTTING_AWAY, job) as work:
        list(work.messages())


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  our own module
        children.command(child.__name__),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(),
        start_new_session=True,  # the terminal's Ctrl+C is for us; and what it starts dies with it
    )


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None
    return end
