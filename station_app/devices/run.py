"""One job of a device that somebody may call off before it has begun, while it goes on, and after it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, Protocol, TypeVar

from station_app.errors import UserError


class Job(AbstractContextManager["Job"], Protocol):
    """Begins when it is made, ends with its ``with`` block."""

    cancel: Callable[[], None]


J = TypeVar("J", bound=Job)


class Run(Generic[J]):
    """``start`` makes the job, in the thread that carries it out; ``cancel`` comes from another."""

    def __init__(self, start: Callable[[], J]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._job: J | None = None
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """From any thread, at any time; a second call does nothing."""
        with self._lock:
            self._cancelled = True
            if self._job is not None:
                self._job.cancel()

    @contextmanager
    def job(self) -> Iterator[J]:
        """The job at work. Raises UserError ``scan_cancelled`` where it was called off before."""
        with self._lock:
            if self._cancelled:
                raise UserError("scan_cancelled")
            job = self._job = self._start()
        with job:
            yield job
