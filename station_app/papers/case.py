"""What the builders need to know of one case, gathered by the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from station_app.domain.application import Content, ScanKind
from station_app.papers.code import Paper, PaperCode
from station_app.papers.signed import signed_values
from station_app.plans import Assessment, CategoryPlan, Plan


@dataclass(frozen=True)
class PaperCase:
    """One case as it is put on paper.

    ``revision``: the one the paper is printed for, from 1. ``station``: 受理单位. ``scans``: pages of each kind.
    """

    reference: str
    revision: int
    content: Content
    plan: Plan
    station: str
    clerk: str
    printed_on: date
    assessment: Assessment | None = None
    scans: Mapping[ScanKind, int] = field(default_factory=dict)
    insisted: str | None = None

    @property
    def category(self) -> CategoryPlan:
        """Raises UserError ``category_not_in_plan``."""
        return self.plan.category(self.content.category)

    def signed(self, paper: Paper) -> dict[str, Any]:
        return signed_values(self.content, self.category.form, paper)

    def code(self, paper: Paper) -> PaperCode:
        return PaperCode(self.reference, paper, self.revision)
