"""The server's signed receipts, kept for ever."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from station_app.store.records import ReceiptRecord
from station_app.store.schema import applications, receipts
from station_app.store.times import Moment, stamp


class Receipts:
    """A receipt comes again with every later sync; it is kept once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, reference: str, revision: int, jws: str, received_at: Moment) -> bool:
        """Keep a checked receipt; False when it is there already or the case is not this station's."""
        application_id = self._connection.execute(
            select(applications.c.id).where(applications.c.reference == reference)
        ).scalar()
        if application_id is None:
            return False
        statement = insert(receipts).values(
            application_id=application_id,
            reference=reference,
            revision=revision,
            jws=jws,
            received_at=stamp(received_at),
        )
        return self._connection.execute(statement.on_conflict_do_nothing()).rowcount == 1

    def of(self, application_id: str) -> list[ReceiptRecord]:
        """The receipts of a case, the oldest first."""
        rows = self._connection.execute(
            select(receipts).where(receipts.c.application_id == application_id).order_by(receipts.c.seq)
        )
        return [ReceiptRecord(*row[1:]) for row in rows]
