"""The end of a restore: a home that lies ready is moved into its place. Standard library only: the window does it
before its first picture.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault

READY, ASIDE = "restore.ready", "aside"
LOGS = ("store.db-wal", "store.db-shm", "store.open")
WHOLE = ("scans", "keys.json", "store.db")  # the database last: without it there is no home to open


def is_due(home: Path) -> bool:
    """Whether a restored home lies ready."""
    return (home / READY).is_dir()


def finish(home: Path) -> None:
    """Move what a restore has made ready into its place; the caller holds the home. Harmless when repeated.

    Called before anything looks at a home: a restore that was cut off after its last check goes on here. What was
    there before goes to ``aside/TIME``. Raises EnvironmentFault ``home_unwritable``.
    """
    if not is_due(home):
        return
    try:
        _move_in(home, home / READY)
    except OSError as error:
        raise EnvironmentFault("home_unwritable", errno=error.errno) from error


def _move_in(home: Path, ready: Path) -> None:
    aside = home / ASIDE / (ready / ASIDE).read_text("ascii")
    for name in LOGS if (ready / WHOLE[-1]).exists() else ():
        _move_aside(home / name, aside)
    for name in WHOLE:
        if (ready / name).exists():
            _move_aside(home / name, aside)
            durable.replace(ready / name, home / name, Point.RESTORE_MOVE)
    shutil.rmtree(ready)


def _move_aside(path: Path, aside: Path) -> None:
    if path.exists():
        durable.make_folder(aside, Point.RESTORE_MOVE)
        durable.replace(path, aside / path.name, Point.RESTORE_MOVE)
