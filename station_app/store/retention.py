"""Which paid cases still have their scans on this PC, and how many have not."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, func, select

from station_app.domain.application import State
from station_app.store.records import OutboxState, PaidCase
from station_app.store.schema import applications, outbox, scans


class Retention:
    """Reads only; ``Scans.erase`` writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def paid_until(self, day: date) -> list[PaidCase]:
        """The cases paid on this day or before that have scans here, the first paid first."""
        kept = select(scans.c.id).where(scans.c.application_id == applications.c.id, scans.c.erased_at.is_(None))
        ops = select(outbox.c.seq).where(outbox.c.application_id == applications.c.id)
        unsettled = ops.where(outbox.c.state != OutboxState.DONE.value)
        found = (
            select(applications.c.id, applications.c.revision, applications.c.paid_seq, ~unsettled.exists())
            .where(applications.c.state == State.PAID.value, applications.c.paid_on <= day.isoformat())
            .where(kept.exists())
            .order_by(applications.c.paid_on, applications.c.id)
        )
        return [
            PaidCase(id_, revision, seq, bool(done)) for id_, revision, seq, done in self._connection.execute(found)
        ]

    def erased(self) -> int:
        """How many cases have had their scans erased."""
        counted = select(func.count(scans.c.application_id.distinct())).where(scans.c.erased_at.is_not(None))
        return int(self._connection.execute(counted).scalar_one())
