"""A real server as a child process for each module, stations that speak to it over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from central.clock import system_clock
from central.context import Central, make_central, open_central
from central.enrolment import new_code
from tests.integration.central.station import Station
from tests.system.world import Server, World


@dataclass
class Seat:
    """One server home and the child that serves it. ``central`` is opened here, beside the child."""

    world: World
    server: Server
    central: Central
    _stack: ExitStack
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        return self.server.url

    def station(self, station_no: str = "") -> Station:
        """An enrolled device, of a station of its own unless a number is given."""
        number = station_no or f"ST{next(self._numbers):03d}"
        station = Station(self.url, str(new_code(self.central, number, f"{number} 站")))
        self._stack.callback(station.close)
        return station

    def restart(self) -> None:
        """Kill the child and start another on the same port."""
        self.server.kill()
        self.server = self._stack.enter_context(self.world.serving(self.server.port))


def sit_down(folder: Path, stack: ExitStack) -> Seat:
    world = World(folder)
    environment = {"CENTRAL_HOME": str(world.central_home)}
    make_central(environment, system_clock).close()
    central = open_central(environment, system_clock)
    stack.callback(central.close)
    return Seat(world, stack.enter_context(world.serving()), central, stack)


@pytest.fixture(scope="module")
def seat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    with ExitStack() as stack:
        yield sit_down(tmp_path_factory.mktemp("seat"), stack)


@pytest.fixture
def own_seat(tmp_path: Path) -> Iterator[Seat]:
    """A server that the test may kill."""
    with ExitStack() as stack:
        yield sit_down(tmp_path, stack)


@pytest.fixture
def station(seat: Seat) -> Station:
    return seat.station()
