"""When the window must hide itself because nobody touched it. Pure; who asks brings the clock."""

from __future__ import annotations

import time
from collections.abc import Callable

Ticks = Callable[[], float]  # seconds that only grow


class IdleLock:
    """Counts from the last touch. Once ``locked``, only ``unlock`` opens it: touches no longer count."""

    def __init__(self, minutes: int, ticks: Ticks = time.monotonic) -> None:
        self._ticks = ticks
        self._seconds = minutes * 60
        self._last = ticks()
        self._locked = False

    @property
    def locked(self) -> bool:
        """Whether the window is hidden; turns true by itself when the time is over."""
        if not self._locked and self._ticks() - self._last >= self._seconds:
            self._locked = True
        return self._locked

    def touch(self) -> None:
        """A key or the mouse."""
        if not self.locked:
            self._last = self._ticks()

    def seconds_left(self) -> float:
        """Until it locks: what a single-shot timer is set to; 0 when it is locked."""
        return 0.0 if self.locked else self._seconds - (self._ticks() - self._last)

    def lock(self) -> None:
        """At once, because somebody asked for it."""
        self._locked = True

    def unlock(self) -> None:
        """After the password was right."""
        self._locked = False
        self._last = self._ticks()

    def set_minutes(self, minutes: int) -> None:
        """The setting changed; counts from now."""
        self._seconds = minutes * 60
        self._last = self._ticks()
