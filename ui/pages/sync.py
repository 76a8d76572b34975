"""同步: what is still only on this PC, how the last pass went, what is wrong and what to do about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from station_app.events import Changed, Kind
from station_app.services import passes
from ui.models.lines import Line
from ui.models.sync_lines import (
    headline,
    held_words,
    op_detail,
    progress_words,
    queue_entries,
    read_view,
    report_words,
    trouble_words,
)
from ui.pages.lists.line_list import LineList
from ui.pages.stick import StickPane
from ui.theme import px, space
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.card import Bar, Card
from ui.widgets.empty import EmptyState
from ui.widgets.page import Page
from ui.widgets.text import Text

if TYPE_CHECKING:
    from station_app.store.records import LedgerRow, OutboxRow
    from ui.context import Context
    from ui.models.sync_lines import OpDetail, SyncView

_KINDS = (Kind.SYNC, Kind.OUTBOX, Kind.APPLICATIONS)
_ALL_DONE = ("没有要发送的", "新提交的申报先排在这里，联网后自动送出；收到中心的签字回执才离开。")
_IDLE = "没有网也照常受理；提交后马上发送，联网后自动补送，不用守着。"


class SyncPage(Page):
    """Keys: F10 again or Enter: sync now. Alt+P pauses, Alt+N sends what waits for its hour, Alt+R a case that was
    set aside once more, Alt+U: by stick.
    """

    name = "sync"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.stick: StickPane | None = None  # made when it is first asked for
        self.by_stick = KeyButton("U盘递送", "Alt+U", "by_stick")
        self.now = PrimaryButton("立即同步  F10", "", "sync_now")
        self.pause = KeyButton("暂停", "Alt+P", "pause")
        self.send_all = KeyButton("现在就传", "Alt+N", "send_all")
        self.status = StatusCard()
        self.list = LineList("queue_list")
        self.pane = OpPane()
        self._empty = EmptyState(*_ALL_DONE)
        self._stack = QStackedWidget()
        self._faces = QStackedWidget(self)  # the queue, and U盘递送 over it
        self._lay_out()
        self.pane.show_detail(None)
        self.now.clicked.connect(self._sync_now)
        self.pause.clicked.connect(self._turn_pause)
        self.send_all.clicked.connect(self._send_all)
        self.send_all.hide()
        self.by_stick.clicked.connect(self._show_stick)
        self.list.opened.connect(self._open)
        self.pane.open.clicked.connect(lambda: self._open(self.list.current()))
        self.list.moved.connect(self._show_line)
        self.pane.retry.clicked.connect(self._retry)
        context.bridge.changed.connect(self._on_changed)
        for each in (self.now, self.pause):
            each.setEnabled(context.sync is not None)

    # ---- what the window asks

    def arrive(self) -> None:
        self._faces.setCurrentIndex(0)
        self.ask()
        self._show_progress()
        self.now.setFocus(Qt.FocusReason.OtherFocusReason)

    def again(self) -> None:
        """F10 on this page."""
        self._sync_now()

    # ---- what is shown

    def ask(self) -> None:
        """Read the queue again in the background."""
        desk, sync = self.context.desk, self.context.sync
        self.context.tasks.query(self, partial(read_view, desk, sync), self._show, self.fail, key="sync")

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(*_KINDS) and self.isVisible():
            self._show_progress()
            self.ask()
            if self.stick is not None and self.stick.isVisible():
                self.stick.ask()

    def _show_progress(self) -> None:
        """From the worker's own word, at once."""
        status = self.context.sync.status if self.context.sync else None
        if status is not None and status.running:
            self.status.show_progress(*progress_words(status.progress))
        else:
            self.status.end_progress()
        self.pause.set_words("继续" if status is not None and status.paused else "暂停")

    def _show(self, view: SyncView) -> None:
        now = self.context.desk.clock()
        held = held_words(view, now)
        self.status.show_view(view, report_words(view.report, now), held)
        self.send_all.setVisible(bool(held))
        self.list.show_entries(queue_entries(view, now))
        self._stack.setCurrentIndex(0 if view.rows else 1)
        self.pane.setVisible(bool(view.rows))

    def _show_line(self, line: Line | None) -> None:
        now = self.context.desk.clock()
        self.pane.show_detail(op_detail(*_op(line), now) if line else None)

    # ---- what the clerk does

    def _show_stick(self) -> None:
        if self.stick is None:
            self.stick = StickPane(self.context)
            self.stick.left.connect(self.arrive)
            self.stick.shut_out.connect(self.trouble)
            self._faces.addWidget(self.stick)
        self._faces.setCurrentWidget(self.stick)
        self.stick.arrive()

    def _sync_now(self) -> None:
        sync = self.context.sync
        if sync is None:
            return
        if sync.status.paused:
            sync.resume()
        else:
            sync.wake()

    def _send_all(self) -> None:
        sync = self.context.sync
        if sync is not None:
            sync.send_now()
            self.say("正在传扫描件，传完为止；以后仍按设置的时间。", "ok")

    def _turn_pause(self) -> None:
        sync = self.context.sync
        if sync is None:
            return
        if sync.status.paused:
            sync.resume()
        else:
            sync.pause()
        self._show_progress()

    def _open(self, line: Line | None) -> None:
        if line is not None:
            self.open_case.emit(_op(line)[0].application_id)

    def _retry(self) -> None:
        line = self.list.current()
        if line is not None:
            work = partial(passes.retry, self.context.desk, _op(line)[0].op_id)
            self.context.tasks.command(self, work, lambda _: self._retried(), self.fail)

    def _retried(self) -> None:
        self.say("已放回发送队列，联网后自动再送。", "ok")
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._sync_now()

    # ---- building

    def _lay_out(self) -> None:
        bar = Bar("bottom")
        bar.row.addWidget(Text("同步", "title"))
        bar.row.addStretch(1)
        bar.row.addWidget(self.by_stick)
        bar.row.addWidget(self.send_all)
        bar.row.addWidget(self.pause)
        bar.row.addWidget(self.now)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        left = QVBoxLayout()
        left.setSpacing(space(12))
        left.addWidget(self.status)
        left.addWidget(self._stack, 1)
        columns = QHBoxLayout()
        columns.setContentsMargins(space(16), space(14), space(16), space(14))
        columns.setSpacing(space(14))
        columns.addLayout(left, 1)
        columns.addWidget(self.pane)
        queue = QWidget()
        inside = QVBoxLayout(queue)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(bar)
        inside.addLayout(columns, 1)
        self._faces.addWidget(queue)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._faces)


class StatusCard(Card):
    """How we stand with the centre: in a word, the last pass, what is wrong. The line of progress keeps its place.

    Attributes: ``words``, ``report``, ``held``, ``trouble``, ``progress`` (Text), ``bar``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.words = Text("", "title", wrap=True)
        self.report = Text("", "text", tone="soft", wrap=True)
        self.held = Text("", "text", wrap=True)
        self.trouble = Text("", "text", wrap=True)
        self.progress = Text("", "note")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        kept = self.bar.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(kept)
        for each in (self.words, self.report, self.held, self.trouble, self.bar, self.progress):
            self.body.addWidget(each)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.end_progress()

    def show_view(self, view: SyncView, report: str, held: str) -> None:
        tone, words = headline(view.truth)
        self.words.say(words, tone)
        self.report.setText(report)
        self.held.setText(held)
        self.held.setVisible(bool(held))
        said = [each for each in trouble_words(view) if each not in words]
        self.trouble.setText("\n".join(said))
        self.trouble.setVisible(bool(said))

    def show_progress(self, words: str, thousandths: int) -> None:
        self.progress.setText(words)
        self.bar.setRange(0, 1000 if thousandths >= 0 else 0)
        self.bar.setValue(max(thousandths, 0))
        self.bar.show()

    def end_progress(self) -> None:
        self.bar.hide()
        self.bar.setRange(0, 1000)  # the endless one keeps a timer running
        self.progress.setText(_IDLE)


class OpPane(QWidget):
    """Why the chosen op waits. Attributes: ``retry``, ``open`` (buttons)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(px(324) + space(24))
        self.retry = KeyButton("重发", "Alt+R", "retry")
        self.open = KeyButton("打开申报  Enter", "", "open")
        self._who, self._why = Card(), Card(" ")
        self._title, self._subtitle = Text("", "title", wrap=True), Text("", "note", wrap=True)
        self.sentences, self._next = Text("", "value", wrap=True), Text("", "text", tone="soft", wrap=True)
        self._who.body.addWidget(self._title)
        self._who.body.addWidget(self._subtitle)
        self._why.body.addWidget(self.sentences)
        self._why.body.addWidget(self._next)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(12))
        column.addWidget(self._who)
        column.addWidget(self._why)
        column.addStretch(1)
        column.addWidget(self.retry)
        column.addWidget(self.open)

    def show_detail(self, shown: OpDetail | None) -> None:
        """None: nothing is chosen."""
        for each in (self._who, self._why, self.open):
            each.setVisible(shown is not None)
        self.retry.setVisible(shown is not None and shown.can_retry)
        if shown is None:
            return
        self._title.setText(shown.title)
        self._subtitle.setText(shown.subtitle)
        self._why.set_title(shown.heading)
        self._why.set_tone(shown.tone if shown.tone == "wrong" else "")
        self.sentences.setText("\n".join(shown.sentences))
        self._next.setText(shown.next_step)


def _op(line: Line) -> tuple[OutboxRow, LedgerRow | None]:
    data: tuple[OutboxRow, LedgerRow | None] = line.data  # type: ignore[assignment]
    return data
