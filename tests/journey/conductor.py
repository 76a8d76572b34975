"""Everything around the station's window: the association, the network between, the clock of the steps."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.journey.agree import differences
from tests.journey.central import ROOT, Central, CommandError
from tests.journey.hero import PASSWORD, STATION_NAME, STATION_NO, write_papers, write_roster_with_hero

_STATION_DOOR = "import sys; from station_app.cli import main; sys.exit(main())"


class JourneyError(RuntimeError):
    """The journey did not reach its end."""


@dataclass
class Conductor:
    """Plays the journey. ``out``: pictures and papers; ``folder``: homes and files that nobody needs afterwards.

    ``stay``: leave the program open at the end. ``steps``: words and seconds, in order.
    """

    out: Path
    folder: Path
    pace: int = 0
    stay: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    steps: list[tuple[str, float]] = field(default_factory=list)
    reference: str = ""

    def __post_init__(self) -> None:
        self.central = Central(self.folder / "central")
        self._network = ExitStack()
        self._port = 0

    def play(self) -> None:
        """The whole journey; raises JourneyError or CommandError."""
        with self._network:
            code = self._timed("the association: server, roster, enrolment code · 中心", self._prepare)
            scans = [str(path) for path in write_papers(self.folder / "stick")]
            self._run_window("first", [self._url, code, *scans], killed=True)
            if not self.reference:
                raise JourneyError("nothing was submitted")
            self._run_window("second", [self.reference])
            self._timed("both databases agree · 两边一致", self._compare)

    # ---- the association

    def _prepare(self) -> str:
        self.central.command("init")
        self.central.command("roster", "import", write_roster_with_hero(self.folder / "roster.csv"))
        self._network_on()
        return self.central.answer("enrol", STATION_NO, "--name", STATION_NAME)

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def _network_on(self) -> None:
        url = self._network.enter_context(self.central.serving(self._port))
        self._port = int(url.rsplit(":", 1)[1])

    def _network_off(self) -> None:
        self._network.close()

    def _review_and_pay(self, reference: str) -> None:
        self.central.command("review", reference, "--approve")
        bank_file = Path(self.central.answer("pay"))
        self.central.command("pay", "--confirm", _booked(bank_file, self.folder / "from-the-bank.csv"))

    # ---- the window

    def _run_window(self, part: str, arguments: list[str], *, killed: bool = False) -> None:
        command = [sys.executable, "-m", "tests.journey.window", part, str(self.out), str(self.pace), *arguments]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._station_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ) as window:
            self._serve(window)
        expected = -signal.SIGKILL if killed else 0
        if window.returncode != expected:
            raise JourneyError(f"the window ended with {window.returncode} in its {part} run")

    def _serve(self, window: subprocess.Popen[str]) -> None:
        assert window.stdin is not None
        assert window.stdout is not None
        for line in window.stdout:
            said = json.loads(line)
            if "step" in said:
                self._note(said["step"], said["seconds"])
            else:
                print(json.dumps(self._answer(said), ensure_ascii=False), file=window.stdin, flush=True)

    def _answer(self, said: dict[str, Any]) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "network off": self._network_off,
            "network on": self._network_on,
            "submitted": lambda: self._submitted(said["reference"]),
            "review and pay": lambda: self._review_and_pay(said["reference"]),
            "stay open": self._end_of_play,
        }
        try:
            return answers[said["ask"]]()
        except CommandError as error:
            return {"failed": str(error)}

    def _submitted(self, reference: str) -> None:
        self.reference = reference

    def _end_of_play(self) -> bool:
        if self.stay:
            print(self.summary(), "The program stays open; close its window to end.", sep="\n", flush=True)
        return self.stay

    def _station_environment(self) -> dict[str, str]:
        """The demo's secrets must not end up in the user's own keyring."""
        return {
            **self.environment,
            "STATION_HOME": str(self.folder / "station"),
            "STATION_PASSWORD": PASSWORD,
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "PYTHONPATH": str(ROOT),
        }

    # ---- the end

    def _compare(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", _STATION_DOOR, "show", self.reference, "--json"],
            cwd=ROOT,
            env=self._station_environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != 0:
            raise JourneyError(f"station show: exit code {done.returncode}\n{done.stderr}")
        different = differences(json.loads(done.stdout), self.central.show(self.reference))
        if different:
            raise JourneyError("the databases differ: " + "; ".join(different))

    def _timed(self, words: str, work: Callable[[], Any]) -> Any:
        begun = perf_counter()
        value = work()
        self._note(words, perf_counter() - begun)
        return value

    def _note(self, words: str, seconds: float) -> None:
        self.steps.append((words, seconds))
        if sys.stderr.isatty():
            print(f"  {words}", file=sys.stderr, flush=True)

    def summary(self) -> str:
        """One line per step and its time."""
        return "\n".join(
            f"{number:2}  {seconds:6.2f} s  {words}" for number, (words, seconds) in enumerate(self.steps, 1)
        )


def _booked(bank_file: Path, answer: Path) -> Path:
    """The bank's answer: every line of the file booked."""
    with bank_file.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with answer.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "result"])
        writer.writeheader()
        writer.writerows({**row, "result": "ok"} for row in rows)
    return answer
