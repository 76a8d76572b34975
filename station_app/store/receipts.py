"""The server's signed receipts, kept for ever."""

from __future__ import annotations

from sqlalchemy import Connection, select

from station_app.store.records import ReceiptRecord
from station_app.store.schema import receipts
from station_app.store.times import Moment, stamp

_ADD = """
    INSERT INTO receipts (application_id, reference, revision, jws, received_at)
    SELECT id, ?, ?, ?, ? FROM applications WHERE reference = ?
    ON CONFLICT DO NOTHING
"""


class Receipts:
    """A receipt comes again with every later sync; it is kept once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, reference: str, revision: int, jws: str, received_at: Moment) -> bool:
        """Keep a checked receipt; False when it is there already or the case is not this station's."""
        values = (reference, revision, jws, stamp(received_at), reference)
        return self._connection.exec_driver_sql(_ADD, values).rowcount == 1

    def of(self, application_id: str) -> list[ReceiptRecord]:
        """The receipts of a case, the oldest first."""
        rows = self._connection.execute(
            select(receipts).where(receipts.c.application_id == application_id).order_by(receipts.c.seq)
        )
        return [ReceiptRecord(*row[1:]) for row in rows]
