"""docs/trials.md: the words stand in ``trials_page.md``, the figures are those of the run that writes it."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.trials.compare import Finding, Harm

_WORDS = Path(__file__).with_name("trials_page.md")


@dataclass
class Measured:
    """What one gear did: trials, acts at which a fault could strike, seconds, harms by kind; ``first``: what the first
    trial that did harm found.
    """

    gear: str
    seed: int
    trials: int = 0
    acts: int = 0
    seconds: float = 0.0
    harms: Counter[Harm] = field(default_factory=Counter)
    first: tuple[Finding, ...] = ()

    def row(self) -> str:
        counts = [str(self.harms[harm]) for harm in Harm]
        minute = 60 * self.trials / self.seconds if self.seconds else 0.0
        acts = self.acts or "–"
        cells = [self.gear, self.trials, acts, f"{self.seconds:.0f} s", f"{minute:.0f}", *counts, self.seed]
        return f"| {' | '.join(map(str, cells))} |"

    def add(self, other: Measured) -> None:
        """Take in what another process counted; the time is this one's own."""
        self.trials += other.trials
        self.acts += other.acts
        self.harms += other.harms
        self.first = self.first or other.first


def write(file: Path, command: str, gears: list[Measured], safeguards: Mapping[str, Mapping[str, Measured]]) -> None:
    """``safeguards``: for each that was taken out, what each gear made of it."""
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    words = _WORDS.read_text("utf-8")
    values = {
        "COMMAND": command,
        "MACHINE": machine,
        "GEARS": "\n".join(each.row() for each in gears),
        "SAFEGUARDS": "\n".join(_line(name, found) for name, found in safeguards.items()),
    }
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", value)
    file.write_text(words, "utf-8")


def _line(name: str, found: Mapping[str, Measured]) -> str:
    cells = [
        f"trial {each.trials}: {each.first[0].harm}" if each.first else f"not in {each.trials}"
        for each in found.values()
    ]
    return f"| {name} | {' | '.join(cells)} |"
