"""How far a pass is, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock

from station_app.services.delivery import ScanToSend


class Step(StrEnum):
    """What a pass is doing."""

    ASKING = "asking"
    SCANS = "scans"
    PLANS = "plans"


@dataclass(frozen=True)
class Progress:
    """How far a pass is; bytes and numbers of the scans known to be missing."""

    step: Step
    bytes_done: int = 0
    bytes_total: int = 0
    scans_done: int = 0
    scans_total: int = 0


class Teller:
    """Adds up what is sent, from several threads, and tells of it."""

    def __init__(self, progress: Callable[[Progress], None]) -> None:
        self._progress = progress
        self._lock = Lock()
        self._now = Progress(Step.ASKING)

    def step(self, step: Step) -> None:
        self._change(step=step)

    def expect(self, scans: Sequence[ScanToSend]) -> None:
        if scans:
            total = sum(scan.size - scan.offset for scan in scans)
            self._change(Step.SCANS, bytes_total=total, scans_total=len(scans))

    def meter(self, size: int) -> None:
        self._change(bytes_done=size)

    def arrived(self, number: int) -> None:
        self._change(scans_done=number)

    def _change(self, step: Step | None = None, **more: int) -> None:
        with self._lock:
            added = {name: getattr(self._now, name) + number for name, number in more.items()}
            self._now = now = replace(self._now, step=step or self._now.step, **added)
        self._progress(now)
