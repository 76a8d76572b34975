"""A whole case, station and server, with every real fsync, rename, commit and request watched while it happens."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.system.fixtures import Papers
from tests.system.world import ROOT, World

pytestmark = pytest.mark.slow


def _seen(file: Path) -> tuple[Counter[str], list[str]]:
    lines = file.read_text("utf-8").splitlines()
    named = Counter(line.split()[1] for line in lines if line.startswith("named "))
    return named, [line for line in lines if not line.startswith("named ")]


def test_a_station_makes_nothing_durable_outside_the_named_points(
    tmp_path: Path, template: tuple[World, int], papers: Papers
) -> None:
    world = template[0].copy(tmp_path / "world")
    station, office = tmp_path / "station.acts", tmp_path / "office.acts"
    new = World(tmp_path / "new")
    new.folder.mkdir()
    code = world.central("enrol", "CY002", "--name", "新站", trap=f"witness={office}").last_word
    with world.serving(template[1], trap=f"witness={office}") as server:
        watch = f"witness={station}"
        new.station("init", "--central", server.url, "--code", code, "--operator", "李明", trap=watch)
        reference = new.station("add", papers.file, *papers.scan_options(), trap=watch).last_word
        assert new.station("submit", reference, trap=watch).code == 0
        assert new.station("sync", trap=watch).json()["received"] == 1
        assert new.station("print", reference, "--out", tmp_path / "sheet.pdf", trap=watch).code == 0
        assert world.central("review", reference, "--approve", trap=f"witness={office}").code == 0
        assert world.central("pay", trap=f"witness={office}").code == 0
        assert new.station("sync", trap=watch).code == 0
    for file, kinds in ((station, ("fsync", "replace", "commit", "request")), (office, ("fsync", "replace", "commit"))):
        named, unnamed = _seen(file)
        assert unnamed == []
        assert all(named[kind] > 0 for kind in kinds), named  # the watch really saw each kind


_OUTSIDE = """
import os, sqlite3, sys
from pathlib import Path
from sqlalchemy import create_engine, text
from tests.faults.witness import Witness
folder = Path(sys.argv[1])
Witness(folder / "acts").arm()
(folder / "a").write_bytes(b"")
with (folder / "a").open("rb") as file:
    os.fsync(file.fileno())
os.replace(folder / "a", folder / "b")
with create_engine(f"sqlite:///{folder / 'x.db'}").connect() as connection:
    connection.execute(text("CREATE TABLE t (x)"))
    connection.execute(text("INSERT INTO t VALUES (1)"))
    connection.commit()
"""


def test_an_act_outside_is_seen(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _OUTSIDE, str(tmp_path)], cwd=ROOT, check=True, timeout=60)
    _named, unnamed = _seen(tmp_path / "acts")
    assert {line.split()[1] for line in unnamed} == {"fsync", "replace", "commit"}
