"""A real home with a draft, a worker over it, and pages of invented people as a scanner gives them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station_app.domain.reading import ScanReading
from station_app.events import Changed, Events
from station_app.services import intake, session
from station_app.services.desk import Desk
from station_app.services.reading import ReadingWorker, readings_of
from station_app.store.records import ApplicationRecord, ScanRecord
from tests.patience import PATIENCE_SECONDS
from tests.samples.people import person
from tests.samples.pictures import id_back, id_front
from tests.samples.scanned import flatbed, pixels_of
from tests.unit.services.conftest import content
from tests.unit.ui.stations import Watch, copy_home, make_home, open_desk

ONE = person(20)


class Working:
    """A worker and ears for it."""

    def __init__(self, desk: Desk, record: ApplicationRecord, idle: float = 60.0) -> None:
        self.desk, self.record = desk, record
        self.events = Events()
        self.worker = ReadingWorker(desk, self.events, idle)
        self.heard: list[Changed] = []
        self._news = threading.Condition()
        self.events.listen(self._hear)

    def _hear(self, changed: Changed) -> None:
        with self._news:
            self.heard.append(changed)
            self._news.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(holds, PATIENCE_SECONDS), (self.worker.failure, self.heard)

    def scans(self, *, with_removed: bool = False) -> list[ScanRecord]:
        with self.desk.store.read() as uow:
            return uow.scans.of(self.record.id, with_removed=with_removed)

    def readings(self) -> dict[str, ScanReading]:
        return readings_of(self.desk, self.record.id)

    def all_read(self) -> bool:
        return {each.id for each in self.scans()} <= self.readings().keys()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    home = tmp_path_factory.mktemp("made") / "home"
    return home, make_home(home)


@pytest.fixture
def desk(made: tuple[Path, bytes], tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(copy_home(made[0], tmp_path / "home"), made[1], Watch())
    yield desk
    session.sign_out(desk)


@pytest.fixture
def record(desk: Desk) -> ApplicationRecord:
    return intake.new_case(desk, content(7)).value.record


@pytest.fixture
def working(desk: Desk, record: ApplicationRecord) -> Iterator[Working]:
    made = Working(desk, record)
    yield made
    made.worker.stop()


@pytest.fixture(scope="session")
def both_sides() -> bytes:
    """Both sides of one card on one glass, 300 dpi, lossless."""
    return flatbed([pixels_of(id_front(ONE)), pixels_of(id_back(ONE))], 3).png()


@pytest.fixture(scope="session")
def empty() -> bytes:
    return flatbed([], 1, dpi=100).png()
