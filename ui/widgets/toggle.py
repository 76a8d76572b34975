"""A fact that holds, does not hold, or is not known yet: sign and word on a small button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ui.widgets.styling import restyle

_SIGNS = {True: "✓ ", False: "✕ "}
_WORDS = {True: "是", False: "否", None: "未确认"}
_STATES = {True: "yes", False: "no"}


class TruthToggle(QPushButton):
    """Space turns it (yes, no, yes...), Y or 1 says yes, N or 0 says no. ``edited`` carries True or False.

    ``needed``: while it is not known it asks for an answer; one that is not needed only offers itself.
    """

    edited = Signal(object)

    def __init__(self, label: str, needed: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._unknown = ("？", "unknown") if needed else ("＋ ", "")
        self._value: bool | None = None
        self._locked = False
        self.setProperty("toggle", "true")
        self.setAutoDefault(False)
        self.clicked.connect(lambda: self._say(self._value is not True))
        self._draw()

    def value(self) -> bool | None:
        return self._value

    def set_value(self, value: object) -> None:
        self._value = value if isinstance(value, bool) else None
        self._draw()

    def set_locked(self, locked: bool) -> None:
        """Locked: shown, reachable, not to be changed."""
        self._locked = locked

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Y, Qt.Key.Key_1):
            self._say(True)
        elif event.key() in (Qt.Key.Key_N, Qt.Key.Key_0):
            self._say(False)
        else:
            super().keyPressEvent(event)

    def _say(self, value: bool) -> None:
        if not self._locked and value is not self._value:
            self._value = value
            self._draw()
            self.edited.emit(value)

    def _draw(self) -> None:
        sign, state = self._unknown if self._value is None else (_SIGNS[self._value], _STATES[self._value])
        self.setText(f"{sign}{self._label}")
        self.setAccessibleName(f"{self._label}：{_WORDS[self._value]}")
        restyle(self, "truth", state)
