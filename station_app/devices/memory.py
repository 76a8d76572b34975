"""A folder that lies in memory and not on a disk, for pictures that a driver's own program can only write as files."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from station_app.errors import EnvironmentFault

_PREFIX = "zhutui-scan-"


@contextmanager
def folder() -> Iterator[Path]:
    """Readable to this account alone, named by this process, gone at the end. Raises EnvironmentFault as ``place``."""
    sweep()
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place()))  # 0700
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def place(environ: Mapping[str, str] = os.environ) -> Path:
    """Raises EnvironmentFault ``memory_folder_missing``: an identity card is not laid on the disk in the clear."""
    for each in ("/dev/shm", environ.get("XDG_RUNTIME_DIR")):  # noqa: S108  the folder in it is made by mkdtemp
        if each and os.access(each, os.W_OK | os.X_OK):
            return Path(each)
    raise EnvironmentFault("memory_folder_missing")


def sweep() -> None:
    """Remove what processes of this account left that were killed."""
    with contextlib.suppress(EnvironmentFault):
        for each in place().glob(f"{_PREFIX}*"):
            if not _is_alive(each.name.removeprefix(_PREFIX).partition("-")[0]):
                shutil.rmtree(each, ignore_errors=True)


def _is_alive(pid: str) -> bool:
    if not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
