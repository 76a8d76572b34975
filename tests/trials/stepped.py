"""Gear b, in one process: scripts stepped through every single fault, through pairs of faults, then at random.

A run without faults lists the acts of a script; a fault is the number of an act and what happens at it.
"""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from station_app.services.plan_book import packaged_plans
from tests.trials.clerk import Clerk, Step
from tests.trials.compare import Finding, Harm, delivered, standing
from tests.trials.engines import Compiled
from tests.trials.faults import MODES, Act, Acts, Mode, Plan
from tests.trials.part import WHOLE, Part
from tests.trials.scene import Scene, make_template

_PASS_BETWEEN = 0.4  # how often a pass follows a step
_WAYS = ("sync", "sync", "stick")
_ACTS_OF_A_STEP = 10  # on the average; two cases make fewer steps of it, pages more
_SENT: tuple[Step, ...] = (("begin", 1), ("scan", 1), ("submit", 1), ("sync", 0))
SCRIPTS: dict[str, tuple[Step, ...]] = {
    "sent": _SENT,
    "returned": (*_SENT, ("give_back", 1), ("sync", 0), ("submit", 1), ("sync", 0), ("form", 1), ("sync", 0)),
    "withdrawn": (*_SENT[:3], ("withdraw", 1), ("sync", 0)),
    "added": (*_SENT[:3], ("form", 1), ("sync", 0), ("approve", 1), ("sync", 0)),
    "stick": (*_SENT[:3], ("stick", 0), ("give_back", 1), ("stick", 0), ("submit", 1), ("stick", 0)),
    "two": (*_SENT[:3], ("begin", 2), ("scan", 2), ("submit", 2), ("sync", 0), ("approve", 1), ("sync", 0)),
}


@dataclass(frozen=True)
class Trial:
    """One script under one plan of faults."""

    script: str
    steps: tuple[Step, ...]
    plan: Plan = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.script} " + (", ".join(f"{at}:{mode}" for at, mode in self.plan.items()) or "undisturbed")


@dataclass(frozen=True)
class Result:
    """``trial``: what it was, as text; ``findings``: what was harmed; ``acts``: what was done, in order."""

    trial: object
    findings: tuple[Finding, ...]
    acts: tuple[Act, ...] = ()
    starts: int = 0


class Stepper:
    """Runs trials below ``folder``, each on a copy of one template."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template"
        self._plans = packaged_plans()
        self._numbers = itertools.count(1)
        self._compiled = Compiled()
        make_template(self._template)

    def run(self, trial: Trial) -> Result:
        folder = self._folder / f"trial-{next(self._numbers)}"
        shutil.copytree(self._template, folder)
        try:
            with self._compiled.shared():
                return self._in(folder, trial)
        finally:
            shutil.rmtree(folder)

    def _in(self, folder: Path, trial: Trial) -> Result:
        acts, found = Acts(trial.plan), list[Finding]()
        with Scene(folder, acts, self._plans).running() as scene:
            clerk = Clerk(scene, lambda clerk: found.extend(standing(clerk)))
            try:
                clerk.work(trial.steps)
                clerk.deliver()
                acts.counting = False
                found += delivered(clerk)
            except Exception as error:  # whatever else a trial runs into is its result: the clerk is stuck with it
                found.append(Finding(Harm.LOST, f"{type(error).__name__}: {error}"))
        return Result(trial, tuple(dict.fromkeys(found)), tuple(acts.seen), clerk.starts)

    # ---- which trials

    def singles(self, script: str, part: Part = WHOLE) -> Iterator[Result]:
        """The undisturbed run, then every mode of every act of it."""
        plain = self.run(Trial(script, SCRIPTS[script]))
        yield plain
        for plan in part.pick(_single_plans(plain.acts)):
            yield self.run(Trial(script, SCRIPTS[script], plan))

    def pairs(self, script: str, part: Part = WHOLE) -> Iterator[Result]:
        """Every single fault followed by every fault that can come after it in the run that it makes."""
        plain = self.run(Trial(script, SCRIPTS[script]))
        for first in part.pick(_single_plans(plain.acts)):
            at = next(iter(first))
            once = self.run(Trial(script, SCRIPTS[script], first))
            for second in _single_plans(once.acts, at + 1):
                yield self.run(Trial(script, SCRIPTS[script], {**first, **second}))

    def every(self, _seed: int, part: Part = WHOLE) -> Iterator[Result]:
        """Every single fault of every script, then every pair; nothing is left to chance."""
        for script in SCRIPTS:
            yield from self.singles(script, part)
        for script in SCRIPTS:
            yield from self.pairs(script, part)

    def drawn(self, seed: int, part: Part = WHOLE) -> Iterator[Result]:
        """For ever, by seed: a script of the table under one or two faults, or one made up under two to five."""
        for number in part.numbers():
            chance = random.Random(f"{seed}/{number}")
            script = chance.choice(["made up", *SCRIPTS])
            made_up = script == "made up"
            steps = _made_up(chance) if made_up else SCRIPTS[script]
            plan = _strewn(chance, len(steps), chance.randint(2, 5) if made_up else chance.randint(1, 2))
            yield self.run(Trial(f"{seed}/{number} {script}", steps, plan))


def _single_plans(acts: Sequence[Act], start: int = 0) -> Iterator[Plan]:
    for at, act in enumerate(acts[start:], start):
        for mode in MODES[act.kind]:
            yield {at: mode}


def _strewn(chance: random.Random, steps: int, faults: int) -> Plan:
    places = sorted(chance.sample(range(steps * _ACTS_OF_A_STEP), k=faults))
    return {at: chance.choice(list(Mode)) for at in places}


def _made_up(chance: random.Random) -> tuple[Step, ...]:
    """The steps of one to three cases, mixed, with passes between them."""
    scripts = [name for name in SCRIPTS if name != "two"]
    lives = [
        [(word, number) for word, _ in SCRIPTS[chance.choice(scripts)] if word not in _WAYS]
        for number in range(1, chance.randint(1, 3) + 1)
    ]
    mixed: list[Step] = []
    while any(lives):
        mixed.append(chance.choice([each for each in lives if each]).pop(0))
        if chance.random() < _PASS_BETWEEN:
            mixed.append((chance.choice(_WAYS), 0))
    return (*mixed, ("sync", 0))
