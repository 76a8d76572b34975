"""A line for a whole number."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget


class IntegerEdit(QLineEdit):
    """``edited`` carries the number, or None while what stands there is none within ``low`` and ``high``."""

    edited = Signal(object)

    def __init__(self, low: int, high: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low = low
        self._high = high
        self.setMaxLength(len(str(high)) + 1)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.textEdited.connect(lambda: self.edited.emit(self.value()))

    def value(self) -> int | None:
        tidy = unicodedata.normalize("NFKC", self.text()).strip()
        if not (tidy.isascii() and tidy.isdigit()):
            return None
        return int(tidy) if self._low <= int(tidy) <= self._high else None

    def set_value(self, value: object) -> None:
        """A number, or the unfinished text of one."""
        text = "" if value is None else str(value)
        if text != self.text():
            self.setText(text)

    def unfinished(self) -> str:
        """What was typed and is no such number, else empty."""
        return "" if self.value() is not None else self.text().strip()
