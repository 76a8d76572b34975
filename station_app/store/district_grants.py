"""What people of the district applied for or were paid at other PCs, as the server tells it: for the repeat rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from station_app.domain.application import Category
from station_app.plans import Grant

# ruff: noqa: S608  the SQL is put together from this module's own constants

_OF_GRANT = ("plan", "category", "occupation", "level", "level_name", "rank", "certificate_number", "year_paid")
_COLUMNS = ", ".join(_OF_GRANT)
_PUT = f"INSERT OR REPLACE INTO grants (grant_no, id_number, {_COLUMNS}) VALUES (?, ?{', ?' * len(_OF_GRANT)})"
_CURSOR = "grants_cursor"


class DistrictGrants:
    """Readers see the table through their attached roster; only a connection to the roster's own file writes it.

    ``grant_no``: the server's name for a case, which says nothing of its station.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, id_number: str) -> list[Grant]:
        """Those of one person, in the order the server numbered them."""
        query = f"SELECT {_COLUMNS} FROM grants WHERE id_number = ? ORDER BY grant_no"
        rows = self._connection.exec_driver_sql(query, (id_number,)).mappings() if id_number else ()
        return [Grant(**{**row, "category": Category(row["category"])}, elsewhere=True) for row in rows]

    def put(self, grants: Iterable[tuple[int, str, Mapping[str, object]]]) -> None:
        """``(grant_no, id_number, what a Grant holds by name)``."""
        rows = [(number, person, *(each[name] for name in _OF_GRANT)) for number, person, each in grants]
        if rows:
            self._connection.exec_driver_sql(_PUT, rows)

    def remove(self, grant_nos: Iterable[int]) -> None:
        gone = [(each,) for each in grant_nos]
        if gone:
            self._connection.exec_driver_sql("DELETE FROM grants WHERE grant_no = ?", gone)

    def replace(self, id_number: str, grants: Iterable[tuple[int, str, Mapping[str, object]]]) -> None:
        """All of one person, in place of what was kept before."""
        self._connection.exec_driver_sql("DELETE FROM grants WHERE id_number = ?", (id_number,))
        self.put(grants)

    def forget(self) -> None:
        """The server's numbers mean nothing any more: hear of everything again."""
        self._connection.exec_driver_sql("DELETE FROM grants")
        self.set_cursor(0)

    def cursor(self) -> int:
        found = self._connection.exec_driver_sql("SELECT value FROM state WHERE key = ?", (_CURSOR,)).scalar()
        return int(found or 0)

    def set_cursor(self, seq: int) -> None:
        self._connection.exec_driver_sql("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", (_CURSOR, str(seq)))
