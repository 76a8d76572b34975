"""One pass of a station: its ops in, and out what it lacks, what was received, what changed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from central import backup_marks, grants, operators, roster_pages
from central.behind import heard_so_far
from central.blobs import BlobStore
from central.context import Central
from central.devices import Device, is_new_head, keep_head, lock_device, order_for
from central.grants import grant_changes
from central.ops import Desk, take_all
from central.packs import pack_changes, plan_book
from central.parcels import Parcel, Revision, missing_of, parcels_of, receive
from central.roster import member_changes
from central.tables import changes
from station_app.durable import Point
from sync.wire import MAX_CHANGES, Change, Cursor, MissingBlob, Result, StateChange, SyncAnswer, SyncRequest


def exchange(central: Central, blobs: BlobStore, device: Device, request: SyncRequest) -> SyncAnswer:
    """Answer a sync request. Ops are carried out in the order of their ``seq``, in one transaction."""
    with central.database.read() as tx:
        epoch, cursor = heard_so_far(tx, central.epoch, device, request)
    results, touched = _take_ops(central, device, request)
    blobs.prepare(device.id, {reference for reference, _ in touched})
    revisions = {*touched, *((each.reference, each.revision) for each in request.have)}
    receipts, missing = _receipts_and_missing(central, blobs, device, revisions)
    if request.grants:
        grants.number(central)
    with central.database.read() as tx:
        revoked_operators = sorted(operators.revoked_since(tx, device.id))
        waiting = roster_pages.waiting(tx, device.district, cursor.roster) if request.roster_apart else 0
        apart = waiting if cursor.roster == 0 or waiting > MAX_CHANGES // 2 else 0
        found, cursor, more = _changes(tx, device, cursor, with_members=not apart, with_grants=request.grants)
        mark = backup_marks.newest(tx, device.id)
    if device.revoked:  # a last delivery: it brings, and hears of nothing but itself
        found, cursor, more, apart, mark = [], request.cursor, False, 0, None
    return SyncAnswer(
        epoch=epoch,
        server_time=central.now(),
        results=results,
        missing_blobs=missing,
        receipts=receipts,
        changes=found,
        cursor=cursor,
        more=more,
        roster_waiting=apart,
        backup=mark,
        revoked_operators=revoked_operators,
        revoked=device.revoked,
        order=order_for(central, device) if device.revoked else "",
    )


def _take_ops(central: Central, device: Device, request: SyncRequest) -> tuple[list[Result], list[Revision]]:
    with central.database.read() as tx:
        news = request.ops or request.operators is not None
        if not news and not is_new_head(tx, central, device, request.audit_head):
            return [], []
    with central.database.write(Point.SERVER_SYNC) as tx:
        lock_device(tx, device.id)
        if request.audit_head is not None and is_new_head(tx, central, device, request.audit_head):
            keep_head(tx, central, device, request.audit_head)
        if request.operators is not None:
            operators.keep(tx, device.id, request.operators)
        if not request.ops:
            return [], []
        desk = Desk(tx, central, device, plan_book(tx), central.now())
        return take_all(desk, sorted(request.ops, key=lambda each: each.seq)), desk.touched


def _receipts_and_missing(
    central: Central, blobs: BlobStore, device: Device, revisions: Iterable[Revision]
) -> tuple[list[str], list[MissingBlob]]:
    with central.database.read() as tx:
        parcels = parcels_of(tx, device.id, revisions)
    receipts = [parcel.receipt for parcel in parcels if parcel.receipt is not None]
    missing: list[MissingBlob] = []
    complete: list[Parcel] = []
    for parcel in parcels:
        if not parcel.received:
            lacking = missing_of(blobs, parcel)
            missing += lacking
            if not lacking:
                complete.append(parcel)
    return receipts + receive(central, blobs, complete), missing


def _changes(
    tx: Connection, device: Device, cursor: Cursor, with_members: bool, with_grants: bool
) -> tuple[list[Change], Cursor, bool]:
    """States first, then packs, grants, the roster: at most MAX_CHANGES, and whether there are more."""
    states = _state_changes(tx, device, cursor.log, MAX_CHANGES + 1)
    packs = pack_changes(tx, cursor.packs, MAX_CHANGES + 1)
    room = MAX_CHANGES - len(states) - len(packs)
    granted, heard = grant_changes(tx, device, cursor.grants, max(room, 0) + 1) if with_grants else ([], 0)
    room -= len(granted)
    members = member_changes(tx, device.district, cursor.roster, max(room, 0) + 1) if with_members else []
    found: list[Change] = [*states, *packs, *granted, *members]
    kept = found[:MAX_CHANGES]
    told_all = len(states) + len(packs) + len(granted) <= MAX_CHANGES
    cursor = cursor.model_copy(update={"grants": heard}) if told_all and heard > cursor.grants else cursor
    return kept, _moved(cursor, kept), len(found) > MAX_CHANGES


def _moved(cursor: Cursor, kept: Iterable[Change]) -> Cursor:
    at = {"state": cursor.log, "pack": cursor.packs, "member": cursor.roster, "grant": cursor.grants}
    for change in kept:
        at[change.kind.value] = max(at[change.kind.value], change.seq)
    return Cursor(log=at["state"], packs=at["pack"], roster=at["member"], grants=at["grant"])


def _state_changes(tx: Connection, device: Device, after: int, limit: int) -> list[StateChange]:
    query = (
        select(changes.c.document)
        .where(changes.c.device_id == device.id, changes.c.seq > after)
        .order_by(changes.c.seq)
        .limit(limit)
    )
    return [StateChange.model_validate_json(document) for document in tx.execute(query).scalars()]
