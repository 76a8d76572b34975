"""Pages as a device, a camera or a document gave them, where a case's own page was cut out of one.

Their bytes lie in ``ScanFiles`` like those of any page: there before the row is, gone after it is marked.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from station_app.errors import UserError
from station_app.store.records import OriginalRecord
from station_app.store.schema import originals
from station_app.store.times import Moment, stamp


class Originals:
    """An original is never changed and never deleted (triggers); it is erased with the pages of its case."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *records: OriginalRecord) -> None:
        if records:
            self._connection.execute(insert(originals), [_values(record) for record in records])

    def get(self, original_id: str) -> OriginalRecord:
        """Raises UserError ``scan_unknown``."""
        row = self._connection.execute(select(originals).where(originals.c.id == original_id)).first()
        if row is None:
            raise UserError("scan_unknown")
        return _original(row)

    def of(self, application_id: str) -> list[OriginalRecord]:
        """Of one case, in the order they came."""
        found = select(originals).where(originals.c.application_id == application_id)
        return [_original(row) for row in self._connection.execute(found.order_by(originals.c.added_at))]

    def with_bytes(self, application_id: str, sha256: str) -> OriginalRecord | None:
        """The case's original with these bytes, if they are still here."""
        mine = (originals.c.application_id == application_id) & (originals.c.sha256 == sha256)
        row = self._connection.execute(select(originals).where(mine, originals.c.erased_at.is_(None))).first()
        return None if row is None else _original(row)

    def erase(self, application_id: str, at: Moment) -> None:
        """Mark all of a case that was paid and receipted (trigger) as erased; their files go next."""
        kept = (originals.c.application_id == application_id) & originals.c.erased_at.is_(None)
        self._connection.execute(update(originals).where(kept).values(erased_at=stamp(at)))


def _values(record: OriginalRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in OriginalRecord.__dataclass_fields__}


def _original(row: Row[Any]) -> OriginalRecord:
    return OriginalRecord(**{name: getattr(row, name) for name in OriginalRecord.__dataclass_fields__})
