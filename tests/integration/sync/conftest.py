"""One server for all tests of this folder, a station of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.sync.line import Line
from tests.integration.sync.town import Office, Town
from tests.system.world import World


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    world = World(tmp_path_factory.mktemp("town"))
    world.central("init")
    town = Town(world)
    town.start()
    try:
        yield town
    finally:
        town.stop()


@pytest.fixture
def town_of_one(tmp_path: Path) -> Iterator[Town]:
    """A server that a test may kill."""
    world = World(tmp_path / "town")
    world.folder.mkdir()
    world.central("init")
    town = Town(world)
    town.start()
    try:
        yield town
    finally:
        town.stop()


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Iterator[Office]:
    with town.office(tmp_path / "station", alone=True) as office:
        yield office


@pytest.fixture
def line(town: Town) -> Iterator[Line]:
    with Line(town.port) as line:
        yield line
