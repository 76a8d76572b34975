"""Why the program cannot start, and nothing else."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.widgets.buttons import PrimaryButton
from ui.widgets.stage import Stage
from ui.widgets.text import Text


class TroublePage(Stage):
    """Signals: ``left()``."""

    left = Signal()

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__("现在不能打开", 460, parent)
        self.setObjectName("page.trouble")
        button = PrimaryButton("关闭  Enter", "", "close")
        button.clicked.connect(self.left)
        self.card.body.addWidget(Text(words, "text", wrap=True))
        self.card.body.addWidget(button)
        button.setFocus()
