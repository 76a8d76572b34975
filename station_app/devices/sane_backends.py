"""What SANE finds, backend by backend: one that hangs while it looks for devices must not hide those of the others.

SANE's own list loads every enabled backend into one process and asks them in turn. Here each is asked in a process of
its own, by a private ``dll.conf`` that names it alone; its other files are found where they always are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from station_app import children
from station_app.devices import memory
from station_app.errors import EnvironmentFault

PROGRAM = "scanimage"
_VARIABLE = "SANE_CONFIG_DIR"
_USUAL = ("/etc/sane.d", "/usr/local/etc/sane.d")
_NOT_SCANNERS = frozenset({"v4l"})  # cameras
_FORMAT = "%d\t%v\t%m%n"


@dataclass(frozen=True)
class Found:
    """SANE's name of a device and what a person calls it; ``problem``: this backend said nothing, ``name`` is its."""

    name: str
    title: str
    problem: str | None = None


def environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What ``scanimage`` is told: English words, whatever the desktop speaks (glibc takes ``LANGUAGE`` before
    ``C.UTF-8``), and nothing of ours.
    """
    return {**children.foreign_environment(environ), "LC_ALL": "C.UTF-8", "LANGUAGE": "C"}


def enabled(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The backends of ``dll.conf`` and ``dll.d``, each once, in SANE's order (sane-dll(5)); empty without them."""
    folders = _folders(environ)
    lists = [next((file for each in folders if (file := each / "dll.conf").is_file()), None)]
    more = next((part for each in folders if (part := each / "dll.d").is_dir()), None)
    lists += [each for each in sorted(more.iterdir()) if _counts(each)] if more else []
    lines = [line.split("#")[0].strip() for each in lists if each for line in _lines(each)]
    return tuple(dict.fromkeys(line for line in lines if line and line not in _NOT_SCANNERS))


def look(backends: Sequence[str], turn: float, patience: float) -> Iterator[Found | None]:
    """The devices of each backend as soon as it has answered; None now and then says that it goes on looking.

    One begins when the one before has ended, or after ``turn`` seconds beside it: two that look at one bus at the same
    moment disturb each other, and one that waits for the network need not hold the rest up. ``patience``: seconds
    that one may take. Raises EnvironmentFault ``sane_missing``, ``memory_folder_missing``.
    """
    if shutil.which(PROGRAM) is None:
        raise EnvironmentFault("sane_missing")
    with memory.folder() as folder:
        running: list[_Look] = []
        try:
            for backend in backends:
                running.append(_Look(backend, folder))
                running[-1].wait(turn)
                yield from _answers(running, patience)
                yield None
            while running:
                running[0].wait(turn)
                yield from _answers(running, patience)
                yield None
        finally:
            for each in running:
                each.end()


class _Look:
    """One backend's process. What it says goes to a file: a maker's helper that it starts and leaves would keep a pipe
    open.
    """

    def __init__(self, backend: str, folder: Path) -> None:
        self._backend = backend
        self._began = time.monotonic()
        environ = _alone(backend, folder)
        self._said = folder / backend / "said"
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603  no shell
                [PROGRAM, "-f", _FORMAT],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.DEVNULL,
                env=environ,
            )

    def wait(self, seconds: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def answer(self, patience: float) -> list[Found] | None:
        """None while there is none and it may still come."""
        if self._process.poll() is None:
            if time.monotonic() - self._began < patience:
                return None
            self.end()
            return [Found(self._backend, f"SANE {self._backend}", "sane_backend_hung")]
        lines = [line.split("\t") for line in self._said.read_text("utf-8", "replace").splitlines()]
        return [Found(line[0], f"{line[1]} {line[2]}") for line in lines if len(line) == 3]

    def end(self) -> None:
        with self._process:
            self._process.kill()


def _answers(running: list[_Look], patience: float) -> Iterator[Found]:
    """What has been answered by now; whoever has is taken off the list."""
    for each in tuple(running):
        found = each.answer(patience)
        if found is not None:
            running.remove(each)
            yield from found


def _alone(backend: str, folder: Path) -> dict[str, str]:
    """An environment in which SANE knows this backend only. A path that ends in a colon goes on in the usual places."""
    mine = folder / backend
    (mine / "dll.d").mkdir(parents=True)
    (mine / "dll.conf").write_text(f"{backend}\n", "utf-8")
    told = environment()
    return {**told, _VARIABLE: f"{mine}:{told.get(_VARIABLE, '')}"}


def _folders(environ: Mapping[str, str]) -> list[Path]:
    named = environ.get(_VARIABLE, "")
    folders = [each for each in named.split(":") if each]
    return [Path(each) for each in (*folders, *(_USUAL if not named or named.endswith(":") else ()))]


def _counts(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and not file.name.endswith("~")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
