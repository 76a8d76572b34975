"""待办: what needs the clerk now, most urgent first; beside it why, and what to do next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from station_app.domain.operator import Act
from station_app.events import Changed, Kind
from station_app.services import elsewhere, passes, plan_flips, todo, tray
from station_app.services.todo import Need
from ui.models.lines import Line
from ui.models.todo_lines import detail, summary, todo_entries
from ui.models.tray_lines import button_words
from ui.pages.lists.line_list import LineList
from ui.pages.tray import TrayPane
from ui.theme import px, space
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.card import Bar, Card
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.empty import EmptyState
from ui.widgets.page import Page
from ui.widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from station_app.services.desk import Desk, Written
    from station_app.services.todo import TodoRow
    from ui.context import Context
    from ui.models.todo_lines import TodoDetail
    from ui.running_scan import RunningScan

_KINDS = (Kind.APPLICATIONS, Kind.OUTBOX, Kind.SCANS, Kind.PLANS)


class TodoPage(Page):
    """Enter opens the case (a returned one on the field it came back for), Alt+R sends an op again, Alt+K: noted,
    Alt+E mine or everybody's, Alt+G 归档.
    """

    name = "todo"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._summary = Text("", "note")
        self._rows: tuple[TodoRow, ...] = ()
        self._whose = ChoiceRow([Choice("all", "全部"), Choice("mine", "我的  Alt+E")])
        self._whose.setObjectName("whose")
        self._whose.setAccessibleName("看谁的")
        self._whose.set_value("all")
        self._whose.edited.connect(lambda _value: self._show_rows())
        self._whose.hide()
        self.tray: TrayPane | None = None  # made when it is first asked for
        self.to_tray = KeyButton(button_words(0), "Alt+G", "tray")
        self.to_tray.setEnabled(context.desk.operator.may(Act.CASES))
        self.to_tray.clicked.connect(self._show_tray)
        self._faces = QStackedWidget(self)  # the list, and 归档 over it
        self.list = LineList("todo_list")
        self._pane = TodoPane()
        self._stack = QStackedWidget()
        self._empty = _empty_page(self._begin)
        self._waiting_key = ""
        self._lay_out()
        self._pane.show_detail(None)
        self.list.opened.connect(self._open)
        self.list.moved.connect(self._show_line)
        self._pane.open.clicked.connect(self._open_current)
        self._pane.retry.clicked.connect(self._retry)
        self._pane.noted.clicked.connect(self._acknowledge)
        context.bridge.changed.connect(self._on_changed)
        QShortcut(QKeySequence("Alt+E"), self).activated.connect(self._turn_whose)

    # ---- what the window asks

    def arrive(self) -> None:
        self._faces.setCurrentIndex(0)
        self.ask()
        self._focus()

    def keep(self) -> tuple[str, RunningScan | None]:
        line = self.list.current()
        return line.key if line else "", self.tray.hand_over() if self.tray is not None else None

    def restore(self, kept: object) -> None:
        assert isinstance(kept, tuple)
        self._waiting_key, running = kept
        if running is not None:
            self._make_tray().take_over(running)

    # ---- what is shown

    def ask(self) -> None:
        """Read the list again in the background."""
        self.context.tasks.query(self, partial(todo.todo, self.context.desk), self._show, self.fail, key="todo")
        self._count_tray()

    def _count_tray(self) -> None:
        work = partial(tray.count, self.context.desk)
        self.context.tasks.query(self, work, self._show_count, self.fail, key="tray count")

    def _show_count(self, pages: int) -> None:
        self.to_tray.set_words(button_words(pages))

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.TRAY) and self.isVisible():
            self._count_tray()
        if changed.touches(*_KINDS) and self.isVisible():  # a hidden page asks when it is shown
            self.ask()

    def _show(self, rows: tuple[TodoRow, ...]) -> None:
        """The choice between mine and all is there only where the two differ."""
        self._rows = rows
        me = self.context.desk.operator.id
        self._whose.setVisible(any(row.holder_id not in ("", me) for row in rows))
        self._show_rows()

    def _show_rows(self) -> None:
        mine = self._whose.value() == "mine" and self._whose.isVisibleTo(self)
        me = self.context.desk.operator.id
        rows = tuple(row for row in self._rows if not mine or row.holder_id in ("", me))
        had_focus = self._stack.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.list.show_entries(todo_entries(rows, self.context.desk.clock(), me))
        if self._waiting_key and self.list.choose(self._waiting_key):
            self._waiting_key = ""
        self._summary.setText(summary(rows))
        shown = self._stack.widget(0) if rows else self._empty
        if self._stack.currentWidget() is not shown:
            self._stack.setCurrentWidget(shown)
            if had_focus or self.isVisible():
                self._focus()

    def _show_line(self, line: Line | None) -> None:
        self._pane.show_detail(detail(_row(line)) if line else None)

    def _focus(self) -> None:
        begin = self._empty.findChild(KeyButton)
        target = begin if self._stack.currentWidget() is self._empty and begin is not None else self.list
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- what the clerk does

    def _open(self, line: Line) -> None:
        if _row(line).application_id:
            self.open_case.emit(_row(line).application_id)

    def _open_current(self) -> None:
        line = self.list.current()
        if line is not None:
            self._open(line)

    def _retry(self) -> None:
        line = self.list.current()
        op_id = _row(line).op_id if line else None
        if op_id:
            work = partial(passes.retry, self.context.desk, op_id)
            self.context.tasks.command(self, work, lambda _: self._retried(), self.fail)

    def _retried(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.say("已放回发送队列，联网后自动再送。", "ok")

    def _acknowledge(self) -> None:
        line = self.list.current()
        if line is not None:
            work = _noting(self.context.desk, _row(line))
            self.context.tasks.command(self, work, lambda _: self._focus(), self.fail)

    def _turn_whose(self) -> None:
        if self._whose.isVisibleTo(self):
            self._whose.set_value("all" if self._whose.value() == "mine" else "mine")
            self._show_rows()

    def _begin(self) -> None:
        self.go.emit("intake")

    def _show_tray(self) -> None:
        pane = self._make_tray()
        self._faces.setCurrentWidget(pane)
        pane.arrive()

    def _make_tray(self) -> TrayPane:
        """The pane, made when it is first asked for."""
        if self.tray is None:
            self.tray = TrayPane(self.context)
            self.tray.left.connect(self.arrive)
            self.tray.said.connect(self.say)
            self.tray.failed.connect(self.fail)
            self._faces.addWidget(self.tray)
        return self.tray

    # ---- building

    def _lay_out(self) -> None:
        bar = Bar("bottom")
        bar.row.addWidget(Text("待办", "title"))
        bar.row.addWidget(self._summary, 1)
        bar.row.addWidget(self._whose)
        bar.row.addWidget(self.to_tray)
        work = QWidget()
        columns = QHBoxLayout(work)
        columns.setContentsMargins(space(16), space(14), space(16), space(14))
        columns.setSpacing(space(14))
        columns.addWidget(self.list, 1)
        columns.addWidget(self._pane)
        self._stack.addWidget(work)
        self._stack.addWidget(self._empty)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._stack, 1)
        self._faces.addWidget(first)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._faces)


class TodoPane(QWidget):
    """Why the chosen case waits, in full, and what to do. Attributes: ``open``, ``retry``, ``noted`` (buttons)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(px(324) + space(24))
        self.open = PrimaryButton("打开  Enter", "", "open")
        self.retry = KeyButton("重发", "Alt+R", "retry")
        self.noted = KeyButton("记下了", "Alt+K", "noted")
        self._who = Card()
        self._title, self._subtitle = Text("", "title", wrap=True), Text("", "note", wrap=True)
        self._why = Card(" ")
        self._sentences = Text("", "value", wrap=True)
        self._next = Text("", "text", tone="soft", wrap=True)
        self._who.body.addWidget(self._title)
        self._who.body.addWidget(self._subtitle)
        self._why.body.addWidget(self._sentences)
        self._why.body.addWidget(self._next)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(12))
        column.addWidget(self._who)
        column.addWidget(self._scrolled(), 1)
        column.addWidget(self.retry)
        column.addWidget(self.noted)
        column.addWidget(self.open)

    def _scrolled(self) -> QScrollArea:
        """A long list of what is missing must not make the window higher than the screen."""
        inside = QWidget()
        inside.setProperty("role", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._why)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        return scroll

    def show_detail(self, shown: TodoDetail | None) -> None:
        """None: nothing is chosen."""
        for each in (self._who, self._why):
            each.setVisible(shown is not None)
        self.open.setVisible(shown is not None and shown.can_open)
        self.noted.setVisible(shown is not None and shown.can_acknowledge)
        self.retry.setVisible(shown is not None and shown.can_retry)
        if shown is None:
            return
        self._title.setText(shown.title)
        self._subtitle.setText(shown.subtitle)
        self._why.set_title(shown.heading)
        self._why.set_tone(shown.tone if shown.tone in ("ok", "attention", "wrong") else "")
        self._sentences.setText("\n".join(shown.sentences))
        self._next.setText(shown.next_step)


def _noting(desk: Desk, row: TodoRow) -> Callable[[], Written[None]]:
    if row.need is Need.ELSEWHERE:
        return partial(elsewhere.acknowledge, desk, row.reference)
    return partial(plan_flips.acknowledge, desk, row.application_id)


def _row(line: Line) -> TodoRow:
    row: TodoRow = line.data  # type: ignore[assignment]
    return row


def _empty_page(begin: object) -> EmptyState:
    button = PrimaryButton("开始受理  F3", "", "begin")
    button.clicked.connect(begin)
    return EmptyState(
        "没有要办的", "职工来了，按 F3 开始受理。退回的、没填完的、没送到中心的，都会出现在这里。", button
    )
