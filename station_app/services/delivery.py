"""What the queue sends and what the server's answers do to the store. Nothing here touches the network.

``gather`` reads what is due; ``apply`` takes one answer in one transaction; ``store_receipts`` takes those that come
with a finished scan. Only a verified receipt closes an op and makes a case ``received``; a withdrawal, which has
nothing to be received, closes with the server's ``accepted``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from station_app.durable import Point
from station_app.events import Changed, Kind
from station_app.services import incoming, retention, revocation, roster
from station_app.services.desk import Desk
from station_app.services.incoming import read_cursor, write_cursor
from station_app.services.passes import is_put_off, next_try
from station_app.store import UnitOfWork
from station_app.store.records import OutboxRow, OutboxState
from sync.wire import (
    MAX_OPS,
    AuditHead,
    Cursor,
    GrantChange,
    Have,
    MemberChange,
    MissingBlob,
    Op,
    OpKind,
    OpResult,
    PackChange,
    Result,
    StateChange,
    SyncAnswer,
    SyncRequest,
)

_LOG = logging.getLogger(__name__)
_HEARD = "heard"  # fact: the mark of the last change heard
_RECEIPTS_BEFORE = "receipts_before"  # fact: the last receipt of an earlier epoch
_MOST_HAVE = 1000  # the wire's limit
_OUTCOMES = {OpResult.REFUSED: OutboxState.REFUSED, OpResult.FORKED: OutboxState.FORKED}


@dataclass(frozen=True)
class Parcel:
    """One request and the ops in it. ``more``: further ops are due. ``unusable``: op ids with codes."""

    request: SyncRequest
    rows: tuple[OutboxRow, ...] = ()
    more: bool = False
    unusable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Applied:
    """What an answer did. ``received``: ops closed by receipts. ``warnings``: codes of what was left out."""

    changed: Changed = field(default_factory=Changed)
    accepted: int = 0
    received: int = 0
    new_epoch: bool = False
    packs: tuple[PackChange, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScanToSend:
    """A page the server lacks: where its bytes lie, and how many of them the server has.

    ``erased``: they lie nowhere on this PC any more.
    """

    reference: str
    sha256: str
    size: int
    offset: int
    file_name: str
    erased: bool = False


@dataclass
class Tally:
    """Counts while one transaction runs."""

    kinds: set[Kind] = field(default_factory=set)
    accepted: int = 0
    received: int = 0
    warnings: list[str] = field(default_factory=list)

    def changed(self) -> Changed:
        return Changed(frozenset(self.kinds))


# ---- what goes out


def gather(desk: Desk, limit: int = MAX_OPS, known: Collection[str] = ()) -> Parcel:
    """The next request: at most ``limit`` due ops as they were made, none before an earlier one of its case.

    ``known``: references of which the server need not say again what it lacks.
    """
    now = desk.clock()
    with desk.store.read() as uow:
        open_rows = uow.outbox.open_rows()
        cursor, epoch = read_cursor(uow), uow.facts.get("epoch") or ""
        heard, receipted = uow.facts.get(_HEARD) or "", _receipted(uow)
        seq, digest = uow.audit.head()
        roll = revocation.roll(uow)
    due = list(_in_order(open_rows, now))
    rows, ops, unusable = [], [], []
    for row in due[:limit]:
        op = op_of(row)
        if op is None:
            unusable.append((row.op_id, "op_unreadable"))
        else:
            rows.append(row)
            ops.append(op)
    heard_of_members, heard_of_grants = desk.store.roster.cursors()
    head = AuditHead(seq=seq, hash=digest, day=desk.today().isoformat())
    request = SyncRequest(
        epoch=epoch,
        cursor=cursor.model_copy(update={"roster": heard_of_members, "grants": heard_of_grants}),
        ops=ops,
        have=_have(open_rows, known, now),
        audit_head=head,
        operators=None if roll is None else list(roll),
        roster_apart=True,
        grants=True,
        heard=heard,
        receipted=receipted,
    )
    return Parcel(request, tuple(rows), len(due) > limit, tuple(unusable))


def _in_order(open_rows: Iterable[OutboxRow], now: datetime) -> Iterable[OutboxRow]:
    """The rows that may go; a case whose earlier op is put off or set aside waits for it."""
    held: set[str] = set()
    for row in open_rows:
        if row.state is OutboxState.ACCEPTED or row.application_id in held:
            continue
        if row.state is OutboxState.QUARANTINED or is_put_off(row, now):
            held.add(row.application_id)
        else:
            yield row


def op_of(row: OutboxRow) -> Op | None:
    """The op as it travels, None where the wire has no place for it."""
    try:
        return Op(op_id=row.op_id, seq=row.seq, kind=OpKind(row.kind), body=row.body)
    except (ValidationError, ValueError):
        return None


def _have(open_rows: Iterable[OutboxRow], known: Collection[str], now: datetime) -> list[Have]:
    asked = {
        (row.reference, max(1, row.revision))
        for row in open_rows
        if row.state is OutboxState.ACCEPTED and row.reference not in known and not is_put_off(row, now)
    }
    return [Have(reference=reference, revision=revision) for reference, revision in sorted(asked)[:_MOST_HAVE]]


def _receipted(uow: UnitOfWork) -> Have | None:
    newest = uow.receipts.newest(after=int(uow.facts.get(_RECEIPTS_BEFORE) or "0"))
    return None if newest is None else Have(reference=newest.reference, revision=newest.revision)


def scans_to_send(desk: Desk, missing: Sequence[MissingBlob]) -> tuple[ScanToSend, ...]:
    """The pages the server asks for, each once; those this station does not have are left out and logged."""
    wanted = {(each.reference, each.sha256): each for each in missing}
    found = []
    with desk.store.read() as uow:
        scans = uow.scans.of_references({reference for reference, _ in wanted})
    for (reference, sha256), blob in wanted.items():
        scan = scans.get((reference, sha256))
        if scan is None:
            _LOG.warning("the server asks for a scan that is not here: %s", reference)
        else:
            offset, erased = min(blob.offset, scan.size), scan.erased_at is not None
            found.append(ScanToSend(reference, sha256, scan.size, offset, scan.file_name, erased))
    return tuple(found)


# ---- what comes in


def apply(desk: Desk, parcel: Parcel, answer: SyncAnswer) -> Applied:
    """One answer, one transaction: results, receipts, changes, cursor. The same answer again changes nothing.

    The roster is a file of its own, written before.
    """
    asked = parcel.request
    if not (parcel.rows or answer.receipts or answer.changes) and (answer.epoch, answer.cursor) == (
        asked.epoch,
        asked.cursor,
    ):
        return Applied()
    tally = Tally()
    new_epoch = bool(asked.epoch) and answer.epoch != asked.epoch
    _apply_roster(desk, answer, new_epoch, tally)
    with desk.store.write(Point.APPLY) as uow:
        take_results(desk, uow, parcel.rows, answer.results, tally)
        take_receipts(uow, answer.receipts, tally)
        if new_epoch:
            begin_epoch(uow, answer.epoch, tally)
        else:
            take_changes(uow, answer, tally)
    packs = () if new_epoch else tuple(each for each in answer.changes if isinstance(each, PackChange))
    return Applied(tally.changed(), tally.accepted, tally.received, new_epoch, packs, tuple(tally.warnings))


def store_receipts(desk: Desk, receipts: Sequence[str]) -> Applied:
    """Receipts that came with finished scans, in one transaction."""
    tally = Tally()
    with desk.store.write(Point.APPLY) as uow:
        take_receipts(uow, receipts, tally)
    return Applied(tally.changed(), received=tally.received, warnings=tuple(tally.warnings))


def _apply_roster(desk: Desk, answer: SyncAnswer, new_epoch: bool, tally: Tally) -> None:
    if new_epoch:
        roster.begin_anew(desk)
    else:
        take_people(desk, answer, tally)


def take_people(desk: Desk, answer: SyncAnswer, tally: Tally) -> None:
    """Members and grants elsewhere, in the roster's own transaction."""
    roster.take_news(desk, answer.changes, answer.cursor)
    if any(isinstance(each, MemberChange) for each in answer.changes):
        tally.kinds.add(Kind.MEMBERS)
    if any(isinstance(each, GrantChange) for each in answer.changes):
        tally.kinds.add(Kind.GRANTS)


def take_results(
    desk: Desk, uow: UnitOfWork, rows: Sequence[OutboxRow], results: Sequence[Result], tally: Tally
) -> None:
    """What the server says of these ops, into an open transaction."""
    told = {each.op_id: each for each in results}
    accepted = set()
    for row in rows:
        result = told.get(row.op_id)
        if result is None:
            uow.outbox.postpone(row.op_id, "result_missing", next_try(desk, row))
        elif result.result is not OpResult.ACCEPTED:
            uow.outbox.mark(row.op_id, _OUTCOMES[result.result], result.code or result.result.value)
            incoming.drop_moot_withdrawals(uow, row.application_id)
        elif row.kind == OpKind.WITHDRAW.value:
            uow.outbox.mark(row.op_id, OutboxState.DONE)
            incoming.withdrawn(uow, row.application_id, desk.now())
        else:
            accepted.add(row.op_id)
        tally.accepted += result is not None and result.result is OpResult.ACCEPTED
    uow.outbox.mark_all(accepted, OutboxState.ACCEPTED)
    if rows:
        tally.kinds |= {Kind.OUTBOX, Kind.APPLICATIONS}


def take_receipts(uow: UnitOfWork, receipts: Sequence[str], tally: Tally) -> None:
    """Receipts, into an open transaction."""
    received, problems = incoming.receipts(uow, receipts, uow.facts.get("server_key") or "")
    tally.received += received
    tally.warnings += problems
    for code in problems:
        _LOG.warning("a receipt was not taken: %s", code)
    if receipts:
        tally.kinds |= {Kind.OUTBOX, Kind.APPLICATIONS}


def begin_epoch(uow: UnitOfWork, epoch: str, tally: Tally) -> None:
    """The server was restored: hear everything again, offer again what it had receipted."""
    uow.outbox.offer_again()
    uow.facts.set(retention.MARK, None)
    uow.applications.forget_places()
    hear_anew(uow, epoch)
    tally.kinds |= {Kind.OUTBOX, Kind.APPLICATIONS}
    tally.warnings.append("server_restored")


def hear_anew(uow: UnitOfWork, epoch: str) -> None:
    """From the beginning of this epoch's logs; no receipt from before says anything about it."""
    uow.facts.set("epoch", epoch)
    write_cursor(uow, Cursor())
    uow.facts.set(_HEARD, None)
    uow.facts.set(_RECEIPTS_BEFORE, str(uow.receipts.last()))


def take_changes(uow: UnitOfWork, answer: SyncAnswer, tally: Tally) -> None:
    """States of cases, and how far this PC has heard, into an open transaction."""
    cursor = read_cursor(uow)
    tally.kinds |= incoming.changes(uow, answer.changes, cursor)
    if answer.cursor.log > cursor.log:
        uow.facts.set(_HEARD, _mark_of(answer))
    uow.facts.set("epoch", answer.epoch)
    told_of_packs = any(isinstance(each, PackChange) for each in answer.changes)
    # packs are fetched later: until they are stored, the server must go on telling of them
    packs = cursor.packs if told_of_packs else answer.cursor.packs
    write_cursor(uow, Cursor(log=answer.cursor.log, packs=packs))


def _mark_of(answer: SyncAnswer) -> str | None:
    """Of the change up to which the answer tells; None where it does not stand in it."""
    told = (each for each in answer.changes if isinstance(each, StateChange) and each.seq == answer.cursor.log)
    return next((each.mark() for each in told), None)
