"""A station for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.sync.stations import Station, station


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Station]:
    with station(tmp_path / "home") as made:
        yield made
