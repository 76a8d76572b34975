"""What is read aloud or read up beside a case: the plan's text at a clause, the notice on personal data."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from station_app.papers.confirmation import notice
from station_app.services import setup
from ui.pages.intake.plan_text import PlanText

if TYPE_CHECKING:
    from station_app.plans import Clause, Plan
    from ui.context import Context


class Reading(QObject):
    """Signal: ``failed(StationError)``."""

    failed = Signal(object)

    def __init__(self, host: QWidget, context: Context) -> None:
        super().__init__(host)
        self._context = context
        self.text = PlanText(host)

    def show_plan(self, plan: Plan, clause: Clause | None) -> None:
        """The whole text, open at the clause."""
        quote, place = (clause.quote, clause.place) if clause else ("", "")
        self.text.show_text(plan.title, plan.text, quote, place)

    def show_notice(self, plan: Plan) -> None:
        """The notice on personal data, to be read with the worker."""
        work = partial(setup.identity, self._context.desk)
        self._context.tasks.query(self, work, partial(self._notice_known, plan), self.failed.emit, key="notice")

    def _notice_known(self, plan: Plan, identity: dict[str, str]) -> None:
        title, items = notice(plan, identity["station_name"])
        self.text.show_text(title, "\n\n".join(f"{head}\n{text}" for head, text in items))
