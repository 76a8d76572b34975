"""One process per home: an OS lock on ``station.lock``, free at once when the process is gone, whatever killed it.

Never a pid file. The descriptor is close-on-exec, so children that are spawned do not hold the home.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from station_app.errors import EnvironmentFault

FILE = "station.lock"


class HomeLock:
    """Holds the home from ``take`` until ``release``; also a context manager."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, home: Path) -> HomeLock:
        """Raises EnvironmentFault ``home_in_use`` when another process has it, ``home_unwritable``."""
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(home / FILE, os.O_RDWR | os.O_CREAT, 0o600)  # not inheritable (PEP 446)
        except OSError as error:
            raise EnvironmentFault("home_unwritable", errno=error.errno) from error
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise EnvironmentFault("home_in_use") from error
        return cls(descriptor)

    def release(self) -> None:
        """Give the home back; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> HomeLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:

    def _lock(descriptor: int) -> None:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
