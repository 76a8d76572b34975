"""Gear c: the power goes. A recorded run is replayed to any of its writes, and what was not synced by then is dropped.

The clerk starts the program again over what is left, on one side or on both, and works on to the end of the script.
"""

from __future__ import annotations

import copy
import itertools
import pickle
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from station_app.services.plan_book import packaged_plans
from tests.trials.clerk import Clerk, Told
from tests.trials.compare import Finding, Harm, delivered, standing
from tests.trials.disk import Disk, write_out
from tests.trials.engines import Compiled
from tests.trials.faults import Acts, Side
from tests.trials.part import WHOLE, Part
from tests.trials.recorded import STEPS, TOLD
from tests.trials.recording import Event, record
from tests.trials.scene import Scene, make_template
from tests.trials.stepped import SCRIPTS, Result

_RECORDED = ("returned", "added", "two")


@dataclass(frozen=True)
class Recording:
    """``events`` over ``start``, the folder as it was; ``told``: what the clerk had been told after each step."""

    script: str
    start: Path
    events: list[Event]
    told: list[dict[int, Told]]


@dataclass(frozen=True)
class Cut:
    """A power cut at one event of a recording."""

    script: str
    at: int
    of: int
    sides: tuple[Side, ...]

    def __str__(self) -> str:
        return f"{self.script}, power cut of {' and '.join(self.sides)} at {self.at} of {self.of}"


class PowerCuts:
    """Records every script once, then cuts."""

    def __init__(self, folder: Path, safeguard: str | None = None) -> None:
        self._folder = folder
        self._plans = packaged_plans()
        self._compiled = Compiled()
        self._numbers = itertools.count(1)
        make_template(folder / "template")
        self._recordings = {script: self._record(script, safeguard) for script in _RECORDED}

    def _record(self, script: str, safeguard: str | None) -> Recording:
        start = self._folder / "template"
        played = self._folder / f"recording-{script}"
        shutil.copytree(start, played)
        events = record(played, script, *([safeguard] if safeguard else []))
        told = pickle.loads((played / TOLD).read_bytes())
        shutil.rmtree(played)
        return Recording(script, start, events, told)

    def drawn(self, seed: int, part: Part = WHOLE) -> Iterator[Result]:
        """For ever, by seed: a recording, a place in it, who loses power, and what is left."""
        for number in part.numbers():
            chance = random.Random(f"{seed}/{number}")
            recording = self._recordings[chance.choice(_RECORDED)]
            sides = chance.choice([(Side.STATION,), (Side.SERVER,), tuple(Side)])
            at = chance.randrange(len(recording.events))
            yield self._run(recording, Cut(recording.script, at, len(recording.events), sides), chance)

    def _run(self, recording: Recording, cut: Cut, chance: random.Random) -> Result:
        folder = self._folder / f"trial-{next(self._numbers)}"
        folder.mkdir()
        try:
            steps = self._leave(folder, recording, cut, chance)
            with self._compiled.shared():
                return Result(cut, tuple(dict.fromkeys(self._after(folder, recording, steps))))
        finally:
            shutil.rmtree(folder)

    def _leave(self, folder: Path, recording: Recording, cut: Cut, chance: random.Random) -> int:
        """Lay out what the cut leaves; how many steps the clerk had been told of."""
        disk, steps = Disk.of(recording.start), 0
        for event in recording.events[: cut.at]:
            disk.play(event)
            steps += event.kind == "write" and event.path == STEPS
        for side in Side:
            (folder / side).mkdir()
            write_out(folder, disk.left(chance, side, side in cut.sides))
        return steps

    def _after(self, folder: Path, recording: Recording, steps: int) -> list[Finding]:
        acts, found = Acts(counting=False), list[Finding]()
        with Scene(folder, acts, self._plans).running() as scene:
            clerk = Clerk(scene, lambda _clerk: None, told=copy.deepcopy(recording.told[steps]))
            try:
                found += standing(clerk)
                if scene.desk.store.loss is not None:
                    found.append(Finding(Harm.LOST, f"the station says so: {scene.desk.store.loss}"))
                clerk.work(SCRIPTS[recording.script][steps:])
                clerk.deliver()
                found += delivered(clerk)
            except Exception as error:  # as in the stepped gear
                found.append(Finding(Harm.LOST, f"{type(error).__name__}: {error}"))
        return found
