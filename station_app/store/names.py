"""Finding people by name: every spelling of every name in the store, in one clustered index.

Names repeat, so spellings are kept per name, not per person; a range of this index gives names, and an index on the
name gives the people.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from station_app.domain.pinyin import keys_of

_LAST = "\U0010ffff"

_ADD = "INSERT OR IGNORE INTO name_keys (key, name) VALUES (?, ?)"
_BORNE = "SELECT EXISTS (SELECT 1 FROM members WHERE name = ?) OR EXISTS (SELECT 1 FROM applications WHERE name = ?)"
_KNOWN = "SELECT EXISTS (SELECT 1 FROM name_keys WHERE key = ? AND name = ?)"


def bounds(prefix: str) -> tuple[str, str]:
    """The range of texts that begin with ``prefix``: from the first, up to but without the second."""
    return prefix, prefix + _LAST


def know(connection: Connection, names: Iterable[str]) -> None:
    """Make these names findable."""
    new = [name for name in set(names) if name and not _is_known(connection, name)]
    pairs = sorted((key, name) for name in new for key in keys_of(name))
    if pairs:
        connection.exec_driver_sql(_ADD, pairs)


def forget(connection: Connection, names: Iterable[str]) -> None:
    """Take out those of these names that nobody bears any more."""
    for name in set(names):
        if name and not connection.exec_driver_sql(_BORNE, (name, name)).scalar():
            pairs = [(key, name) for key in keys_of(name)]
            connection.exec_driver_sql("DELETE FROM name_keys WHERE key = ? AND name = ?", pairs)


def _is_known(connection: Connection, name: str) -> bool:
    # keys_of puts the name itself first
    return bool(connection.exec_driver_sql(_KNOWN, (keys_of(name)[0], name)).scalar())
