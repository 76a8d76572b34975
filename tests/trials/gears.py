"""The gears: each draws trials by a seed, for ever."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.trials.part import Part
from tests.trials.powercut import PowerCuts
from tests.trials.processes import processes
from tests.trials.stepped import Result, Stepper

Draw = Callable[[int, Part], Iterator[Result]]
_MEMORY = Path("/dev/shm")  # a trial in one process ends no machine: what it writes need not reach a disk


@dataclass(frozen=True)
class Gear:
    """``open``: given the safeguard that is taken out, a context with what draws trials.

    ``weight``: its share of a run's trials; 0: only when it is asked for.
    """

    name: str
    weight: int
    open: Callable[[str | None], AbstractContextManager[Draw]]


@contextmanager
def folder() -> Iterator[Path]:
    """Somewhere quick to write, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="trials-", dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        yield Path(name)


@contextmanager
def _stepped(_safeguard: str | None) -> Iterator[Draw]:
    with folder() as here:
        yield Stepper(here).drawn


@contextmanager
def _every(_safeguard: str | None) -> Iterator[Draw]:
    with folder() as here:
        yield Stepper(here).every


@contextmanager
def _power_cuts(safeguard: str | None) -> Iterator[Draw]:
    with folder() as here:
        yield PowerCuts(here, safeguard).drawn


@contextmanager
def _processes(_safeguard: str | None) -> Iterator[Draw]:
    with folder() as here, processes(here) as gear:
        yield gear.drawn


_ALL = (
    Gear("stepped", 590, _stepped),
    Gear("power", 390, _power_cuts),
    Gear("processes", 20, _processes),
    Gear("every", 0, _every),
)
GEARS: Mapping[str, Gear] = {gear.name: gear for gear in _ALL}
