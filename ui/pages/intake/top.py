"""The bar above the case: the lookup line, the reference, when it was last saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.pages.intake.lookup import LookupLine
from ui.theme import px, space
from ui.widgets.buttons import KeyBadge
from ui.widgets.card import Bar
from ui.widgets.fitting_button import FittingButton
from ui.widgets.state import StateTag
from ui.widgets.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from station_app.services.desk import Desk
    from ui.pages.intake.draft import Draft
    from ui.tasks import Tasks


class TopBar(Bar):
    """Attributes: ``lookup`` (LookupLine); ``chip``: the button that reads an ID card."""

    def __init__(self, desk: Desk, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__("bottom", parent)
        self.lookup = LookupLine(desk, tasks)
        self.lookup.setMinimumWidth(px(300))
        self.lookup.setMaximumWidth(px(420))
        self.chip = FittingButton("", "read_chip")
        self.chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.show_waiting(waiting=False)
        self._reference = Text("", "note")
        self._reference.setObjectName("reference")
        self._reference.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._saved = Text("", "note")
        self._saved.setObjectName("saved")
        self._whose = Text("", "note", tone="attention")
        self._whose.setObjectName("whose")
        self._whose.hide()
        self._me = desk.operator.id
        self._state: StateTag | None = None
        self.row.addWidget(self.lookup, 100)
        self.row.addWidget(KeyBadge("F2"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.row.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        self.row.addStretch(1)
        self.row.addWidget(self._whose)
        self.row.addWidget(self._reference)
        self.row.addSpacing(space(4))
        self.row.addWidget(self._saved)

    def show_waiting(self, waiting: bool) -> None:
        """Whether an ID card is waited for."""
        self.chip.set_wordings(
            ("请放身份证…  Esc 取消", "请放证  Esc") if waiting else ("读身份证  Alt+R", "读证  Alt+R")
        )

    def show_case(self, draft: Draft) -> None:
        """Reference, state, and whose it is where another clerk has it; a case that is not begun has none of them."""
        self._reference.setText(draft.reference)
        others = draft.holder_id not in ("", self._me)
        self._whose.setText(f"{draft.holder}的件" if others else "")
        self._whose.setVisible(others)
        if self._state is None and draft.reference:
            self._state = StateTag(draft.state)
            self.row.insertWidget(self.row.indexOf(self._reference), self._state, 0, Qt.AlignmentFlag.AlignVCenter)
        if self._state is not None:
            self._state.setVisible(bool(draft.reference))
            self._state.set_state(draft.state)

    def say_new(self) -> None:
        self._saved.say("新件，录入后自动保存", "soft")

    def say_saved(self, at: datetime) -> None:
        """``at``: Beijing time."""
        self._saved.say(f"已自动保存 {at:%H:%M:%S}", "soft")

    def say_earlier(self, at: datetime) -> None:
        """A case that was opened: when it was last written."""
        self._saved.say(f"上次保存 {at:%m-%d %H:%M}", "soft")

    def say_unsaved(self) -> None:
        self._saved.say("！尚未保存，正在重试", "wrong")
