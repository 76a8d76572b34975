"""What the server has and this home has not: cases, or later revisions of them, that came after its last backup.

Their content is at the association and safe; the row tells the clerk that it is not here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from station_app.domain.operator import Act
from station_app.domain.reference import Reference, parse_reference
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services.desk import Desk, Written
from station_app.store import UnitOfWork
from sync.wire import StateChange

_PREFIX = "elsewhere."


@dataclass(frozen=True)
class ElsewhereRow:
    """``here``: the case is in this home, but older than the server's ``revision`` of it."""

    reference: str
    revision: int
    state: str
    at: str
    here: bool


def note(uow: UnitOfWork, change: StateChange, *, here: bool) -> None:
    """Keep what the server told of something that is not here; its number is never given again."""
    row = ElsewhereRow(change.reference, change.revision, change.state, change.at, here)
    uow.facts.set(_PREFIX + change.reference, json.dumps(asdict(row)))
    if not here:
        _pass_over(uow, change.reference)


def rows(desk: Desk) -> tuple[ElsewhereRow, ...]:
    """By reference, until somebody has acknowledged them."""
    with desk.store.read() as uow:
        return rows_of(uow)


def rows_of(uow: UnitOfWork) -> tuple[ElsewhereRow, ...]:
    """The same, inside a unit of work that is open already."""
    return tuple(ElsewhereRow(**json.loads(text)) for text in uow.facts.beginning(_PREFIX).values())


def acknowledge(desk: Desk, reference: str) -> Written[None]:
    """The clerk has taken note: the row goes, the audit keeps who saw it."""
    desk.require(Act.CASES)
    with desk.store.write(Point.SYNC_STATE) as uow:
        uow.facts.set(_PREFIX + reference, None)
        uow.audit.add("elsewhere_acknowledged", reference, desk.operator.id)
    return Written(None, Changed.of(Kind.APPLICATIONS))


def _pass_over(uow: UnitOfWork, text: str) -> None:
    try:
        told = parse_reference(text)
    except UserError:
        return
    if _is_ours(uow, told):
        uow.applications.is_taken(told.year, told.serial)


def _is_ours(uow: UnitOfWork, told: Reference) -> bool:
    own = (uow.facts.get("station_no"), uow.facts.get("device_letter"), int(uow.facts.get("generation") or 0))
    return own == (told.station_no, told.device_letter, told.generation)
