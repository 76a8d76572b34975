"""SIGKILL of the station and of the server at every place where a power cut separates two worlds; then a restart.

After each: exactly one application on the server, every scan byte-identical, a receipt only where all bytes are.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.proxy import cutting
from tests.patience import PATIENCE_SECONDS
from tests.system.fixtures import Papers
from tests.system.world import ROOT, Server, World

KILLED = -signal.SIGKILL
pytestmark = pytest.mark.slow


def _draft(world: World, papers: Papers) -> str:
    return world.station("add", papers.file, *papers.scan_options()).last_word


def _sync_until_received(world: World, reference: str) -> dict[str, Any]:
    """Passes until the receipt is here; three are plenty for one case."""
    for _ in range(3):
        world.station("sync", check=False)
        shown: dict[str, Any] = world.station("show", reference, "--json").json()
        if shown["state"] == "received":
            return shown
    raise AssertionError(f"not received: {shown}")


def _check_both_sides(world: World, papers: Papers, reference: str, shown: dict[str, Any]) -> None:
    listed = world.central("list", "--json").json()
    assert [row["reference"] for row in listed] == [reference]
    theirs = world.central("show", reference, "--json").json()
    wanted = {kind.value: hashlib.sha256(path.read_bytes()).hexdigest() for kind, path in papers.scans.items()}
    for side in (shown, theirs):
        assert {scan["kind"]: scan["sha256"] for scan in side["scans"]} == wanted
        assert side["revision"] == 1
    assert len(shown["receipts"]) == 1
    _check_server_bytes(world, papers)


def _check_server_bytes(world: World, papers: Papers) -> None:
    kept = [path.read_bytes() for path in (world.central_home / "blobs").rglob("*") if path.is_file()]
    for path in papers.scans.values():
        assert path.read_bytes() in kept


def _receipts_are_honest(world: World, papers: Papers, reference: str) -> None:
    """Whenever the server shows a receipt, all bytes must be there."""
    rows = world.central("list", "--json").json()
    if any(row["reference"] == reference and row["state"] != "waiting" for row in rows):
        shown = world.central("show", reference, "--json").json()
        if shown["receipts"]:
            _check_server_bytes(world, papers)


@pytest.mark.parametrize("trap", ["scan_file:after:1", "scan_file:after:4", "scan_row:before", "scan_row:after"])
def test_station_killed_while_scans_are_filed(world: World, port: int, papers: Papers, trap: str) -> None:
    killed = world.station("add", papers.file, *papers.scan_options(), trap=trap)
    assert killed.code == KILLED
    rows = world.station("list", "--json").json()
    assert len(rows) == 1  # the draft was there before its scans
    reference = rows[0]["reference"]
    world.station("edit", reference, _empty_patch(world), *papers.scan_options())
    world.station("submit", reference)
    with world.serving(port):
        shown = _sync_until_received(world, reference)
        _check_both_sides(world, papers, reference, shown)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_station_killed_around_the_submit_commit(world: World, port: int, papers: Papers, moment: str) -> None:
    reference = _draft(world, papers)
    killed = world.station("submit", reference, trap=f"submit:{moment}")
    assert killed.code == KILLED
    state = world.station("show", reference, "--json").json()["state"]
    assert state == {"before": "draft", "after": "queued"}[moment]
    if state == "draft":
        world.station("submit", reference)
    with world.serving(port):
        shown = _sync_until_received(world, reference)
        _check_both_sides(world, papers, reference, shown)


@pytest.mark.parametrize(
    "trap",
    [
        "sync_request:sent",
        "apply:before",
        "apply:after",
        "apply:before:2",
        "blob_request:sent:1",
        "blob_request:sent:4",
        "apply:after:2",
    ],
)
def test_station_killed_during_the_pass(world: World, port: int, papers: Papers, trap: str) -> None:
    reference = _draft(world, papers)
    world.station("submit", reference)
    with world.serving(port):
        killed = world.station("sync", trap=trap)
        assert killed.code == KILLED
        _receipts_are_honest(world, papers, reference)
        shown = _sync_until_received(world, reference)
        _check_both_sides(world, papers, reference, shown)


@pytest.mark.parametrize(
    "trap",
    [
        "server_sync:before",
        "server_sync:after",
        "server_blob_file:before:1",
        "server_blob_file:after:4",
        "server_blob:before",
        "server_blob:after",
    ],
)
def test_server_killed_during_the_pass(world: World, port: int, papers: Papers, trap: str) -> None:
    reference = _draft(world, papers)
    world.station("submit", reference)
    with world.serving(port, trap=trap) as server:
        failed = world.station("sync", check=False)
        assert failed.code == 3
        assert server.process.wait(30) == KILLED
    _receipts_are_honest(world, papers, reference)
    with world.serving(port):
        shown = _sync_until_received(world, reference)
        _check_both_sides(world, papers, reference, shown)


@pytest.mark.parametrize("victim", ["station", "server"])
def test_killed_in_the_middle_of_a_blob(world: World, port: int, papers: Papers, victim: str) -> None:
    reference = _draft(world, papers)
    world.station("submit", reference)
    with world.serving(0) as server:
        station: list[subprocess.Popen[bytes]] = []

        def cut() -> None:
            _wait_for_part(world)
            if victim == "server":
                server.kill()
            else:
                station[0].kill()

        with _front(port, server, cut) as proxy:
            station.append(sync_in_background(world))
            ended = station[0].wait(60)
            assert proxy.was_cut
        assert ended == (KILLED if victim == "station" else 3)
    assert not world.central("show", reference, "--json").json()["receipts"]
    with world.serving(port):
        shown = _sync_until_received(world, reference)
        _check_both_sides(world, papers, reference, shown)


def _front(port: int, server: Server, cut: Any) -> Any:
    """A proxy at the address the station knows, that cuts 100 KB into a blob."""
    return cutting(server.port, b"PATCH /v1/applications/", 100_000, cut, port=port)


def sync_in_background(world: World) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.faults.trap", "station", "none", "--", "sync"]
    return subprocess.Popen(
        command, env=world.environment(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _wait_for_part(world: World) -> None:
    """Until the server has written some of the bytes, so that the cut is really in the middle."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if any(0 < _size(path) < 300_000 for path in _files(world.central_home / "blobs")):
            return
        os.sched_yield()


def _size(path: Path) -> int:
    """0 where the file has just got its final name: an error here would pass for one of the line's."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def _empty_patch(world: World) -> Path:
    patch = world.folder / "patch.json"
    patch.write_text(json.dumps({}), "utf-8")
    return patch
