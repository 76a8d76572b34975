"""The cases: their rows, their moves, and each device's log of what happened to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, select, update

from central import grant_news
from central.clock import beijing_day
from central.devices import lock_device
from central.tables import applications, batches, changes, devices, moves, parcels, payments
from station_app.domain.application import Category, Content, FieldReturn, State, check_move, read_content
from station_app.domain.identity import tidy_number
from station_app.errors import UserError
from station_app.plans import Grant
from sync.bodies import Submission
from sync.wire import OpKind, StateChange

_LAST_YEAR = 9999
_LONGEST = {"id_number": 20, "card_no": 25, "phone": 20}  # as their columns
NO_CLAIM = (State.WITHDRAWN.value, State.REJECTED.value)
_NEXT_NUMBERS = (
    update(devices)
    .where(devices.c.id == bindparam("this"))
    .values(log_seq=devices.c.log_seq + bindparam("count"))
    .returning(devices.c.log_seq)
)
_MOVED = update(applications).where(applications.c.reference == bindparam("this"))
_SLICE = 400  # parameters of one IN (...)
Case = Row[Any]  # a row of ``applications``


def find_case(tx: Connection, reference: str) -> Case | None:
    return tx.execute(select(applications).where(applications.c.reference == reference)).first()


def find_cases(tx: Connection, references: Iterable[str]) -> dict[str, Case]:
    """Those of these cases that there are."""
    wanted, found = sorted(set(references)), {}
    for start in range(0, len(wanted), _SLICE):
        query = select(applications).where(applications.c.reference.in_(wanted[start : start + _SLICE]))
        found.update({row.reference: row for row in tx.execute(query)})
    return found


def locked_case(tx: Connection, reference: str) -> Case:
    """The case, held until this transaction ends; raises UserError ``application_unknown``."""
    case = find_case(tx, reference)
    if case is None:
        raise UserError("application_unknown", "reference")
    lock_device(tx, case.device_id)
    held = find_case(tx, reference)  # as it is now that nobody else can change it
    assert held is not None
    return held


def columns_of(content: Content) -> dict[str, Any]:
    """What is kept of a revision's content in columns of its own, to be found and paid by."""
    numbers = {name: tidy_number(str(content.value(name) or ""))[:longest] for name, longest in _LONGEST.items()}
    plan = content.plan if 0 <= content.plan <= _LAST_YEAR else 0
    claim = {name: content.certificate.get(name) for name in ("occupation", "level", "level_name", "rank")}
    claim["certificate_number"] = content.certificate.get("number") or content.certificate.get("management_no")
    return {
        "plan": plan,
        "category": content.category.value,
        "name": str(content.value("name") or ""),
        "claim": json.dumps(claim, ensure_ascii=False),
        **numbers,
    }


def submission_of(tx: Connection, reference: str, revision: int) -> Submission:
    """What a revision said, as it was frozen."""
    query = select(parcels.c.body).where(
        parcels.c.reference == reference, parcels.c.revision == revision, parcels.c.kind == OpKind.SUBMIT.value
    )
    return Submission.model_validate_json(tx.execute(query).scalar_one())


def content_of(tx: Connection, case: Case) -> Content:
    """The content of the newest revision; what could not be read is left out."""
    return read_content(submission_of(tx, case.reference, case.revision).content)[0]


def version_of(tx: Connection, case: Case) -> int:
    """The version of its plan that the newest revision was filed under."""
    return submission_of(tx, case.reference, case.revision).pack_version


def in_open_batch(tx: Connection, reference: str) -> bool:
    """Whether money for this case is on its way or arrived."""
    return tx.execute(select(payments.c.batch).where(payments.c.open_reference == reference)).first() is not None


def grants_of(tx: Connection, id_number: str, besides: str) -> tuple[Grant, ...]:
    """What this server paid to a person or has open, in the rules' words; ``besides``: the case being looked at.

    Money on its way counts as paid.
    """
    if not id_number:
        return ()
    query = with_money_on_its_way(select(applications, batches.c.made_at)).where(
        applications.c.id_number == id_number,
        applications.c.state.not_in(NO_CLAIM),
        applications.c.reference != besides,
    )
    return tuple(map(_grant, tx.execute(query)))


def with_money_on_its_way(cases: Select[Any]) -> Select[Any]:
    """The cases beside the batch that holds money for them which the bank has not booked yet."""
    on_its_way = and_(payments.c.open_reference == applications.c.reference, payments.c.status == "sent")
    return cases.outerjoin(payments, on_its_way).outerjoin(batches, batches.c.batch == payments.c.batch)


def _grant(case: Case) -> Grant:
    return Grant(plan=case.plan, category=Category(case.category), year_paid=year_paid(case), **json.loads(case.claim))


def year_paid(case: Row[Any]) -> int | None:
    """Of a case beside ``made_at`` of the batch with its money on the way; None where none is or was."""
    paid = case.paid_on or (beijing_day(datetime.fromisoformat(case.made_at)).isoformat() if case.made_at else None)
    return int(paid[:4]) if paid else None


# ---- moves


def move(
    tx: Connection,
    case: Case,
    to: State,
    by: str,
    now: str,
    returned: Sequence[FieldReturn] = (),
    **facts: Any,
) -> None:
    """Move a locked case and tell its station. ``facts``: columns that change with the state (``rejection_code``,
    ``note``, ``amount``, ``paid_on``...). Raises UserError ``move_not_allowed``.
    """
    check_move(State(case.state), to)
    fields = [each.to_json() for each in returned]
    values = {"state": to.value, "returned": json.dumps(fields, ensure_ascii=False), "updated_at": now, **facts}
    tx.execute(update(applications).where(applications.c.reference == case.reference).values(**values))
    add_move(tx, case.reference, case.revision, to, by, now, returned=fields, **facts)
    grant_news.note(tx, [case.reference])
    tell_station(tx, case.reference)


def move_all(tx: Connection, cases: Sequence[Case], to: State, by: str, now: str) -> None:
    """``move`` without facts for many cases of one device, locked, in as few statements as for one."""
    if not cases:
        return
    for case in cases:
        check_move(State(case.state), to)
    tx.execute(_MOVED.values(state=to.value, returned="[]", updated_at=now), [{"this": c.reference} for c in cases])
    tx.execute(insert(moves), [_move_row(case.reference, case.revision, to, by, now, {}) for case in cases])
    grant_news.note(tx, [case.reference for case in cases])
    last: int = tx.execute(_NEXT_NUMBERS, {"this": cases[0].device_id, "count": len(cases)}).scalar_one()
    first = last - len(cases) + 1
    tx.execute(
        insert(changes),
        [_change_row(c, first + n, state=to.value, returned="[]", updated_at=now) for n, c in enumerate(cases)],
    )


def add_move(tx: Connection, reference: str, revision: int, state: State, by: str, now: str, **details: Any) -> None:
    """A line of the case's history."""
    tx.execute(insert(moves), _move_row(reference, revision, state, by, now, details))


def _move_row(
    reference: str, revision: int, state: State, by: str, now: str, details: Mapping[str, Any]
) -> dict[str, Any]:
    kept = {name: each for name, each in details.items() if each not in (None, "", []) and name != "assessment"}
    return {
        "reference": reference,
        "revision": revision,
        "state": state.value,
        "at": now,
        "by": by,
        "details": json.dumps(kept, ensure_ascii=False),
    }


def tell_station(tx: Connection, reference: str) -> None:
    """Write the case as it now stands into its device's log, under the next number; the device is locked for it."""
    case = find_case(tx, reference)
    assert case is not None
    seq = tx.execute(_NEXT_NUMBERS, {"this": case.device_id, "count": 1}).scalar_one()
    tx.execute(insert(changes), _change_row(case, seq))


def _change_row(case: Case, seq: int, **moved: Any) -> dict[str, Any]:
    """The news of a case as it stands, ``moved`` apart."""
    now = {**case._mapping, **moved}  # noqa: SLF001  the public name of a row's columns
    change = StateChange(
        seq=seq,
        reference=case.reference,
        revision=case.revision,
        state=now["state"],
        at=now["updated_at"],
        returned=json.loads(now["returned"]),
        code=case.rejection_code,
        note=case.note,
        amount=case.amount,
        paid_on=case.paid_on,
        assessment=json.loads(case.assessment) if case.assessment else None,
    )
    document = change.model_dump_json()
    return {"device_id": case.device_id, "seq": seq, "reference": case.reference, "document": document}
