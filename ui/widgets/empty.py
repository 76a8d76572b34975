"""What a page shows when it has nothing to show: how to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ui.theme import space
from ui.widgets.text import Text


class EmptyState(QWidget):
    """A title, a hint, and the button that begins, in the middle of the page."""

    def __init__(self, title: str, hint: str, button: QPushButton | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Text(title, "title")
        self._hint = Text(hint, "text", tone="soft", wrap=True)
        column = QVBoxLayout(self)
        column.setSpacing(space(12))
        column.addStretch(2)
        for each in (self._title, self._hint):
            each.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(each)
        if button is not None:
            column.addSpacing(space(8))
            column.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def say(self, title: str, hint: str) -> None:
        """Other words, for instance when a filter leaves nothing."""
        self._title.setText(title)
        self._hint.setText(hint)
