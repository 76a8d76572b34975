"""Another plan for the case on the table, and back again as if nothing had been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.pages.intake.cards import NoteCard

if TYPE_CHECKING:
    from station_app.domain.application import Content
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.presenter import IntakePresenter

PLAN_BACK = "plan_back"


class PlanSwitch:
    """Remembers the case as it was before the last change, for as long as that case lies on the table."""

    def __init__(self, presenter: IntakePresenter) -> None:
        self._presenter = presenter
        self._draft: Draft | None = None
        self._before: Content | None = None
        self._after: Content | None = None

    def to(self, year: int) -> None:
        """Assess the case under this plan."""
        draft = self._presenter.draft
        before = draft.content
        self._presenter.set_facts(year=year)
        self._draft, self._before, self._after = draft, before, draft.content

    def back(self) -> bool:
        """The case as it was; what was typed since stays, under the plan and category of before."""
        draft, before = self._presenter.draft, self._before
        if before is None or draft is not self._draft or not draft.editable:
            return False
        if draft.content == self._after:
            self._presenter.restore(before)
        else:
            self._presenter.set_facts(year=before.plan)
            self._presenter.set_category(before.category)
        self._before = None
        return True

    def note(self) -> list[NoteCard]:
        """What to tell beside the case while the change can be undone."""
        draft, before = self._presenter.draft, self._before
        if before is None or draft is not self._draft or not draft.editable or draft.content.plan == before.plan:
            return []
        title = f"已改按 {draft.content.plan} 年方案"
        return [NoteCard(title, "录入的内容都在。", "", f"改回 {before.plan} 年方案", PLAN_BACK, "Alt+Z")]
