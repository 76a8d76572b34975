"""Sees when the main thread is held, and logs where: file, line, function, never values.

A thread of its own rings; the main thread answers when it comes round to it. No answer within 0.1 s: the stack is
logged, once for each hold. It rings only while the program is the active one, so a window in the background costs
nothing. (The event dispatcher's ``awake`` and ``aboutToBlock`` would be cheaper, but GLib's runs timers between them.)
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable
from threading import Event, Thread, get_ident

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

HELD_SECONDS = 0.1
_REST_SECONDS = 0.05
_LOG = logging.getLogger("station.watchdog")


class Watchdog(QObject):
    """Watches the thread it is made on, until ``close``."""

    _rung = Signal()

    def __init__(self, app: QGuiApplication) -> None:
        super().__init__()
        self._app = app
        self._watch = _Watch(get_ident(), self._rung.emit)
        self._rung.connect(self._watch.answer, Qt.ConnectionType.QueuedConnection)
        app.applicationStateChanged.connect(self._on_state)
        self._on_state(app.applicationState())
        self._watch.thread.start()

    def close(self) -> None:
        """Watch no more and end the thread."""
        self._app.applicationStateChanged.disconnect(self._on_state)
        self._watch.end()

    def _on_state(self, state: Qt.ApplicationState) -> None:
        self._watch.watch(on=state is Qt.ApplicationState.ApplicationActive)


class _Watch:
    """The watching thread's side. ``ring`` only queues."""

    def __init__(self, watched: int, ring: Callable[[], None]) -> None:
        self._watched = watched
        self._ring = ring
        self._on = Event()
        self._answered = Event()
        self._ended = Event()
        self.thread = Thread(target=self._live, name="station-watchdog", daemon=True)

    def watch(self, *, on: bool) -> None:
        if on:
            self._on.set()
        else:
            self._on.clear()

    def answer(self) -> None:
        self._answered.set()

    def end(self) -> None:
        """End the thread and wait for it. The thread looks at ``_ended`` after each clear, so it is set first."""
        self._ended.set()
        self._on.set()
        self._answered.set()
        self.thread.join()

    def _live(self) -> None:
        while not self._ended.is_set():
            self._on.wait()
            self._answered.clear()
            if self._ended.is_set():  # whoever ends it waits for this thread and would never answer
                return
            since = time.monotonic()
            self._ring()
            if not self._answered.wait(HELD_SECONDS):
                self._tell(since)
            self._ended.wait(_REST_SECONDS)

    def _tell(self, since: float) -> None:
        """Log the stack, wait for the answer, log how long it took."""
        _LOG.warning("main thread held", extra={"stack": _stack(self._watched)})
        self._answered.wait()
        _LOG.warning("main thread free again", extra={"held_ms": round((time.monotonic() - since) * 1000)})


def _stack(thread: int) -> list[str]:
    """The places a thread stands in, innermost first."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001  the only way to another thread's stack
    summary = traceback.StackSummary.extract(traceback.walk_stack(frame), lookup_lines=False) if frame else []
    return [f"{each.filename}:{each.lineno} {each.name}" for each in summary]
