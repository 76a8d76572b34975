"""Surfaces: a card with a heading, a bar along an edge."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import space
from ui.widgets.styling import restyle
from ui.widgets.text import Text

CardTone = Literal["", "ok", "attention", "wrong"]


class Card(QFrame):
    """A white surface with a heading.

    Attributes: ``header`` (QHBoxLayout; what is added stands right of the heading), ``body`` (QVBoxLayout).
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("tone", "")
        self._title = Text(title, "heading")
        self._title.setProperty("role", "card_title")
        self.header = QHBoxLayout()
        self.header.setSpacing(space(8))
        self.header.addWidget(self._title)
        self.header.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setSpacing(space(8))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(space(16), space(12), space(16), space(12))
        whole.setSpacing(space(8))
        whole.addLayout(self.header)
        whole.addLayout(self.body)
        self._title.setVisible(bool(title))

    def set_title(self, title: str) -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))

    def set_tone(self, tone: CardTone) -> None:
        """Colour the whole card by what it means; the heading must say it in words too."""
        restyle(self, "tone", tone)


class Bar(QFrame):
    """A strip along the window's edge; ``edge`` says which side has the line. Attribute: ``row`` (QHBoxLayout)."""

    def __init__(self, edge: Literal["top", "bottom"], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("edge", edge)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(space(20), space(8), space(20), space(8))
        self.row.setSpacing(space(12))
