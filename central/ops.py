"""What a station tells: each op has its own result, and the same op gets the same result for ever.

``accepted``  kept; a submit or added scans then wait for their blobs
``refused``   with a code; nothing was changed
``forked``    another body stands under this reference and revision; both are kept for a person
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select, update

from central import operators
from central.assessing import doubts_of, judge
from central.cases import Case, add_move, columns_of, find_case, in_open_batch, move
from central.context import Central
from central.devices import Device
from central.parcels import Revision, add_parcel, parcel_with
from central.tables import applications, forks, ops, parcels
from central.text import is_line
from station_app.domain.application import ScanKind, State, check_move, read_content
from station_app.domain.canonical import sha256_hex
from station_app.domain.reference import check_reference
from station_app.errors import UserError
from station_app.plans import PlanBook
from sync.bodies import Author, ScanAddition, ScanEntry, Submission, Withdrawal
from sync.wire import Op, OpKind, OpResult, ReferenceText, Result, WireModel

_Body = TypeVar("_Body", bound=WireModel)


@dataclass
class Desk:
    """One request's ops: the transaction, who sends, what the rules are, and which revisions were touched."""

    tx: Connection
    central: Central
    device: Device
    plans: PlanBook
    now: str
    touched: list[Revision] = field(default_factory=list)

    @cached_property
    def revoked_authors(self) -> dict[str, str]:
        """Since when, for each of this device's operators that is shut out; asked once for all ops."""
        return operators.revoked_since(self.tx, self.device.id)


def take_all(desk: Desk, told: Sequence[Op]) -> list[Result]:
    """Carry out ops in their order, or say again what was said when each came first."""
    known = _known(desk, [op.op_id for op in told])
    results, new = [], []
    for op in told:
        sha256 = sha256_hex(op.body.encode())
        if op.op_id in known:
            results.append(_said_before(desk, op, sha256, known[op.op_id]))
            continue
        result = _carry_out(desk, op, sha256)
        known[op.op_id] = _Said(op.kind.value, sha256, result)
        new.append((op, sha256, result))
        results.append(result)
    if new:
        desk.tx.execute(insert(ops), [_row(desk, *each) for each in new])
    return results


@dataclass(frozen=True)
class _Said:
    """What an op was, and what was said of it."""

    kind: str
    body_sha256: str
    result: Result


class _Promise(WireModel):
    """What a submit and added scans have in common."""

    reference: ReferenceText
    revision: int


class _ForkedError(UserError):
    """Another body stands under this reference and revision."""


def _known(desk: Desk, op_ids: Sequence[str]) -> dict[str, _Said]:
    rows = desk.tx.execute(select(ops).where(ops.c.device_id == desk.device.id, ops.c.op_id.in_(op_ids)))
    return {
        row.op_id: _Said(
            row.kind,
            row.body_sha256,
            Result(op_id=row.op_id, result=OpResult(row.result), code=row.code, field=row.field),
        )
        for row in rows
    }


def _said_before(desk: Desk, op: Op, sha256: str, said: _Said) -> Result:
    if (said.kind, said.body_sha256) != (op.kind.value, sha256):
        return Result(op_id=op.op_id, result=OpResult.REFUSED, code="op_body_differs")
    if said.result.result is OpResult.ACCEPTED and op.kind is not OpKind.WITHDRAW:
        told = _Promise.model_validate_json(op.body)
        desk.touched.append((told.reference, told.revision))
    return said.result


def _row(desk: Desk, op: Op, sha256: str, result: Result) -> dict[str, Any]:
    return {
        "device_id": desk.device.id,
        "op_id": op.op_id,
        "kind": op.kind.value,
        "body_sha256": sha256,
        "result": result.result.value,
        "code": result.code,
        "field": result.field,
        "at": desk.now,
    }


def _carry_out(desk: Desk, op: Op, sha256: str) -> Result:
    try:
        _HANDLERS[op.kind](desk, op, sha256)
    except _ForkedError as fork:
        return Result(op_id=op.op_id, result=OpResult.FORKED, code=fork.code)
    except UserError as error:
        return Result(op_id=op.op_id, result=OpResult.REFUSED, code=error.code, field=error.field)
    return Result(op_id=op.op_id, result=OpResult.ACCEPTED)


# ---- submit


def _submit(desk: Desk, op: Op, sha256: str) -> None:
    told = _read(Submission, op.body)
    _check_author(desk, told.author, told.submitted_at)
    _check_reference(desk, told.reference)
    _check_scans(told.scans)
    case = find_case(desk.tx, told.reference)
    if case is not None and _stands_already(desk, op, told, sha256, case):
        return
    _check_turn(told, case)
    _keep_revision(desk, told, case)
    add_parcel(desk.tx, desk.device.id, OpKind.SUBMIT, told, op.body, sha256, desk.now)
    add_move(desk.tx, told.reference, told.revision, State.QUEUED, told.author.name, desk.now, insisted=told.insisted)
    desk.touched.append((told.reference, told.revision))


def _stands_already(desk: Desk, op: Op, told: Submission, sha256: str, case: Case) -> bool:
    """Whether this very body is here under another op; keeps it and raises _ForkedError where another one is."""
    if case.device_id == desk.device.id:
        if told.revision > case.revision:
            return False
        if parcel_with(desk.tx, told.reference, told.revision, sha256) is not None:
            desk.touched.append((told.reference, told.revision))
            return True
    desk.tx.execute(
        insert(forks).values(
            device_id=desk.device.id,
            op_id=op.op_id,
            reference=told.reference,
            revision=told.revision,
            body=op.body,
            body_sha256=sha256,
            at=desk.now,
        )
    )
    raise _ForkedError("forked")


def _check_turn(told: Submission, case: Case | None) -> None:
    if case is None:
        if told.revision != 1:
            raise UserError("revision_gap", "revision")
        return
    if told.revision != case.revision + 1:
        raise UserError("revision_gap", "revision")
    if told.application_id != case.application_id:
        raise UserError("application_id_differs", "application_id")
    if case.state != State.RETURNED.value:
        raise UserError("not_returned", "revision")


def _keep_revision(desk: Desk, told: Submission, case: Case | None) -> None:
    """Write the case as this revision leaves it, with the server's own verdict beside the station's."""
    content, problems = read_content(told.content)
    judgement = judge(desk.tx, desk.plans, content, told.reference, told.pack_version)
    doubts = judgement.doubts + doubts_of(desk.tx, desk.central, desk.device, told, (content, problems), case)
    values = {
        **columns_of(content),
        "state": State.QUEUED.value,
        "revision": told.revision,
        "amount": judgement.amount,
        "assessment": json.dumps(judgement.assessment.to_json(), ensure_ascii=False) if judgement.assessment else None,
        "review_findings": json.dumps(doubts, ensure_ascii=False),
        "returned": "[]",
        "rejection_code": None,
        "note": "",
        "updated_at": desk.now,
    }
    if case is None:
        values |= {"reference": told.reference, "application_id": told.application_id, "created_at": desk.now}
        values |= {"device_id": desk.device.id, "station_no": desk.device.station_no}
        desk.tx.execute(insert(applications), values)
    else:
        desk.tx.execute(update(applications).where(applications.c.reference == told.reference).values(**values))


# ---- added scans, withdrawal


def _add_scans(desk: Desk, op: Op, sha256: str) -> None:
    told = _read(ScanAddition, op.body)
    _check_author(desk, told.author, told.added_at)
    _check_scans(told.scans)
    _own_case(desk, told.reference, told.application_id)
    query = select(parcels.c.id).where(parcels.c.revision_slot == f"{told.reference}/{told.revision}")
    if desk.tx.execute(query).first() is None:
        raise UserError("revision_unknown", "revision")
    if parcel_with(desk.tx, told.reference, told.revision, sha256) is None:
        add_parcel(desk.tx, desk.device.id, OpKind.ADD_SCANS, told, op.body, sha256, desk.now)
    desk.touched.append((told.reference, told.revision))


def _withdraw(desk: Desk, op: Op, sha256: str) -> None:
    told = _read(Withdrawal, op.body)
    _check_author(desk, told.author, told.withdrawn_at)
    case = _own_case(desk, told.reference, told.application_id)
    check_move(State(case.state), State.WITHDRAWN)
    if in_open_batch(desk.tx, told.reference):
        raise UserError("payment_under_way", "reference")
    move(desk.tx, case, State.WITHDRAWN, told.author.name, desk.now)


_HANDLERS: Mapping[OpKind, Callable[[Desk, Op, str], None]] = {
    OpKind.SUBMIT: _submit,
    OpKind.ADD_SCANS: _add_scans,
    OpKind.WITHDRAW: _withdraw,
}


# ---- checks


def _read(model: type[_Body], body: str) -> _Body:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        place = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise UserError("body_unreadable", str(place[0]) if place else None) from error


def _check_reference(desk: Desk, reference: str) -> None:
    """A station numbers its own cases: another's reference is refused, whether it exists or not."""
    if check_reference(reference).partition("-")[0] != desk.device.station_no:
        raise UserError("reference_foreign", "reference")


def _check_author(desk: Desk, author: Author, at: str) -> None:
    """What an operator did before they were shut out still counts: it was frozen then, and travels now."""
    if not (is_line(author.name) and is_line(author.operator_id)):
        raise UserError("control_character", "author")
    revoked_at = desk.revoked_authors.get(author.operator_id)
    if revoked_at is not None and at > revoked_at:
        raise UserError("author_revoked", "author")


def _check_scans(scans: list[ScanEntry]) -> None:
    sizes: dict[str, int] = {}
    for scan in scans:
        if scan.kind not in set(ScanKind):
            raise UserError("scan_kind_unknown", "scans")
        if not is_line(scan.media_type):
            raise UserError("control_character", "scans")
        if scan.remark is not None and not is_line(scan.remark):
            raise UserError("control_character", "scans")
        if sizes.setdefault(scan.sha256, scan.size) != scan.size:
            raise UserError("scan_size_differs", "scans")


def _own_case(desk: Desk, reference: str, application_id: str) -> Case:
    """This device's case; another's is as unknown as one that does not exist."""
    case = find_case(desk.tx, reference)
    if case is None or case.device_id != desk.device.id or case.application_id != application_id:
        raise UserError("application_unknown", "reference")
    return case
