"""A plain line of text with the one signal all editors of a form have."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

# zero width, marks of writing direction, byte order
_UNSEEN = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")


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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_no_text(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _read(self, _: str) -> None:
        take_out_unseen(self)
        text = self.text()
        if self._raise_first and text[:1].islower() and text[:1].isascii():
            at = self.cursorPosition()
            self.setText(text[0].upper() + text[1:])
            self.setCursorPosition(at)
        self.edited.emit(self.text())


def is_no_text(event: QKeyEvent) -> bool:
    """Whether a letter was pressed with Alt: a key of the page whose time is over, never a letter of a name."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return held == Qt.KeyboardModifier.AltModifier and bool(event.text().strip())


def without_unseen(text: str) -> str:
    """What is pasted may bring characters that nobody sees: line ends become spaces, the others go."""
    spaced = text.translate({ord(each): " " for each in "\t\n\v\f\r\x85\u2028\u2029"})
    return "".join(each for each in spaced if unicodedata.category(each) != "Cc" and each not in _UNSEEN)


def take_out_unseen(line: QLineEdit) -> None:
    """Do that in a line, with the cursor where it was between the characters."""
    text, at = line.text(), line.cursorPosition()
    seen = without_unseen(text)
    if seen != text:
        line.setText(seen)
        line.setCursorPosition(len(without_unseen(text[:at])))
