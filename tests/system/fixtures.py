"""A world set up once: server initialised, station enrolled; each test works on its own copy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from station_app.domain.application import ScanKind
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import write_scans
from tests.system.world import World

SCAN_SIZE = 300_000  # bytes: large enough to be cut in the middle


@dataclass(frozen=True)
class Papers:
    """What the clerk has in hand: a case file and the scans as files."""

    file: Path
    scans: dict[ScanKind, Path]
    document: dict[str, Any]

    def scan_options(self) -> list[str]:
        return [part for kind, path in self.scans.items() for part in ("--scan", f"{kind.value}={path}")]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, int]:
    """An enrolled world and the port its server had, which later servers must take again."""
    world = World(tmp_path_factory.mktemp("template") / "world")
    world.folder.mkdir()
    world.central("init")
    code = world.central("enrol", "CY001", "--name", "朝阳区测试街道工会服务站").last_word
    with world.serving() as server:
        world.station("init", "--central", server.url, "--code", code, "--operator", "王芳")
        return world, server.port


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    folder = tmp_path_factory.mktemp("papers")
    document = case(7)
    file = folder / "case.json"
    file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return Papers(file, write_scans(folder, person(7), document, SCAN_SIZE), document)


@pytest.fixture
def world(template: tuple[World, int], tmp_path: Path) -> World:
    return template[0].copy(tmp_path / "world")


@pytest.fixture
def port(template: tuple[World, int]) -> int:
    return template[1]
