"""Pages that wait to be filed. Their bytes lie in ``ScanFiles`` like those of any page, there before the row is."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, literal_column, select, update

from station_app.domain.application import ScanKind
from station_app.domain.reading import DocumentReading
from station_app.errors import UserError
from station_app.store.records import TrayRecord
from station_app.store.rows import to_json
from station_app.store.schema import originals, paper_files, scans, tray


class Tray:
    """A page leaves with the transaction that files or discards it; nothing else deletes a row."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *records: TrayRecord) -> None:
        if records:
            self._connection.execute(insert(tray), [_values(record) for record in records])

    def get(self, tray_id: str) -> TrayRecord:
        """Raises UserError ``tray_page_unknown``: it has left."""
        row = self._connection.execute(select(tray).where(tray.c.id == tray_id)).first()
        if row is None:
            raise UserError("tray_page_unknown")
        return _record(row)

    def all(self) -> list[TrayRecord]:
        """In the order they came."""
        return [_record(row) for row in self._connection.execute(select(tray).order_by(literal_column("rowid")))]

    def next_with(self, reason: str) -> TrayRecord | None:
        """The first that came of those that wait for this reason."""
        found = select(tray).where(tray.c.reason == reason).order_by(literal_column("rowid")).limit(1)
        row = self._connection.execute(found).first()
        return None if row is None else _record(row)

    def count(self) -> int:
        return int(self._connection.execute(select(func.count()).select_from(tray)).scalar_one())

    def set(self, record: TrayRecord) -> None:
        """What is now known of a page; its bytes stay."""
        values = _values(record)
        self._connection.execute(update(tray).where(tray.c.id == values.pop("id")).values(**values))

    def remove(self, tray_id: str) -> None:
        self._connection.execute(delete(tray).where(tray.c.id == tray_id))

    def is_needed(self, file_name: str) -> bool:
        """Whether a page of the tray or of a case has this file, or a PDF does; what was erased needs it no more."""
        kept = [
            select(each.c.id).where(each.c.file_name == file_name, each.c.erased_at.is_(None))
            for each in (scans, originals, paper_files)
        ]
        kept.append(select(tray.c.id).where(tray.c.file_name == file_name))
        return any(self._connection.execute(each.limit(1)).first() is not None for each in kept)


def _values(record: TrayRecord) -> dict[str, Any]:
    return {
        **{name: getattr(record, name) for name in TrayRecord.__dataclass_fields__},
        "kind": record.kind.value if record.kind else None,
        "params": to_json(dict(record.params)),
        "documents": to_json([each.to_json() for each in record.documents]),
    }


def _record(row: Row[Any]) -> TrayRecord:
    values = {name: getattr(row, name) for name in TrayRecord.__dataclass_fields__}
    return TrayRecord(
        **{
            **values,
            "kind": ScanKind(row.kind) if row.kind else None,
            "params": json.loads(row.params),
            "documents": tuple(DocumentReading.from_json(each) for each in json.loads(row.documents)),
        }
    )
