"""A line with known names: found by characters, pinyin or initials, or typed freely. The exact name is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.widgets.suggestions import Suggestion, SuggestionList
from ui.widgets.text_edit import is_no_text, take_out_unseen

Search = Callable[[str], Sequence[str]]
"""Known names for what was typed, best first; all of them for nothing."""

_MOST = 50
_NEAR = "没有完全一样的。这几个最接近，以证书上的写法为准。"


class PickerEdit(QLineEdit):
    """``edited`` carries the text at every change, also when a name was picked.

    Latin letters are a search (no name is written in them), so the first hit is highlighted and Enter takes it;
    Chinese text stands as it is unless the clerk goes down into the list. ``near``: names that are offered, and said to
    be only the nearest, where the search knows none.
    """

    edited = Signal(object)

    def __init__(
        self, search: Search, longest: int = 200, parent: QWidget | None = None, near: Search | None = None
    ) -> None:
        super().__init__(parent)
        self._search = search
        self._near = near
        self._list: SuggestionList | None = None
        self.setMaxLength(longest)
        self.textEdited.connect(self._typed)

    def set_search(self, search: Search) -> None:
        """Other names to choose from."""
        self._search = search

    def value(self) -> str:
        return self.text()

    def set_value(self, value: object) -> None:
        text = "" if value is None else str(value)
        if text != self.text():
            self.setText(text)

    def accept_entry(self) -> None:
        """Enter or Tab: take the highlighted name, if there is one."""
        current = self._list.current() if self._list else None
        if current is not None:
            self._pick(current)
        self.close_list()

    def close_list(self) -> None:
        if self._list is not None:
            self._list.hide()

    def list_open(self) -> bool:
        return self._list is not None and self._list.isVisible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self.list_open():
            self.close_list()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not self.isReadOnly():
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif is_no_text(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            self.accept_entry()
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.close_list()
        super().focusOutEvent(event)

    def _typed(self, _: str) -> None:
        take_out_unseen(self)
        text = self.text()
        self.edited.emit(text)
        names = self._search(text)[:_MOST] if text.strip() else []
        if list(names) == [text]:
            names = []
        elif not names and self._near is not None and text.strip():
            self._open(self._near(text), highlight_first=False, note=_NEAR)
            return
        self._open(names, highlight_first=text.isascii())

    def _step(self, by: int) -> None:
        if self.list_open() and self._list is not None:
            self._list.step(by)
        else:
            self._open(self._search(self.text())[:_MOST] or self._search("")[:_MOST], highlight_first=True)

    def _open(self, names: Sequence[str], highlight_first: bool, note: str = "") -> None:
        if self._list is None:
            if not names:
                return
            self._list = SuggestionList(self)
            self._list.chosen.connect(self._pick)
        rows = [Suggestion(name) for name in names]
        self._list.show_rows(rows, note if rows else "", highlight_first=highlight_first)

    def _pick(self, suggestion: Suggestion) -> None:
        self.setText(suggestion.title)
        self.close_list()
        self.edited.emit(suggestion.title)
