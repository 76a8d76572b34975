"""The plans in force: those that the program ships, each replaced by a newer version that sync has brought."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import resources
from station_app.errors import UserError
from station_app.plans import Plan, PlanBook, load_plan, unbundle

_LOG = logging.getLogger(__name__)


def packaged_plans() -> PlanBook:
    """The plans that the program ships."""
    return PlanBook({year: load_plan(resources.plan_files(year)) for year in resources.plan_years()})


def plans_with(known: PlanBook, bundles: Iterable[str]) -> PlanBook:
    """``known`` with these bundles (see ``plans.bundle``): of each year the newest in force, the earlier ones kept."""
    return PlanBook.of((*known.versions, *(plan for text in bundles if (plan := _read(text)) is not None)))


def _read(text: str) -> Plan | None:
    """None: the pack held when it came, and this program cannot read it; a clerk is not kept out for that."""
    try:
        return load_plan(unbundle(text))
    except UserError as error:
        _LOG.warning("a plan pack that was kept cannot be read: %s", error)
        return None
