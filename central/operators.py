"""The operators of the stations: told by each device, shut out here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from central import audit
from central.context import Central
from central.tables import devices, operators
from central.text import is_line
from station_app.durable import Point
from station_app.errors import UserError
from sync.wire import OperatorEntry


def keep(tx: Connection, device_id: str, told: Sequence[OperatorEntry]) -> None:
    """The roll of a device as it is now; what stands in our words (a revocation) stays. A name that is no text is not
    kept: it could not be shown.
    """
    mine = operators.c.device_id == device_id
    known = set(tx.execute(select(operators.c.operator_id).where(mine)).scalars())
    for each in {entry.id: entry for entry in told if is_line(entry.id) and is_line(entry.name)}.values():
        values = {"name": each.name, "role": each.role if is_line(each.role) else "", "active": each.active}
        if each.id in known:
            tx.execute(update(operators).where(mine, operators.c.operator_id == each.id).values(**values))
        else:
            tx.execute(insert(operators).values(device_id=device_id, operator_id=each.id, **values))


def revoke(central: Central, station_no: str, operator: str) -> None:
    """Shut out whoever has this name or id, at every PC of the station. Raises UserError ``operator_unknown``."""
    of_station = select(devices.c.id).where(devices.c.station_no == station_no)
    meant = (
        operators.c.device_id.in_(of_station),
        or_(operators.c.name == operator, operators.c.operator_id == operator),
    )
    with central.database.write(Point.SERVER_ENROL) as tx:
        found = list(tx.execute(select(operators.c.operator_id).where(*meant)).scalars())
        if not found:
            raise UserError("operator_unknown", "operator")
        still = (*meant, operators.c.revoked_at.is_(None))
        tx.execute(update(operators).where(*still).values(revoked_at=central.now()))
        for operator_id in found:
            audit.note(tx, "operator_revoked", operator_id, central.now())


def revoked_since(tx: Connection, device_id: str) -> dict[str, str]:
    """The ids of this device's operators that are shut out, and since when."""
    query = select(operators.c.operator_id, operators.c.revoked_at).where(
        operators.c.device_id == device_id, operators.c.revoked_at.is_not(None)
    )
    return {row.operator_id: row.revoked_at for row in tx.execute(query)}


def list_operators(central: Central) -> list[dict[str, Any]]:
    """Every operator with the station and the device."""
    query = select(devices.c.station_no, operators).join(devices).order_by(devices.c.station_no, operators.c.name)
    with central.database.read() as tx:
        return [dict(row) for row in tx.execute(query).mappings()]
