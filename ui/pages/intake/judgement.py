"""What stands beside the form: problems, hints, what is missing, the assessment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from station_app.plans import Verdict
from station_app.services.comparing import Comparison
from ui.messages import fill, table
from ui.pages.intake.checks import field_hint

if TYPE_CHECKING:
    from station_app.domain.application import Content
    from station_app.domain.fields import FieldProblem
    from station_app.plans import Assessment, CategoryPlan


@dataclass(frozen=True)
class Judgement:
    """What stands beside the form. ``problems`` and ``hints``: codes by field; ``missing``: in the form's order;
    ``notes``: words to know beside a field; ``compared``: what the pages say of the fields, as far as the clerk has not
    answered it.

    ``days_left`` until the plan's deadline, negative after it, and ``days_early``: how long before it the worker
    applied; all None where the plan prints none.
    """

    problems: Mapping[str, str]
    hints: Mapping[str, str]
    missing: tuple[FieldProblem, ...]
    assessment: Assessment | None
    deadline: date | None
    days_left: int | None
    days_early: int | None = None
    notes: Mapping[str, str] = made(default_factory=dict)
    compared: Comparison = made(default_factory=Comparison)

    @property
    def ineligible(self) -> bool:
        return self.assessment is not None and self.assessment.verdict is Verdict.INELIGIBLE

    @property
    def settled(self) -> bool:
        """Whether nothing is missing any more."""
        return not self.missing


class Step(StrEnum):
    """What stands between the case and its submission."""

    MEND = "mend"  # something is missing or wrong
    INSIST = "insist"  # not eligible: the worker's reason is needed
    SUBMIT = "submit"


def hints_of(
    content: Content, category_plan: CategoryPlan | None, assessment: Assessment | None, today: date
) -> dict[str, str]:
    """Codes of what is worth a second look, by field: of the value itself, else of what the assessment found there."""
    values = {**content.applicant, **content.certificate}
    hints = {name: code for name, value in values.items() if (code := field_hint(name, value, today))}
    if category_plan is None or not category_plan.begins_with_a_letter:
        hints.pop("number", None)
    said = table("beside")
    findings = assessment.findings if assessment else ()
    return {**{each.field: each.code for each in findings if each.field and each.code in said}, **hints}


def notes_of(content: Content, category_plan: CategoryPlan | None) -> dict[str, str]:
    """所属年度 is the year on the certificate (plan 2024, annex 2): it is read off, never asked for."""
    year = content.certificate_year
    if category_plan is None or year is None or category_plan.field("year") or not category_plan.prints("year"):
        return {}
    return {"issue_date": fill(table("beside")["certificate_year"], {"year": year})}
