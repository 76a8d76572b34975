"""SIGKILL at every named point that a clerk's acts with paper pass; then a restart, and the same act again.

No page is lost, none is there twice, nothing is torn. The points are those that the act passes when nothing kills it,
so that a new one is killed at as well.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from station_app.domain.application import ScanKind
from station_app.durable import Point
from station_app.papers import Paper
from station_app.services import capture, intake, ledger, papers, tray
from station_app.services.desk import Desk
from station_app.services.signed_papers import judge, note_printed
from station_app.store.records import LedgerQuery
from tests.faults.capture import ACTS, AT, PAPER, STACK, WATCHED, pages_of, picture
from tests.integration.devices.fake_escl import FakeScanner, serving
from tests.samples.pdfs import scanned_pdf
from tests.system.world import ROOT
from tests.unit.services.conftest import content
from tests.unit.sync.stations import page
from tests.unit.ui.stations import Watch, make_home, open_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
_DONE = "已归档"

Look = Callable[[Desk, str, Path], None]


@dataclass(frozen=True)
class Case:
    """``begin``: what was there before; ``still``: what holds after the kill; ``once``: after it was done again."""

    points: set[Point]
    begin: Look
    still: Look
    once: Look


# ---- 待归档


def _nothing(_desk: Desk, _case: str, _folder: Path) -> None:
    """There is nothing to prepare, or to look at."""


def _tray(desk: Desk) -> list[bytes]:
    return [tray.picture(desk, each.page.id) for each in tray.waiting(desk)]


def _a_stack_waits(desk: Desk, _case: str, _folder: Path) -> None:
    tray.keep(desk, STACK[:1], tray.DEVICE)
    tray.keep(desk, STACK[1:])


def _whole_handfuls(desk: Desk, _case: str, _folder: Path) -> None:
    """What was put in together is there together."""
    assert _tray(desk) in ([], STACK[:1], STACK)


def _all_wait_once(desk: Desk, _case: str, _folder: Path) -> None:
    assert _tray(desk) == STACK


def _all_or_none(desk: Desk, _case: str, _folder: Path) -> None:
    assert _tray(desk) in ([], STACK)


def _none_waits(desk: Desk, _case: str, _folder: Path) -> None:
    """Bytes that nobody needs any more may lie there until a later start sweeps them."""
    assert _tray(desk) == []


# ---- the signed paper


def _printed(desk: Desk, case: str, folder: Path) -> None:
    note_printed(desk, papers.sheet(desk, case, Paper.SHEET))
    _a_stack_waits(desk, case, folder)


def _no_paper_without_its_note(desk: Desk, case: str, folder: Path) -> None:
    code = papers.sheet(desk, case, Paper.SHEET).code
    with desk.store.read() as uow:
        noted = uow.prints.values(code.whole)
        assert judge(desk, uow, code).problem is None
    assert not (folder / PAPER).exists() or noted


def _paper_and_note(desk: Desk, case: str, folder: Path) -> None:
    _no_paper_without_its_note(desk, case, folder)
    assert (folder / PAPER).read_bytes().startswith(b"%PDF-")
    assert [each.name for each in folder.iterdir()] == [PAPER]


def _in_the_case(desk: Desk, case: str) -> list[bytes]:
    assert {scan.kind for scan in pages_of(desk, case)} <= {ScanKind.FORM}
    return [capture.read_scan(desk, scan.id) for scan in pages_of(desk, case)]


def _each_page_somewhere(desk: Desk, case: str, _folder: Path) -> None:
    filed, waiting = _in_the_case(desk, case), _tray(desk)
    assert set(filed) | set(waiting) == set(STACK)
    assert Counter(filed).most_common(1)[:1] in ([], [(filed[0], 1)] if filed else [])


def _sorted_once(desk: Desk, case: str, _folder: Path) -> None:
    assert sorted(_in_the_case(desk, case)) == sorted(STACK[:2])
    (left,) = tray.waiting(desk)
    assert (tray.picture(desk, left.page.id), left.page.reason) == (STACK[2], tray.BLANK)
    with desk.store.read() as uow:
        assert uow.prints.came(papers.sheet(desk, case, Paper.SHEET).code.whole) == {1, 2}


# ---- page work by hand


def _one_page(desk: Desk, case: str, _folder: Path) -> None:
    capture.add_scan(desk, case, ScanKind.OTHER, picture())


def _one_cut(desk: Desk, case: str, folder: Path) -> None:
    _one_page(desk, case, folder)
    capture.cut_scan(desk, pages_of(desk, case)[0].id, AT, 90)


def _whole_or_cut(desk: Desk, case: str, _folder: Path) -> None:
    (scan,) = pages_of(desk, case)
    assert capture.read_original(desk, scan.id) == picture()
    assert (capture.read_scan(desk, scan.id) == picture()) is (scan.cut is None)


def _cut_once(desk: Desk, case: str, folder: Path) -> None:
    _whole_or_cut(desk, case, folder)
    assert pages_of(desk, case)[0].cut is not None


def _as_the_clerk_said(desk: Desk, case: str, folder: Path) -> None:
    _whole_or_cut(desk, case, folder)
    (scan,) = pages_of(desk, case)
    assert (scan.cut, scan.rotation, scan.kind, scan.remark) == (None, 90, ScanKind.CARD, "复印件")


# ---- the watched folder, the feeder

_PDF = [page("left", 2_000), page("left", 2_000), page("right", 2_500)]  # two pages alike are two


def _a_file_has_come(_desk: Desk, _case: str, folder: Path) -> None:
    (folder / WATCHED).write_bytes(scanned_pdf([picture(), picture()]))


def _there(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def _file_or_pages(desk: Desk, case: str, folder: Path) -> None:
    """The file is there, whole, in one of two places; all of its pages are in the case or none, and none is put away
    before it is filed.
    """
    filed = pages_of(desk, case)
    (file,) = _there(folder)
    assert len(filed) in (0, 2)
    assert filed or file.parent == folder


def _filed_once_and_put_away(desk: Desk, case: str, folder: Path) -> None:
    assert [capture.read_original(desk, scan.id) for scan in pages_of(desk, case)] == [picture(), picture()]
    assert _there(folder) == [folder / _DONE / WATCHED]


def _begun(desk: Desk) -> list[list[bytes]]:
    """The pages of every case but the one that the test made."""
    cases = [intake.open_case(desk, row.id) for row in ledger.find(desk, LedgerQuery())]
    return [
        [capture.read_original(desk, scan.id) for scan in case.scans]
        for case in cases
        if not case.record.content.applicant
    ]


def _pages_so_far(desk: Desk, _case: str, _folder: Path) -> None:
    assert _begun(desk) in ([], [[]], [[_SHEET]], [[_SHEET] * 2])


def _a_whole_stack_more(desk: Desk, _case: str, _folder: Path) -> None:
    assert [_SHEET] * 2 in _begun(desk)


_SHEET = FakeScanner().page
_CASES = {
    "into_the_tray": Case({Point.SCAN_FILE, Point.TRAY}, _nothing, _whole_handfuls, _all_wait_once),
    "discard": Case({Point.TRAY, Point.RETENTION}, _a_stack_waits, _all_or_none, _none_waits),
    "print_it": Case({Point.PRINT, Point.OUTPUT_FILE}, _nothing, _no_paper_without_its_note, _paper_and_note),
    "sort": Case({Point.SCAN_ROW, Point.READING, Point.TRAY}, _printed, _each_page_somewhere, _sorted_once),
    "cut_by_hand": Case({Point.SCAN_FILE, Point.SCAN_ROW}, _one_page, _whole_or_cut, _cut_once),
    "take_back": Case({Point.SCAN_ROW}, _one_cut, _whole_or_cut, _as_the_clerk_said),
    "from_the_folder": Case(
        {Point.SCAN_FILE, Point.SCAN_ROW, Point.OUTPUT_FILE},
        _a_file_has_come,
        _file_or_pages,
        _filed_once_and_put_away,
    ),
    "from_the_feeder": Case(
        {Point.DRAFT, Point.SCAN_FILE, Point.SCAN_ROW}, _nothing, _pages_so_far, _a_whole_stack_more
    ),
}


class Station:
    """A home as it was before the act, copied for each death, and the process that dies."""

    def __init__(self, folder: Path, what: str) -> None:
        self.what, self.wanted = what, _CASES[what]
        self._folder = folder
        self._home = folder / "home"
        self._inbox = folder / "inbox"
        self._inbox.mkdir()
        self.master = make_home(self._home)
        with closing((desk := open_desk(self._home, self.master, Watch())).store):
            self.case = intake.new_case(desk, content(7)).value.record.id
            self.wanted.begin(desk, self.case, self._inbox)
        command = [sys.executable, "-m", "tests.faults.capture"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(60) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()

    def copy(self, name: str) -> tuple[Path, Path]:
        home, inbox = self._folder / name / "home", self._folder / name / "inbox"
        shutil.copytree(self._home, home)
        shutil.copytree(self._inbox, inbox)
        return home, inbox

    def act(self, home: Path, inbox: Path, trap: str) -> tuple[int, FakeScanner]:
        """The exit code, and the scanner that it scanned from, if it did."""
        fake = FakeScanner(sheets=2)
        with ExitStack() as stack:
            if self.what == "from_the_feeder":
                (inbox / "scanner").write_text(stack.enter_context(serving(fake)), "utf-8")
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            order = [self.what, str(home), self.master.hex(), self.case, str(inbox), trap]
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            if fake.settings:
                fake.released.wait(60)  # nobody is left who wants the job's pages, and the scanner is told
        return code, fake


@pytest.fixture
def station(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Station]:
    made = Station(tmp_path, request.param)
    yield made
    made.close()


def _traps(passed: list[str]) -> list[str]:
    """Before and after each passage of each point."""
    times = Counter[str]()
    found = []
    for point in passed:
        times[point] += 1
        found += [f"{point}:before:{times[point]}", f"{point}:after:{times[point]}"]
    return found


def test_every_act_has_its_case() -> None:
    assert ACTS.keys() == _CASES.keys()


@pytest.mark.parametrize("station", list(_CASES), indirect=True)
def test_killed_at_every_point_and_done_again(station: Station, tmp_path: Path) -> None:
    passed = tmp_path / "passed"
    assert station.act(*station.copy("undisturbed"), f"passed={passed}")[0] == 0
    points = passed.read_text("utf-8").split()
    assert {Point(each) for each in points} == station.wanted.points
    for trap in _traps(points):
        home, inbox = station.copy(trap.replace(":", "-"))
        code, fake = station.act(home, inbox, trap)
        assert code == -signal.SIGKILL, trap
        assert bool(fake.settings) is bool(fake.deleted), trap
        _looked_at(station, home, inbox, station.wanted.still, trap)
        assert station.act(home, inbox, f"passed={passed}")[0] == 0, trap
        _looked_at(station, home, inbox, station.wanted.once, trap)


def _looked_at(station: Station, home: Path, inbox: Path, look: Look, trap: str) -> None:
    with closing((desk := open_desk(home, station.master, Watch())).store):
        try:
            look(desk, station.case, inbox)
        except AssertionError as error:
            raise AssertionError(f"killed at {trap}") from error
        with desk.store.read() as uow:
            assert uow.audit.verify() is None
