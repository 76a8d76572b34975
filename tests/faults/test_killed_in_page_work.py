"""SIGKILL while a page of a device is filed, taken apart and read: it is there whole or in all its parts."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from station_app.domain.application import ScanKind
from station_app.services import capture, intake
from station_app.services.desk import Desk
from station_app.services.page_work import put_parts
from station_app.store.records import ScanRecord
from tests.faults.page_work import PARTS, WHOLE, taken_apart
from tests.system.world import ROOT
from tests.unit.services.conftest import content
from tests.unit.ui.stations import Watch, make_home, open_desk

pytestmark = pytest.mark.slow
SIDES = [ScanKind.ID_FRONT, ScanKind.ID_BACK]


def _scans(desk: Desk, case: str) -> list[ScanRecord]:
    with desk.store.read() as uow:
        return uow.scans.of(case)


def _is_whole(desk: Desk, case: str, scan: ScanRecord) -> None:
    """As it came, its original beside it, and not read yet."""
    assert (scan.kind, scan.cut, scan.original_id is not None) == (ScanKind.OTHER, None, True)
    assert capture.read_scan(desk, scan.id) == capture.read_original(desk, scan.id) == WHOLE
    with desk.store.read() as uow:
        assert scan.id not in uow.readings.of(case)


def _is_apart(desk: Desk, case: str, scans: list[ScanRecord]) -> None:
    """Both sides with what was read off them, and the whole page behind them."""
    assert [each.kind for each in scans] == SIDES
    assert [capture.read_scan(desk, each.id) for each in scans] == list(PARTS.values())
    assert {capture.read_original(desk, each.id) for each in scans} == {WHOLE}
    with desk.store.read() as uow:
        read = uow.readings.of(case)
    assert {each.id for each in scans} | {scans[0].replaces} <= read.keys()


@pytest.mark.parametrize(
    ("trap", "left"),
    [
        ("scan_file:before:1", 0),
        ("scan_file:after:1", 0),
        ("scan_row:before:1", 0),
        ("scan_row:after:1", 1),
        ("scan_file:before:2", 1),
        ("scan_file:after:3", 1),
        ("scan_row:before:2", 1),
        ("scan_row:after:2", 2),
        ("scan_row:after:3", 3),
        ("reading:before", 3),
        ("reading:after", 3),
    ],
)
def test_killed_while_a_page_is_taken_apart(tmp_path: Path, trap: str, left: int) -> None:
    home = tmp_path / "home"
    master = make_home(home)
    desk = open_desk(home, master, Watch())
    with closing(desk.store):
        case = intake.new_case(desk, content(7)).value.record.id
    command = [sys.executable, "-m", "tests.faults.page_work", str(home), master.hex(), case, trap]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=120).returncode == -signal.SIGKILL
    desk = open_desk(home, master, Watch())
    with closing(desk.store):
        scans = _scans(desk, case)
        assert len(scans) == left
        if left == 1:
            _is_whole(desk, case, scans[0])
            put_parts(desk, scans[0], taken_apart())  # the worker's next try
            scans = _scans(desk, case)
        if left:
            _is_apart(desk, case, scans[:2])
        with desk.store.read() as uow:
            marked = [each.failure for each in uow.readings.of(case).values() if each.failure]
            assert uow.audit.verify() is None
        assert marked == (["reading_failed"] if trap == "reading:after" else [])
