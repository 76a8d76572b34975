"""The rail: where one can go, with keys, and who sits here."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from ui.theme import px, space
from ui.widgets.buttons import key_sequences
from ui.widgets.stage import PROGRAM_NAME, Rail
from ui.widgets.text import Text


class RailButton(QPushButton):
    """One entry: its word at the left, its key at the right, a count after the word when there is one."""

    def __init__(self, word: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word = word
        self._key = key
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        self.setText(f"{self._word}  {count}" if count else self._word)
        self.setAccessibleName(f"{self._word}，{count} 件" if count else self._word)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        font = self.font()
        font.setPixelSize(px(11))
        font.setBold(False)
        painter.setFont(font)
        painter.setOpacity(0.75)
        painter.setPen(self.palette().buttonText().color())
        inside = self.rect().adjusted(0, 0, -space(10), 0)
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._key)


class NavigationRail(Rail):
    """``pages``: name -> (word, key), in order; Alt+1.. choose too.

    Signals: ``chosen(page name)``; ``lock_asked()``: the button; its key is the window's.
    """

    chosen = Signal(str)
    lock_asked = Signal()

    def __init__(self, pages: Mapping[str, tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(px(132) + space(16))
        self._buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self.column.addWidget(Text(PROGRAM_NAME, "heading"))
        self.column.addSpacing(space(8))
        for number, (name, (word, key)) in enumerate(pages.items(), start=1):
            self._add(name, word, key, number)
        self.column.addStretch(1)
        lock = RailButton("锁定", "Ctrl+L")
        lock.setObjectName("action.lock")
        lock.setCheckable(False)
        lock.clicked.connect(self.lock_asked)
        self.column.addWidget(lock)
        self.column.addSpacing(space(4))
        self._station = Text("", "note", wrap=True)
        self._operator = Text("", "note", wrap=True)
        self.column.addWidget(self._station)
        self.column.addSpacing(space(4))
        self.column.addWidget(self._operator)

    def say_who(self, station: str, operator: str) -> None:
        self._station.setText(station)
        self._operator.setText(operator)

    def set_count(self, name: str, count: int) -> None:
        self._buttons[name].set_count(count)

    def choose(self, name: str) -> None:
        """Mark an entry; no signal."""
        self._buttons[name].setChecked(True)

    def _add(self, name: str, word: str, key: str, number: int) -> None:
        button = RailButton(word, key)
        button.setObjectName(f"action.{name}")
        button.setToolTip(f"{key} 或 Alt+{number}")
        button.clicked.connect(lambda: self.chosen.emit(name))
        for sequence in (*key_sequences(key), *key_sequences(f"Alt+{number}")):
            QShortcut(sequence, self).activated.connect(button.click)
        self._group.addButton(button)
        self._buttons[name] = button
        self.column.addWidget(button)
