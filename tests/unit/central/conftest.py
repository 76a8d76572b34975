"""A server in this process for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.central.office import Office, Sender, make_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = make_office(tmp_path / "central")
    yield made
    made.central.close()


@pytest.fixture
def sender(office: Office) -> Sender:
    return office.sender()
