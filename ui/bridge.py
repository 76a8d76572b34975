"""Core events, from whatever thread, as one queued Qt signal. The one place where they cross."""

from __future__ import annotations

from threading import Lock

from PySide6.QtCore import QObject, Qt, Signal

from station_app.events import Changed, Events


class Bridge(QObject):
    """Signals: ``changed(Changed)``, on the Qt thread; what arrives before that thread comes round goes out as one."""

    changed = Signal(object)
    _arrived = Signal()

    def __init__(self, events: Events, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._pending = Changed()
        self._closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._forget = events.listen(self._take)

    def close(self) -> None:
        """Listen no more; what has not been delivered is dropped."""
        self._forget()
        with self._lock:
            self._closed = True

    def _take(self, changed: Changed) -> None:
        with self._lock:
            if self._closed:
                return
            first = not self._pending
            self._pending |= changed
            if first:
                self._arrived.emit()

    def _deliver(self) -> None:
        with self._lock:
            changed, self._pending = self._pending, Changed()
            closed = self._closed
        if changed and not closed:
            self.changed.emit(changed)
