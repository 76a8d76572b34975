"""A real encrypted store in a temporary home, and a clock that a test turns by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station_app.domain.application import Category, Content
from station_app.durable import Point
from station_app.store import Store, StoreKeys
from station_app.store.records import ApplicationRecord
from tests.samples.cases import case

MASTER = bytes(range(32))
START = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)


@dataclass
class HandClock:
    """Stands still until it is turned."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def keys() -> StoreKeys:
    return StoreKeys.derive(MASTER)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def store(home: Path, keys: StoreKeys, clock: HandClock) -> Iterator[Store]:
    store = Store.create(home, keys, clock)
    yield store
    store.close()


def content(number: int = 1, category: Category = Category.VOCATIONAL) -> Content:
    return Content.from_json(case(number, category))


def record(application_id: str = "case-1", number: int = 1, **changes: object) -> ApplicationRecord:
    """A fresh draft of person ``number``."""
    values: dict[str, object] = {
        "id": application_id,
        "reference": f"CY001-24-A0{number:05d}-0",
        "content": content(number),
        "author_id": "operator-1",
        "author_name": "测试员",
        "created_at": "2024-05-15T06:30:00Z",
        "updated_at": "2024-05-15T06:30:00Z",
    }
    return ApplicationRecord(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def draft(store: Store) -> ApplicationRecord:
    """A draft in the store."""
    with store.write(Point.DRAFT) as uow:
        uow.applications.add(record())
    return record()
