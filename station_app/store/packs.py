"""Plan packs that the server sent, every version kept: a case stays judged by the version it names."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from station_app.store.records import PackRecord
from station_app.store.schema import packs
from station_app.store.times import Moment, stamp


class Packs:
    """By year and version."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, year: int, version: int, text: str, signature: str, received_at: Moment) -> None:
        """Keep a pack whose signature was checked; the same year and version again changes nothing."""
        statement = insert(packs).values(
            year=year, version=version, text=text, signature=signature, received_at=stamp(received_at)
        )
        self._connection.execute(statement.on_conflict_do_nothing())

    def all(self) -> list[PackRecord]:
        """By year, then version."""
        rows = self._connection.execute(select(packs).order_by(packs.c.year, packs.c.version))
        return [PackRecord(*row) for row in rows]

    def newest(self, year: int) -> PackRecord | None:
        row = self._connection.execute(
            select(packs).where(packs.c.year == year).order_by(packs.c.version.desc()).limit(1)
        ).first()
        return None if row is None else PackRecord(*row)
