"""Words on a surface. Always plain text: what a person typed is never read as markup.

The name ``Qt`` is imported where it is used: its enumerations cost 13 ms, and the sign-in window paints without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QWidget

from ui.widgets.styling import restyle

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

Type = Literal["text", "value", "label", "note", "heading", "title", "amount"]
Tone = Literal["", "ok", "attention", "wrong", "soft", "accent"]


_PLAIN = 0  # Qt.TextFormat.PlainText


class Text(QLabel):
    """A label of one type of the drawing (value, text, label, note, heading, title, amount) and one tone."""

    def __init__(
        self, text: str = "", type: Type = "text", *, tone: Tone = "", wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.setProperty("textFormat", _PLAIN)
        self.setProperty("type", type)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)

    def set_tone(self, tone: Tone) -> None:
        restyle(self, "tone", tone)

    def say(self, text: str, tone: Tone = "") -> None:
        """New words in a tone."""
        self.setText(text)
        self.set_tone(tone)


class ElidedText(Text):
    """One line that never asks for width: what does not fit ends in … and shows whole as a tool tip."""

    _shorter = ""

    def say(self, text: str, tone: Tone = "") -> None:
        self.say_fitting(text, "", tone)

    def say_fitting(self, text: str, shorter: str, tone: Tone = "") -> None:
        """New words, with others for where there is no room for them."""
        self._shorter = shorter
        super().say(text, tone)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        words = self.text().replace("\n", " ")
        room = self.contentsRect().width()
        if self.fontMetrics().horizontalAdvance(words) <= room:
            self.setToolTip("")
            super().paintEvent(event)
        else:
            self.setToolTip(words)
            self._paint_cut(self._shorter or words, room)

    def _paint_cut(self, words: str, room: int) -> None:
        from PySide6.QtCore import Qt

        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.contentsRect(), self.alignment(), shown)
