"""Finding people by name: every spelling of every name, in one clustered index for members and one for applicants.

Names repeat, so spellings are kept per name, not per person; a range of such an index gives names, and an index on the
name gives the people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from operator import itemgetter

from sqlalchemy import Connection

from station_app.domain.pinyin import first_key, keys_of

# ruff: noqa: S608  the SQL is put together from table names of this package

_LAST = "\U0010ffff"


def bounds(prefix: str) -> tuple[str, str]:
    """The range of texts that begin with ``prefix``: from the first, up to but without the second."""
    return prefix, prefix + _LAST


class NameKeys:
    """The index in ``table`` over the names in ``bearers``, another table with a column ``name``."""

    def __init__(self, connection: Connection, table: str, bearers: str) -> None:
        self._connection = connection
        self._add = f"INSERT OR IGNORE INTO {table} (key, name) VALUES (?, ?)"
        self._remove = f"DELETE FROM {table} WHERE key = ? AND name = ?"
        self._borne = f"SELECT EXISTS (SELECT 1 FROM {bearers} WHERE name = ?)"
        self._unknown = f"""
            SELECT value ->> 1 FROM json_each(?) AS asked WHERE NOT EXISTS
                (SELECT 1 FROM {table} WHERE key = asked.value ->> 0 AND name = asked.value ->> 1)
        """

    def know(self, names: Iterable[str]) -> None:
        """Make these names findable."""
        pairs = [(key, name) for name in self._new(set(names)) for key in keys_of(name)]
        if pairs:
            self._connection.exec_driver_sql(self._add, sorted(pairs, key=itemgetter(0)))

    def forget(self, names: Iterable[str]) -> None:
        """Take out those of these names that nobody bears any more."""
        for name in set(names):
            if name and not self._connection.exec_driver_sql(self._borne, (name,)).scalar():
                self._connection.exec_driver_sql(self._remove, [(key, name) for key in keys_of(name)])

    def _new(self, names: Iterable[str]) -> list[str]:
        """Those that are not in the index; all are asked for at once, since a roster brings thousands."""
        asked = [(key, name) for name in names if (key := first_key(name))]
        rows = self._connection.exec_driver_sql(self._unknown, (json.dumps(asked, ensure_ascii=False),))
        return [row[0] for row in rows]
