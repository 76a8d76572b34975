"""Threads that a disk of the clerk's choosing may hold for ever: nobody joins them, and the process ends all the same.

``ThreadPoolExecutor`` will not do: the interpreter waits for its threads at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

Work = Callable[[], None]


def aside(work: Work) -> Future[None]:
    """On a thread of its own; whom it would tell may be gone when it ends."""
    future: Future[None] = Future()
    Thread(target=_do, args=(future, work), name="station-look", daemon=True).start()
    return future


class Line:
    """One after the other, on one thread that begins with the first. ``leave``: of what waits still nothing is done,
    and the thread ends with what it does now, should that ever end.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: SimpleQueue[tuple[Future[None], Work] | None] = SimpleQueue()
        self._futures: list[Future[None]] = []
        self._thread: Thread | None = None

    def submit(self, work: Work) -> Future[None]:
        future: Future[None] = Future()
        self._futures = [*(each for each in self._futures if not each.done()), future]
        self._waiting.put((future, work))
        if self._thread is None:
            self._thread = Thread(target=_live, args=(self._waiting,), name=self._name, daemon=True)
            self._thread.start()
        return future

    def leave(self) -> None:
        for each in self._futures:
            each.cancel()
        self._waiting.put(None)


def _live(waiting: SimpleQueue[tuple[Future[None], Work] | None]) -> None:
    while (each := waiting.get()) is not None:
        _do(*each)


def _do(future: Future[None], work: Work) -> None:
    if future.set_running_or_notify_cancel():
        with suppress(RuntimeError):
            work()
        future.set_result(None)
