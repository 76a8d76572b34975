"""Sees when the main thread is held, and logs where: file, line, function, never values."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from threading import Event, Thread, get_ident

from PySide6.QtCore import QAbstractEventDispatcher, QObject, Qt

HELD_SECONDS = 0.1
_LOG = logging.getLogger("station.watchdog")


class Watchdog(QObject):
    """Watches the thread it is made on. Idle, it costs nothing: its own thread sleeps until the event loop wakes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dispatcher = QAbstractEventDispatcher.instance()
        self._watch = _Watch(get_ident())
        direct = Qt.ConnectionType.DirectConnection
        self._dispatcher.awake.connect(self._awake, direct)
        self._dispatcher.aboutToBlock.connect(self._about_to_block, direct)
        self._watch.thread.start()

    def close(self) -> None:
        """Watch no more and end the thread."""
        self._dispatcher.awake.disconnect(self._awake)
        self._dispatcher.aboutToBlock.disconnect(self._about_to_block)
        self._watch.end()

    def _awake(self) -> None:
        self._watch.busy()

    def _about_to_block(self) -> None:
        self._watch.idle()


class _Watch:
    """The watching thread's side; holds no Qt object. A turn is one round of the event loop."""

    def __init__(self, watched: int) -> None:
        self._watched = watched
        self._turn = 0
        self._busy = Event()
        self._ended = Event()
        self._since = 0.0
        self.thread = Thread(target=self._live, name="station-watchdog", daemon=True)

    def busy(self) -> None:
        self._turn += 1
        self._since = time.monotonic()
        self._busy.set()

    def idle(self) -> None:
        self._turn += 1
        self._busy.clear()

    def end(self) -> None:
        self._ended.set()
        self._busy.set()
        self.thread.join()

    def _live(self) -> None:
        while not self._ended.is_set():
            self._busy.wait()
            turn = self._turn
            if self._ended.wait(HELD_SECONDS):
                return
            if self._turn == turn and self._busy.is_set():
                self._tell(turn)

    def _tell(self, turn: int) -> None:
        """Log the stack once for this turn, then wait for it to end."""
        since = self._since
        _LOG.warning("main thread held", extra={"stack": _stack(self._watched)})
        while self._turn == turn and not self._ended.wait(HELD_SECONDS):
            pass
        _LOG.warning("main thread free again", extra={"held_ms": round((time.monotonic() - since) * 1000)})


def _stack(thread: int) -> list[str]:
    """The places a thread stands in, innermost first."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001  the only way to another thread's stack
    summary = traceback.StackSummary.extract(traceback.walk_stack(frame), lookup_lines=False) if frame else []
    return [f"{each.filename}:{each.lineno} {each.name}" for each in summary]
