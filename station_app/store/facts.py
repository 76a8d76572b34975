"""Small things a station knows about itself: identity, keys, cursors. Encrypted like everything else."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from station_app.store.schema import facts


class Facts:
    """Text under a name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str | None:
        return self._connection.execute(select(facts.c.value).where(facts.c.key == key)).scalar()

    def some(self, *keys: str) -> dict[str, str]:
        """Those of these that are known."""
        found = self._connection.execute(select(facts).where(facts.c.key.in_(keys)))
        return {row.key: row.value for row in found}

    def all(self) -> dict[str, str]:
        return {row.key: row.value for row in self._connection.execute(select(facts))}

    def beginning(self, prefix: str) -> dict[str, str]:
        """Those whose names begin so, by name."""
        found = self._connection.execute(
            select(facts).where(facts.c.key >= prefix, facts.c.key < prefix + "\uffff").order_by(facts.c.key)
        )
        return {row.key: row.value for row in found}

    def set(self, key: str, value: str | None) -> None:
        """None takes the fact away."""
        if value is None:
            self._connection.execute(delete(facts).where(facts.c.key == key))
            return
        statement = insert(facts).values(key=key, value=value)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
        )
