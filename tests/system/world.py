"""A real server and a real station as child processes, in folders that can be copied."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PASSWORD = "a long password for tests"
NO_TRAP = "none"


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code (-9: killed by its trap) and what it printed."""

    code: int
    out: str
    err: str

    @property
    def last_word(self) -> str:
        return self.out.split()[-1]

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class World:
    """One server home and one station home below ``folder``; ``database_url``: of a server elsewhere."""

    folder: Path
    database_url: str = ""

    @property
    def station_home(self) -> Path:
        return self.folder / "station"

    @property
    def central_home(self) -> Path:
        return self.folder / "central"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")}
        runtime = self.folder / "runtime"
        for each in (runtime, self.folder / "tmp", self.folder / "home"):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "XDG_CACHE_HOME": str(self.folder / "home" / ".cache"),
            "XDG_CONFIG_HOME": str(self.folder / "home" / ".config"),
            "XDG_DATA_HOME": str(self.folder / "home" / ".local"),
            "XDG_RUNTIME_DIR": str(runtime),
            "TMPDIR": str(self.folder / "tmp"),
            "STATION_HOME": str(self.station_home),
            "STATION_PASSWORD": PASSWORD,
            "CENTRAL_HOME": str(self.central_home),
            **({"CENTRAL_DATABASE_URL": self.database_url} if self.database_url else {}),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def copy(self, folder: Path) -> World:
        shutil.copytree(self.folder, folder)
        return World(folder)

    def station(self, *arguments: str | Path, trap: str = NO_TRAP, check: bool = True) -> Ended:
        return self._run("station", arguments, trap, check=check and trap == NO_TRAP)

    def central(self, *arguments: str | Path, trap: str = NO_TRAP, check: bool = True) -> Ended:
        return self._run("central", arguments, trap, check=check and trap == NO_TRAP)

    def _run(self, program: str, arguments: tuple[str | Path, ...], trap: str, *, check: bool) -> Ended:
        done = subprocess.run(
            _command(program, trap, *arguments),
            env=self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        ended = Ended(done.returncode, done.stdout, done.stderr)
        assert not check or ended.code == 0, f"{program} {arguments}: {ended}"
        return ended

    @contextmanager
    def starting(self, program: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
        """A command as a child that the caller may kill; killed at the end if it still lives."""
        with subprocess.Popen(
            _command(program, NO_TRAP, *arguments),
            env=self.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as process:
            try:
                yield process
            finally:
                process.kill()
                process.communicate()

    @contextmanager
    def serving(self, port: int = 0, trap: str = NO_TRAP, *more: str | Path) -> Iterator[Server]:
        """The server as a child; killed at the end if it still lives."""
        command = _command("central", trap, "serve", "--port", str(port), *more)
        with subprocess.Popen(
            command, env=self.environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                yield Server(process, _url(process))
            finally:
                process.kill()
                process.communicate()


@dataclass(frozen=True)
class Server:
    """A running ``central serve``."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "listening on " in line:
            return line.split("listening on ")[1].strip()
    raise AssertionError(f"the server did not start: {process.communicate()[1]}")


def _command(program: str, trap: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "tests.faults.trap", program, trap, "--", *map(str, arguments)]
