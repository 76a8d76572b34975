"""SIGKILL in the middle of scans on a slow line: what crossed it once is not sent again, but for 256 KB at the most.

The bytes are counted on the line itself, over both lives.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable

import pytest

from station_app.domain.application import ScanKind
from tests.faults.test_killed_at_every_point import sync_in_background
from tests.samples.pictures import padded
from tests.system.fixtures import Papers
from tests.system.slow_line import Shape, slow_line
from tests.system.world import World

pytestmark = pytest.mark.slow

KILLED = -signal.SIGKILL
AGAIN = 256 * 1024
BESIDE = 48 * 1024  # ops, tokens and headers of both lives
LARGE = 1_600_000  # bytes of the page in which the line is cut: the small ones have gone before
LINE = Shape(rate=500_000, delay=0.02)


def _submit(world: World, papers: Papers) -> tuple[str, int]:
    """A case with one large page; its reference and the size of its scans."""
    card = papers.scans[ScanKind.CARD]
    large = world.folder / "large.jpg"
    large.write_bytes(padded(card.read_bytes(), LARGE, "large"))
    options = [*papers.scan_options(), "--scan", f"{ScanKind.OTHER.value}={large}"]
    reference = world.station("add", papers.file, *options).last_word
    world.station("submit", reference)
    return reference, LARGE + sum(path.stat().st_size for path in papers.scans.values())


def _sync_until_received(world: World, reference: str) -> None:
    for _ in range(4):
        world.station("sync", check=False)
        if world.station("show", reference, "--json").json()["state"] == "received":
            return
    raise AssertionError


@pytest.mark.parametrize("victim", ["station", "server"])
def test_what_crossed_the_line_is_not_sent_again(world: World, port: int, papers: Papers, victim: str) -> None:
    reference, size = _submit(world, papers)
    cut_at = size - LARGE // 3
    station: list[subprocess.Popen[bytes]] = []
    with world.serving(0) as server:
        kill: dict[str, Callable[[], None]] = {"station": lambda: station[0].kill(), "server": server.kill}
        with slow_line(server.port, LINE, port, cut_at, kill[victim]) as line:
            station.append(sync_in_background(world))
            assert station[0].wait(60) == (KILLED if victim == "station" else 3)
            assert line.was_cut
            first = line.up
    assert first >= cut_at
    with world.serving(0) as server, slow_line(server.port, LINE, port) as line:
        _sync_until_received(world, reference)
        assert first + line.up <= size + AGAIN + BESIDE
