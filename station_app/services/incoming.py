"""The server's word, taken into an open transaction: receipts, states of cases, the cursor.

The server is the truth about a case once it has it, with two exceptions: nothing but a verified receipt makes a queued
case ``received``, and news of an older revision does not touch a newer one. A case or revision that is unknown here is
kept as a row for the clerk (``elsewhere``); what else refers to something unknown is left out and logged.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from station_app.domain.application import CLOSED, FieldReturn, ReturnCode, State
from station_app.errors import BugError, UserError
from station_app.events import Kind
from station_app.services import elsewhere
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, OutboxRow, OutboxState, Source
from station_app.store.times import Moment, stamp
from sync.claims import ReceiptClaims
from sync.envelope import decode_key, read_receipt
from sync.wire import Change, Cursor, OpKind, StateChange

_LOG = logging.getLogger(__name__)
_WITH_AMOUNT = frozenset({State.APPROVED, State.PAID})


# ---- the cursor


def read_cursor(uow: UnitOfWork) -> Cursor:
    """How far this station has heard, the roster aside; from the beginning when that cannot be read."""
    try:
        return Cursor.model_validate_json(uow.facts.get("cursor") or "{}")
    except ValidationError:
        return Cursor()


def write_cursor(uow: UnitOfWork, cursor: Cursor) -> None:
    uow.facts.set("cursor", cursor.model_dump_json())


# ---- receipts


def receipts(uow: UnitOfWork, told: Sequence[str], server_key: str) -> tuple[int, list[str]]:
    """Keep receipts and close the ops that they sign: how many were closed, and the codes of those not taken.

    ``receipt_invalid``: not signed by the server of the enrolment; ``receipt_unknown_case``; ``receipt_mismatch``: it
    signs another body or other scans than were sent. One bad receipt keeps no other out.
    """
    problems: list[str] = []
    read = [(jws, claims) for jws in told if (claims := _claims(jws, server_key, problems)) is not None]
    if not read:
        return 0, problems
    ops = uow.outbox.of_cases({claims.application_id for _, claims in read})
    closing: set[str] = set()
    received: dict[tuple[str, int], Moment] = {}
    for jws, claims in read:
        signed = _signed(ops, claims, problems)
        if signed:
            uow.receipts.add(claims.reference, claims.revision, jws, claims.received_at)
            closing |= {row.op_id for row in signed if row.state is not OutboxState.DONE}
        if any(row.kind == OpKind.SUBMIT.value for row in signed):
            received[claims.application_id, claims.revision] = claims.received_at
    uow.outbox.mark_all(closing, OutboxState.DONE)
    uow.applications.receive(received)
    return len(closing), problems


def _claims(jws: str, server_key: str, problems: list[str]) -> ReceiptClaims | None:
    try:
        claims = read_receipt(jws, decode_key(server_key))
        stamp(claims.received_at)
    except (UserError, BugError, ValueError):
        problems.append("receipt_invalid")
        return None
    return claims


def _signed(ops: Sequence[OutboxRow], claims: ReceiptClaims, problems: list[str]) -> list[OutboxRow]:
    """The ops that a receipt signs."""
    case = (claims.application_id, claims.reference)
    own = [row for row in ops if (row.application_id, row.reference) == case]
    signed = [row for row in own if _is_signed(row, claims)]
    if not signed:
        problems.append("receipt_mismatch" if own else "receipt_unknown_case")
    return signed


def _is_signed(row: OutboxRow, claims: ReceiptClaims) -> bool:
    """Whether the receipt signs this op: its revision, its very bytes and every scan that they name."""
    if (row.revision, row.body_sha256) != (claims.revision, claims.body_sha256):
        return False
    return {each["sha256"] for each in json.loads(row.body).get("scans", ())} == set(claims.scans)


# ---- changes


def changes(uow: UnitOfWork, told: Sequence[Change], cursor: Cursor) -> set[Kind]:
    """Take in what lies behind ``cursor``; the kinds of things touched. The roster and plan packs go elsewhere."""
    kinds: set[Kind] = set()
    for change in told:
        if isinstance(change, StateChange) and change.seq > cursor.log and _state(uow, change):
            kinds.add(Kind.APPLICATIONS)
    return kinds


def _state(uow: UnitOfWork, change: StateChange) -> bool:
    """Follow one case; whether anything was written."""
    record, to = _case(uow, change.reference), _known_state(change.state)
    if record is None:
        elsewhere.note(uow, change, here=False)
        return True
    if to is None:
        _LOG.warning("a change was left out: %s %s", change.reference, change.state)
        return False
    if change.revision < record.revision:
        return False
    if change.revision > record.revision:  # sent after the backup that this home was restored from
        elsewhere.note(uow, change, here=True)
        uow.applications.count_lost_revisions(record.id, change.revision, _moment(uow, change.at))
    if change.assessment is not None:
        uow.applications.set_server_assessment(record.id, change.assessment)
    if record.state is State.QUEUED and to is State.RECEIVED:
        return change.assessment is not None  # the receipt says so, and nothing else
    at = _moment(uow, change.at)
    uow.applications.adopt(record.id, to, at, new=not _is_known(uow, record, to, at), **_facts(record, change, to))
    drop_moot_withdrawals(uow, record.id)
    return True


def _case(uow: UnitOfWork, reference: str) -> ApplicationRecord | None:
    try:
        return uow.applications.by_reference(reference)
    except UserError:
        return None


def _known_state(text: str) -> State | None:
    return State(text) if text in set(State) else None


def _moment(uow: UnitOfWork, text: str) -> str:
    try:
        return stamp(text)
    except (ValueError, BugError):  # whatever the spelling, the change itself stands
        _LOG.warning("the moment of a change could not be read")
        return stamp(uow.clock())


def _is_known(uow: UnitOfWork, record: ApplicationRecord, to: State, at: str) -> bool:
    """Whether the history tells this already: the server repeats itself after it was restored."""
    if record.state is to:
        return True
    history = uow.applications.history(record.id)
    return any(move.to_state is to and move.at == at and move.source is Source.SERVER for move in history)


def _facts(record: ApplicationRecord, change: StateChange, to: State) -> dict[str, Any]:
    amount = change.amount
    if amount is None and to in _WITH_AMOUNT:
        amount = record.amount
    return {
        "returned": [_returned(each) for each in change.returned] if to is State.RETURNED else [],
        "rejection_code": change.code if to is State.REJECTED else None,
        "amount": amount,
        "paid_on": change.paid_on,
        "paid_seq": change.seq if to is State.PAID else None,
    }


def _returned(raw: dict[str, str]) -> FieldReturn:
    code = raw.get("code", "")
    known = ReturnCode(code) if code in set(ReturnCode) else ReturnCode.OTHER
    return FieldReturn(raw.get("field", ""), known, raw.get("note", ""))


def withdrawn(uow: UnitOfWork, application_id: str, at: str) -> None:
    """The server has taken a withdrawal."""
    if uow.applications.get(application_id).state is not State.WITHDRAWN:
        uow.applications.adopt(application_id, State.WITHDRAWN, at, new=True)
    drop_moot_withdrawals(uow, application_id)


def drop_moot_withdrawals(uow: UnitOfWork, application_id: str) -> None:
    """Once a case is closed, a withdrawal that was refused or set aside is nobody's work any more."""
    if uow.applications.get(application_id).state not in CLOSED:
        return
    troubled = (OutboxState.REFUSED, OutboxState.QUARANTINED)
    ops = [row for row in uow.outbox.of(application_id) if row.kind == OpKind.WITHDRAW.value and row.state in troubled]
    uow.outbox.mark_all({row.op_id for row in ops}, OutboxState.DONE)
