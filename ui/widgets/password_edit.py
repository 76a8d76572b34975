"""A line for a password: never shown, never copied, never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent


class PasswordEdit(QLineEdit):
    """Dots for what is typed; input methods stay out of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """No menu: nothing here can be copied."""

    def take(self) -> str:
        """What was typed; the line is empty afterwards."""
        typed = self.text()
        self.clear()
        return typed
