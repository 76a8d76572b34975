"""Small things a station knows about itself: identity, keys, cursors. Encrypted like everything else."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from station_app.store.schema import facts

# asked dozens of times in a pass; put together anew each time, a statement would cost four times its own work
_VALUE = select(facts.c.value).where(facts.c.key == bindparam("key"))
_NEW = insert(facts)
_SET = _NEW.on_conflict_do_update(index_elements=["key"], set_={"value": _NEW.excluded.value})


class Facts:
    """Text under a name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str | None:
        return self._connection.execute(_VALUE, {"key": key}).scalar()

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
        self._connection.execute(_SET, {"key": key, "value": value})
