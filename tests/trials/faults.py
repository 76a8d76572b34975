"""Where a trial can strike: every durable act and every request has a number, and a plan says what happens at it.

The program has no hooks: ``Acts.watching`` wraps ``station_app.durable``; requests are counted by the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from unittest.mock import patch

from station_app import durable
from station_app.durable import Point


class Side(StrEnum):
    STATION = "station"
    SERVER = "server"


class Kind(StrEnum):
    """What is done at a point."""

    COMMIT = "commit"
    RENAME = "rename"
    SYNC = "sync"
    REQUEST = "request"


class Mode(StrEnum):
    """What happens at an act. The first two end the process whose act it is, the others are the line's doing."""

    BEFORE = "before"
    AFTER = "after"
    LOST = "lost"  # the request never arrives
    UNANSWERED = "unanswered"  # it arrives, its answer does not
    HALF = "half"  # half of its body arrives, then the line is cut
    TWICE = "twice"  # it arrives two times
    LATE = "late"  # its sender gives it up, and it arrives after the next one


MODES: Mapping[Kind, tuple[Mode, ...]] = {
    Kind.COMMIT: (Mode.BEFORE, Mode.AFTER),
    Kind.RENAME: (Mode.BEFORE, Mode.AFTER),
    Kind.SYNC: (Mode.BEFORE,),
    Kind.REQUEST: tuple(Mode),
}


class PowerCut(BaseException):
    """One side has ended and must be started again. No error that anything may handle: the process is gone."""

    def __init__(self, side: Side) -> None:
        super().__init__(side.value)
        self.side = side


@dataclass(frozen=True)
class Act:
    """One passing of a point."""

    kind: Kind
    point: Point

    @property
    def side(self) -> Side:
        return Side.SERVER if self.point.value.startswith("server_") else Side.STATION

    def __str__(self) -> str:
        return f"{self.kind} {self.point}"


Plan = Mapping[int, Mode]


@dataclass
class Acts:
    """Counts acts and strikes where the plan says so.

    ``struck`` is called in the very moment a side ends, while its files are as they are. A side that has ended does
    nothing more until it is ``started``, whatever its code does on the way out.
    """

    plan: Plan = field(default_factory=dict)
    seen: list[Act] = field(default_factory=list)
    struck: Callable[[Side], None] = lambda _side: None
    ended: set[Side] = field(default_factory=set)
    counting: bool = True

    def next(self, act: Act) -> Mode | None:
        """Count an act; what happens at it. Raises PowerCut where its side has ended already."""
        if act.side in self.ended:
            raise PowerCut(act.side)
        if not self.counting:
            return None
        self.seen.append(act)
        mode = self.plan.get(len(self.seen) - 1)
        return Mode.BEFORE if mode is not None and mode not in MODES[act.kind] else mode

    def end(self, side: Side) -> None:
        self.struck(side)
        self.ended.add(side)
        raise PowerCut(side)

    def started(self, side: Side) -> None:
        self.ended.discard(side)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts, every durable act of this process is counted."""
        wrapped = {"commit": Kind.COMMIT, "rename": Kind.RENAME, "sync_file": Kind.SYNC, "sync_folder": Kind.SYNC}
        with ExitStack() as stack:
            for name, kind in wrapped.items():
                stack.enter_context(patch.object(durable, name, self._around(kind, getattr(durable, name))))
            yield

    def _around(self, kind: Kind, original: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any) -> Any:
            here = Act(kind, arguments[-1])
            mode = self.next(here)
            if mode is Mode.BEFORE:
                self.end(here.side)
            answer = original(*arguments)
            if mode is Mode.AFTER:
                self.end(here.side)
            return answer

        return act
