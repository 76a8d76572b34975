"""台账: find a case, see all about it, open it, take it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from station_app.domain.application import Category, State
from station_app.domain.operator import Act
from station_app.events import Changed, Kind
from station_app.services import handing_over, ledger, submission
from station_app.store.records import LedgerQuery
from ui.messages import label, state_word
from ui.models.case_detail import full_numbers, read_detail
from ui.models.ledger_model import PAGE, LedgerModel
from ui.pages.lists.case_pane import CasePane
from ui.pages.lists.case_table import CaseTable, SearchLine
from ui.pages.lists.export_case import ExportCase
from ui.theme import space
from ui.widgets.buttons import KeyBadge
from ui.widgets.card import Bar
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.choice_row import Choice
from ui.widgets.empty import EmptyState
from ui.widgets.page import Page
from ui.widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from station_app.domain.operator import Operator
    from station_app.errors import StationError
    from station_app.services.desk import Desk
    from station_app.store.records import LedgerRow
    from ui.context import Context
    from ui.models.case_detail import CaseDetail

_TYPING_MS = 120
_KINDS = (Kind.APPLICATIONS, Kind.OUTBOX, Kind.SCANS)


@dataclass(frozen=True)
class Found:
    """A query's answer: how many there are, and the pages that were asked for."""

    query: LedgerQuery
    count: int
    pages: Mapping[int, Sequence[LedgerRow]]


def read_pages(desk: Desk, query: LedgerQuery, numbers: tuple[int, ...]) -> Found:
    """Count and read; on a background thread."""
    pages = {number: ledger.find(desk, replace(query, limit=PAGE, offset=number * PAGE)) for number in numbers}
    return Found(query, ledger.count(desk, query), pages)


class LedgerPage(Page):
    """F2 the search line, Down into the list, Enter opens, Alt+S/C/P the filters, Esc clears them."""

    name = "ledger"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._query = LedgerQuery()
        self._kept_id = ""
        self._searching = False  # the list still shows the answer to an older question
        self._open_when_found = False
        self.search = SearchLine()
        self.states = _box("state_filter", "全部状态", [(each, state_word(each)) for each in State])
        self.categories = _box("category_filter", "全部类别", [(each, label(f"category.{each}")) for each in Category])
        self.plans = _box("plan_filter", "全部年度", [(year, f"{year} 年") for year in context.desk.plans.years])
        self._count = Text("", "note")
        self.model = LedgerModel(self)
        self.table = CaseTable(self.model)
        self.pane = CasePane()
        self._export = ExportCase(self, context)
        self.pane.export.setEnabled(context.desk.operator.may(Act.CASES))
        self._empty = EmptyState("", "")
        self._stack = QStackedWidget()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_MS)
        self._lay_out()
        self._connect()

    # ---- what the window asks

    def arrive(self) -> None:
        self._refresh()
        self._ask_takers()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.selectAll()

    def keep(self) -> object:
        return self._query, self._current_id()

    def restore(self, kept: object) -> None:
        assert isinstance(kept, tuple)
        self._query, self._kept_id = kept
        self.search.setText(self._query.text)
        self.states.set_value(next(iter(self._query.states), None))
        self.categories.set_value(self._query.category)
        self.plans.set_value(self._query.plan)

    def leave(self) -> None:
        """Full numbers do not stay on a page that is left."""
        self.pane.hide_numbers()
        self._open_when_found = False

    # ---- the query

    def _changed_filter(self) -> None:
        """Typing or another filter: from the beginning of the list."""
        state = self.states.value()
        category, plan = self.categories.value(), self.plans.value()
        self._query = LedgerQuery(
            text=self.search.text(),
            states=frozenset({state}) if isinstance(state, State) else frozenset(),
            category=category if isinstance(category, Category) else None,
            plan=plan if isinstance(plan, int) else None,
        )
        self._searching, self._open_when_found = True, False
        work = partial(read_pages, self.context.desk, self._query, (0,))
        self.context.tasks.query(self, work, self._started, self._not_started, key="ledger")

    def _not_started(self, error: StationError) -> None:
        self._searching = self._open_when_found = False
        self.fail(error)

    def _clear(self) -> None:
        self.search.clear()
        for box in (self.states, self.categories, self.plans):
            box.set_value(None)
        self._changed_filter()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _started(self, found: Found) -> None:
        self.model.start(found.count, found.pages)
        self._say_count(found.count)
        self.table.choose(0)
        self._show_current()
        self._searching = False
        if self._open_when_found:
            self._open_when_found = False
            self._open()

    def _refresh(self) -> None:
        """The same query again; the list stays where it is."""
        first, last = self.table.shown_rows()
        numbers = tuple(range(first // PAGE, last // PAGE + 1))
        work = partial(read_pages, self.context.desk, self._query, numbers)
        self.context.tasks.query(self, work, self._refreshed, self._not_started, key="ledger")

    def _refreshed(self, found: Found) -> None:
        if self._searching:  # a write came in between: this is the answer to the new question
            self._started(found)
            return
        chosen, row = self._kept_id or self._current_id(), max(self.table.currentIndex().row(), 0)
        self._kept_id = ""
        top = self.table.verticalScrollBar().value()
        if self.model.renew(found.count, found.pages):
            place = self.model.find(chosen) if chosen else None
            self.table.choose(place if place is not None else min(row, found.count - 1))
            self.table.verticalScrollBar().setValue(top)
        self._say_count(found.count)
        self._show_current()

    def _load(self, numbers: list[int]) -> None:
        """Pages that have come into sight."""
        for number in numbers:
            work = partial(read_pages, self.context.desk, self._query, (number,))
            self.context.tasks.query(self, work, self._loaded, self.fail, key=f"page {number}")

    def _loaded(self, found: Found) -> None:
        if found.query == self._query:  # an answer to an older question is of no use
            for number, rows in found.pages.items():
                self.model.put(number, rows)
            self._show_current()

    def _say_count(self, count: int) -> None:
        self._count.setText(f"共 {count:,} 件")
        asked = self._query != LedgerQuery()
        if asked:
            self._empty.say(
                "没有找到", "换个写法再试：姓名、拼音首字母、受理号、身份证号、卡号、手机号都可以。按 Esc 清除条件。"
            )
        else:
            self._empty.say("台账还是空的", "受理的每一件都会记在这里。按 F3 开始受理。")
        self._stack.setCurrentIndex(0 if count else 1)

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(*_KINDS) and self.isVisible():
            self._refresh()

    # ---- the chosen case

    def _current_id(self) -> str:
        row = self.model.row_at(self.table.currentIndex().row())
        return row.id if row else ""

    def _show_current(self) -> None:
        """Read all about the chosen case; the pane keeps the old one until the new one is here."""
        chosen = self._current_id()
        if not chosen:
            self.pane.show_case(None)
            return
        work = partial(read_detail, self.context.desk, chosen)
        self.context.tasks.query(self, work, self._detail_read, self.fail, key="detail")

    def _detail_read(self, detail: CaseDetail) -> None:
        if detail.application_id == self._current_id():
            self.pane.show_case(detail)

    def _open(self) -> None:
        """Open the chosen case; where the list still answers an older question, the new one's first when it is here."""
        if self._searching:
            self._open_when_found = True
            return
        chosen = self._current_id()
        if chosen:
            self.open_case.emit(chosen)

    def _reveal(self, application_id: str) -> None:
        work = partial(ledger.reveal, self.context.desk, application_id)
        self.context.tasks.command(self, work, partial(self._revealed, application_id), self.fail)

    def _revealed(self, application_id: str, numbers: Mapping[str, str]) -> None:
        self.pane.show_numbers(application_id, full_numbers(numbers))

    def _ask_takers(self) -> None:
        if self.context.desk.operator.may(Act.CASES):
            self.context.tasks.query(self, partial(handing_over.takers, self.context.desk), self._offer, key="takers")

    def _offer(self, takers: Sequence[Operator]) -> None:
        self.pane.offer_takers([each.name for each in takers])

    def _hand_over(self, application_id: str, name: str) -> None:
        work = partial(handing_over.hand_over, self.context.desk, [application_id], name)
        self.context.tasks.command(self, work, lambda taker: self._handed_over(taker.name), self.fail)

    def _handed_over(self, name: str) -> None:
        self.say(f"已移交给{name}，双方姓名记入经过。", "ok")
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _withdraw(self, application_id: str) -> None:
        work = partial(submission.withdraw, self.context.desk, application_id)
        self.context.tasks.command(self, work, lambda record: self._withdrawn(record.state), self.fail)

    def _withdrawn(self, state: State) -> None:
        done = state is State.WITHDRAWN
        self.say("已撤回。" if done else "撤回申请已放入发送队列，以中心答复为准。", "ok")
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _exported(self, words: str) -> None:
        self.say(words, "ok")

    # ---- building

    def _connect(self) -> None:
        self.search.textEdited.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(self._changed_filter)
        self.search.down.connect(self.table.take_focus)
        self.search.entered.connect(self._entered)
        for box in (self.states, self.categories, self.plans):
            box.edited.connect(lambda _value: self._changed_filter())
        self.table.opened.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(lambda _now, _before: self._show_current())
        self.model.wanted.connect(self._load)
        self.pane.open.clicked.connect(self._open)
        self.pane.reveal_asked.connect(self._reveal)
        self.pane.withdraw_asked.connect(self._withdraw)
        self.pane.hand_over_asked.connect(self._hand_over)
        self.pane.export_asked.connect(self._export.ask)
        self._export.done.connect(self._exported)
        self.context.bridge.changed.connect(self._on_changed)
        for key, act in (
            ("F2", self.search.setFocus),
            ("Alt+S", self.states.setFocus),
            ("Alt+C", self.categories.setFocus),
            ("Alt+P", self.plans.setFocus),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def _entered(self) -> None:
        """Enter in the search line: into the list; with one case found, open it."""
        if self._pause.isActive():
            self._pause.stop()
            self._changed_filter()
        elif self.model.rowCount() == 1:
            self._open()
            return
        self.table.take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.pane.cancel():
            self._clear()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        top = Bar("bottom")
        top.row.addWidget(Text("台账", "title"))
        top.row.addWidget(self.search, 1)
        top.row.addWidget(KeyBadge("F2"), 0, Qt.AlignmentFlag.AlignVCenter)
        top.row.addWidget(self._count)
        filters = QHBoxLayout()
        filters.setSpacing(space(8))
        for box, key in ((self.states, "Alt+S"), (self.categories, "Alt+C"), (self.plans, "Alt+P")):
            filters.addWidget(box, 1)
            filters.addWidget(KeyBadge(key), 0, Qt.AlignmentFlag.AlignVCenter)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        left = QVBoxLayout()
        left.setSpacing(space(8))
        left.addLayout(filters)
        left.addWidget(self._stack, 1)
        columns = QHBoxLayout()
        columns.setContentsMargins(space(16), space(14), space(16), space(14))
        columns.setSpacing(space(14))
        columns.addLayout(left, 1)
        columns.addWidget(self.pane)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(top)
        whole.addLayout(columns, 1)


def _box(name: str, all_of_them: str, choices: list[tuple[object, str]]) -> ChoiceBox:
    box = ChoiceBox([Choice(None, all_of_them), *(Choice(value, words) for value, words in choices)])
    box.setObjectName(name)
    box.setAccessibleName(all_of_them)
    box.set_value(None)
    return box
