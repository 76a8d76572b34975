"""The cards of the page's right side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from ui.messages import return_sentence
from ui.widgets.buttons import SmallButton
from ui.widgets.card import Card, CardTone
from ui.widgets.text import Text
from ui.widgets.text_edit import TextEdit

if TYPE_CHECKING:
    from station_app.domain.application import FieldReturn


@dataclass(frozen=True)
class NoteCard:
    """A thing to know beside the assessment. ``action``: words of a link with its ``key``, ``target`` handed back."""

    title: str
    words: str
    tone: CardTone = "attention"
    action: str = ""
    target: str = ""
    key: str = ""


class ReturnedCard(Card):
    """退回补正: what the reviewer wants, line by line. Signals: ``wanted(field)``, ``open_wanted()``."""

    wanted = Signal(str)
    open_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("↩ 退回补正", parent)
        self.setObjectName("returned")
        self.set_tone("wrong")
        self._lines: list[QWidget] = []
        self._open = SmallButton("放开其他字段", "F7", "open_fields")
        self._open.clicked.connect(self.open_wanted)
        self.header.addWidget(self._open)

    def show_returned(self, returned: Sequence[FieldReturn], opened: bool) -> None:
        self.setVisible(bool(returned))
        self._open.setVisible(not opened)
        for line in self._lines:
            line.deleteLater()
            self.body.removeWidget(line)
        self._lines = [self._line(each) for each in returned]
        for line in self._lines:
            self.body.addWidget(line)

    def _line(self, each: FieldReturn) -> QWidget:
        said = _ReturnLine(return_sentence(each))
        said.clicked.connect(lambda: self.wanted.emit(each.field))
        return said


class _ReturnLine(Text):
    """Wrapped words that can be clicked; the keyboard has the fields themselves."""

    clicked = Signal()

    def __init__(self, words: str) -> None:
        super().__init__(words, "text", wrap=True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


class InsistCard(Card):
    """The worker applies although the answer is no: the reason goes on record. Signal: ``edited(reason)``."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("本人坚持申报？", parent)
        self.set_tone("attention")
        self.reason = TextEdit(200)
        self.reason.setObjectName("insist")
        self.reason.setAccessibleName("坚持申报的理由")
        self.reason.setPlaceholderText("本人说明的理由，会交给审核人")
        self.reason.edited.connect(lambda value: self.edited.emit(str(value)))
        self.body.addWidget(Text("按方案不符合条件。写下理由后按 Ctrl+Enter 提交，或请本人放弃。", "note", wrap=True))
        self.body.addWidget(self.reason)


class ConsentBox(QCheckBox):
    """Space or Y confirms; N takes back. Enter is left to the page."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Y, Qt.Key.Key_N):
            wanted = event.key() == Qt.Key.Key_Y
            if self.isChecked() is not wanted:
                self.click()
        else:
            super().keyPressEvent(event)
