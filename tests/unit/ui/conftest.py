"""Windows in tests: the application wears the light theme, offscreen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from station_app.events import Events
from station_app.services.desk import Desk
from tests.unit.ui.stations import Watch, copy_home, make_home, open_desk
from ui.bridge import Bridge
from ui.context import Context
from ui.tasks import Tasks
from ui.theme import apply_theme


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> None:
    """Every test begins in the light theme at the drawing's text size."""
    qapp.setStyle("Fusion")
    apply_theme(qapp, "light", 12)


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def reported() -> list[BaseException]:
    """What ``Tasks`` reported as unexpected."""
    return []


@pytest.fixture
def tasks(qapp: QApplication, events: Events, reported: list[BaseException]) -> Iterator[Tasks]:
    made = Tasks(events, reported.append)
    yield made
    made.close()


@dataclass(frozen=True)
class MadeHome:
    """A home on the disk, closed, and its master key."""

    path: Path
    master: bytes


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> MadeHome:
    path = tmp_path_factory.mktemp("station") / "home"
    return MadeHome(path, make_home(path))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def home(made_home: MadeHome, tmp_path: Path) -> Path:
    """A set-up, enrolled home of this test's own; nobody has it open."""
    return copy_home(made_home.path, tmp_path / "home")


@pytest.fixture
def station(made_home: MadeHome, home: Path, watch: Watch) -> Iterator[Desk]:
    """An open desk on ``home``."""
    desk = open_desk(home, made_home.master, watch)
    yield desk
    desk.store.close()


@pytest.fixture
def station_context(station: Desk, tasks: Tasks, events: Events, qapp: QApplication) -> Iterator[Context]:
    bridge = Bridge(events)
    yield Context(station, tasks, bridge, apply_theme(qapp, "light", 12), events)
    tasks.finish()
    tasks.drop_queries()
    bridge.close()
