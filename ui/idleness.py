"""Sees that nobody touches the program, by keys and mouse of all its windows, and says when it is time to lock."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

from station_app.access.idle import IdleLock, Ticks

_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
    }
)


class Idleness(QObject):
    """Signals: ``expired()``: nobody was here for as long as the setting says."""

    expired = Signal()

    def __init__(self, app: QGuiApplication, minutes: int, ticks: Ticks | None = None) -> None:
        super().__init__()
        self._app = app
        self._idle = IdleLock(minutes, ticks) if ticks else IdleLock(minutes)
        self._watching = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        app.focusWindowChanged.connect(self._watch)

    def start(self) -> None:
        """Count from now."""
        self._watching = True
        self._idle.unlock()
        self._watch(self._app.focusWindow())
        self.look()

    def stop(self) -> None:
        """Count no more: the window is locked or nobody is signed in."""
        self._watching = False
        self._timer.stop()

    def set_minutes(self, minutes: int) -> None:
        self._idle.set_minutes(minutes)
        if self._watching:
            self.look()

    def look(self) -> None:
        """Whether the time is over; if not, look again when it could be."""
        if self._idle.locked:
            self.stop()
            self.expired.emit()
        else:
            self._timer.start(int(self._idle.seconds_left() * 1000) + 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self._idle.touch()
        return False

    def _watch(self, window: QWindow | None) -> None:
        """A filter on the window sees its keys and mouse only; one on the application would see every event."""
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)
