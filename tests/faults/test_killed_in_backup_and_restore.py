"""SIGKILL of ``station backup`` and ``station restore`` at each durable point: the last good copy and the home stay."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from tests.system.fixtures import Papers
from tests.system.world import World

KILLED = -signal.SIGKILL
pytestmark = pytest.mark.slow


@pytest.fixture
def drafted(world: World, papers: Papers) -> str:
    return world.station("add", papers.file, *papers.scan_options()).last_word


def _shows(world: World, reference: str) -> None:
    """The case is there with all its pages, whole."""
    shown = world.station("show", reference, "--json").json()
    assert len(shown["scans"]) == 4
    found = {each["code"]: each["ok"] for each in world.station("doctor", "--json", "--full", check=False).json()}
    assert found["doctor_store"]
    assert found["doctor_scans"]
    assert found["doctor_audit"]


def test_killed_while_a_backup_file_is_written(world: World, drafted: str) -> None:
    file = world.folder / "station.backup"
    world.station("backup", file)
    good = file.read_bytes()
    assert world.station("backup", file, trap="backup_file:before").code == KILLED
    assert file.read_bytes() == good
    _shows(world, drafted)
    assert world.station("backup", file).last_word == str(file)


@pytest.mark.parametrize(
    "trap",
    [
        "restore_file:before:1",
        "restore_file:after:3",
        "restored:before",
        "restore_ready:before",
        "restore_ready:after",
        *(f"restore_move:before:{number}" for number in range(1, 7)),
        "restore_move:after:6",
    ],
)
def test_killed_while_restoring_over_a_home(world: World, drafted: str, trap: str) -> None:
    file = world.folder / "station.backup"
    world.station("backup", file)
    killed = world.station("restore", file, "--move-aside", trap=trap)
    assert killed.code == KILLED
    _shows(world, drafted)  # the old home, or the new one: opening ends what was begun


def test_restored_on_a_new_machine(world: World, papers: Papers, drafted: str, port: int) -> None:
    """Another folder for everything, no keyring: then on to the server, where one application arrives."""
    file = world.folder / "station.backup"
    world.station("backup", file)
    new = World(world.folder.with_name("new"))
    new.folder.mkdir()
    shutil.copy(file, new.folder / "stick.backup")
    assert new.station("restore", new.folder / "stick.backup").last_word == str(new.station_home)
    _shows(new, drafted)
    second = new.station("add", papers.file, *papers.scan_options()).last_word
    assert second.startswith("CY001-24-A1")  # the next generation
    new.station("submit", drafted)
    with world.serving(port):
        assert new.station("sync").json()["received"] == 1
    assert [row["reference"] for row in world.central("list", "--json").json()] == [drafted]


def test_a_restore_says_what_it_will_not_do(world: World, drafted: str) -> None:
    file = world.folder / "station.backup"
    world.station("backup", file)
    refused = world.station("restore", file, check=False)
    assert (refused.code, "--move-aside" in refused.err) == (1, True)
    _shows(world, drafted)
    file.write_bytes(file.read_bytes()[:-5000])
    assert world.station("restore", file, "--move-aside", check=False).code == 3
    _shows(world, drafted)
    assert world.station("backup", Path("/nowhere/at/all"), check=False).code == 1
