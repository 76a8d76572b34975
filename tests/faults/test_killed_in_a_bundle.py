"""SIGKILL while the scans of several cases travel in one body: what arrived is resumed, nothing is torn or twice."""

from __future__ import annotations

import hashlib
import signal
import subprocess

import pytest

from tests.faults.proxy import cutting
from tests.faults.test_killed_at_every_point import sync_in_background
from tests.system.fixtures import Papers
from tests.system.world import World

KILLED = -signal.SIGKILL
CASES = 3
pytestmark = pytest.mark.slow


@pytest.fixture
def references(world: World, papers: Papers) -> list[str]:
    """Cases with scans enough that bundles are made of them."""
    made = [world.station("add", papers.file, *papers.scan_options()).last_word for _ in range(CASES)]
    world.station("submit", "--all")
    return made


def _deliver(world: World, references: list[str]) -> None:
    for _ in range(3):
        world.station("sync", check=False)
        rows = world.station("list", "--json").json()
        if all(row["state"] == "received" for row in rows):
            assert sorted(row["reference"] for row in rows) == sorted(references)
            return
    raise AssertionError(rows)


def _check(world: World, papers: Papers, references: list[str]) -> None:
    assert sorted(row["reference"] for row in world.central("list", "--json").json()) == sorted(references)
    wanted = {kind.value: hashlib.sha256(path.read_bytes()).hexdigest() for kind, path in papers.scans.items()}
    for reference in references:
        for side in (world.station, world.central):
            shown = side("show", reference, "--json").json()
            assert {scan["kind"]: scan["sha256"] for scan in shown["scans"]} == wanted
            assert (shown["revision"], len(shown["receipts"])) == (1, 1)
        (folder,) = (world.central_home / "blobs").glob(f"*/{reference}")
        kept = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        assert kept == {digest: digest for digest in wanted.values()}


def _receipts_are_honest(world: World, papers: Papers) -> None:
    for row in world.central("list", "--json").json():
        if world.central("show", row["reference"], "--json").json()["receipts"]:
            (folder,) = (world.central_home / "blobs").glob(f"*/{row['reference']}")
            assert len([path for path in folder.iterdir() if path.suffix != ".part"]) == len(papers.scans)


@pytest.mark.parametrize("victim", ["station", "server"])
@pytest.mark.parametrize("passed", [2_000, 300_000])
def test_killed_inside_a_bundle(
    world: World, port: int, papers: Papers, references: list[str], victim: str, passed: int
) -> None:
    with world.serving(0) as server:
        station: list[subprocess.Popen[bytes]] = []

        def cut() -> None:
            (server if victim == "server" else station[0]).kill()

        with cutting(server.port, b"POST /v1/blobs", passed, cut, port=port) as proxy:
            station.append(sync_in_background(world))
            ended = station[0].wait(60)
            assert proxy.was_cut
        assert ended == (KILLED if victim == "station" else 3)
    _receipts_are_honest(world, papers)
    with world.serving(port):
        _deliver(world, references)
        _check(world, papers, references)


@pytest.mark.parametrize("trap", ["server_blob_file:after:9", "server_blob:before", "server_blob:after"])
def test_the_server_is_killed_while_it_makes_a_bundle_durable(
    world: World, port: int, papers: Papers, references: list[str], trap: str
) -> None:
    with world.serving(port, trap=trap) as server:
        assert world.station("sync", check=False).code == 3
        assert server.process.wait(30) == KILLED
    _receipts_are_honest(world, papers)
    with world.serving(port):
        _deliver(world, references)
        _check(world, papers, references)


def test_bundles_are_really_used(world: World, port: int, references: list[str]) -> None:
    """Otherwise the tests above would show nothing."""
    with world.serving(0) as server, cutting(server.port, b"POST /v1/blobs", 10**9, _never, port=port) as proxy:
        world.station("sync")
        assert proxy.counted > 100_000


def _never() -> None:
    raise AssertionError
