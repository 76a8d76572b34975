"""Devices: who may speak to the server, and how far each one's audit chain was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from central import audit
from central.clock import beijing_day, stamp
from central.context import Central
from central.tables import audit_heads, devices, revocations, stations
from central.text import is_line
from station_app.durable import Point
from station_app.errors import UserError
from sync.claims import EraseOrder
from sync.envelope import decode_key, sign_order
from sync.wire import AuditHead

_LOCK = select(devices.c.id).where(devices.c.id == bindparam("this")).with_for_update()


@dataclass(frozen=True)
class Device:
    """A station's PC. ``key``: its Ed25519 public key, 32 bytes. ``district`` empty: the whole city.

    ``delivers`` and ``erase``: of a revoked device, as in ``revocations``.
    """

    id: str
    station_no: str
    station_name: str
    district: str
    letter: str
    key: bytes
    revoked: bool
    delivers: bool = False
    erase: str = ""


def find_device(tx: Connection, device_id: str) -> Device | None:
    """The device of this id, revoked or not."""
    row = tx.execute(
        select(
            devices,
            stations.c.name.label("station_name"),
            stations.c.district,
            revocations.c.delivers,
            revocations.c.erase,
        )
        .join(stations)
        .outerjoin(revocations, revocations.c.device_id == devices.c.id)
        .where(devices.c.id == device_id)
    ).first()
    if row is None:
        return None
    return Device(
        id=row.id,
        station_no=row.station_no,
        station_name=row.station_name,
        district=row.district,
        letter=row.letter,
        key=decode_key(row.key),
        revoked=row.revoked_at is not None,
        delivers=bool(row.delivers),
        erase=row.erase or "",
    )


def lock_device(tx: Connection, device_id: str) -> None:
    """Hold a device's cases and its log until this transaction ends."""
    tx.execute(_LOCK, {"this": device_id}).first()


def revoke(central: Central, device_id: str, *, delivers: bool = False) -> None:
    """Shut a device out, for a stolen PC; ``delivers``: what it holds is still taken, for one that is given back.

    Raises UserError ``device_unknown``.
    """
    with central.database.write(Point.SERVER_ENROL) as tx:
        if find_device(tx, device_id) is None:
            raise UserError("device_unknown")
        revoked_at = func.coalesce(devices.c.revoked_at, central.now())
        tx.execute(update(devices).where(devices.c.id == device_id).values(revoked_at=revoked_at))
        _put_revocation(tx, device_id, delivers=delivers)
        audit.note(tx, "device_revoked", device_id, central.now())


def erase(central: Central, device_id: str, *, at_once: bool = False) -> None:
    """Order a revoked device to erase its home at its next contact, once everything in it is here.

    ``at_once``: whatever is in it. Raises UserError ``device_unknown``, ``device_not_revoked``.
    """
    with central.database.write(Point.SERVER_ENROL) as tx:
        device = find_device(tx, device_id)
        if device is None:
            raise UserError("device_unknown")
        if not device.revoked:
            raise UserError("device_not_revoked")
        _put_revocation(tx, device_id, erase="at_once" if at_once else "delivered")
        audit.note(tx, "erase_ordered", device_id, central.now())


def order_for(central: Central, device: Device) -> str:
    """The order to erase, signed for this moment; empty where there is none."""
    if not device.erase:
        return ""
    claims = EraseOrder(
        iss=central.keys.key_id,
        device_id=device.id,
        issued_at=int(central.clock().timestamp()),
        undelivered=device.erase == "at_once",
    )
    return sign_order(central.keys.private, claims)


def _put_revocation(tx: Connection, device_id: str, **values: object) -> None:
    if tx.execute(select(revocations).where(revocations.c.device_id == device_id)).first() is None:
        tx.execute(insert(revocations).values(**{"device_id": device_id, "delivers": False, "erase": "", **values}))
    else:
        tx.execute(update(revocations).where(revocations.c.device_id == device_id).values(**values))


def list_devices(central: Central) -> list[dict[str, Any]]:
    """Every device with its station, the day it was last seen and whether its audit chain ever went back."""
    seen = (
        select(
            audit_heads.c.device_id,
            func.max(audit_heads.c.seen_at).label("last_seen_at"),
            func.count().filter(audit_heads.c.went_back).label("went_back"),
        )
        .group_by(audit_heads.c.device_id)
        .subquery()
    )
    query = (
        select(devices, stations.c.name.label("station_name"), seen.c.last_seen_at, seen.c.went_back)
        .join(stations)
        .outerjoin(seen, seen.c.device_id == devices.c.id)
        .order_by(devices.c.station_no, devices.c.letter)
    )
    with central.database.read() as tx:
        rows = tx.execute(query).mappings().all()
    return [
        {
            "device": row["id"],
            "station_no": row["station_no"],
            "station_name": row["station_name"],
            "letter": row["letter"],
            "name": row["name"],
            "enrolled_at": row["enrolled_at"],
            "revoked_at": row["revoked_at"],
            "last_seen_at": row["last_seen_at"],
            "audit_went_back": bool(row["went_back"]),
        }
        for row in rows
    ]


# ---- audit heads


def is_new_head(tx: Connection, central: Central, device: Device, head: AuditHead | None) -> bool:
    """Whether this end of the device's chain tells more than what was seen today; one that is no text tells nothing."""
    if head is None or not (is_line(head.hash) and is_line(head.day)):
        return False
    today = _head_of(tx, device.id, stamp_day(central))
    return today is None or (head.seq, head.hash) != (today.seq, today.hash)


def keep_head(tx: Connection, central: Central, device: Device, head: AuditHead) -> None:
    """Remember how far the device's chain reaches today; a chain that went back or forked is marked, for ever."""
    day = stamp_day(central)
    newest = tx.execute(
        select(audit_heads).where(audit_heads.c.device_id == device.id).order_by(audit_heads.c.seen_on.desc()).limit(1)
    ).first()
    went_back = newest is not None and (head.seq < newest.seq or (head.seq == newest.seq and head.hash != newest.hash))
    values = {
        "seq": head.seq,
        "hash": head.hash,
        "station_day": head.day,
        "seen_at": stamp(central.clock()),
        "went_back": went_back or (newest is not None and newest.seen_on == day and newest.went_back),
    }
    if newest is not None and newest.seen_on == day:
        where = (audit_heads.c.device_id == device.id) & (audit_heads.c.seen_on == day)
        tx.execute(update(audit_heads).where(where).values(**values))
    else:
        tx.execute(insert(audit_heads).values(device_id=device.id, seen_on=day, **values))


def supports_day(tx: Connection, device: Device, day: str, intake_seq: int | None) -> bool:
    """Whether a chain end seen by the end of ``day`` covers the intake.

    With the number of the intake's audit row: one seen that day or before that reaches it. Without: any seen that day.
    """
    if intake_seq is None:
        return _head_of(tx, device.id, day) is not None
    query = select(audit_heads.c.seq).where(
        audit_heads.c.device_id == device.id, audit_heads.c.seen_on <= day, audit_heads.c.seq >= intake_seq
    )
    return tx.execute(query.limit(1)).first() is not None


def stamp_day(central: Central) -> str:
    """Today in Beijing, ``YYYY-MM-DD``."""
    return beijing_day(central.clock()).isoformat()


def _head_of(tx: Connection, device_id: str, day: str) -> Any:
    where = (audit_heads.c.device_id == device_id) & (audit_heads.c.seen_on == day)
    return tx.execute(select(audit_heads).where(where)).first()
