"""What becomes of a scan on its way to the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from station_app.errors import EnvironmentFault, StationError, UserError
from station_app.services.delivery import ScanToSend

FAULTS = (EnvironmentFault, UserError)  # a BugError is not caught: it is ours
_OF_ONE_SCAN = frozenset({"request_refused", "server_error"})
Meter = Callable[[int], None]


class ReadsScans(Protocol):
    """What is needed of the store's scan files."""

    def get(self, name: str) -> bytes: ...


@dataclass(frozen=True)
class Outcome:
    """What became of one scan. ``fault`` None: it arrived whole. ``ours``: the fault is in this PC's file.
    ``untried``: not begun, since the sending was ended; ``held``: since scans may not use the line now.
    """

    scan: ScanToSend
    receipts: tuple[str, ...] = ()
    fault: StationError | None = None
    ours: bool = False
    untried: bool = False
    held: bool = False

    @property
    def arrived(self) -> bool:
        return self.fault is None and not self.untried and not self.held


def is_general(outcome: Outcome) -> bool:
    """Whether the fault lies between us and the server, not in this one scan."""
    return outcome.fault is not None and not outcome.ours and outcome.fault.code not in _OF_ONE_SCAN


def read_scan(scans: ReadsScans, scan: ScanToSend) -> memoryview:
    """The bytes of a scan; raises EnvironmentFault ``scan_damaged``, ``scan_erased`` and those of the store."""
    if scan.erased:
        raise EnvironmentFault("scan_erased")
    content = scans.get(scan.file_name)
    if len(content) != scan.size:
        raise EnvironmentFault("scan_damaged")
    return memoryview(content)
