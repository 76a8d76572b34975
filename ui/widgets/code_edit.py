"""A line for the enrolment code: groups of four, however it is typed or pasted."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

_GROUP = 4
_LONGEST = 29  # seven groups of four and a check character


class CodeEdit(QLineEdit):
    """Letters become capitals, a hyphen stands after every fourth character, the cursor stays where the hand is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("3F7K-M2QX-…")
        self.textEdited.connect(self._group)

    def _group(self, text: str) -> None:
        before = len(_bare(text[: self.cursorPosition()]))
        bare = _bare(text)[:_LONGEST]
        self.setText(grouped(bare))
        before = min(before, len(bare))
        self.setCursorPosition(before + max(before - 1, 0) // _GROUP)


def grouped(bare: str) -> str:
    """``3F7KM2QX`` -> ``3F7K-M2QX``."""
    return "-".join(bare[start : start + _GROUP] for start in range(0, len(bare), _GROUP))


def _bare(text: str) -> str:
    return "".join(each for each in text.upper() if each.isascii() and each.isalnum())
