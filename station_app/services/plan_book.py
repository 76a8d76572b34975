"""The plans in force: those that the program ships, each replaced by a newer version that sync has brought."""

from __future__ import annotations

from collections.abc import Iterable

import resources
from station_app.plans import Plan, PlanBook, load_plan, unbundle


def packaged_plans() -> PlanBook:
    """The plans that the program ships."""
    return PlanBook({year: load_plan(resources.plan_files(year)) for year in resources.plan_years()})


def plans_with(packaged: PlanBook, bundles: Iterable[str]) -> PlanBook:
    """``packaged`` with every newer bundle (see ``plans.bundle``) in its year's place."""
    newest: dict[int, Plan] = {year: packaged.get(year) for year in packaged.years}
    for text in bundles:
        plan = load_plan(unbundle(text))
        known = newest.get(plan.year)
        if known is None or plan.version > known.version:
            newest[plan.year] = plan
    return PlanBook(newest)
