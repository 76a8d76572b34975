"""Noting that something moved which may stand against a second grant.

In the mover's own transaction, and without drawing a number, so that nobody waits for anybody; ``grants.number`` takes
it from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select

from central.tables import applications, grant_news

_SLICE = 400  # parameters of one IN (...)


def note(tx: Connection, references: Iterable[str]) -> None:
    """These cases have moved."""
    rows = [{"reference": each} for each in sorted(set(references))]
    if rows:
        tx.execute(insert(grant_news), rows)


def note_people(tx: Connection, id_numbers: Sequence[str]) -> None:
    """The roster lists these people elsewhere now, for the first time, or no more."""
    for start in range(0, len(id_numbers), _SLICE):
        some = id_numbers[start : start + _SLICE]
        note(tx, tx.execute(select(applications.c.reference).where(applications.c.id_number.in_(some))).scalars())


def note_all(tx: Connection) -> None:
    """Every case there is: for a database that is older than this log."""
    note(tx, tx.execute(select(applications.c.reference)).scalars())
