"""A home that is set up and enrolled at a server nobody answers at, made once, copied for each test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from station_app.access import slots
from station_app.access.secrets import NoSecrets
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.services import setup
from station_app.services.desk import Desk
from station_app.services.plan_book import packaged_plans
from station_app.store import Store, StoreKeys
from sync.envelope import encode_key, new_private_key

PASSWORD = "a password for tests"
OTHER_PASSWORD = "another password for tests"
OPERATOR, OTHER = "王芳", "李国强"
STATION = "朝阳区测试街道工会服务站"
_FACTS = {
    "station_no": "CY001",
    "station_name": STATION,
    "district": "朝阳区",
    "server_url": "http://127.0.0.1:9",  # the discard port: refused at once
    "server_key_id": "TESTKEY",
    "device_id": "d1",
    "device_letter": "A",
    "generation": "0",
}


@dataclass
class Watch:
    """Half past two in the afternoon of 15 May 2024 in Beijing, until somebody moves it."""

    now: datetime = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


def make_home(home: Path, *, enrolled: bool = True) -> bytes:
    """A home with two operators; answers the master key."""
    desk = setup.create_home(home, OPERATOR, PASSWORD, Watch(), NoSecrets())
    other = Operator("22222222-2222-4222-8222-222222222222", OTHER, Role.CLERK)
    slots.add_operator_slot(home, desk.master, other, OTHER_PASSWORD, NoSecrets())
    with desk.store.write(Point.OPERATOR) as uow:
        uow.operators.add(other)
        if enrolled:
            for name, value in {**_FACTS, "device_private_key": encode_key(new_private_key())}.items():
                uow.facts.set(name, value)
    master = desk.master
    desk.store.close()
    return master


def copy_home(made: Path, home: Path) -> Path:
    shutil.copytree(made, home)
    return home


def open_desk(home: Path, master: bytes, watch: Watch) -> Desk:
    """A desk without the cost of a password."""
    store = Store.open(home, StoreKeys.derive(master), watch)
    with store.read() as uow:
        operator = next(each for each in uow.operators.all() if each.name == OPERATOR)
    return Desk(home, store, operator, packaged_plans(), watch, NoSecrets(), master)
