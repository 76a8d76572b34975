"""The association's side as it really runs: ``central serve`` as a child process, every act a ``central`` command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_DOOR = "import sys; from central.cli import main; sys.exit(main())"


class CommandError(RuntimeError):
    """A command ended with another code than 0; the text holds what it said."""


@dataclass(frozen=True)
class Central:
    """A server home and the commands on it."""

    home: Path

    def command(self, *arguments: str | Path) -> str:
        """Run one command; what it printed. Raises CommandError."""
        done = subprocess.run(
            [sys.executable, "-c", _DOOR, *map(str, arguments)],
            env=self._environment(),
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            raise CommandError(f"central {arguments[0]}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def answer(self, *arguments: str | Path) -> str:
        """Run one command; the last word it printed."""
        return self.command(*arguments).split()[-1]

    def show(self, reference: str) -> dict[str, Any]:
        """What the server knows of a case."""
        found: dict[str, Any] = json.loads(self.command("show", reference, "--json"))
        return found

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """The server on this loopback port (0: a free one); its address. Its log lies beside its home."""
        with (
            self.home.with_suffix(".log").open("a", encoding="utf-8") as log,
            subprocess.Popen(
                [sys.executable, "-c", _DOOR, "serve", "--port", str(port)],
                env=self._environment(),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                encoding="utf-8",
            ) as process,
        ):
            try:
                yield _url(process)
            finally:
                process.terminate()
                process.wait(30)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "CENTRAL_HOME": str(self.home), "PYTHONPATH": str(ROOT)}


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "listening on " in line:
            return line.split("listening on ")[1].strip()
    raise CommandError("central serve ended before it was ready")
