"""Which cases of this station another version of a plan, or another plan, would answer otherwise.

When a new version comes, drafts and queued cases are assessed again: those whose answer changed are kept as rows, for
待办, until the clerk has taken note or submitted. A draft goes over to the new version; what is filed keeps its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from station_app.domain.application import CLOSED, State
from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.events import Changed, Kind
from station_app.plans import Assessment, Plan, PlanBook
from station_app.plans.case import Case
from station_app.plans.diff import flips, same_answer
from station_app.plans.engine import draft_case, standing
from station_app.services.desk import Desk, Written
from station_app.services.intake import history
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, LedgerQuery

_PAGE = 500
_ASKED = frozenset(State) - {State.WITHDRAWN}
_STILL_HERE = frozenset({State.DRAFT, State.QUEUED})
_PREFIX = "answer_changed."


@dataclass(frozen=True)
class CaseFlip:
    """A case and its two answers; None: the plan lacks a fact to say anything."""

    reference: str
    application_id: str
    state: State
    before: Assessment | None
    after: Assessment | None


@dataclass(frozen=True)
class ChangedAnswer:
    """A case whose answer the new ``version`` of its plan changes, and the ``earlier`` version that gave ``before``."""

    application_id: str
    earlier: int
    version: int
    at: str
    before: Assessment | None
    after: Assessment | None

    def to_json(self) -> dict[str, Any]:
        answers = {"before": self.before, "after": self.after}
        told = {name: answer.to_json() if answer else None for name, answer in answers.items()}
        return {"earlier": self.earlier, "version": self.version, "at": self.at, **told}

    @classmethod
    def from_json(cls, application_id: str, raw: dict[str, Any]) -> ChangedAnswer:
        answers = {name: Assessment.from_json(raw[name]) if raw[name] else None for name in ("before", "after")}
        return cls(application_id, raw["earlier"], raw["version"], raw["at"], **answers)


def case_flips(desk: Desk, before: Plan, after: Plan, states: frozenset[State] = _ASKED) -> tuple[CaseFlip, ...]:
    """The cases filed under ``before``'s year that ``after`` answers otherwise, the newest first."""
    with desk.store.read() as uow:
        rows = dict(_rows(uow, before.year, states))
        cases = ((key, _case(uow, uow.applications.get(key))) for key in rows)
        return tuple(
            CaseFlip(*rows[each.name], before=each.before, after=each.after) for each in flips(before, after, cases)
        )


# ---- what a new version changes


def note(uow: UnitOfWork, book: PlanBook, plan: Plan, at: str, by: str) -> int:
    """``plan`` is in force from now on: assess drafts and queued cases again, keep what changed, and count it."""
    ids = [application_id for application_id, _ in _rows(uow, plan.year, _STILL_HERE)]
    return sum(_note(uow, book, plan, uow.applications.get(each), at, by) for each in ids)


def _note(uow: UnitOfWork, book: PlanBook, plan: Plan, record: ApplicationRecord, at: str, by: str) -> bool:
    case, told = _case(uow, record), changed_answer(uow, record.id)
    new = standing(plan, case)
    if told is not None and record.state is State.DRAFT:  # nobody has seen the version between
        earlier, old = told.earlier, told.before
    else:
        earlier, old = record.pack_version, standing(book.get(plan.year, record.pack_version), case)
    if record.state is State.DRAFT:
        uow.applications.set_assessment(record.id, new.to_json() if new else None, plan.version)
    if same_answer(old, new):
        forget(uow, record.id)
        return False
    row = ChangedAnswer(record.id, earlier, plan.version, at, old, new)
    uow.facts.set(_PREFIX + record.id, json.dumps(row.to_json()))
    answers = {"before": old.verdict.value if old else "", "after": new.verdict.value if new else ""}
    uow.audit.add("answer_changed", record.id, by, earlier=earlier, version=plan.version, **answers)
    return True


def changed_answer(uow: UnitOfWork, application_id: str) -> ChangedAnswer | None:
    """What waits for the clerk about one case, None where nothing does."""
    text = uow.facts.get(_PREFIX + application_id)
    return ChangedAnswer.from_json(application_id, json.loads(text)) if text else None


def changed_answers(uow: UnitOfWork) -> tuple[tuple[ApplicationRecord, ChangedAnswer], ...]:
    """The cases that are not closed and whose changed answer nobody has acknowledged."""
    told = {key.removeprefix(_PREFIX): json.loads(text) for key, text in uow.facts.beginning(_PREFIX).items()}
    records = {key: uow.applications.get(key) for key in told}
    return tuple(
        (record, ChangedAnswer.from_json(key, told[key]))
        for key, record in records.items()
        if record.state not in CLOSED
    )


def forget(uow: UnitOfWork, application_id: str) -> None:
    """The case was submitted, withdrawn, or is answered as before."""
    uow.facts.set(_PREFIX + application_id, None)


def acknowledge(desk: Desk, application_id: str) -> Written[None]:
    """The clerk has taken note: the row goes, the audit keeps who saw it."""
    desk.require(Act.CASES)
    with desk.store.write(Point.SYNC_STATE) as uow:
        forget(uow, application_id)
        uow.audit.add("changed_answer_seen", application_id, desk.operator.id)
    return Written(None, Changed.of(Kind.APPLICATIONS))


def _rows(uow: UnitOfWork, year: int, states: frozenset[State]) -> Iterator[tuple[str, tuple[str, str, State]]]:
    """Page by page; the read sees one state of the database from first to last."""
    offset = 0
    while page := uow.applications.find(LedgerQuery(plan=year, states=states, limit=_PAGE, offset=offset)):
        yield from ((row.id, (row.reference, row.id, row.state)) for row in page)
        offset += len(page)


def _case(uow: UnitOfWork, record: ApplicationRecord) -> Case:
    content = record.content
    return draft_case(content, history(uow, content.applicant.get("id_number", ""), record.id))
