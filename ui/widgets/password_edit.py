"""A line for a password: never shown, never copied, never kept."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget


class PasswordEdit(QLineEdit):
    """Dots for what is typed; input methods stay out of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def take(self) -> str:
        """What was typed; the line is empty afterwards."""
        typed = self.text()
        self.clear()
        return typed
