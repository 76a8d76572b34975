"""Looks for ways out when the answer is another one or typing rests, and goes the way that the clerk takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from ui.pages.intake.plan_switch import PlanSwitch
from ui.pages.intake.ways import Way, heading, ways
from ui.pages.intake.ways_card import WaysCard

if TYPE_CHECKING:
    from station_app.domain.application import Content
    from station_app.plans import Assessment, Grant, PlanBook
    from ui.pages.intake.cards import NoteCard
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.judgement import Judgement
    from ui.pages.intake.presenter import IntakePresenter

_REST_MS = 150


class WaysDesk(QObject):
    """Signals: ``field_wanted(name)``; ``clause_wanted(year, Clause)``; ``switched()``: the case is under another plan.

    The search costs milliseconds where the assessment costs microseconds. So it runs with the keystroke only when that
    changed the reasons; what else was typed waits until typing rests.
    """

    field_wanted = Signal(str)
    clause_wanted = Signal(int, object)
    switched = Signal()

    def __init__(
        self, card: WaysCard, presenter: IntakePresenter, book: Callable[[], PlanBook], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._card = card
        self._presenter = presenter
        self._book = book
        self._switch = PlanSwitch(presenter)
        self._reasons: object = None
        self._asked: tuple[Content, tuple[Grant, ...] | None, Assessment] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._search)
        card.taken.connect(self._take)
        card.clause_wanted.connect(self.read)

    def look(self, draft: Draft, judged: Judgement) -> None:
        """The case as it stands now, with what is said of it."""
        now = judged.assessment
        if now is None or not draft.editable or not draft.begun:
            self._rest.stop()
            self._asked = self._reasons = None
            self._card.show_ways("", ())
            return
        asked = (draft.content, draft.history, now)
        if asked == self._asked:
            return
        self._asked = asked
        reasons = (draft.application_id, draft.content.plan, draft.content.category, now.verdict, now.reasons)
        if reasons != self._reasons:
            self._reasons = reasons
            self._search()
        else:
            self._rest.start()

    def read(self, way: Way) -> None:
        """Open the text at a line's clause."""
        if way.clause is not None:
            self.clause_wanted.emit(way.year, way.clause)

    def note(self) -> list[NoteCard]:
        """While the plan was changed from here, how to change it back."""
        return self._switch.note()

    def back(self) -> None:
        """Undo the change of plan."""
        if self._switch.back():
            self.switched.emit()

    def _search(self) -> None:
        self._rest.stop()
        if self._asked is None:
            return
        content, history, now = self._asked
        found = ways(self._book(), content, history or (), now, bool(self._presenter.draft.revision))
        self._card.show_ways(heading(now), found)

    def _take(self, way: Way) -> None:
        if way.plan is not None:
            self._switch.to(way.plan)
            self.switched.emit()
        elif way.field:
            self.field_wanted.emit(way.field)
