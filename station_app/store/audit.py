"""The audit chain: rows that nobody can change without breaking every later one.

A row's hash is HMAC-SHA256 (audit subkey) over the hash before it and the row's canonical JSON. Rows hold ids only.
"""

from __future__ import annotations

import hmac
import json
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from station_app.domain.canonical import canonical_json
from station_app.store.records import AuditRow
from station_app.store.rows import to_json
from station_app.store.schema import audit
from station_app.store.times import Clock

START = "0" * 64
_HEAD = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
_NEW = insert(audit)


class Audit:
    """Append, read and prove the chain; one object for each unit of work, whose transaction alone appends."""

    def __init__(self, connection: Connection, key: bytes, clock: Clock) -> None:
        self._connection = connection
        self._key = key
        self._clock = clock
        self._newest: tuple[int, str] | None = None  # the last row that was appended here

    def add(self, action: str, subject: str, operator_id: str, **ids: Any) -> AuditRow:
        """Append a row. ``subject``: the id or reference acted on; ``ids``: JSON values, never personal data."""
        seq, before = self._newest or self.head()
        at = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        content = (seq + 1, at, operator_id, action, subject, ids)
        row = AuditRow(*content, self._hash(before, content))
        self._connection.execute(_NEW, {**vars(row), "ids": to_json(ids)})
        self._newest = row.seq, row.hash
        return row

    def head(self) -> tuple[int, str]:
        """The last row's number and hash; 0 and zeros for an empty chain."""
        row = self._connection.execute(_HEAD).first()
        return (row.seq, row.hash) if row else (0, START)

    def hash_at(self, seq: int) -> str | None:
        """The hash of the row with this number, None where the chain does not reach so far."""
        return self._connection.execute(select(audit.c.hash).where(audit.c.seq == seq)).scalar()

    def first_of(self, subject: str) -> int | None:
        """The number of the first row about this id or reference: when it came to be."""
        return self._connection.execute(select(func.min(audit.c.seq)).where(audit.c.subject == subject)).scalar()

    def verify(self) -> int | None:
        """None when the chain holds from the first row to the last, else the first broken ``seq``."""
        before, expected = START, 1
        for row in self._connection.execute(select(audit).order_by(audit.c.seq)):
            read = _read(row)
            content = (read.seq, read.at, read.operator_id, read.action, read.subject, read.ids)
            if read.seq != expected or not hmac.compare_digest(read.hash, self._hash(before, content)):
                return expected
            before, expected = read.hash, expected + 1
        return None

    def last(self, limit: int = 100) -> list[AuditRow]:
        """The newest rows, the newest first."""
        found = self._connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(limit))
        return [_read(row) for row in found]

    def _hash(self, before: str, content: tuple[Any, ...]) -> str:
        return hmac.digest(self._key, before.encode() + canonical_json(content), "sha256").hex()


def _read(row: Row[Any]) -> AuditRow:
    return AuditRow(row.seq, row.at, row.operator_id, row.action, row.subject, json.loads(row.ids), row.hash)
