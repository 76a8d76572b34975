"""方案年度、渠道、申报日期: what is the same for most cases of a day, out of the way until it differs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from station_app.domain.application import Channel, Content
from station_app.errors import UserError
from ui.messages import label, sentence
from ui.widgets.buttons import PrimaryButton
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.date_edit import DateEdit
from ui.widgets.field_box import FieldBox
from ui.widgets.overlay import Overlay


class CaseFacts(Overlay):
    """Signal: ``chosen(year, Channel, date)`` when the clerk confirms. Enter goes on, Ctrl+Enter confirms."""

    chosen = Signal(int, object, object)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "申报信息", 560)
        self.setObjectName("case_facts")
        self._year = ChoiceRow()
        self._channel = ChoiceRow([Choice(each, label(f"channel.{each.value}")) for each in Channel])
        self._applied_on = DateEdit()
        self._boxes = [
            FieldBox("plan", self._year),
            FieldBox("channel", self._channel),
            FieldBox("applied_on", self._applied_on),
        ]
        for box in self._boxes:
            self.card.body.addWidget(box)
        self._done = PrimaryButton("确定  Enter", "", "facts_done")
        self._done.clicked.connect(self._confirm)
        self.card.body.addWidget(self._done)

    def ask(self, content: Content, years: Sequence[int], settled: bool) -> None:
        """``settled``: a revision is frozen, so year and day stay as they are."""
        self._year.set_choices([Choice(year, f"{year} 年") for year in years])
        self._year.set_value(content.plan)
        self._channel.set_value(content.channel)
        self._applied_on.set_value(content.applied_on or "")
        self._year.set_locked(settled)
        self._applied_on.setReadOnly(settled)
        self._boxes[2].set_hint("已提交过的申报，申报日期不再改变" if settled else "职工提出申报的日期")
        self._boxes[2].set_problem(None)
        self.open_over(self._channel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            last = self._applied_on.hasFocus() or event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if last:
                self._confirm()
            else:
                self.focusNextPrevChild(True)
            event.accept()
        else:
            super().keyPressEvent(event)

    def _confirm(self) -> None:
        day = self._applied_on.value()
        if day is None:
            self._boxes[2].set_problem(sentence(UserError("not_a_date", "applied_on")))
            self._applied_on.setFocus()
            return
        self.dismiss()
        self.chosen.emit(self._year.value(), self._channel.value(), date.fromisoformat(day))
