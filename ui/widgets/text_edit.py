"""A plain line of text with the one signal all editors of a form have."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget


class TextEdit(QLineEdit):
    """``edited`` carries the text at every change by the clerk. ``raise_first``: its first letter becomes a capital."""

    edited = Signal(object)

    def __init__(self, longest: int = 200, raise_first: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(longest)
        self._raise_first = raise_first
        self.textEdited.connect(self._read)

    def value(self) -> str:
        return self.text()

    def set_value(self, value: object) -> None:
        text = "" if value is None else str(value)
        if text != self.text():
            self.setText(text)

    def _read(self, text: str) -> None:
        if self._raise_first and text[:1].islower() and text[:1].isascii():
            at = self.cursorPosition()
            self.setText(text[0].upper() + text[1:])
            self.setCursorPosition(at)
        self.edited.emit(self.text())
