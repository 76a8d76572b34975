"""The server's signed receipts, kept for ever."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

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

    def last(self) -> int:
        """The number of the newest, 0 before the first."""
        return int(self._connection.execute(select(func.coalesce(func.max(receipts.c.seq), 0))).scalar_one())

    def newest(self, after: int = 0) -> ReceiptRecord | None:
        """The last that came, if its number is behind ``after``."""
        query = select(receipts).where(receipts.c.seq > after).order_by(receipts.c.seq.desc()).limit(1)
        row = self._connection.execute(query).first()
        return None if row is None else ReceiptRecord(*row[1:])

    def of(self, application_id: str) -> list[ReceiptRecord]:
        """The receipts of a case, the oldest first."""
        rows = self._connection.execute(
            select(receipts).where(receipts.c.application_id == application_id).order_by(receipts.c.seq)
        )
        return [ReceiptRecord(*row[1:]) for row in rows]
