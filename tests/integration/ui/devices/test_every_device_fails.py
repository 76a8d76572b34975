"""Each device killed, hung, unplugged and returned in the middle of its work, at the real window.

The window answers meanwhile, the pages got so far stay and are filed, the clerk is told which device it is and what to
do, and the next work goes on without a restart. ``docs/architecture.md`` has the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind
from station_app.services import capture, settings
from station_app.services.reading_worker import ReadingWorker
from tests.integration.ui.devices.failing import DEVICES, FAULTS, Device, Window, first_page
from tests.unit.ui.conftest import MadeHome, home, made_home, watch
from tests.unit.ui.intake.pages import begin
from tests.unit.ui.stations import PASSWORD, Watch, open_desk
from ui.bootstrap import Program
from ui.pages.intake import arrivals

__all__ = ["home", "made_home", "watch"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.qt_log_ignore(r"PulseAudioService: ", r"No HW decoder found", extend=True),
]
_ROOT = Path(__file__).parents[4]
_TEST = "test_it_fails_and_comes_back"


@pytest.fixture
def window(
    qtbot: QtBot,
    qapp: QApplication,
    made_home: MadeHome,
    home: Path,
    watch: Watch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Window]:
    """Signed in by keys, 受理 in front, a case with one page on the table. What is read off pages is no matter here."""
    monkeypatch.setattr(ReadingWorker, "start", lambda _: None)
    monkeypatch.setattr(arrivals.Arrivals.__init__, "__defaults__", (0.05,))
    (tmp_path / "watched").mkdir()
    with closing((desk := open_desk(home, made_home.master, watch)).store):
        case = begin(desk, 3)
        capture.add_scan(desk, case, ScanKind.OTHER, first_page())
        settings.change(desk, "watched_folder", str(tmp_path / "watched"))
    program = Program(qapp, home, watch)
    program.start()
    try:
        made = Window(qtbot, program, monkeypatch, tmp_path)
        _sign_in(made)
        made.press(Qt.Key.Key_F3)
        made.until(made.page.isVisible)
        made.page.open(case)
        made.until_pages(1)
        made.page.notice.connect(lambda words, _: made.said.append(words) if words else None)
        yield made
    finally:
        program.close()
        program.window.deleteLater()


def _sign_in(window: Window) -> None:
    program = window.program
    program.window.resize(1366, 768)
    program.window.activateWindow()
    window.until(program.window.isActiveWindow)
    window.press(Qt.Key.Key_Return)
    window.type(PASSWORD)
    with window.qtbot.waitSignal(program.opened):
        window.press(Qt.Key.Key_Return)


@pytest.fixture
def device(window: Window, request: pytest.FixtureRequest) -> Iterator[Device]:
    made: Device = DEVICES[request.param](window)  # type: ignore[call-arg]
    try:
        yield made
    finally:
        made.close()


def _filed(window: Window) -> list[bytes]:
    """The pages of the case as the store has them, each whole."""
    application_id = window.page.draft.application_id
    assert application_id is not None
    with window.desk.store.read() as uow:
        scans = uow.scans.of(application_id)
    return [capture.read_scan(window.desk, scan.id) for scan in scans]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("device", list(DEVICES), indirect=True)
def test_it_fails_and_comes_back(window: Window, device: Device, fault: str) -> None:
    device.begin()
    before = len(_filed(window))
    {"killed": device.killed, "hung": device.hung, "unplugged": device.unplugged}[fault]()
    device.answers()
    window.until(lambda: any(device.words[fault] in each for each in device.told()))
    assert any(device.words[fault] in each and device.name in each for each in device.told())
    kept = _filed(window)
    assert kept[0] == first_page()
    assert len(kept) >= before
    window.until(lambda: len(window.page.draft.scans) == len(kept))
    device.come_back(fault)
    device.again()
    assert _filed(window)[: len(kept)] == kept
    window.page.flush()


def test_the_table_names_every_device_and_fault() -> None:
    """And no test that does not exist."""
    named = re.findall(rf"`{_TEST}\[(\w+)-(\w+)\]`", (_ROOT / "docs/architecture.md").read_text("utf-8"))
    assert sorted(named) == sorted((device, fault) for device in DEVICES for fault in FAULTS)
