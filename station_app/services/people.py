"""人员: who may sign in at this station, and as what. Whoever can open the store could change this by force: the roles
guard honest people from mistakes, the audit chain tells of the others.
"""

from __future__ import annotations

from uuid import uuid4

from station_app.access import slots
from station_app.domain.operator import Act, Operator, Role
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services.desk import Desk, Written
from station_app.store import UnitOfWork
from station_app.store.records import AuditRow

_TOUCHED = Changed.of(Kind.OPERATORS)
_LONGEST_NAME = 20


def operators(desk: Desk) -> list[Operator]:
    """Everybody who ever could sign in here, by name."""
    with desk.store.read() as uow:
        return uow.operators.all()


def add(desk: Desk, name: str, role: Role, first_password: str) -> Written[Operator]:
    """One more operator; the password is told to them and changed at their first sign-in.

    The row comes first: a slot without one would open the store for nobody. Raises UserError ``operator_name_missing``,
    ``operator_name_malformed``, ``operator_name_taken``, ``password_too_short`` and those of ``Desk.require``.
    """
    desk.require(Act.PEOPLE)
    operator = Operator(str(uuid4()), tidy_name(name), role, first_password=True)
    slots.check_new_password(first_password, desk.secrets)
    with desk.store.write(Point.OPERATOR) as uow:
        uow.operators.add(operator)
        uow.audit.add("operator_added", operator.id, desk.operator.id, role=role.value)
    slots.add_operator_slot(desk.home, desk.master, operator, first_password, desk.secrets)
    return Written(operator, _TOUCHED)


def disable(desk: Desk, name: str) -> Written[Operator]:
    """Nobody signs in under this name any more; cases keep their author.

    Raises UserError ``operator_unknown``, ``operator_self``, and those of ``Desk.require``.
    """
    desk.require(Act.PEOPLE)
    with desk.store.write(Point.OPERATOR) as uow:
        operator = uow.operators.by_name(name)
        if operator.id == desk.operator.id:  # so the last lead stays
            raise UserError("operator_self", "operator")
        shut_out(uow, operator, desk.operator.id)
    slots.remove_operator_slots(desk.home, operator.id, desk.secrets)
    return Written(operator, _TOUCHED)


def shut_out(uow: UnitOfWork, operator: Operator, by: str) -> bool:
    """The row and its audit, in the caller's transaction; whether that is news. The slot is the caller's to remove."""
    news = uow.operators.disable(operator.id)
    if news:
        uow.audit.add("operator_disabled", operator.id, by)
    return news


def give_password(desk: Desk, name: str, first_password: str) -> Written[Operator]:
    """A new first password, for one who forgot theirs, was disabled, or works under another account of the OS.

    Raises UserError ``operator_unknown``, ``operator_self``, ``operator_revoked`` (by the association),
    ``password_too_short`` and those of ``Desk.require``.
    """
    desk.require(Act.PEOPLE)
    slots.check_new_password(first_password, desk.secrets)
    with desk.store.write(Point.OPERATOR) as uow:
        operator = uow.operators.by_name(name)
        if operator.id == desk.operator.id:
            raise UserError("operator_self", "operator")
        if operator.id in revoked(uow):
            raise UserError("operator_revoked", "operator")
        uow.operators.first_password(operator.id)
        uow.audit.add("password_given", operator.id, desk.operator.id)
    slots.add_operator_slot(desk.home, desk.master, operator, first_password, desk.secrets)
    return Written(operator, _TOUCHED)


def revoked(uow: UnitOfWork) -> frozenset[str]:
    """The operators that the association has shut out, as the last pass heard it."""
    return frozenset((uow.facts.get("revoked_operators") or "").split())


def done_here(desk: Desk, limit: int = 200) -> list[AuditRow]:
    """操作记录: the newest first. Raises UserError as ``Desk.require`` does."""
    desk.require(Act.AUDIT)
    with desk.store.read() as uow:
        return uow.audit.last(limit)


def tidy_name(name: str) -> str:
    """Raises UserError ``operator_name_missing``, ``operator_name_malformed`` (param ``most``)."""
    tidy = name.strip()
    if not tidy:
        raise UserError("operator_name_missing", "operator")
    if len(tidy) > _LONGEST_NAME or not tidy.isprintable():
        raise UserError("operator_name_malformed", "operator", most=_LONGEST_NAME)
    return tidy
