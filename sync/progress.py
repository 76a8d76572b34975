"""How far a pass is, for whoever watches."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock

from station_app.services.delivery import ScanToSend

_WINDOW = 60.0  # seconds
_LEAST_SECONDS, _LEAST_BYTES = 5.0, 256 * 1024  # the first bytes only fill what the system holds


class Step(StrEnum):
    """What a pass is doing."""

    ASKING = "asking"
    SCANS = "scans"
    PLANS = "plans"
    ROSTER = "roster"


@dataclass(frozen=True)
class Progress:
    """How far a pass is; bytes and numbers of the scans known to be missing.

    ``seconds_left``: at the pace of the last minute; None where that says nothing.
    """

    step: Step
    bytes_done: int = 0
    bytes_total: int = 0
    scans_done: int = 0
    scans_total: int = 0
    seconds_left: float | None = None


class _Pace:
    """How quickly bytes go, by the last minute's."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._seen: deque[tuple[float, int]] = deque()

    def seconds_for(self, total: int, done: int) -> float | None:
        """Seconds for what is left of ``total``; None until enough has gone to tell."""
        now = self._steady()
        self._seen.append((now, done))
        while now - self._seen[1 if len(self._seen) > 1 else 0][0] > _WINDOW:
            self._seen.popleft()
        begun, before = self._seen[0]
        if now - begun < _LEAST_SECONDS or done - before < _LEAST_BYTES:
            return None
        return max(0, total - done) * (now - begun) / (done - before)


class Teller:
    """Adds up what is sent, from several threads, and tells of it."""

    def __init__(self, progress: Callable[[Progress], None], steady: Callable[[], float] = time.monotonic) -> None:
        self._progress = progress
        self._pace = _Pace(steady)
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
            now = replace(self._now, step=step or self._now.step, seconds_left=None, **added)
            if now.step is Step.SCANS:
                now = replace(now, seconds_left=self._pace.seconds_for(now.bytes_total, now.bytes_done))
            self._now = now
        self._progress(now)
