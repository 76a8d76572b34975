"""查会员: one line that finds people in the roster while the clerk types."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from station_app.domain.identity import mask_id, mask_tail, tidy_number
from station_app.services import members
from ui.widgets.suggestions import Suggestion, SuggestionList
from ui.widgets.text_edit import is_no_text, without_unseen

if TYPE_CHECKING:
    from station_app.domain.member import Member
    from station_app.services.desk import Desk
    from ui.tasks import Tasks

_MOST = 20
_KEY = "lookup"


def member_row(member: Member) -> Suggestion:
    """How a person stands in the list: the numbers masked."""
    details = [mask_id(member.id_number)]
    if member.card_no:
        details.append(f"卡 {mask_tail(member.card_no)[-8:]}")
    if member.employer:
        details.append(member.employer)
    return Suggestion(member.name, "   ".join(details), member)


class LookupLine(QLineEdit):
    """Signals: ``taken(Member)``; ``typed(text)``: nobody in the roster fits, the clerk goes on with what was typed,
    which may be nothing.

    One query for each keystroke; only the newest answer counts. Enter takes the highlighted person, the first if none
    is; pressed before the answer is there, it waits for it.
    """

    taken = Signal(object)
    typed = Signal(str)

    def __init__(self, desk: Desk, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._list: SuggestionList | None = None
        self._asked = ""  # what the newest query is for
        self._answered: str | None = None
        self._take_first = False
        self.setObjectName("lookup")
        self.setPlaceholderText("查会员：姓名、拼音首字母、身份证号、卡号、手机")
        self.setAccessibleName("查会员")
        self.setMaxLength(60)
        self.textEdited.connect(self._ask)

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """The people shown now."""
        return self._list.rows if self._list is not None and self._list.isVisible() else ()

    def clear_all(self) -> None:
        """Empty, closed, nothing awaited."""
        self.clear()
        self._asked, self._answered, self._take_first = "", None, False
        self._close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._enter()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._walk(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear_all()
        elif is_no_text(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def _walk(self, by: int) -> None:
        if self._list is not None and self._list.isVisible():
            self._list.step(by)
        elif self.text().strip():
            self._ask(self.text())

    def _ask(self, text: str) -> None:
        self._take_first = False
        self._asked = without_unseen(text).strip()
        if not self._asked:
            self._close()
            return
        work = partial(members.lookup, self._desk, _spelled(self._asked), _MOST)
        self._tasks.query(self, work, partial(self._answer, self._asked), key=_KEY)

    def _answer(self, text: str, found: list[Member]) -> None:
        if text != self._asked:
            return
        self._answered = text
        if self._take_first:
            self._take_first = False
            self._finish([member_row(member) for member in found])
        elif self.hasFocus():
            self._show(found)

    def _show(self, found: list[Member]) -> None:
        if self._list is None:
            self._list = SuggestionList(self)
            self._list.chosen.connect(self._choose)
        if found:
            self._list.show_rows([member_row(member) for member in found], highlight_first=True)
        else:
            self._list.show_rows((), "名册中没有找到。按 Enter 直接录入，或换一种写法再查。")

    def _enter(self) -> None:
        if not self._asked:
            self.typed.emit("")
            return
        if self._answered != self._asked:
            self._take_first = True  # the answer is on its way
            return
        current = self._list.current() if self._list is not None else None
        if current is not None:
            self._choose(current)
        else:
            self._finish(list(self._list.rows) if self._list is not None else [])

    def _finish(self, rows: list[Suggestion]) -> None:
        if rows:
            self._choose(rows[0])
            return
        text = self._asked
        self.clear_all()
        self.typed.emit(text)

    def _choose(self, suggestion: Suggestion) -> None:
        member = suggestion.data
        self.clear_all()
        self.taken.emit(member)

    def _close(self) -> None:
        if self._list is not None:
            self._list.hide()


def _spelled(text: str) -> str:
    """Numbers may be typed or pasted with gaps; names keep theirs."""
    tidy = tidy_number(text)
    return tidy if tidy.rstrip("X").isdigit() else text
