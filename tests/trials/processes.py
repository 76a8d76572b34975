"""Gear a: real processes. ``station`` commands and ``central serve`` as children, a line in trouble between them.

Either is killed at any moment, the disk is full or read-only, the clock jumps, a second process comes to the home; one
trial in four restores the station or the server, or clones the station's home. The clerk looks before they repeat.
"""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from central.context import Central, open_central
from station_app.access.secrets import NoSecrets
from station_app.domain.application import REQUIRED_SCANS
from station_app.domain.canonical import sha256_hex
from station_app.services import session
from station_app.services.desk import Desk, system_clock
from tests.samples.cases import case
from tests.system.world import PASSWORD, Ended, Server, World
from tests.trials.bad_line import BadLine
from tests.trials.clerk import Clerk, Told
from tests.trials.compare import Finding, Harm, delivered
from tests.trials.part import WHOLE, Part
from tests.trials.scene import Scene
from tests.trials.stepped import Result
from tests.unit.sync.stations import page

_OPERATOR = "王芳"
_DISK = 96 * 2**20  # bytes of the small disk
_PASSES = 8
_IN_USE = "已经在这台电脑上打开"


@dataclass(frozen=True)
class Opened:
    """Both homes opened in this process, once their own processes have ended, to be compared."""

    desk: Desk
    central: Central


@dataclass
class _Trial:
    """One world under trouble. ``said``: what happened, for the report of a trial that did harm."""

    world: World
    line: BadLine
    chance: random.Random
    full: Callable[[Path, int], Any]
    told: dict[int, Told] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    # ---- the clerk

    def enter(self, number: int) -> None:
        """Add a case and submit it, first in trouble, then, where it was not done, without."""
        for trouble in (self._trouble(), ""):
            if number not in self.told:
                self._add(number, trouble)
        done = self._command(self._trouble(), "submit", self.told[number].reference).code == 0
        if not done and self._state(number) == "draft":
            self._command("", "submit", self.told[number].reference)
        self.told[number].revision = 1

    def _add(self, number: int, trouble: str) -> None:
        folder = self.world.folder / f"papers-{number}"
        folder.mkdir(exist_ok=True)
        file = folder / "case.json"
        file.write_text(json.dumps(case(number), ensure_ascii=False), "utf-8")
        pages = {kind: page(f"{number} {kind}", 30_000) for kind in REQUIRED_SCANS}
        options = []
        for kind, content in pages.items():
            (folder / f"{kind}.jpg").write_bytes(content)
            options += ["--scan", f"{kind}={folder / f'{kind}.jpg'}"]
        found = self._reference_of(number) if (folder / "tried").exists() else None
        (folder / "tried").touch()
        if found is None:
            ended = self._command(trouble, "add", str(file), *options)
            reference = ended.last_word if ended.code == 0 else None
        else:  # it was begun before the program ended
            (folder / "patch.json").write_text("{}", "utf-8")
            ended = self._command(trouble, "edit", found, str(folder / "patch.json"), *options)
            reference = found if ended.code == 0 else None
        if reference is not None:
            scans = {(kind, sha256_hex(content)): content for kind, content in pages.items()}
            self.told[number] = Told(reference, scans)

    def _reference_of(self, number: int) -> str | None:
        name = case(number)["applicant"]["name"]
        rows = self.world.station("list", "--json").json()
        return next((row["reference"] for row in rows if row["name"] == name), None)

    def _state(self, number: int) -> str:
        return str(self.world.station("show", self.told[number].reference, "--json").json()["state"])

    # ---- trouble with one command

    def _trouble(self) -> str:
        return self.chance.choice(["", "killed", "full", "read-only", "clock", "second"])

    def _command(self, trouble: str, *arguments: str) -> Ended:
        self.said.append(f"{trouble} {arguments[0]}".strip())
        if trouble == "killed":
            return self._killed(*arguments)
        if trouble in ("full", "read-only"):
            room = self.chance.randrange(200_000) if trouble == "full" else -1
            with self.full(self.world.folder, room):
                return self.world.station(*arguments, check=False)
        if trouble == "clock":
            seconds = self.chance.choice([-1, 1]) * self.chance.randrange(86_400 * 4000)
            return self.world.station(*arguments, trap=f"clock={seconds}", check=False)
        if trouble == "second":
            return self._beside_another(*arguments)
        return self.world.station(*arguments, check=False)

    def _killed(self, *arguments: str) -> Ended:
        with self.world.starting("station", *arguments) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(self.chance.uniform(0.1, 3.0))
            process.kill()
            out, err = process.communicate()
        return Ended(process.returncode, out, err)

    def _beside_another(self, *arguments: str) -> Ended:
        """While another process holds the home; it must be refused, and say why."""
        with session.hold(self.world.station_home):
            ended = self.world.station(*arguments, check=False)
        if ended.code != 3 or _IN_USE not in ended.err:
            self.findings.append(Finding(Harm.TORN, f"two processes on one home: {ended}"))
        return ended

    # ---- passes

    def passes(self, number: int) -> None:
        """Some passes over the bad line; sometimes one of the two is killed in the middle."""
        for _ in range(number):
            with self._serving(0.25) as server:
                who = self.chance.choice(["", "station", "server"])
                self.said.append(f"pass {who}".strip())
                with self.world.starting("station", "sync") as process:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(self.chance.uniform(0.5, 3.0) if who else 120)
                    if who == "server":
                        server.kill()
                    elif who == "station":
                        process.kill()
                    process.communicate(timeout=120)
            self.said += self.line.met

    def deliver(self) -> None:
        """Passes over a good line until nothing is left."""
        with self._serving(0.0):
            for hours in range(_PASSES):  # some ops are put off, for an hour at most
                ended = self.world.station("sync", trap=f"clock={hours * 3700}", check=False)
                if ended.code == 0 and ended.json()["pending"] == 0:
                    return

    @contextmanager
    def _serving(self, trouble: float) -> Iterator[Server]:
        with self.world.serving() as server:
            self.line.aim(server.port, str(self.chance.random()), trouble)
            yield server

    # ---- what happens to homes

    def restored_server(self) -> None:
        kept = self.world.folder / "central.kept"
        shutil.copytree(self.world.central_home, kept)
        self.enter(3)
        self.passes(1)
        self.deliver()
        shutil.rmtree(self.world.central_home)
        kept.rename(self.world.central_home)
        told = self.chance.random() < 0.5  # else the first pass shows it
        if told:
            self.world.central("restored")
        self.said.append("server restored" if told else "server put back, nobody said it")

    def restored_station(self) -> None:
        file = self.world.folder / "station.backup"
        self.world.station("backup", file)
        self.passes(1)
        self.deliver()
        self.world.station_home.rename(self.world.folder / "station.old")
        self.world.station("restore", file)
        self.said.append("station restored")
        self.enter(3)

    def cloned(self) -> None:
        """A copy of the home goes on beside it: the server keeps both words, and the copy keeps what it has."""
        clone = World(self.world.folder / "clone")
        clone.folder.mkdir()
        clone.environment()  # makes its folders, which the disk may not take later
        shutil.copytree(self.world.station_home, clone.station_home)
        self.enter(3)
        self.deliver()
        other = _Trial(clone, self.line, self.chance, self.full)
        other.enter(4)
        with self._serving(0.0):
            said = clone.station("sync", check=False).json()
        self.said.append("cloned")
        if other.told[4].reference == self.told[3].reference and said["quarantined"] != 1:
            self.findings.append(Finding(Harm.TWICE, f"a clone was not seen: {said}"))
        if other._state(4) not in ("queued", "received"):
            self.findings.append(Finding(Harm.LOST, "what the clone had"))

    # ---- the end

    def compared(self) -> list[Finding]:
        environment = {"CENTRAL_HOME": str(self.world.central_home)}
        central = open_central(environment, lambda: datetime.now(UTC))
        with session.hold(self.world.station_home), ExitStack() as stack:
            stack.callback(central.close)
            desk = session.sign_in(self.world.station_home, _OPERATOR, PASSWORD, system_clock, NoSecrets())
            stack.callback(session.sign_out, desk)
            clerk = Clerk(cast(Scene, Opened(desk, central)), lambda _clerk: None, told=self.told)
            found = delivered(clerk)
        return [*self.findings, *(each for each in found if not self._is_of_its_turn(each))]

    def _is_of_its_turn(self, finding: Finding) -> bool:
        """A clone makes a fork; a server put back signs anew, and the station keeps what it had signed before, too."""
        if finding.harm is not Harm.TWICE:
            return False
        put_back = any(each.startswith("server ") for each in self.said)
        return ("cloned" in self.said and finding.what.startswith("a fork of")) or (
            put_back and finding.what.startswith("receipts of")
        )


_TURNS: Mapping[str, Callable[[_Trial], None]] = {
    "restored server": _Trial.restored_server,
    "restored station": _Trial.restored_station,
    "cloned": _Trial.cloned,
}


class Processes:
    """Runs trials on a small disk below ``folder``; one line for all, since a station knows one address."""

    def __init__(self, folder: Path, line: BadLine) -> None:
        self._folder = folder
        self._line = line
        self._numbers = itertools.count(1)
        self._template = World(folder / "template")
        self._template.folder.mkdir()
        self._template.central("init")
        code = self._template.central("enrol", "CY001", "--name", "朝阳区测试街道工会服务站").last_word
        with self._template.serving() as server:
            line.aim(server.port, "", 0.0)
            self._template.station("init", "--central", line.url, "--code", code, "--operator", _OPERATOR)

    def drawn(self, seed: int, part: Part = WHOLE) -> Iterator[Result]:
        for number in part.numbers():
            yield self._run(f"{seed}/{number}", random.Random(f"{seed}/{number}"))

    def _run(self, name: str, chance: random.Random) -> Result:
        folder = self._folder / f"trial-{next(self._numbers)}"
        trial = _Trial(self._template.copy(folder), self._line, chance, small_disk)
        try:
            self._happen(trial, chance.choice(["", *_TURNS]))
            findings = trial.compared()
        except Exception as error:  # as in the stepped gear
            findings = [Finding(Harm.LOST, f"{type(error).__name__}: {error}")]
        finally:
            shutil.rmtree(folder)
        return Result(f"{name} {', '.join(trial.said)}", tuple(dict.fromkeys(findings)))

    def _happen(self, trial: _Trial, turn: str) -> None:
        for number in (1, 2):
            trial.enter(number)
        trial.passes(1)
        if turn:
            _TURNS[turn](trial)
        trial.deliver()


@contextmanager
def small_disk(folder: Path, room: int) -> Iterator[None]:
    """The folder's file system with ``room`` bytes left; negative: read-only."""
    disk = next(each for each in folder.parents if each.is_mount())
    if room < 0:
        _mount("-o", "remount,ro", str(disk))
        try:
            yield
        finally:
            _mount("-o", "remount,rw", str(disk))
        return
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - room)))
    try:
        yield
    finally:
        filler.unlink()


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@contextmanager
def processes(folder: Path) -> Iterator[Processes]:
    """The gear on a file system of its own, which takes the rights to mount one."""
    place = folder / "disk"
    place.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(place))
    try:
        with BadLine() as line:
            yield Processes(place, line)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
