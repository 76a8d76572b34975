"""What was printed to be signed: the values on the paper, found again by its code, and which of its pages came home."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select
from sqlalchemy.dialects.sqlite import insert

from station_app.store.rows import to_json
from station_app.store.schema import prints
from station_app.store.times import Moment, stamp


class Prints:
    """A paper is known by reference, kind of paper, revision and digest; the same printed twice is one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self, paper: tuple[str, str, int, str], content: Mapping[str, Any], printed_at: Moment, operator_id: str
    ) -> None:
        """Keep what the paper says; printed again, only the day and the operator are newer."""
        last = {"content": to_json(dict(content)), "printed_at": stamp(printed_at), "operator_id": operator_id}
        new = insert(prints).values(**_key(paper), came="[]", **last)
        self._connection.execute(new.on_conflict_do_update(index_elements=list(_key(paper)), set_=last))

    def values(self, paper: tuple[str, str, int, str]) -> dict[str, Any]:
        """What stands on it; empty where it was never noted."""
        found = self._connection.execute(select(prints.c.content).where(_is(paper))).scalar()
        return dict(json.loads(found)) if found else {}

    def came(self, paper: tuple[str, str, int, str]) -> set[int]:
        """The pages of it that were filed, from 1."""
        found = self._connection.execute(select(prints.c.came).where(_is(paper))).scalar()
        return set(json.loads(found)) if found else set()

    def note_came(self, paper: tuple[str, str, int, str], page: int, at: Moment, operator_id: str) -> None:
        """One more page is filed, of a paper that may never have been noted."""
        came = to_json(sorted(self.came(paper) | {page}))
        values = {**_key(paper), "content": "{}", "came": came, "printed_at": stamp(at), "operator_id": operator_id}
        new = insert(prints).values(**values)
        self._connection.execute(new.on_conflict_do_update(index_elements=list(_key(paper)), set_={"came": came}))


def _key(paper: tuple[str, str, int, str]) -> dict[str, Any]:
    return dict(zip(("reference", "paper", "revision", "digest"), paper, strict=True))


def _is(paper: tuple[str, str, int, str]) -> ColumnElement[bool]:
    return and_(*(prints.c[name] == value for name, value in _key(paper).items()))
