"""The foot line: the truth about the queue, always in sight."""

from __future__ import annotations

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import space
from ui.widgets.card import Bar
from ui.widgets.text import ElidedText, Text, Tone


class Foot(Bar):
    """Queue truth at the left, the last pass at the right, between them room for a message (``Banner``).

    Signal: ``changed()``: there is more or less of it.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("top", parent)
        self.row.setContentsMargins(space(16), space(5), space(16), space(5))
        self._dot = Text("", "note")
        self._words = ElidedText("", "note")
        self._last = Text("", "note")
        self.row.addWidget(self._dot)
        self.row.addWidget(self._words, 1)
        self.row.addWidget(self._last)

    @property
    def words(self) -> str:
        return self._words.text()

    def say(self, tone: Tone, words: str, last: str) -> None:
        self._dot.say("●", tone)
        self._words.say(words)
        self._last.say(last)
        self.changed.emit()

    def free_line(self) -> QRect:
        """Where nothing stands, in the parent's pixels."""
        gap, words = space(16), self._words
        left = words.x() + words.fontMetrics().horizontalAdvance(words.text()) + gap
        last = self._last.sizeHint().width() + gap if self._last.text() else 0
        right = self.width() - gap - last
        return QRect(self.x() + left, self.y() + 1, max(right - left, 0), self.height() - 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.changed.emit()
