"""同步 → U盘: what travels, out to a file; an answer, in from a file. Works without any network."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from station_app.services import revocation
from sync import courier
from ui.messages import sentence
from ui.models.stick_lines import (
    StickView,
    exported_words,
    imported_words,
    last_words,
    read_stick,
    stick_entries,
    stick_headline,
)
from ui.pages.lists.line_list import LineList
from ui.theme import px, space
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.card import Bar, Card
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.choice_row import Choice
from ui.widgets.empty import EmptyState
from ui.widgets.text import Text

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.services.courier import Delivered
    from sync.courier import Exported
    from ui.context import Context
    from ui.widgets.text import Tone

_NOTHING = ("没有要带出去的", "新提交的申报会列在这里；U盘里带走的和联网送的是同样的内容，送两遍也不会重复。")
_ABOUT_OUT = "不联网也能送：导出成文件，用U盘带到区总工会或技协，带回答复文件导入。"
_ABOUT_IN = "答复里有签字回执、审核结果、退回原因、会员名册和新方案。同一份导入两遍也没有关系。"
_SIZES = (
    Choice(courier.LARGEST_VOLUME, "不分开（最大 4 GB）"),
    Choice(10**9, "每个最大 1 GB"),
    Choice(100 * 10**6, "每个最大 100 MB"),
)
_FILTER = "U盘递送 (*.zt);;所有文件 (*)"


class StickPane(QWidget):
    """Esc goes back to the queue. Attributes: ``export``, ``take``, ``back`` (buttons), ``list``.

    Signals: ``left()``; ``shut_out(StationError)``: an answer said that this PC is.
    """

    left = Signal()
    shut_out = Signal(object)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._name = ""
        self.back = KeyButton("返回同步", "Esc", "leave_stick")
        self.export = PrimaryButton("导出到U盘…", "Ctrl+Enter", "export_stick")
        self.take = KeyButton("导入答复…", "Alt+I", "import_stick")
        self.volume = ChoiceBox(_SIZES)
        self.volume.set_value(courier.LARGEST_VOLUME)
        self.volume.setAccessibleName("每个文件最大")
        self.list = LineList("stick_list")
        self._headline = Text("", "title", wrap=True)
        self._out, self._in = Text(_ABOUT_OUT, "note", wrap=True), Text(_ABOUT_IN, "note", wrap=True)
        self._last = Text("", "note", wrap=True)
        self._stack = QStackedWidget()
        self._lay_out()
        self.back.clicked.connect(self.left)
        self.export.clicked.connect(self._ask_target)
        self.take.clicked.connect(self._ask_answer)

    def arrive(self) -> None:
        self.ask()
        self.export.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask(self) -> None:
        """Read what would travel again in the background."""
        work = partial(read_stick, self._context.desk)
        self._context.tasks.query(self, work, self._show, self._out_failed, key="stick")

    def write_to(self, file: Path) -> None:
        """Export to this file."""
        most = self.volume.value()
        assert isinstance(most, int)
        self._busy(self._out, "正在导出…")
        work = partial(courier.export, self._context.desk, file, most)
        self._context.tasks.command(self, work, self._exported, self._out_failed, long=True)

    def read_from(self, file: Path) -> None:
        """Take in this answer."""
        self._busy(self._in, "正在检查和导入…")
        work = partial(courier.take, self._context.desk, file)
        self._context.tasks.command(self, work, self._taken, self._in_failed, long=True)

    # ---- what is shown

    def _show(self, view: StickView) -> None:
        self._name = view.name
        self._headline.setText(stick_headline(view))
        self._last.setText(last_words(view, self._context.desk.clock()))
        entries = stick_entries(view)
        self.list.show_entries(entries)
        self._stack.setCurrentIndex(0 if entries else 1)

    def _exported(self, exported: Exported) -> None:
        self._rest(self._out, exported_words(exported), "ok")
        self.ask()

    def _taken(self, done: Delivered) -> None:
        words = imported_words(done, self._context.desk.clock())
        self._rest(self._in, words, "attention" if done.pending or done.troubled or done.warnings else "ok")
        self.ask()

    def _out_failed(self, error: StationError) -> None:
        self._rest(self._out, sentence(error), "wrong")

    def _in_failed(self, error: StationError) -> None:
        if error.code in revocation.SHUT_OUT:
            self.shut_out.emit(error)
            return
        self._rest(self._in, sentence(error), "wrong")

    def _busy(self, line: Text, words: str) -> None:
        line.say(words, "soft")
        for each in (self.export, self.take):
            each.setEnabled(False)

    def _rest(self, line: Text, words: str, tone: Tone) -> None:
        for each in (self.export, self.take):
            each.setEnabled(True)
        line.say(words, tone)

    # ---- files

    def _ask_target(self) -> None:
        file, _ = QFileDialog.getSaveFileName(self, "导出到U盘", self._name, _FILTER)
        if file:
            self.write_to(Path(file))

    def _ask_answer(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "选中心给的答复文件", "", _FILTER)
        if file:
            self.read_from(Path(file))

    # ---- building

    def _lay_out(self) -> None:
        bar = Bar("bottom")
        bar.row.addWidget(Text("U盘递送", "title"))
        bar.row.addStretch(1)
        bar.row.addWidget(self.back)
        self._stack.addWidget(self.list)
        self._stack.addWidget(EmptyState(*_NOTHING))
        columns = QHBoxLayout()
        columns.setContentsMargins(space(16), space(14), space(16), space(14))
        columns.setSpacing(space(14))
        columns.addLayout(self._left_column(), 1)
        columns.addLayout(self._right_column())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(bar)
        whole.addLayout(columns, 1)

    def _left_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(space(12))
        column.addWidget(self._headline)
        column.addWidget(self._stack, 1)
        return column

    def _right_column(self) -> QVBoxLayout:
        out, back = Card("一、带出去"), Card("二、带回来")
        out_parts: tuple[QWidget, ...] = (self._out, self.volume, self.export)
        back_parts: tuple[QWidget, ...] = (self._in, self._last, self.take)
        for card, parts in ((out, out_parts), (back, back_parts)):
            for part in parts:
                card.body.addWidget(part)
        column = QVBoxLayout()
        column.setSpacing(space(12))
        for card in (out, back):
            card.setFixedWidth(px(360) + space(24))
            column.addWidget(card)
        column.addStretch(1)
        return column
