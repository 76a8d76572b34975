"""The stage before the work: the program's name at the left, one card at the right. Sign-in, set-up, lock."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import px, space
from ui.widgets.card import Card
from ui.widgets.text import Text

PROGRAM_NAME = "助推申报站"
_PURPOSE = "在职职工职业发展助推计划\n协助填报"
_PROMISES = ("填了的，不会丢", "没有网，照样办", "外人，看不到")


class Rail(QFrame):
    """The dark side of the window. Attribute: ``column`` (QVBoxLayout)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(space(10), space(16), space(10), space(16))
        self.column.setSpacing(space(4))


class Stage(QFrame):
    """A page with one card. Attributes: ``card`` (Card); ``foot`` (Text), the quiet line under it."""

    def __init__(self, title: str, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = Card()
        self.card.setFixedWidth(px(width))
        self.card.body.setSpacing(space(8))
        self.card.layout().setContentsMargins(space(24), space(20), space(24), space(24))
        self.card.body.addWidget(Text(title, "title"))
        self.foot = Text("", "note", wrap=True)
        self.foot.setFixedWidth(px(width))
        self._width = width
        self._column = right = QVBoxLayout()
        right.setSpacing(space(12))
        right.addStretch(3)
        for each in (self.card, self.foot):
            right.addLayout(_centred(each))
        right.addStretch(4)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(_brand())
        whole.addLayout(right, 1)

    def put_below(self, card: Card) -> None:
        """Another card, under the quiet line."""
        card.setFixedWidth(px(self._width))
        self._column.insertLayout(3, _centred(card))


def _centred(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget)
    row.addStretch(1)
    return row


def _brand() -> Rail:
    rail = Rail()
    rail.setFixedWidth(px(340))
    rail.column.setContentsMargins(space(40), space(40), space(40), space(40))
    rail.column.setSpacing(space(8))
    rail.column.addStretch(3)
    name = Text(PROGRAM_NAME, "title")
    name.setProperty("role", "brand")
    rail.column.addWidget(name)
    rail.column.addWidget(Text(_PURPOSE, "text", tone="soft"))
    rail.column.addSpacing(space(28))
    for promise in _PROMISES:
        rail.column.addWidget(Text(f"·  {promise}", "text", tone="soft"))
    rail.column.addStretch(4)
    return rail
