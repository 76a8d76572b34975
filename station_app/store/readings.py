"""What was read off pages: for the clerk to compare, never a part of the case itself."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, delete, select, true
from sqlalchemy.dialects.sqlite import insert as upsert

from station_app.domain.application import State
from station_app.domain.reading import DocumentReading, ScanReading
from station_app.store.records import ScanRecord
from station_app.store.rows import to_json
from station_app.store.scans import scan_of
from station_app.store.schema import applications, readings, scans

_OPEN = (State.DRAFT.value, State.RETURNED.value)


class Readings:
    """One reading for each page at most; a page that could not be read has one that says why."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, reading: ScanReading) -> None:
        values = {
            "scan_id": reading.scan_id,
            "documents": to_json([each.to_json() for each in reading.documents]),
            "failure": reading.failure,
            "read_at": reading.read_at,
        }
        added = upsert(readings).values(values)
        again = {name: added.excluded[name] for name in ("documents", "failure", "read_at")}
        self._connection.execute(added.on_conflict_do_update(index_elements=["scan_id"], set_=again))

    def of(self, application_id: str) -> dict[str, ScanReading]:
        """Of the case's pages, those left out as well, by the page's id."""
        found = select(readings).join(scans, scans.c.id == readings.c.scan_id)
        rows = self._connection.execute(found.where(scans.c.application_id == application_id))
        return {row.scan_id: _reading(row) for row in rows}

    def forget(self, scan_ids: Collection[str]) -> None:
        """Let pages be read once more (some hundreds at most)."""
        self._connection.execute(delete(readings).where(readings.c.scan_id.in_(sorted(scan_ids))))

    def erase(self, application_id: str) -> None:
        """All of a case: they go with the bytes of its pages."""
        mine = select(scans.c.id).where(scans.c.application_id == application_id)
        self._connection.execute(delete(readings).where(readings.c.scan_id.in_(mine)))

    def next_unread(self, *, all_pages: bool = True) -> ScanRecord | None:
        """The page that was added last to a case being written, and that nobody has tried to read.

        ``all_pages`` False: only one of a device that is still whole as it came.
        """
        known = select(readings.c.scan_id).where(readings.c.scan_id == scans.c.id)
        found = (
            select(scans)
            .join(applications, applications.c.id == scans.c.application_id)
            .where(applications.c.state.in_(_OPEN), scans.c.removed == 0, scans.c.erased_at.is_(None))
            .where(~known.exists(), true() if all_pages else scans.c.original_id.is_not(None) & scans.c.cut.is_(None))
            .order_by(scans.c.added_at.desc(), scans.c.id)
            .limit(1)
        )
        row = self._connection.execute(found).first()
        return None if row is None else scan_of(row)


def _reading(row: Row[Any]) -> ScanReading:
    documents = tuple(DocumentReading.from_json(each) for each in json.loads(row.documents))
    return ScanReading(row.scan_id, row.read_at, documents, row.failure)
