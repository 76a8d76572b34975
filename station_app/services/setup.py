"""First run: make the home and its first operator. Enrolment (``sync.enrolment``) follows and may be repeated."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from station_app.access import slots
from station_app.access.secrets import SecretStore, secret_store
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.errors import UserError
from station_app.services.desk import Clock, Desk, stamp
from station_app.services.plan_packs import open_book
from station_app.store import Store, StoreKeys

_IDENTITY = ("station_no", "station_name", "district", "server_url", "device_letter")


def has_home(home: Path) -> bool:
    """Whether there is a store that somebody can sign in to."""
    return slots.is_set_up(home)


def create_home(
    home: Path, operator_name: str, password: str, clock: Clock, secrets: SecretStore | None = None
) -> Desk:
    """Make key slots, store and first operator (a lead), and sign in.

    A set-up that was cut off before the store existed is begun anew. Raises UserError ``operator_name_missing``,
    ``password_too_short`` (param ``least``), ``already_set_up``; EnvironmentFault of disk and keyring.
    """
    name = operator_name.strip()
    if not name:
        raise UserError("operator_name_missing", "operator")
    if has_home(home):
        raise UserError("already_set_up")
    secrets = secrets or secret_store()
    operator = Operator(str(uuid4()), name, Role.LEAD)
    master = slots.create_slots(home, operator, password, secrets)
    store = Store.create(home, StoreKeys.derive(master), clock)
    try:
        with store.write(Point.OPERATOR) as uow:
            uow.operators.add(operator)
            uow.audit.add("home_created", operator.id, operator.id)
            plans = open_book(uow, stamp(clock()), operator.id)
    except BaseException:
        store.close()
        raise
    return Desk(home, store, operator, plans, clock, secrets, master)


def is_enrolled(desk: Desk) -> bool:
    """Whether the server knows this station; before that no case can be begun."""
    with desk.store.read() as uow:
        return bool(uow.facts.get("device_id"))


def identity(desk: Desk) -> dict[str, str]:
    """Who this station is: ``station_no``, ``station_name``, ``district``, ``server_url``, ``device_letter``."""
    with desk.store.read() as uow:
        return {name: uow.facts.get(name) or "" for name in _IDENTITY}
