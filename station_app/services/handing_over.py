"""移交: an open case goes from one operator to another, an act with both names."""

from __future__ import annotations

from collections.abc import Sequence

from station_app.domain.application import EDITABLE
from station_app.domain.operator import MAY, Act, Operator
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services import people
from station_app.services.desk import Desk, Written
from station_app.services.intake import find_id
from station_app.store import UnitOfWork

_TOUCHED = Changed.of(Kind.APPLICATIONS)


def takers(desk: Desk) -> list[Operator]:
    """Who can be given a case, by name; whoever is at the desk as well, for a lead who takes one."""
    return [each for each in people.operators(desk) if _can_take(each)]


def hand_over(desk: Desk, cases: Sequence[str], to: str) -> Written[Operator]:
    """Give cases (ids or references) to the operator of this name; all of them or none.

    Whoever has a case may give it away, a lead anybody's. Raises UserError ``hand_over_to``, ``hand_over_same``,
    ``hand_over_state``, ``hand_over_others``, ``operator_unknown``, ``application_unknown``, those of ``Desk.require``.
    """
    desk.require(Act.CASES)
    with desk.store.write(Point.DRAFT) as uow:
        taker = uow.operators.by_name(to)
        if not _can_take(taker):
            raise UserError("hand_over_to", "operator")
        for case in cases:
            _give(desk, uow, find_id(uow, case), taker)
        return Written(taker, _TOUCHED)


def _give(desk: Desk, uow: UnitOfWork, application_id: str, taker: Operator) -> None:
    record = uow.applications.get(application_id)
    if record.state not in EDITABLE:
        raise UserError("hand_over_state", "reference", state=record.state.value)
    if record.holder_id != desk.operator.id and not desk.operator.may(Act.HAND_OVER):
        raise UserError("hand_over_others", "reference")
    if record.holder_id == taker.id:
        raise UserError("hand_over_same", "operator")
    uow.applications.hand_over(application_id, taker, desk.now(), desk.operator.id)
    names = {"giver": record.holder_id, "taker": taker.id, "reference": record.reference}
    uow.audit.add("handed_over", application_id, desk.operator.id, **names)


def _can_take(operator: Operator) -> bool:
    return not operator.disabled and Act.CASES in MAY[operator.role]
