"""SIGKILL of the station and of the server's command while a stick's files are written and taken in; then again.

Every act of it is stepped through by the trials (``tests.trials``, script ``stick``); here are real processes.
"""

from __future__ import annotations

import pytest

from tests.faults.test_killed_at_every_point import KILLED, _check_both_sides, _draft
from tests.system.fixtures import Papers
from tests.system.world import World

pytestmark = pytest.mark.slow


def _there_and_back(world: World, reference: str, papers: Papers) -> None:
    file, answer = world.folder / "again.zt", world.folder / "again.answer"
    world.station("courier", "export", file)
    world.central("courier", file, "--out", answer)
    world.station("courier", "import", answer)
    _check_both_sides(world, papers, reference, world.station("show", reference, "--json").json())


@pytest.mark.parametrize("trap", ["output_file:before", "apply:before:2"])
def test_station_killed_with_a_stick(world: World, port: int, papers: Papers, trap: str) -> None:
    reference = _draft(world, papers)
    world.station("submit", reference)
    file, answer = world.folder / "out.zt", world.folder / "out.answer"
    exported = world.station("courier", "export", file, trap=trap if trap.startswith("output") else "none")
    if exported.code == KILLED:
        assert not file.exists()
    else:
        world.central("courier", file, "--out", answer)
        assert world.station("courier", "import", answer, trap=trap).code == KILLED
        world.station("courier", "import", answer)
    _there_and_back(world, reference, papers)


@pytest.mark.parametrize("trap", ["server_blob_file:after:2", "server_courier:before"])
def test_server_killed_with_a_stick(world: World, port: int, papers: Papers, trap: str) -> None:
    reference = _draft(world, papers)
    world.station("submit", reference)
    file, answer = world.folder / "out.zt", world.folder / "out.answer"
    world.station("courier", "export", file)
    assert world.central("courier", file, "--out", answer, trap=trap).code == KILLED
    assert not answer.exists()
    world.central("courier", file, "--out", answer)
    world.station("courier", "import", answer)
    _check_both_sides(world, papers, reference, world.station("show", reference, "--json").json())
