"""A line for a date: ``20230620``, ``2023-6-20``, ``2023.6.20`` and ``2023年6月20日`` all become ``2023-06-20``."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.widgets.text_edit import is_no_text, without_unseen

_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTED = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_LONGEST = 16


def read_typed_date(text: str) -> date | None:
    """The date that a clerk's typing means, or None while it means none."""
    tidy = _tidy(text)
    match = _COMPACT.fullmatch(tidy) or _PARTED.fullmatch(tidy)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def why_no_date(text: str) -> tuple[str, dict[str, int]]:
    """Why a text is no date, ``date_incomplete``, ``date_month``, ``date_day`` or ``date_unreadable``, and the figures
    that this is about.
    """
    tidy = _tidy(text)
    match = _COMPACT.fullmatch(tidy) or _PARTED.fullmatch(tidy)
    if match is None:
        begun = re.fullmatch(r"\d{1,7}|\d{1,4}([-./年](\d{1,2}([-./月](\d{1,2})?)?)?)?", tidy)
        return ("date_incomplete" if begun else "date_unreadable"), {}
    figures = dict(zip(("year", "month", "day"), (int(part) for part in match.groups()), strict=True))
    return ("date_day" if 1 <= figures["month"] <= 12 else "date_month"), figures


def is_whole(text: str) -> bool:
    """Whether nothing more can follow: eight digits, or a full ``YYYY-MM-DD``."""
    tidy = _tidy(text)
    return bool(_COMPACT.fullmatch(tidy) or re.fullmatch(r"\d{4}-\d{2}-\d{2}", tidy))


def _tidy(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", without_unseen(text)))


class DateEdit(QLineEdit):
    """``edited`` carries ``YYYY-MM-DD`` or None at every change; ``text()`` is what stands there until it is a date."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(_LONGEST)
        self.setPlaceholderText("年-月-日")
        self.textEdited.connect(self._read)
        self.editingFinished.connect(self._spell_out)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_no_text(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def value(self) -> str | None:
        read = read_typed_date(self.text())
        return read.isoformat() if read else None

    def set_value(self, value: object) -> None:
        """A date, or the unfinished text of one."""
        text = str(value or "")
        if text != self.text():
            self.setText(text)

    def unfinished(self) -> str:
        """What was typed and is no date, else empty."""
        return "" if self.value() else self.text().strip()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._spell_out()
        super().focusOutEvent(event)

    def _read(self, text: str) -> None:
        if is_whole(text) and self.cursorPosition() == len(text):
            self._spell_out()
        self.edited.emit(self.value())

    def _spell_out(self) -> None:
        value = self.value()
        if value and value != self.text():
            self.setText(value)
