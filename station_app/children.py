"""The door for child processes: how one of our own modules is started as a process, from the sources and frozen.

In the frozen program ``sys.executable`` is the program itself and no interpreter: ``-m module`` would open a second
window. Both of its programs look at ``asked`` before anything else, and go through the door for the modules named here.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from station_app.config import child_environment
from station_app.errors import BugError

FLAG = "--child"
# each has ``main()``; whatever else is asked for does not start
MODULES = frozenset(
    {
        "station_app.devices.child",
        "station_app.papers.paging.child",
        "station_app.papers.reading.child",
        "ui.theme.self_check",
    }
)
_LIBRARIES = "LD_LIBRARY_PATH"


def is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def command(module: str) -> list[str]:
    """The command line that starts this module as a process. Raises BugError ``child_unknown``."""
    if module not in MODULES:
        raise BugError("child_unknown", module=module)
    if not is_frozen():
        return [sys.executable, "-m", module]
    return [str(_program()), FLAG, module]


def asked(arguments: Sequence[str]) -> str | None:
    """The module of MODULES that this process was started for; None: it is the program itself."""
    if len(arguments) == 3 and arguments[1] == FLAG and arguments[2] in MODULES:
        return arguments[2]
    return None


def serve(module: str) -> int:
    """Be that child, to its end; the answer is the process's exit code."""
    main = importlib.import_module(module).main
    sys.argv = sys.argv[:1]
    return int(main() or 0)


def foreign_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a program of the system is told: never to look for its libraries among ours (PyInstaller sets that)."""
    told = child_environment(environ)
    if is_frozen():
        before = told.pop(f"{_LIBRARIES}_ORIG", None)
        told.pop(_LIBRARIES, None)
        if before:
            told[_LIBRARIES] = before
    return told


def _program() -> Path:
    """On Windows the window's own program has no standard streams; the commands' program beside it has."""
    here = Path(sys.executable)
    return here.with_name("station.exe") if sys.platform == "win32" else here
