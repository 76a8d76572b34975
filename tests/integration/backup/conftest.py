"""A real home with two cases and their pages, and the second folder beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from station_app.domain.application import ScanKind
from station_app.services import capture, intake, session
from station_app.services.desk import Desk
from station_app.store.records import ApplicationRecord
from tests.unit.services.conftest import content
from tests.unit.sync.stations import page
from tests.unit.ui.stations import PASSWORD, Watch, copy_home, make_home, open_desk

OPERATOR = "王芳"


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A home, closed, and its master key."""
    home = tmp_path_factory.mktemp("made") / "home"
    master = make_home(home)
    desk = open_desk(home, master, Watch())
    for number in (1, 2):
        add_case(desk, number)
    session.sign_out(desk)
    return home, master


@pytest.fixture
def desk(made: tuple[Path, bytes], tmp_path: Path, watch: Watch) -> Iterator[Desk]:
    desk = open_desk(copy_home(made[0], tmp_path / "home"), made[1], watch)
    yield desk
    session.sign_out(desk)


def add_case(desk: Desk, number: int) -> ApplicationRecord:
    record = intake.new_case(desk, content(number)).value.record
    capture.add_scan(desk, record.id, ScanKind.OTHER, page(f"case {number}", 5_000))
    return record


def references(desk: Desk) -> list[str]:
    with desk.store.read() as uow:
        found = uow.connection.exec_driver_sql("SELECT reference FROM applications ORDER BY rowid")
        return [str(reference) for (reference,) in found]


def pages(desk: Desk) -> list[bytes]:
    with desk.store.read() as uow:
        names = sorted(uow.scans.all_file_names())
    return [desk.store.scans.get(name) for name in names]


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


__all__ = ["PASSWORD", "Watch"]
