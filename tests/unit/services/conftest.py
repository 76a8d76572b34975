"""A real home, made once and copied for each test; the clock stands still in May 2024."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station_app.access.secrets import NoSecrets
from station_app.domain.application import Content, ScanKind
from station_app.durable import Point
from station_app.services import capture, intake, setup
from station_app.services.desk import Desk
from station_app.store import Store, StoreKeys
from station_app.store.records import ApplicationRecord
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of

PASSWORD = "a long password for tests"
OPERATOR = "王芳"


@dataclass
class Watch:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


@dataclass
class Made:
    home: Path
    master: bytes
    desk: Desk


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    home = tmp_path_factory.mktemp("made") / "home"
    desk = setup.create_home(home, OPERATOR, PASSWORD, Watch(), NoSecrets())
    with desk.store.write(Point.ENROLMENT) as uow:
        for name, value in (
            ("station_no", "CY001"),
            ("device_letter", "A"),
            ("station_name", "朝阳区测试街道工会服务站"),
        ):
            uow.facts.set(name, value)
    desk.store.close()
    return Made(home, desk.master, desk)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def desk(made: Made, tmp_path: Path, watch: Watch) -> Iterator[Desk]:
    home = tmp_path / "home"
    shutil.copytree(made.home, home)
    store = Store.open(home, StoreKeys.derive(made.master), watch)
    yield Desk(home, store, made.desk.operator, made.desk.plans, watch, NoSecrets(), made.master)
    store.close()


def content(number: int = 7) -> Content:
    return Content.from_json(case(number))


def pages(number: int = 7) -> dict[ScanKind, bytes]:
    return scans_of(person(number), case(number))


def complete(desk: Desk, number: int = 7) -> ApplicationRecord:
    """A draft that lacks nothing."""
    record = intake.new_case(desk, content(number)).value.record
    for kind, page in pages(number).items():
        capture.add_scan(desk, record.id, kind, page)
    return intake.open_case(desk, record.id).record
