"""The operators of this station. What opens the home for them lies in ``access``, not here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from station_app.domain.operator import Operator, Role
from station_app.errors import UserError
from station_app.store.schema import operators
from station_app.store.times import Clock, stamp


class Operators:
    """Looking one up raises UserError ``operator_unknown`` when there is none."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def add(self, operator: Operator) -> None:
        """Raises UserError ``operator_name_taken``."""
        if self._find(operators.c.name == operator.name) is not None:
            raise UserError("operator_name_taken", "operator")
        now = stamp(self._clock())
        values = {"id": operator.id, "name": operator.name, "role": operator.role.value, "created_at": now}
        chosen = now if operator.first_password else None
        self._connection.execute(insert(operators).values(**values, first_password_at=chosen))

    def disable(self, operator_id: str) -> bool:
        """Whether that is news."""
        known = _known(self._find(operators.c.id == operator_id))
        self._update(operator_id, disabled_at=func.coalesce(operators.c.disabled_at, stamp(self._clock())))
        return not known.disabled

    def first_password(self, operator_id: str) -> None:
        """A lead has chosen a password: the operator can sign in (again) and must change it."""
        self._update(operator_id, disabled_at=None, first_password_at=stamp(self._clock()))

    def set_role(self, operator_id: str, role: Role) -> None:
        self._update(operator_id, role=role.value)

    def own_password(self, operator_id: str) -> None:
        """The operator has chosen their password themselves."""
        self._update(operator_id, first_password_at=None)

    def get(self, operator_id: str) -> Operator:
        return _known(self._find(operators.c.id == operator_id))

    def by_name(self, name: str) -> Operator:
        return _known(self._find(operators.c.name == name))

    def all(self) -> list[Operator]:
        """By name."""
        return [_operator(row) for row in self._connection.execute(select(operators).order_by(operators.c.name))]

    def _update(self, operator_id: str, **values: Any) -> None:
        self._connection.execute(update(operators).where(operators.c.id == operator_id).values(**values))

    def _find(self, condition: Any) -> Operator | None:
        row = self._connection.execute(select(operators).where(condition)).first()
        return None if row is None else _operator(row)


def _known(operator: Operator | None) -> Operator:
    if operator is None:
        raise UserError("operator_unknown", "operator")
    return operator


def _operator(row: Row[Any]) -> Operator:
    return Operator(row.id, row.name, Role(row.role), bool(row.first_password_at), bool(row.disabled_at))
