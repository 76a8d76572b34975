"""Both sides beside each other: what is lost, what is there twice, what is torn.

lost    the clerk was told of it (a reference, a page, 已入队, a receipt), and it is not there, or it never arrives
twice   one thing the clerk did stands there two times: a case, a revision, a page, a receipt, or a fork of any
torn    it is there and not as it was: other bytes, a receipt over what is not whole, a broken audit chain
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from central.audit import first_broken
from central.tables import applications, forks, parcel_scans, parcels
from station_app.domain.application import EDITABLE, State
from station_app.domain.canonical import sha256_hex
from station_app.errors import StationError
from station_app.store import UnitOfWork
from station_app.store.records import OutboxState
from sync.wire import OpKind
from tests.trials.clerk import Clerk, Told
from tests.trials.scene import Scene


class Harm(StrEnum):
    LOST = "lost"
    TWICE = "twice"
    TORN = "torn"


@dataclass(frozen=True)
class Finding:
    harm: Harm
    what: str

    def __str__(self) -> str:
        return f"{self.harm}: {self.what}"


def standing(clerk: Clerk) -> list[Finding]:
    """What must hold at every moment: all that was told is there, and no receipt is over what is not whole."""
    with clerk.scene.desk.store.read() as uow:
        found = [each for told in clerk.told.values() for each in _told_holds(clerk, uow, told)]
        if uow.audit.verify() is not None:
            found.append(Finding(Harm.TORN, "the station's audit chain"))
    return [*found, *_server_holds(clerk.scene)]


def delivered(clerk: Clerk) -> list[Finding]:
    """What must hold once everything was delivered: both sides have the same, once, byte by byte."""
    found = standing(clerk)
    with clerk.scene.desk.store.read() as uow, clerk.scene.central.database.read() as tx:
        for number, told in clerk.told.items():
            found += _same(clerk, uow, tx, number, told)
        found += _nothing_else(clerk, tx)
        found += [Finding(Harm.LOST, f"{row.kind} {row.reference} is {row.state}") for row in _not_done(uow)]
    return found


# ---- at every moment


def _told_holds(clerk: Clerk, uow: UnitOfWork, told: Told) -> Iterator[Finding]:
    if not told.reference:
        return
    try:
        record = uow.applications.by_reference(told.reference)
    except StationError:
        yield Finding(Harm.LOST, f"case {told.reference}")
        return
    pages = {(scan.kind, scan.sha256): scan for scan in uow.scans.of(record.id)}
    for key, content in told.scans.items():
        scan = pages.get(key)
        if scan is None:
            yield Finding(Harm.LOST, f"page {key[0]} of {told.reference}")
        elif not _holds(clerk, scan.file_name, content):
            yield Finding(Harm.TORN, f"page {key[0]} of {told.reference}")
    frozen = {each.revision: each.body for each in uow.applications.revisions(record.id)}
    queued = {row.revision: row.body for row in uow.outbox.of(record.id) if row.kind == OpKind.SUBMIT.value}
    if frozen != queued:
        yield Finding(Harm.TORN, f"revisions {sorted(frozen)} of {told.reference}, queued {sorted(queued)}")
    if told.revision > max(frozen, default=0):
        yield Finding(Harm.LOST, f"revision {told.revision} of {told.reference}")


def _holds(clerk: Clerk, name: str, content: bytes) -> bool:
    try:
        return clerk.scene.desk.store.scans.get(name) == content
    except StationError:
        return False


def _server_holds(scene: Scene) -> Iterator[Finding]:
    with scene.central.database.read() as tx:
        if first_broken(tx) is not None:
            yield Finding(Harm.TORN, "the server's audit chain")
        for parcel in tx.execute(select(parcels).where(parcels.c.receipt.is_not(None))):
            for sha256, size in _promised(tx, parcel.id):
                content = _blob(scene, parcel.device_id, parcel.reference, sha256)
                if content is None or len(content) != size or sha256_hex(content) != sha256:
                    yield Finding(Harm.TORN, f"receipt of {parcel.reference} revision {parcel.revision}: {sha256[:8]}")


def _promised(tx: Connection, parcel_id: int) -> list[tuple[str, int]]:
    query = select(parcel_scans.c.sha256, parcel_scans.c.size).where(parcel_scans.c.parcel_id == parcel_id)
    return [(row.sha256, row.size) for row in tx.execute(query)]


def _blob(scene: Scene, device_id: str, reference: str, sha256: str) -> bytes | None:
    file = scene.central.home.blobs / device_id / reference / sha256
    return file.read_bytes() if file.is_file() else None


# ---- once delivered


def _same(clerk: Clerk, uow: UnitOfWork, tx: Connection, number: int, told: Told) -> Iterator[Finding]:
    if len(clerk.cases_of(number)) > 1:
        yield Finding(Harm.TWICE, f"person {number} on the station")
    record = uow.applications.by_reference(told.reference)
    if told.revision == 0:
        return
    theirs = tx.execute(select(applications).where(applications.c.reference == told.reference)).first()
    if theirs is None:
        yield Finding(Harm.LOST, f"case {told.reference} at the server")
        return
    if (theirs.application_id, theirs.revision, theirs.state) != (record.id, record.revision, record.state.value):
        yield Finding(Harm.LOST, f"{told.reference} is {record.state} here, {theirs.state} there")
    if told.withdrawal and record.state not in (State.WITHDRAWN, State.APPROVED, State.REJECTED, State.PAID):
        yield Finding(Harm.LOST, f"the withdrawal of {told.reference}")
    yield from _same_bodies(uow, tx, record.id, told)
    yield from _same_bytes(clerk.scene, tx, told, unfinished=record.state in EDITABLE)


def _same_bodies(uow: UnitOfWork, tx: Connection, application_id: str, told: Told) -> Iterator[Finding]:
    """Every frozen body stands at the server once, byte by byte, with its one receipt on both sides."""
    kept = tx.execute(select(parcels).where(parcels.c.reference == told.reference).order_by(parcels.c.id)).all()
    sent = [row for row in uow.outbox.of(application_id) if row.kind != OpKind.WITHDRAW.value]
    there, here = Counter(row.body for row in kept), Counter(row.body for row in sent)
    for body in (here - there).elements():
        yield Finding(Harm.LOST, f"a body of {told.reference}: {sha256_hex(body.encode())[:8]}")
    for body in (there - here).elements():
        yield Finding(Harm.TWICE, f"a body of {told.reference}: {sha256_hex(body.encode())[:8]}")
    signed = Counter(row.receipt for row in kept if row.receipt is not None)
    held = Counter(each.jws for each in uow.receipts.of(application_id))
    if signed != held or signed.total() != len(kept):
        harm = Harm.TWICE if held.total() > len(kept) else Harm.LOST
        yield Finding(harm, f"receipts of {told.reference}: {held.total()} here, {signed.total()} of {len(kept)} there")


def _same_bytes(scene: Scene, tx: Connection, told: Told, unfinished: bool) -> Iterator[Finding]:
    """``unfinished``: pages that were added since the case came back go with its next revision."""
    query = select(parcels.c.device_id, parcels.c.body).where(parcels.c.reference == told.reference)
    devices, bodies = zip(*[(row.device_id, row.body) for row in tx.execute(query)], strict=True)
    named: set[str] = {scan["sha256"] for body in bodies for scan in _scans(body)}
    for (kind, sha256), content in told.scans.items():
        if sha256 not in named:
            if not unfinished:
                yield Finding(Harm.LOST, f"page {kind} of {told.reference} was never sent")
        elif (kept := _blob(scene, devices[0], told.reference, sha256)) != content:
            yield Finding(Harm.LOST if kept is None else Harm.TORN, f"page {kind} of {told.reference} at the server")


def _scans(body: str) -> list[dict[str, Any]]:
    scans: list[dict[str, Any]] = json.loads(body).get("scans", [])
    return scans


def _nothing_else(clerk: Clerk, tx: Connection) -> Iterator[Finding]:
    known = {told.reference for told in clerk.told.values()}
    for reference in tx.execute(select(applications.c.reference)).scalars():
        if reference not in known:
            yield Finding(Harm.TWICE, f"case {reference} at the server")
    for fork in tx.execute(select(forks.c.reference)).scalars():
        yield Finding(Harm.TWICE, f"a fork of {fork}")


def _not_done(uow: UnitOfWork) -> Sequence[Any]:
    return uow.outbox.in_states(*(set(OutboxState) - {OutboxState.DONE}))
