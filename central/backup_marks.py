"""How far the server's own backups reach: stations erase nothing that the server's disk alone holds.

Whoever backs the server up (its home, its database, its scans) says so: a mark before, and that the backup lies safe
afterwards. What stood in the database at the mark is in that backup, whatever came while it was made.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, literal, select, update

from central import audit
from central.context import Central
from central.tables import backup_marks, backup_positions, devices
from station_app.durable import Point
from station_app.errors import UserError
from sync.wire import BackupMark


def begin(central: Central) -> int:
    """Note how far every device's log has come, before a backup is made; the mark's number."""
    with central.database.write(Point.SERVER_BACKUP) as tx:
        added = tx.execute(insert(backup_marks).values(begun_at=central.now()))
        assert added.inserted_primary_key is not None
        number = int(added.inserted_primary_key[0])
        here = select(literal(number), devices.c.id, devices.c.log_seq)
        tx.execute(insert(backup_positions).from_select(["number", "device_id", "log"], here))
        audit.note(tx, "backup_begun", str(number), central.now())
    return number


def hold(central: Central, number: int) -> None:
    """The backup begun at this mark is whole and lies on another disk. Raises UserError ``backup_mark_unknown``."""
    with central.database.write(Point.SERVER_BACKUP) as tx:
        known = tx.execute(select(backup_marks.c.held_at).where(backup_marks.c.number == number)).first()
        if known is None:
            raise UserError("backup_mark_unknown", number=number)
        if known.held_at is None:
            tx.execute(update(backup_marks).where(backup_marks.c.number == number).values(held_at=central.now()))
            audit.note(tx, "backup_held", str(number), central.now())


def newest(tx: Connection, device_id: str) -> BackupMark | None:
    """How far the backups reach for a device, None before the first."""
    query = (
        select(backup_positions.c.log, backup_marks.c.begun_at)
        .join(backup_marks)
        .where(backup_positions.c.device_id == device_id, backup_marks.c.held_at.is_not(None))
        .order_by(backup_marks.c.number.desc())
        .limit(1)
    )
    row = tx.execute(query).first()
    return None if row is None else BackupMark(log=row.log, at=row.begun_at)
