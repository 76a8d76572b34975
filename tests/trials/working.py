"""A gear at work: in this process, or its trials divided among several."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice

from tests.trials.gears import GEARS
from tests.trials.mutations import MUTATIONS
from tests.trials.part import WHOLE, Part
from tests.trials.report import Measured


@dataclass(frozen=True)
class Run:
    """``trials`` of one gear by ``seed``. With a ``safeguard`` taken out it stops at the first harm."""

    gear: str
    trials: int
    seed: int
    safeguard: str | None = None

    def measured(self, jobs: int = 1) -> Measured:
        """Do it, in ``jobs`` processes; every harm is printed as it is found."""
        began = time.monotonic()
        if self.safeguard or min(jobs, self.trials) < 2:
            measured = self.part(WHOLE)
        else:
            measured = self._divided(min(jobs, self.trials))
        measured.seconds = time.monotonic() - began
        print(
            f"gear {self.gear}: {measured.trials} trials, {measured.acts} acts in {measured.seconds:.0f} s",
            file=sys.stderr,
            flush=True,
        )
        return measured

    def part(self, part: Part) -> Measured:
        """One process's share."""
        measured = Measured(self.gear, self.seed)
        bent = MUTATIONS[self.safeguard]() if self.safeguard else contextlib.nullcontext()
        with bent, GEARS[self.gear].open(self.safeguard) as draw:
            for result in islice(draw(self.seed, part), part.share(self.trials)):
                measured.trials += 1
                measured.acts += len(result.acts)
                measured.harms.update(each.harm for each in result.findings)
                if result.findings:
                    measured.first = measured.first or result.findings
                    print(f"{result.trial}: {'; '.join(map(str, result.findings))}", flush=True)
                    if self.safeguard:
                        break
        return measured

    def _divided(self, jobs: int) -> Measured:
        """Spawned, not forked: a child inherits no thread's lock and no open database."""
        measured = Measured(self.gear, self.seed)
        spawned = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, mp_context=spawned, initializer=be_quiet) as pool:
            for each in pool.map(self.part, [Part(at, jobs) for at in range(jobs)]):
                measured.add(each)
        return measured


def be_quiet() -> None:
    """A fault is the normal case here."""
    logging.disable(logging.WARNING)


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
