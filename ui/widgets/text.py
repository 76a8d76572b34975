"""Words on a surface. Always plain text: what a person typed is never read as markup."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from ui.widgets.styling import restyle

Type = Literal["text", "value", "label", "note", "heading", "title", "amount"]
Tone = Literal["", "ok", "attention", "wrong", "soft", "accent"]


class Text(QLabel):
    """A label of one type of the drawing (value, text, label, note, heading, title, amount) and one tone."""

    def __init__(
        self, text: str = "", type: Type = "text", *, tone: Tone = "", wrap: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
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

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        words = self.text().replace("\n", " ")
        shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self.contentsRect().width())
        painter.drawText(self.contentsRect(), self.alignment(), shown)
        self.setToolTip(words if shown != words else "")
