"""Scans on their way to the server: resumed where they broke off, several at a time, small ones first."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import Protocol

from station_app.errors import EnvironmentFault, StationError, UserError
from station_app.services.delivery import ScanToSend
from sync.transport import BlobPiece, Transport
from sync.wire import BlobAnswer

LANES = 4  # connections at a time
LARGE = 8 * 1024 * 1024  # bytes: larger scans travel in pieces of this size and one at a time, for the memory's sake
TRIES = 3  # for one scan in one pass
FAULTS = (EnvironmentFault, UserError)  # a BugError is not caught: it is ours
_OF_ONE_SCAN = frozenset({"request_refused", "server_error"})
_WORTH_RESUMING = frozenset({"connection_lost", "server_silent", "request_refused"})
_TOGETHER_SECONDS = 0.03
_MOST_SERVER_ERRORS = 3  # scans that fail at the server before it is left alone until the next pass

Meter = Callable[[int], None]


class ReadsScans(Protocol):
    """What is needed of the store's scan files."""

    def get(self, name: str) -> bytes: ...


@dataclass(frozen=True)
class Outcome:
    """What became of one scan. ``fault`` None: it arrived whole. ``ours``: the fault is in this PC's file."""

    scan: ScanToSend
    receipts: tuple[str, ...] = ()
    fault: StationError | None = None
    ours: bool = False
    untried: bool = False


class BlobSender:
    """Sends one scan at a time from each of several threads. ``meter`` hears of bytes sent, negative when resumed."""

    def __init__(self, scans: ReadsScans, transport: Transport, meter: Meter) -> None:
        self._scans = scans
        self._transport = transport
        self._meter = meter
        self._large = Lock()

    def outcome(self, scan: ScanToSend) -> Outcome:
        with self._turn(scan):
            try:
                content = self._read(scan)
            except FAULTS as fault:
                return Outcome(scan, fault=fault, ours=True)
            try:
                return Outcome(scan, tuple(self._send(scan, content).receipts))
            except FAULTS as fault:
                return Outcome(scan, fault=fault)

    def _turn(self, scan: ScanToSend) -> AbstractContextManager[object]:
        return self._large if scan.size > LARGE else nullcontext()

    def _read(self, scan: ScanToSend) -> memoryview:
        content = self._scans.get(scan.file_name)
        if len(content) != scan.size:
            raise EnvironmentFault("scan_damaged")
        return memoryview(content)

    def _send(self, scan: ScanToSend, content: memoryview) -> BlobAnswer:
        way = _Way(scan.offset, self._meter)
        for _ in range(TRIES - 1):
            try:
                return self._rest(scan, content, way)
            except FAULTS as fault:
                if fault.code not in _WORTH_RESUMING:
                    raise
            way.set(min(self._transport.blob_offset(scan.reference, scan.sha256), scan.size))
        return self._rest(scan, content, way)

    def _rest(self, scan: ScanToSend, content: memoryview, way: _Way) -> BlobAnswer:
        """Send from where the server stands to the end; nothing but the end when only the last answer was lost."""
        while True:
            start = way.position
            piece = content[start : start + LARGE]
            completes = start + len(piece) == scan.size
            answer = self._transport.send_blob(
                BlobPiece(scan.reference, scan.sha256, piece, _digest(scan, piece), start, completes), way.advance
            )
            if completes:
                return answer
            way.set(start + len(piece))


def _digest(scan: ScanToSend, piece: memoryview) -> str:
    return scan.sha256 if len(piece) == scan.size else hashlib.sha256(piece).hexdigest()


@dataclass
class _Way:
    """How far one scan has come."""

    position: int
    _meter: Meter

    def advance(self, size: int) -> None:
        self.set(self.position + size)

    def set(self, position: int) -> None:
        self._meter(position - self.position)
        self.position = position


def send_all(sender: BlobSender, scans: Sequence[ScanToSend]) -> Iterator[list[Outcome]]:
    """Send them, small before large; the outcomes in handfuls, as they arrive.

    A fault that would meet every scan alike (no network, stopped, refused device) ends the sending: what was not
    begun comes back untried.
    """
    if not scans:
        return
    halt = _Halt()
    arrived: SimpleQueue[Future[Outcome]] = SimpleQueue()

    def one(scan: ScanToSend) -> Outcome:
        return Outcome(scan, untried=True) if halt.is_set() else halt.judge(sender.outcome(scan))

    with ThreadPoolExecutor(min(LANES, len(scans)), thread_name_prefix="scans") as pool:
        try:
            for scan in sorted(scans, key=lambda each: each.size - each.offset):
                pool.submit(one, scan).add_done_callback(arrived.put)
            left = len(scans)
            while left:
                handful = _handful(arrived, left)
                left -= len(handful)
                yield [each.result() for each in handful]
        finally:
            halt.set()


def _handful(arrived: SimpleQueue[Future[Outcome]], most: int) -> list[Future[Outcome]]:
    """Wait for one, take whatever comes with it or right after it: their receipts share a transaction."""
    found = [arrived.get()]
    end = time.monotonic() + _TOGETHER_SECONDS
    while len(found) < most:
        try:
            found.append(arrived.get(timeout=max(0.0, end - time.monotonic())))
        except Empty:
            break
    return found


class _Halt(Event):
    """Set once nothing more should be begun."""

    def __init__(self) -> None:
        super().__init__()
        self._server_errors = SimpleQueue[None]()

    def judge(self, outcome: Outcome) -> Outcome:
        if outcome.fault is None or outcome.ours:
            return outcome
        if outcome.fault.code == "server_error":
            self._server_errors.put(None)
            if self._server_errors.qsize() >= _MOST_SERVER_ERRORS:
                self.set()
        elif is_general(outcome):
            self.set()
        return outcome


def is_general(outcome: Outcome) -> bool:
    """Whether the fault lies between us and the server, not in this one scan."""
    return outcome.fault is not None and not outcome.ours and outcome.fault.code not in _OF_ONE_SCAN
