"""Which cases of this station another version of a plan, or another plan, would answer otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from station_app.domain.application import State
from station_app.plans import Assessment, Plan
from station_app.plans.case import Case
from station_app.plans.diff import flips
from station_app.plans.engine import draft_case
from station_app.services.desk import Desk
from station_app.services.intake import history
from station_app.store import UnitOfWork
from station_app.store.records import LedgerQuery

_PAGE = 500
_ASKED = frozenset(State) - {State.WITHDRAWN}


@dataclass(frozen=True)
class CaseFlip:
    """A case and its two answers; None: the plan lacks a fact to say anything."""

    reference: str
    application_id: str
    state: State
    before: Assessment | None
    after: Assessment | None


def case_flips(desk: Desk, before: Plan, after: Plan, states: frozenset[State] = _ASKED) -> tuple[CaseFlip, ...]:
    """The cases filed under ``before``'s year that ``after`` answers otherwise, the newest first."""
    with desk.store.read() as uow:
        rows = dict(_rows(uow, before.year, states))
        cases = ((key, _case(uow, key)) for key in rows)
        return tuple(
            CaseFlip(*rows[each.name], before=each.before, after=each.after) for each in flips(before, after, cases)
        )


def _rows(uow: UnitOfWork, year: int, states: frozenset[State]) -> Iterator[tuple[str, tuple[str, str, State]]]:
    """Page by page; the read sees one state of the database from first to last."""
    offset = 0
    while page := uow.applications.find(LedgerQuery(plan=year, states=states, limit=_PAGE, offset=offset)):
        yield from ((row.id, (row.reference, row.id, row.state)) for row in page)
        offset += len(page)


def _case(uow: UnitOfWork, application_id: str) -> Case:
    content = uow.applications.get(application_id).content
    return draft_case(content, history(uow, content.applicant.get("id_number", ""), application_id))
