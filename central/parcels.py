"""Parcels: a frozen body and the scans that it promises. A revision is one; scans added to a revision are another.

A parcel is received when every scan lies whole on the disk; only then is its receipt signed, once and for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from central.blobs import BlobStore, Place
from central.cases import Case, find_cases, move_all
from central.context import Central
from central.devices import lock_device
from central.tables import parcel_scans, parcels
from station_app.domain.application import State
from station_app.durable import Point
from sync.bodies import ScanAddition, ScanEntry, Submission
from sync.claims import ReceiptClaims
from sync.envelope import sign_receipt
from sync.wire import MissingBlob, OpKind

Revision = tuple[str, int]  # reference, revision
_SLICE = 400  # parameters of one IN (...)


@dataclass(frozen=True)
class Parcel:
    """``scans``: sha256 -> size, each once."""

    id: int
    device_id: str
    reference: str
    revision: int
    received: bool
    receipt: str | None
    scans: dict[str, int]


def add_parcel(
    tx: Connection, device_id: str, kind: OpKind, told: Submission | ScanAddition, body: str, sha256: str, now: str
) -> None:
    """Keep a body as it was frozen, and what it promises."""
    slot = f"{told.reference}/{told.revision}" if kind is OpKind.SUBMIT else None
    row = {
        "device_id": device_id,
        "reference": told.reference,
        "application_id": told.application_id,
        "revision": told.revision,
        "kind": kind.value,
        "revision_slot": slot,
        "body": body,
        "body_sha256": sha256,
        "accepted_at": now,
    }
    added = tx.execute(insert(parcels), row)
    assert added.inserted_primary_key is not None
    rows = [_scan_row(added.inserted_primary_key[0], position, scan) for position, scan in enumerate(told.scans)]
    if rows:
        tx.execute(insert(parcel_scans), rows)


def _scan_row(parcel_id: int, position: int, scan: ScanEntry) -> dict[str, Any]:
    return {"parcel_id": parcel_id, "position": position, **scan.model_dump(exclude={"remark"})}


def parcel_with(tx: Connection, reference: str, revision: int, body_sha256: str) -> Row[Any] | None:
    """The parcel with this very body."""
    query = select(parcels).where(
        parcels.c.reference == reference, parcels.c.revision == revision, parcels.c.body_sha256 == body_sha256
    )
    return tx.execute(query).first()


def parcels_of(tx: Connection, device_id: str, revisions: Iterable[Revision]) -> list[Parcel]:
    """All parcels of these revisions that are this device's own, in the order in which they were accepted."""
    wanted = set(revisions)
    references = sorted({reference for reference, _ in wanted})
    found: list[Parcel] = []
    for start in range(0, len(references), _SLICE):
        query = (
            select(parcels)
            .where(parcels.c.device_id == device_id, parcels.c.reference.in_(references[start : start + _SLICE]))
            .order_by(parcels.c.id)
        )
        rows = [row for row in tx.execute(query) if (row.reference, row.revision) in wanted]
        scans = _scans(tx, [row.id for row in rows])
        found += [_parcel(row, scans.get(row.id, {})) for row in rows]
    return found


def _parcel(row: Row[Any], scans: dict[str, int]) -> Parcel:
    return Parcel(row.id, row.device_id, row.reference, row.revision, row.received_at is not None, row.receipt, scans)


def _scans(tx: Connection, parcel_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for start in range(0, len(parcel_ids), _SLICE):
        query = (
            select(parcel_scans.c.parcel_id, parcel_scans.c.sha256, parcel_scans.c.size)
            .where(parcel_scans.c.parcel_id.in_(parcel_ids[start : start + _SLICE]))
            .order_by(parcel_scans.c.parcel_id, parcel_scans.c.position)
        )
        for parcel_id, sha256, size in tx.execute(query):
            found.setdefault(parcel_id, {})[sha256] = size
    return found


# ---- arriving


def missing_of(blobs: BlobStore, parcel: Parcel) -> list[MissingBlob]:
    """The scans of a parcel that are not whole yet, with how far each has come."""
    found = []
    for sha256, size in parcel.scans.items():
        place = Place(parcel.device_id, parcel.reference, sha256)
        if not blobs.settle(place, size):
            offset = blobs.arrived(place)
            found.append(MissingBlob(reference=parcel.reference, sha256=sha256, size=size, offset=offset))
    return found


def parcels_for(tx: Connection, device_id: str, references: Iterable[str]) -> dict[str, list[Parcel]]:
    """Every parcel of these applications that is this device's own, by reference."""
    wanted = sorted(references)
    query = select(parcels).where(parcels.c.device_id == device_id, parcels.c.reference.in_(wanted))
    rows = tx.execute(query.order_by(parcels.c.id)).all()
    scans = _scans(tx, [row.id for row in rows])
    found: dict[str, list[Parcel]] = {reference: [] for reference in wanted}
    for row in rows:
        found[row.reference].append(_parcel(row, scans.get(row.id, {})))
    return found


def is_complete(blobs: BlobStore, parcel: Parcel) -> bool:
    return all(blobs.is_whole(Place(parcel.device_id, parcel.reference, sha256)) for sha256 in parcel.scans)


def receive(central: Central, blobs: BlobStore, complete: Sequence[Parcel]) -> list[str]:
    """Receive parcels of one device whose scans are all here, in one transaction; returns their receipts."""
    if not complete:
        return []
    for reference in {parcel.reference for parcel in complete}:
        blobs.sync_entries(complete[0].device_id, reference)
    with central.database.write(Point.SERVER_BLOB) as tx:
        lock_device(tx, complete[0].device_id)
        return _receive(tx, central, complete)


def _receive(tx: Connection, central: Central, complete: Sequence[Parcel]) -> list[str]:
    """Sign what has no receipt yet: another connection may have been faster."""
    rows = _rows(tx, [parcel.id for parcel in complete])
    now = central.now()
    new = [parcel for parcel in complete if rows[parcel.id].receipt is None]
    receipts = {row.id: row.receipt for row in rows.values()}
    receipts.update({parcel.id: _signed(central, rows[parcel.id], list(parcel.scans), now) for parcel in new})
    if new:
        signed = [{"this": parcel.id, "received_at": now, "receipt": receipts[parcel.id]} for parcel in new]
        tx.execute(update(parcels).where(parcels.c.id == bindparam("this")), signed)
        cases = find_cases(tx, (parcel.reference for parcel in new))
        move_all(tx, _arriving(cases, [rows[parcel.id] for parcel in new]), State.RECEIVED, "server", now)
    return [receipts[parcel.id] for parcel in complete]


def _rows(tx: Connection, parcel_ids: Sequence[int]) -> dict[int, Row[Any]]:
    found = {}
    for start in range(0, len(parcel_ids), _SLICE):
        query = select(parcels).where(parcels.c.id.in_(parcel_ids[start : start + _SLICE]))
        found.update({row.id: row for row in tx.execute(query)})
    return found


def _arriving(cases: Mapping[str, Case], rows: Iterable[Row[Any]]) -> list[Case]:
    """The queued cases whose newest revision is among these parcels."""
    submitted = {(row.reference, row.revision) for row in rows if row.kind == OpKind.SUBMIT.value}
    queued = [case for case in cases.values() if case.state == State.QUEUED.value]
    return [case for case in queued if (case.reference, case.revision) in submitted]


def _signed(central: Central, row: Row[Any], scans: list[str], now: str) -> str:
    claims = ReceiptClaims(
        iss=central.keys.key_id,
        application_id=row.application_id,
        reference=row.reference,
        revision=row.revision,
        body_sha256=row.body_sha256,
        scans=scans,
        received_at=now,
    )
    return sign_receipt(central.keys.private, claims)
