"""One measure, the alternation of subject and baseline, and how the results are shown."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal

Seconds = float
Timed = Callable[[], Seconds]


@dataclass(frozen=True)
class Measure:
    """A line of ``bench.json``; ``ratio`` is value / baseline, ``limit_on`` says which of the two the limit bounds."""

    name: str
    unit: str
    value: float
    baseline: float | None = None
    ratio: float | None = None
    limit: float | None = None
    limit_on: Literal["value", "ratio"] = "ratio"
    better: Literal["lower", "higher"] = "lower"
    runs: int = 1

    @property
    def holds(self) -> bool:
        """Whether the limit is kept; a measure without one always does."""
        bounded = self.value if self.limit_on == "value" else self.ratio
        if self.limit is None or bounded is None:
            return True
        return bounded <= self.limit if self.better == "lower" else bounded >= self.limit


def compared(name: str, unit: str, value: float, baseline: float, limit: float, runs: int) -> Measure:
    """A measure whose ratio to its baseline is bounded."""
    return Measure(name, unit, _short(value), _short(baseline), _short(value / baseline), limit, "ratio", "lower", runs)


def bounded(name: str, unit: str, value: float, limit: float, runs: int, baseline: float | None = None) -> Measure:
    """A measure that is itself bounded, with or without a baseline for comparison."""
    ratio = None if not baseline else _short(value / baseline)
    shown = None if baseline is None else _short(baseline)
    return Measure(name, unit, _short(value), shown, ratio, limit, "value", "lower", runs)


def timed(work: Callable[[], object]) -> Timed:
    """``work`` as something that returns how long it took."""

    def run() -> Seconds:
        begun = perf_counter()
        work()
        return perf_counter() - begun

    return run


def alternated(subject: Timed, baseline: Timed, runs: int, warm_up: int = 1) -> tuple[list[Seconds], list[Seconds]]:
    """Both, turn by turn, the order changing each time; the warm-up turns are not counted."""
    subject_times, baseline_times = [], []
    for turn in range(-warm_up, runs):
        first_is_subject = turn % 2 == 0
        times = {True: 0.0, False: 0.0}
        for is_subject in (first_is_subject, not first_is_subject):
            times[is_subject] = subject() if is_subject else baseline()
        if turn >= 0:
            subject_times.append(times[True])
            baseline_times.append(times[False])
    return subject_times, baseline_times


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def table(measures: Sequence[Measure]) -> str:
    """For people."""
    lines = [f"{'':24}{'value':>12} {'unit':9}{'baseline':>12}{'ratio':>8}{'limit':>8} on"]
    for each in measures:
        baseline = "" if each.baseline is None else f"{each.baseline:g}"
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        limit = "" if each.limit is None else f"{each.limit:g}"
        verdict = f"{each.limit_on:6}{'' if each.holds else ' MISSED'}" if each.limit is not None else ""
        lines.append(f"{each.name:24}{each.value:>12g} {each.unit:9}{baseline:>12}{ratio:>8}{limit:>8} {verdict}")
    return "\n".join(lines)


def write_json(measures: Sequence[Measure], path: Path) -> None:
    """For programs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(each) for each in measures], indent=1) + "\n", encoding="utf-8")


def _short(value: float) -> float:
    """Four significant digits: more would pretend."""
    return float(f"{value:.4g}")
