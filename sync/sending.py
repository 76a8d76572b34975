"""All missing scans: several at a time, small ones first, bundled as the line allows."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Event, Lock
from types import TracebackType

from station_app.services.delivery import ScanToSend
from sync.bundle import BundleSender
from sync.outcomes import Outcome, is_general
from sync.wire import MAX_BUNDLED

LANES = 4  # connections at a time
_SLOW_LANES = 2  # on a slow line, or before it is known: the one fills the line while the other waits for its answer
_SLOW = 64 * 1024  # bytes a second of one lane
_TELLING = 16 * 1024  # bytes: less says more of the way than of the line
_MOST_SERVER_ERRORS = 3  # scans that fail at the server before it is left alone until the next pass
_TOGETHER_SECONDS = 0.1
_BUNDLED = 1024 * 1024  # bytes of a scan that may travel in a bundle
_LARGEST, _FIRST = 8 * 1024 * 1024, 128 * 1024  # bytes of a bundle: the most, and before the line is known
_SECONDS = 1.0  # that a bundle may take, so that receipts keep coming


class Sending:
    """The lanes of one pass. ``add`` begins to send, ``outcomes`` tells what became of what was added.

    A fault that would meet every scan alike (no network, stopped, refused device) ends the sending: what was not
    begun comes back untried. So does everything left when the block ends.

    ``speed``: bytes a second that a lane carried the last time, 0 where that is not known. ``may_send``: whether scans
    may use the line now; what it turns away comes back held.
    """

    def __init__(self, sender: BundleSender, speed: float = 0.0, may_send: Callable[[], bool] = lambda: True) -> None:
        self._sender = sender
        self._may_send = may_send
        self._queue = _Queue(speed)
        self._halt = _Halt()
        self._arrived: SimpleQueue[list[Outcome]] = SimpleQueue()
        self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="scans")
        self._lanes: list[Future[None]] = []
        self._left = 0

    def __enter__(self) -> Sending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._halt.set()
        self._pool.shutdown()

    @property
    def speed(self) -> float:
        return self._queue.speed

    def add(self, scans: Sequence[ScanToSend]) -> None:
        """More to send: small before large among what is not begun yet."""
        self._left += len(scans)
        self._queue.add(scans)
        self._open()

    def halt(self) -> None:
        """Begin nothing more."""
        self._halt.set()

    def outcomes(self, wait: bool = True) -> list[Outcome]:
        """The next handful; empty when nothing is left, or without ``wait`` when nothing has arrived."""
        found: list[Outcome] = []
        while self._left and not found and (wait or not self._arrived.empty()):
            found = _handful(self._arrived, self._left if wait else 1)
            self._check_lanes()
        self._left -= len(found)
        self._open()
        return found

    def _open(self) -> None:
        """As many lanes as the line is quick enough for."""
        for _ in range(self._queue.lanes_to_open()):
            self._lanes.append(self._pool.submit(self._lane))

    def _lane(self) -> None:
        try:
            while batch := self._queue.take(self._sender.usable):
                self._arrived.put(self._unsent(batch) or self._sent(batch))
        except BaseException:
            self._arrived.put([])  # whoever waits for outcomes looks after the lanes
            raise

    def _sent(self, batch: Sequence[ScanToSend]) -> list[Outcome]:
        begun = time.monotonic()
        found, back = self._sender.outcomes(batch)
        self._queue.put_back(back)
        if back and not found and self._sender.usable:
            self._halt.bundle_failed()
        outcomes = [self._halt.judge(each) for each in found]
        if not back and all(each.fault is None for each in outcomes):
            self._queue.carried(sum(scan.size - scan.offset for scan in batch), time.monotonic() - begun)
        return outcomes

    def _unsent(self, batch: Sequence[ScanToSend]) -> list[Outcome]:
        """The batch, where it is not to be sent at all."""
        if self._halt.is_set():
            return [Outcome(scan, untried=True) for scan in batch]
        return [] if self._may_send() else [Outcome(scan, held=True) for scan in batch]

    def _check_lanes(self) -> None:
        """Raise what ended a lane before its time."""
        for lane in self._lanes:
            if lane.done():
                lane.result()


def _handful(arrived: SimpleQueue[list[Outcome]], most: int) -> list[Outcome]:
    """Wait for some, take whatever comes with them or right after: their receipts share a transaction."""
    found = arrived.get()
    end = time.monotonic() + _TOGETHER_SECONDS
    while found and len(found) < most:
        try:
            found = [*found, *arrived.get(timeout=max(0.0, end - time.monotonic()))]
        except Empty:
            break
    return found


class _Queue:
    """What is left to send. A bundle is as large as the line carries in a moment; a slow line gets fewer lanes.

    ``speed``: bytes a second that a lane carried the last time, 0 where that is not known.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._lock = Lock()
        self._scans: deque[ScanToSend] = deque()
        self._alone: set[ScanToSend] = set()
        self._lanes = 0

    def add(self, scans: Sequence[ScanToSend]) -> None:
        """Put scans in their place."""
        with self._lock:
            self._scans = deque(sorted([*self._scans, *scans], key=lambda each: each.size - each.offset))

    def lanes_to_open(self) -> int:
        """How many more lanes there should be now; they count from here on."""
        with self._lock:
            opened = max(0, min(self._most_lanes, len(self._scans)) - self._lanes)
            self._lanes += opened
            return opened

    def take(self, bundled: bool) -> list[ScanToSend]:
        """The next scans, one or a bundle; none when all are taken or the line has too many lanes, and the lane that
        asks is at its end.
        """
        with self._lock:
            if not self._scans or self._lanes > self._most_lanes:
                self._lanes -= 1
                return []
            share = sum(scan.size for scan in self._scans) / self._most_lanes
            batch = [self._scans.popleft()]
            room = min(self._most, share) - batch[0].size if bundled and self._fits(batch[0]) else 0
            while self._scans and len(batch) < MAX_BUNDLED and self._fits(self._scans[0]):
                room -= self._scans[0].size
                if room < 0:
                    break
                batch.append(self._scans.popleft())
            return batch

    def put_back(self, scans: Sequence[ScanToSend]) -> None:
        """Scans of a batch that are to be sent one by one."""
        with self._lock:
            self._alone.update(scans)
            self._scans.extendleft(reversed(scans))

    def carried(self, size: int, seconds: float) -> None:
        """How quickly a batch went."""
        if size >= _TELLING:
            with self._lock:
                self.speed = size / max(seconds, 0.001)

    @property
    def _most(self) -> float:
        """Bytes of a bundle."""
        return min(_LARGEST, _SECONDS * self.speed) if self.speed else _FIRST

    @property
    def _most_lanes(self) -> int:
        return LANES if self.speed >= _SLOW else min(LANES, _SLOW_LANES)

    def _fits(self, scan: ScanToSend) -> bool:
        return scan.offset == 0 and scan.size <= _BUNDLED and scan not in self._alone


class _Halt(Event):
    """Set once nothing more should be begun."""

    def __init__(self) -> None:
        super().__init__()
        self._server_errors = SimpleQueue[None]()
        self._is_well = False  # the server has taken a scan

    def judge(self, outcome: Outcome) -> Outcome:
        self._is_well = self._is_well or outcome.arrived
        if outcome.fault is None or outcome.ours:
            return outcome
        if outcome.fault.code == "server_error":
            self._count()
        elif is_general(outcome):
            self.set()
        return outcome

    def bundle_failed(self) -> None:
        """One scan of it may be to blame, unless the server has taken nothing at all."""
        if not self._is_well:
            self._count()

    def _count(self) -> None:
        self._server_errors.put(None)
        if self._server_errors.qsize() >= _MOST_SERVER_ERRORS:
            self.set()
