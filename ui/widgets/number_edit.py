"""A line for ID, card and phone numbers: digits stand in groups while they are read, and leave plain when copied."""

from __future__ import annotations

from itertools import accumulate

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from station_app.domain.identity import tidy_number
from ui.theme import number_font

ID_GROUPS = (6, 8, 4)
CARD_GROUPS = (4, 4, 4, 4)
PHONE_GROUPS = (3, 4, 4)


def grouped(plain: str, groups: tuple[int, ...]) -> str:
    """``13800138000`` -> ``138 0013 8000``; what is longer than the groups stands in one more."""
    ends = list(accumulate(groups))
    starts = [0, *ends]
    parts = [plain[start:end] for start, end in zip(starts, [*ends, None], strict=True)]
    return " ".join(part for part in parts if part)


class NumberEdit(QLineEdit):
    """``edited`` carries the plain number at every change the clerk makes; setting a value emits nothing."""

    edited = Signal(object)

    def __init__(self, groups: tuple[int, ...], longest: int = 25, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups = groups
        self._longest = longest
        self._before: list[str] = []  # what Ctrl+Z goes back to
        self._plain = ""
        self.setFont(number_font(self.font()))
        self.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers | Qt.InputMethodHint.ImhNoPredictiveText)
        self.textEdited.connect(self._regroup)

    @property
    def longest(self) -> int:
        """Characters without the gaps."""
        return self._longest

    def value(self) -> str:
        return self._plain

    def set_value(self, value: object) -> None:
        plain = tidy_number(str(value or ""))
        if plain != self._plain:
            self._before.clear()
            self._show(plain, len(plain))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_plain()
        elif event.matches(QKeySequence.StandardKey.Cut):
            self.copy_plain()
            self._delete_selected()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self._undo()
        else:
            self._step_over_gap(event)
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = (("复制", self.copy_plain, self.hasSelectedText()), ("粘贴", self.paste, not self.isReadOnly()))
        for word, act, possible in (*words, ("全选", self.selectAll, True)):
            action = QAction(word, menu)
            action.setEnabled(possible)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.popup(event.globalPos())

    def copy_plain(self) -> None:
        """Put the selected digits on the clipboard without the gaps."""
        if self.hasSelectedText():
            QGuiApplication.clipboard().setText(tidy_number(self.selectedText()))

    def _regroup(self, text: str) -> None:
        self._before.append(self._plain)
        kept = len(tidy_number(text[: self.cursorPosition()]))
        plain = tidy_number(text)
        self._show(plain[: self._longest], kept)
        if len(plain) > self._longest:
            self.inputRejected.emit()
        self.edited.emit(self._plain)

    def _show(self, plain: str, kept: int) -> None:
        self._plain = plain
        text = grouped(plain, self._groups)
        if text != self.text():
            self.setText(text)
        self.setCursorPosition(self._position_after(kept))

    def _position_after(self, kept: int) -> int:
        return len(grouped(self._plain[:kept], self._groups))

    def _delete_selected(self) -> None:
        if not self.isReadOnly() and self.hasSelectedText():
            self.del_()
            self._regroup(self.text())

    def _undo(self) -> None:
        if self._before and not self.isReadOnly():
            plain = self._before.pop()
            self._show(plain, len(plain))
            self.edited.emit(plain)

    def _step_over_gap(self, event: QKeyEvent) -> None:
        """Backspace behind a gap and Delete before one mean the digit beyond it."""
        at = self.cursorPosition()
        if self.hasSelectedText():
            return
        if event.key() == Qt.Key.Key_Backspace and self.text()[at - 1 : at] == " ":
            self.setCursorPosition(at - 1)
        elif event.key() == Qt.Key.Key_Delete and self.text()[at : at + 1] == " ":
            self.setCursorPosition(at + 1)
