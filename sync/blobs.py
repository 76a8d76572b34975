"""One scan on its way to the server: in pieces where it is large, resumed where it broke off."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from threading import Lock

from station_app.services.delivery import ScanToSend
from sync.outcomes import FAULTS, Meter, Outcome, ReadsScans, read_scan
from sync.transport import BlobPiece, Transport
from sync.wire import BlobAnswer

LARGE = 8 * 1024 * 1024  # bytes: larger scans travel in pieces of this size and one at a time, for the memory's sake
TRIES = 3  # for one scan in one pass, without getting on
_GOT_ON = 32 * 1024  # bytes: on a line that breaks so often, this is how it gets there
WORTH_RESUMING = frozenset({"connection_lost", "server_silent", "request_refused"})


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
                content = read_scan(self._scans, scan)
            except FAULTS as fault:
                return Outcome(scan, fault=fault, ours=True)
            try:
                return Outcome(scan, tuple(self._send(scan, content).receipts))
            except FAULTS as fault:
                return Outcome(scan, fault=fault)

    def _turn(self, scan: ScanToSend) -> AbstractContextManager[object]:
        return self._large if scan.size > LARGE else nullcontext()

    def _send(self, scan: ScanToSend, content: memoryview) -> BlobAnswer:
        way, left = _Way(scan.offset, self._meter), TRIES
        while True:
            begun, left = way.position, left - 1
            try:
                return self._rest(scan, content, way)
            except FAULTS as fault:
                if fault.code not in WORTH_RESUMING or not left:
                    raise
            way.set(min(self._transport.blob_offset(scan.reference, scan.sha256), scan.size))
            if way.position >= begun + _GOT_ON:
                left = TRIES

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
