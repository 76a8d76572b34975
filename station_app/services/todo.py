"""待办: what waits for the clerk, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from station_app.domain.application import Category, FieldReturn, State
from station_app.domain.fields import FieldProblem
from station_app.domain.identity import mask_id
from station_app.domain.operator import Act
from station_app.domain.reference import parse_reference
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services import elsewhere
from station_app.services.desk import Desk, Written
from station_app.services.elsewhere import ElsewhereRow
from station_app.services.plan_flips import ChangedAnswer, changed_answers
from station_app.services.submission import problems_of
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, LedgerQuery, OutboxRow, OutboxState

_MANY = 1000


class Need(StrEnum):
    """Why a case waits for the clerk; the order is that of the list."""

    RETURNED = "returned"
    UNDELIVERED = "undelivered"  # quarantined, refused or forked by the server
    ANSWER_CHANGED = "answer_changed"  # a new version of the plan answers otherwise; a draft or what is on its way
    ELSEWHERE = "elsewhere"  # the server has it; here it is not, or older
    READY = "ready"  # a draft that lacks nothing
    DRAFT = "draft"


@dataclass(frozen=True)
class TodoRow:
    """One case of 待办. ``id_masked`` is fit for a list; ``op_id`` and ``code`` tell of an undelivered op.

    ``change``: the two answers, where a new version of the plan changed it.

    A case that only the server has (``application_id`` empty) has no name and no category here; ``state`` is its there.
    """

    need: Need
    application_id: str
    reference: str
    name: str
    id_masked: str
    plan: int
    category: Category | None
    updated_at: str
    returned: tuple[FieldReturn, ...] = ()
    missing: tuple[FieldProblem, ...] = ()
    op_id: str | None = None
    op_state: OutboxState | None = None
    code: str | None = None
    holder_id: str = ""
    holder_name: str = ""
    state: str | None = None
    change: ChangedAnswer | None = None


def todo(desk: Desk) -> tuple[TodoRow, ...]:
    """Returned cases, undelivered ones, changed answers, then drafts, each group with the longest waiting first."""
    with desk.store.read() as uow:
        changed = {record.id: change for record, change in changed_answers(uow)}
        rows = [_undelivered(uow, each) for each in uow.outbox.troubled()]
        rows += [_changed(desk, uow, each) for each in changed.values()]
        rows += [_elsewhere(uow, each) for each in elsewhere.rows_of(uow)]
        rows += [_case(desk, uow, each.id) for each in uow.applications.find(_query(State.RETURNED))]
        drafts = uow.applications.find(_query(State.DRAFT))
        rows += [_case(desk, uow, each.id) for each in drafts if each.id not in changed]
    order = list(Need)
    return tuple(sorted(rows, key=lambda row: (order.index(row.need), row.updated_at)))


def count(desk: Desk) -> int:
    """How many cases wait, for the rail."""
    with desk.store.read() as uow:
        waiting = LedgerQuery(states=frozenset({State.RETURNED, State.DRAFT}))
        filed = [record for record, _ in changed_answers(uow) if record.state is not State.DRAFT]
        others = len(filed) + len(uow.outbox.troubled()) + len(elsewhere.rows_of(uow))
        return uow.applications.count(waiting) + others


def retry(desk: Desk, op_id: str) -> Written[None]:
    """Put a quarantined op back in the queue."""
    desk.require(Act.CASES)
    with desk.store.write(Point.SYNC_STATE) as uow:
        uow.outbox.retry(op_id)
        uow.audit.add("op_retried", op_id, desk.operator.id)
    return Written(None, Changed.of(Kind.OUTBOX))


def _query(state: State) -> LedgerQuery:
    return LedgerQuery(states=frozenset({state}), limit=_MANY)


def _case(desk: Desk, uow: UnitOfWork, application_id: str) -> TodoRow:
    record = uow.applications.get(application_id)
    missing = problems_of(desk, uow, record)
    return _row(_need(record, missing), record, missing=missing)


def _changed(desk: Desk, uow: UnitOfWork, change: ChangedAnswer) -> TodoRow:
    record = uow.applications.get(change.application_id)
    missing = problems_of(desk, uow, record) if record.state is State.DRAFT else ()
    row = _row(Need.ANSWER_CHANGED, record, missing=missing)
    return replace(row, change=change, state=record.state.value)


def _need(record: ApplicationRecord, missing: tuple[FieldProblem, ...]) -> Need:
    if record.state is State.RETURNED:
        return Need.RETURNED
    return Need.DRAFT if missing else Need.READY


def _undelivered(uow: UnitOfWork, op: OutboxRow) -> TodoRow:
    record = uow.applications.get(op.application_id)
    return _row(Need.UNDELIVERED, record, op=op)


def _elsewhere(uow: UnitOfWork, told: ElsewhereRow) -> TodoRow:
    if told.here:
        record = uow.applications.by_reference(told.reference)
        return replace(_row(Need.ELSEWHERE, record), state=told.state)
    return TodoRow(Need.ELSEWHERE, "", told.reference, "", "", _year(told.reference), None, told.at, state=told.state)


def _year(reference: str) -> int:
    """Of the plan; 0 where the number cannot be read."""
    try:
        return parse_reference(reference).year
    except UserError:
        return 0


def _row(
    need: Need, record: ApplicationRecord, *, missing: tuple[FieldProblem, ...] = (), op: OutboxRow | None = None
) -> TodoRow:
    applicant = record.content.applicant
    return TodoRow(
        need=need,
        application_id=record.id,
        reference=record.reference,
        name=applicant.get("name", ""),
        id_masked=mask_id(applicant.get("id_number", "")),
        plan=record.content.plan,
        category=record.content.category,
        updated_at=record.updated_at,
        returned=record.returned,
        missing=missing,
        op_id=op.op_id if op else None,
        op_state=op.state if op else None,
        code=op.last_code if op else None,
        holder_id=record.holder_id,
        holder_name=record.holder_name,
    )
