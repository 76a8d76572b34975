"""Open desks for the measures: a store of its own, enrolled on paper, no window and no server."""

from __future__ import annotations

from pathlib import Path

from station_app.access.secrets import NoSecrets
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.plans import PlanBook
from station_app.services.desk import Desk, system_clock
from station_app.services.plan_book import packaged_plans
from station_app.store import Store, StoreKeys

MASTER = bytes(range(32))
OPERATOR = Operator("00000000-0000-4000-8000-000000000001", "王芳", Role.CLERK)


def new_desk(home: Path) -> Desk:
    """A new home with a station number, so that cases can be begun."""
    home.mkdir(parents=True)
    store = Store.create(home, StoreKeys.derive(MASTER), system_clock)
    with store.write(Point.ENROLMENT) as uow:
        uow.facts.set("station_no", "CY001")
        uow.facts.set("device_letter", "A")
    return desk_at(home, store)


def desk_at(home: Path, store: Store, plans: PlanBook | None = None) -> Desk:
    """A desk over an open store."""
    return Desk(home, store, OPERATOR, plans or packaged_plans(), system_clock, NoSecrets(), MASTER)
