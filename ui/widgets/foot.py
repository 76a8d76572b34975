"""The foot line: the truth about the queue, always in sight."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.theme import space
from ui.widgets.card import Bar
from ui.widgets.text import ElidedText, Text, Tone


class Foot(Bar):
    """Queue truth at the left, the last pass at the right."""

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
