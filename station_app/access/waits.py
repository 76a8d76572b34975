"""A growing wait after wrong passwords, for each operator. It deters a colleague, not a thief.

Two wrong ones are free, then 2, 4, 8 ... seconds up to 15 minutes. The count lies in ``sign_in_waits.json``, written
*before* each attempt, so that killing the program does not buy another one. Time counts only as far as the wall clock
and the clock that runs since the PC was started agree: after a restart of the PC, or when somebody sets the clock, the
wait begins anew instead of vanishing.
"""

from __future__ import annotations

import contextlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from station_app import durable
from station_app.durable import Point
from station_app.errors import StationError, UserError

T = TypeVar("T")
Clock = Callable[[], datetime]
Ticks = Callable[[], float]

FILE = "sign_in_waits.json"
_FREE = 2
_LONGEST = 900
_TOLERANCE = 60.0  # seconds that a time server may move the wall clock


@dataclass(frozen=True)
class _Wait:
    """``failures`` in a row; ``wall`` (seconds since 1970) and ``ticks`` (since boot) of the moment the wait began."""

    failures: int
    wall: float
    ticks: float


def boot_seconds() -> float:
    """Seconds since the PC was started, the same for every process, sleep included where the system can say so."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


def guarded(home: Path, name: str, attempt: Callable[[], T], clock: Clock, ticks: Ticks = boot_seconds) -> T:
    """Try a password for an operator.

    Raises UserError ``sign_in_wait`` (params: ``seconds``) while a wait runs, and whatever ``attempt`` raises; only
    its UserError ``password_wrong`` counts.
    """
    waits = _read(home)
    before = waits.get(name)
    seconds = _seconds_left(home, name, waits, clock, ticks)
    if seconds > 0:
        raise UserError("sign_in_wait", "password", seconds=seconds)
    failures = before.failures + 1 if before else 1
    _write(home, {**waits, name: _Wait(failures, clock().timestamp(), ticks())})
    try:
        value = attempt()
    except StationError as error:
        if error.code != "password_wrong":
            _write(home, waits)
        raise
    _write(home, {other: wait for other, wait in waits.items() if other != name})
    return value


def seconds_left(home: Path, name: str, clock: Clock, ticks: Ticks = boot_seconds) -> int:
    """Whole seconds until this operator may try again, 0 for now."""
    return _seconds_left(home, name, _read(home), clock, ticks)


def _seconds_left(home: Path, name: str, waits: dict[str, _Wait], clock: Clock, ticks: Ticks) -> int:
    wait = waits.get(name)
    if wait is None or wait.failures <= _FREE:
        return 0
    whole: int = min(_LONGEST, 2 ** min(wait.failures - _FREE, 10))
    wall, since_boot = clock().timestamp() - wait.wall, ticks() - wait.ticks
    if since_boot < 0 or abs(wall - since_boot) > _TOLERANCE:
        _write(home, {**waits, name: _Wait(wait.failures, clock().timestamp(), ticks())})
        return whole
    return max(0, math.ceil(whole - max(0.0, min(wall, since_boot))))


def _read(home: Path) -> dict[str, _Wait]:
    """What cannot be read counts as nothing: deleting the file would do the same."""
    try:
        raw = json.loads((home / FILE).read_text("ascii"))
        return {str(name): _Wait(int(w["failures"]), float(w["wall"]), float(w["ticks"])) for name, w in raw.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(home: Path, waits: dict[str, _Wait]) -> None:
    document = json.dumps({name: asdict(wait) for name, wait in waits.items()}, sort_keys=True)
    with contextlib.suppress(OSError):  # a full disk must not keep the clerk out
        durable.write_file(home / FILE, document.encode("ascii"), Point.SIGN_IN_WAITS)
