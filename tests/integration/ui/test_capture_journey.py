"""One worker's papers through the real window: chip, feeder, camera, the printed sheet signed and home by its code.

The identity card lies on a simulated reader, certificate and signed sheet come through SANE's network backend from a
feeder that speaks eSCL, the cards are played from a clip into the camera's own sink. The pictures of each step are left
in ``build/capture``, in a folder for each test.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.devices.ports import Port
from station_app.devices.scanner import Scanner, Source
from station_app.domain.application import ScanKind, State
from station_app.papers import Paper
from station_app.services import devices, papers, settings
from station_app.services.desk import Desk
from tests.integration.devices.fake_escl import FakeScanner, serving
from tests.integration.devices.fake_id_reader import FakeReader, plugged_in, resident
from tests.integration.ui.test_first_run import _fill, _program, _setup_page, _until, _write, world
from tests.samples import pictures
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.scanned import Pixels, flatbed, pixels_of
from tests.samples.signed import DPI, printed, signed
from tests.system.world import ROOT, World
from tests.unit.ui.camera.clips import FPS, ClipSource, noisy
from ui.bootstrap import Program
from ui.pages.intake import IntakePage
from ui.pages.todo import TodoPage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.qt_log_ignore(r"PulseAudioService: ", r"No HW decoder found", extend=True),
]
__all__ = ["world"]

_NUMBER = 20
_WHO, _CASE = person(_NUMBER), case(_NUMBER)
_VIEW = (1600, 1200)
_ALT, _CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeScanner]:
    """A device with a feeder behind SANE, and no other."""
    fake = FakeScanner(sheets=1, location="/eSCL/ScanJobs/{job}")
    with serving(fake) as root:
        folder = tmp_path / "sane"
        folder.mkdir()
        (folder / "dll.conf").write_text("airscan\n", "utf-8")
        known = f'[devices]\n"Fake" = {root}, eSCL\n[options]\ndiscovery = disable\n'
        (folder / "airscan.conf").write_text(known, "utf-8")
        monkeypatch.setenv("SANE_CONFIG_DIR", str(folder))
        yield fake


@pytest.fixture
def reader() -> Iterator[str]:
    """The port at which the worker's identity card can be read."""
    with plugged_in(FakeReader(resident(_NUMBER), empty=1)) as port:
        yield port


@dataclass
class Counter:
    """The clerk at the window, with its keys."""

    qtbot: QtBot
    program: Program
    out: Path
    taken: list[str] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        assert self.program.session is not None
        return self.program.session.desk

    @property
    def intake(self) -> IntakePage:
        assert self.program.session is not None
        page = self.program.session.shell.page("intake")
        assert isinstance(page, IntakePage)
        return page

    @property
    def todo(self) -> TodoPage:
        assert self.program.session is not None
        page = self.program.session.shell.page("todo")
        assert isinstance(page, TodoPage)
        return page

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.program.window, key, held)

    def focus(self) -> str:
        """The name of what the next key goes to."""
        widget = QApplication.focusWidget()
        return widget.objectName() if widget is not None else ""

    def until(self, holds: object) -> None:
        assert callable(holds)
        _until(self.qtbot, holds)

    def picture(self, name: str) -> None:
        """Once what was asked for is shown."""
        tasks = self.program._tasks
        assert tasks is not None
        self.until(lambda: not tasks._tickets)
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self.taken.append(name)
        assert self.program.window.grab().save(str(self.out / f"{len(self.taken):02d}-{name}.png"))

    def kinds(self) -> set[ScanKind]:
        return {scan.kind for scan in self.intake.draft.scans}

    def value(self, name: str) -> str:
        return str(self.intake.draft.content.value(name) or "")

    def adopt(self, *names: str) -> None:
        """Alt+A until none of these fields is empty."""
        while not all(self.value(name) for name in names):
            before = self.intake.draft.content
            self.until(self.intake.side.compare.isVisible)
            self.press(Qt.Key.Key_A, _ALT)
            self.until(lambda before=before: self.intake.draft.content != before)


@pytest.fixture
def counter(
    qtbot: QtBot, qapp: QApplication, world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Counter]:
    out = ROOT / "build" / "capture" / request.node.name.removeprefix("test_")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    package = tmp_path / "package"
    code = world.central("enrol", "CY001", "--name", "朝阳区测试街道工会服务站", "--out", package).last_word
    with _program(qapp, world.station_home) as program:
        program.window.resize(1366, 768)
        _setup_page(qtbot, program)
        with qtbot.waitSignal(program.opened):
            _fill(str(package), code)
        yield Counter(qtbot, program, out)


def _a4(paper: Pixels, seed: int) -> bytes:
    return flatbed([paper], seed).jpeg()


def _clip(path: Path, cards: list[Pixels]) -> Path:
    """Each card pushed under the camera, left there for two seconds, and taken away."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, _VIEW)
    seeds = iter(range(10_000))

    def shown(card: Pixels | None, left: int) -> None:
        frame = np.full((_VIEW[1], _VIEW[0], 3), (52, 60, 66), np.uint8)
        if card is not None and left < _VIEW[0]:
            part = card[:, : _VIEW[0] - left]
            frame[240 : 240 + part.shape[0], left : left + part.shape[1]] = part
        writer.write(noisy(frame, next(seeds)))

    for card in cards:
        for _ in range(round(1.5 * FPS)):
            shown(None, 0)
        for step in range(6):
            shown(card, 260 + 220 * (5 - step))
        for _ in range(2 * FPS):
            shown(card, 260)
        for step in range(6):
            shown(card, 260 + 220 * step)
    for _ in range(FPS):
        shown(None, 0)
    writer.release()
    return path


def test_paper_becomes_a_checked_record(counter: Counter, scanner: FakeScanner, reader: str, tmp_path: Path) -> None:
    _choose_devices(counter.desk, reader)
    _read_the_chip(counter)
    _scan_the_certificate(counter, scanner)
    _shoot_the_cards(counter, tmp_path)
    sheet = _print(counter, tmp_path / "sheet.pdf")
    _signed_paper_comes_home(counter, scanner, sheet)
    _submit(counter)


def _choose_devices(desk: Desk, port: str) -> None:
    devices.choose_scanner(desk, Scanner("sane:airscan:e0:Fake", "测试扫描仪", "sane", tuple(Source)), Source.FEEDER)
    devices.choose_reader(desk, Port(port, port, port))
    settings.change(desk, "default_plan", _CASE["plan"])


def _read_the_chip(counter: Counter) -> None:
    counter.press(Qt.Key.Key_F3)
    counter.until(lambda: counter.intake.isVisible())
    counter.press(Qt.Key.Key_R, _ALT)
    counter.until(lambda: counter.value("id_number") == _WHO.id_number)
    assert counter.value("name") == _WHO.name
    counter.picture("chip")
    for name in ("phone", "employer"):
        if not counter.value(name):
            counter.intake.form.go_to(name)
            _write(str(_CASE["applicant"][name]))
    counter.press(Qt.Key.Key_D, _ALT)
    counter.until(lambda: counter.focus() != "employer")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.focus() == "applied_on")
    counter.press(Qt.Key.Key_A, _CTRL)
    _write(_CASE["applied_on"])
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: str(counter.intake.draft.content.applied_on) == _CASE["applied_on"])


def _scan_the_certificate(counter: Counter, scanner: FakeScanner) -> None:
    from station_app.domain.application import Category

    drawn = pictures.certificate(_WHO, Category(_CASE["category"]), _CASE["certificate"])
    scanner.page = _a4(pixels_of(drawn), 3)
    number = str(_CASE["certificate"]["number"])
    counter.intake.form.go_to("number")
    _write(number[:-1] + str((int(number[-1]) + 1) % 10))  # a slip of the finger
    counter.press(Qt.Key.Key_Return)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: ScanKind.CERTIFICATE in counter.kinds())
    counter.until(counter.intake.side.compare.isVisible)
    counter.intake.form.go_to("number")
    counter.picture("compare")
    counter.press(Qt.Key.Key_A, _ALT)
    counter.until(lambda: counter.value("number") == number)
    counter.adopt("occupation", "level", "issue_date")
    assert counter.value("occupation") == _CASE["certificate"]["occupation"]
    assert counter.value("level") == str(_CASE["certificate"]["level"])
    counter.picture("certificate-read")


def _shoot_the_cards(counter: Counter, folder: Path) -> None:
    drawn = [pictures.id_front(_WHO), pictures.id_back(_WHO), pictures.service_card(_WHO)]
    clip = _clip(folder / "clip.avi", [pixels_of(each) for each in drawn])
    counter.intake._scans.shooting.use(ClipSource({"高拍仪": clip}))
    counter.press(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    counter.until(lambda: len(counter.kinds()) > 1)
    counter.picture("camera")
    wanted = {ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.CERTIFICATE}
    counter.until(lambda: counter.kinds() >= wanted)
    counter.press(Qt.Key.Key_Escape)
    counter.adopt("card_no", "issuer")
    assert counter.value("card_no") == _WHO.card_no
    counter.picture("cards-read")


def _print(counter: Counter, file: Path) -> Path:
    counter.press(Qt.Key.Key_F8)
    counter.until(lambda: counter.focus() == "pdf_path")
    counter.press(Qt.Key.Key_A, _CTRL)
    _write(str(file))
    counter.picture("print")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.focus() != "pdf_path")
    assert file.exists()
    return file


def _signed_paper_comes_home(counter: Counter, scanner: FakeScanner, file: Path) -> None:
    application_id = counter.intake.draft.application_id
    assert application_id is not None
    drawn = printed(papers.sheet(counter.desk, application_id, Paper.SHEET))  # where its signature line is
    with ExitStack() as stack:
        document = pypdfium2.PdfDocument(file)
        stack.callback(document.close)
        page = document[0].render(scale=DPI / 72).to_numpy()[:, :, :3]
    page = cv2.resize(np.ascontiguousarray(page), drawn.pixels.shape[1::-1])
    scanner.page = _a4(cv2.resize(signed(replace(drawn, pixels=page), 3), None, fx=1.5, fy=1.5), 5)
    counter.press(Qt.Key.Key_F4)
    counter.until(lambda: counter.todo.isVisible())
    counter.press(Qt.Key.Key_G, _ALT)
    counter.until(lambda: counter.todo.tray is not None and counter.todo.tray.isVisible())
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: ScanKind.FORM in _filed(counter.desk, application_id))
    tray = counter.todo.tray
    assert tray is not None
    counter.until(lambda: tray._view is not None and bool(tray._view.filed))
    counter.picture("home-again")
    counter.press(Qt.Key.Key_F3)
    counter.until(lambda: ScanKind.FORM in counter.kinds())
    counter.until(lambda: "缺第 2 页" in _said(counter).values())  # only the first of two has come
    counter.picture("case")


def _filed(desk: Desk, application_id: str) -> set[ScanKind]:
    with desk.store.read() as uow:
        return {scan.kind for scan in uow.scans.of(application_id)}


def _submit(counter: Counter) -> None:
    for name in ("is_member", "beijing_union"):  # no roster knows the worker
        counter.intake.form.go_to(name)
        counter.press(Qt.Key.Key_Y)
    counter.intake.side.consent.click()
    counter.press(Qt.Key.Key_Return, _CTRL)
    counter.until(lambda: counter.intake.draft.state is not State.DRAFT)
    counter.until(lambda: "缺第 2 页" in _said(counter).values())
    counter.picture("submitted")


def test_a_stack_comes_apart_in_the_window(counter: Counter, scanner: FakeScanner, reader: str) -> None:
    """Both sides of the card on one sheet, one with nothing on it, and the certificate."""
    from station_app.domain.application import Category

    card = [pixels_of(each) for each in (pictures.id_front(_WHO), pictures.id_back(_WHO))]
    certificate = pixels_of(pictures.certificate(_WHO, Category(_CASE["category"]), _CASE["certificate"]))
    scanner.sheets, scanner.pages = 3, (flatbed(card, 3).jpeg(), flatbed([], 4).jpeg(), _a4(certificate, 5))
    _choose_devices(counter.desk, reader)
    counter.press(Qt.Key.Key_F3)
    counter.until(lambda: counter.intake.isVisible())
    counter.press(Qt.Key.Key_F12)
    wanted = {ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CERTIFICATE}
    counter.until(lambda: counter.kinds() >= wanted)
    counter.until(lambda: "空白页" in _said(counter).values())
    counter.picture("stack")
    assert len(counter.intake.draft.scans) == 4  # the blank one is marked and stays
    assert "空白页" not in [_said(counter)[scan.id] for scan in counter.intake.draft.scans if scan.kind in wanted]
    counter.adopt("name", "id_number", "occupation", "level", "number", "issue_date", "issuer")
    assert counter.value("id_number") == _WHO.id_number
    assert counter.value("name") == _WHO.name
    counter.picture("stack-read")


def _said(counter: Counter) -> dict[str, str]:
    """Below each page, by its id."""
    places = [tile.place for tile in counter.intake.form.strip._tiles]
    return {place.scan_id: place.read for place in places if place.scan_id}
