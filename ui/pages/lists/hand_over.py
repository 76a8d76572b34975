"""移交 under the case pane: who gets the case, asked in place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget

from ui.theme import space
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.card import Card
from ui.widgets.text import Text

_MOST_ROWS = 4


class HandOver(Card):
    """Names to choose from. Signals: ``chosen(name)``, ``cancelled()``."""

    chosen = Signal(str)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._names = QListWidget()
        self._names.setObjectName("takers")
        self._names.setAccessibleName("移交给谁")
        yes = PrimaryButton("移交", "Alt+Y", "confirm_hand_over")
        no = KeyButton("不移交  Esc", "", "cancel_hand_over")
        row = QHBoxLayout()
        row.addWidget(yes)
        row.addWidget(no)
        self.body.addWidget(Text("移交给谁？双方姓名都记入经过。", "text", wrap=True))
        self.body.addWidget(self._names)
        self.body.addLayout(row)
        self._names.itemActivated.connect(lambda item: self.chosen.emit(item.text()))
        yes.clicked.connect(self._confirm)
        no.clicked.connect(self.cancelled)
        self.hide()

    def offer(self, names: Sequence[str]) -> None:
        """Who can take a case; the first is chosen."""
        self._names.clear()
        self._names.addItems(list(names))
        self._names.setCurrentRow(0)
        rows = min(max(len(names), 1), _MOST_ROWS)
        self._names.setFixedHeight(rows * max(self._names.sizeHintForRow(0), space(24)) + 2 * space(5))

    def ask(self) -> None:
        self.show()
        self._names.setFocus(Qt.FocusReason.OtherFocusReason)

    def _confirm(self) -> None:
        item = self._names.currentItem()
        if item is not None:
            self.chosen.emit(item.text())
