"""Runs ``station`` or ``central`` in this process with a trap: SIGKILL itself at a named point.

    python -m tests.faults.trap PROGRAM TRAP -- ARGUMENTS...

TRAP is ``POINT:before``, ``POINT:after``, ``POINT:sent`` (a request is out, its answer not read) or ``POINT:before:N``
for the N-th time; ``witness=FILE`` kills nothing and writes down every durable act; ``clock=SECONDS`` puts the clock of
the station that far off. The program's own code has no hooks: the trap wraps ``station_app.durable`` and the client.
"""

from __future__ import annotations

import http.client
import importlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from station_app import durable
from station_app.durable import Point
from station_app.services import desk
from tests.faults.witness import Witness


@dataclass
class Trap:
    """Counts the passes of one point and kills the process at the chosen one."""

    point: Point
    moment: str
    left: int = 1

    @classmethod
    def parse(cls, text: str) -> Trap:
        point, moment, *times = text.split(":")
        return cls(Point(point), moment, int(times[0]) if times else 1)

    def reach(self, point: Point, moment: str) -> None:
        if point is not self.point or moment != self.moment:
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(self) -> None:
        """Wrap whatever makes bytes durable or sends them."""
        for name in ("commit", "rename"):
            setattr(durable, name, self._around(getattr(durable, name)))
        if self.moment == "sent":
            self._arm_requests()

    def _around(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            point = arguments[-1]
            self.reach(point, "before")
            answer = original(*arguments)
            self.reach(point, "after")
            return answer

        return wrapped

    def _arm_requests(self) -> None:
        paths = {
            Point.SYNC_REQUEST: "/v1/sync",
            Point.BLOB_REQUEST: "/blobs/",
            Point.ENROL_REQUEST: "/v1/enrol",
            Point.PLAN_REQUEST: "/v1/plans/",
        }
        wanted = paths[self.point]
        putrequest, getresponse = http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse
        trap, urls = self, {}

        def remember(connection: Any, method: str, url: str, *more: Any, **named: Any) -> None:
            urls[id(connection)] = url
            putrequest(connection, method, url, *more, **named)

        def answer(connection: Any) -> Any:
            if wanted in urls.get(id(connection), ""):
                trap.reach(trap.point, "sent")
            return getresponse(connection)

        http.client.HTTPConnection.putrequest = remember  # type: ignore[method-assign,assignment]
        http.client.HTTPConnection.getresponse = answer  # type: ignore[method-assign,assignment]


def _set_clock(off: timedelta) -> None:
    """Before the commands are imported: they take the clock by name."""
    right = desk.system_clock
    desk.system_clock = lambda: right() + off


def main() -> int:
    program, trap, separator, *arguments = sys.argv[1:]
    assert separator == "--"
    if trap.startswith("witness="):
        Witness(Path(trap.partition("=")[2])).arm()
    elif trap.startswith("clock="):
        _set_clock(timedelta(seconds=int(trap.partition("=")[2])))
    elif trap != "none":
        Trap.parse(trap).arm()
    module = importlib.import_module({"station": "station_app.cli", "central": "central.cli"}[program])
    return int(module.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
