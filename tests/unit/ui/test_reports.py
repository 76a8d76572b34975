"""Logs and reports say where something failed and never with what values."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from station_app.errors import BugError
from tests.patience import PATIENCE_SECONDS
from ui.remembered import FILE, Remembered, load, save
from ui.reports import Reporter, report_text, start_log, stop_log
from ui.watchdog import Watchdog, _stack

_PERSON = "张静雯 990105199003071235"


def _fail() -> None:
    try:
        dict[str, str]()[_PERSON]
    except KeyError as error:
        raise BugError("unexpected", name=_PERSON) from error


def _caught() -> BugError:
    with pytest.raises(BugError) as caught:
        _fail()
    return caught.value


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    start_log(tmp_path)
    yield tmp_path / "station.log"
    stop_log()
    logging.getLogger().setLevel(level)


def test_a_report_names_places_and_no_values() -> None:
    text = report_text(_caught())
    assert "BugError unexpected" in text
    assert "builtins.KeyError" in text
    assert "_fail" in text
    assert "sqlalchemy" in text
    assert "张静雯" not in text
    assert "990105" not in text


def test_a_reporter_writes_a_file(tmp_path: Path) -> None:
    reporter = Reporter(tmp_path)
    reporter(_caught())
    assert reporter.last is not None
    assert "BugError unexpected" in reporter.last.read_text("utf-8")


def test_a_log_line_is_json_without_values(log: Path) -> None:
    try:
        _fail()
    except BugError:
        logging.getLogger("sync.worker").exception("a pass of sync failed")
    stop_log()
    line = json.loads(log.read_text("utf-8"))
    assert line["event"] == "a pass of sync failed"
    assert line["level"] == "error"
    assert any("_fail" in each for each in line["exception"])
    assert "张静雯" not in log.read_text("utf-8")


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "station.log").write_bytes(b"x" * (2 * 2**20 + 1))
    level = logging.getLogger().level
    start_log(tmp_path)
    stop_log()
    logging.getLogger().setLevel(level)
    assert (tmp_path / "station.log.1").stat().st_size > 2 * 2**20


def _watching(qtbot: QtBot, app: QApplication) -> Watchdog:
    """A watchdog while a window of ours is the active one."""
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Watchdog(app)


def test_the_watchdog_tells_where_the_main_thread_was_held(
    qtbot: QtBot, qapp: QApplication, log: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_of = threading.Event()
    loop = QEventLoop()

    def seen(thread: int) -> list[str]:
        stack = _stack(thread)
        told_of.set()
        return stack

    def hold() -> None:
        told_of.wait(PATIENCE_SECONDS)
        QTimer.singleShot(0, loop.quit)

    monkeypatch.setattr("ui.watchdog._stack", seen)
    with closing(_watching(qtbot, qapp)):
        QTimer.singleShot(0, hold)
        loop.exec()
        qtbot.waitUntil(lambda: "free again" in caplog.text)
    told = [record for record in caplog.records if record.message == "main thread held"]
    assert len(told) == 1
    assert any("test_reports.py" in place and place.endswith("hold") for place in told[0].stack)  # type: ignore[attr-defined]


def test_an_idle_loop_answers_and_is_not_reported(
    qtbot: QtBot, qapp: QApplication, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patient instead of prompt, since a busy machine may keep an idle loop waiting too."""
    monkeypatch.setattr("ui.watchdog.HELD_SECONDS", PATIENCE_SECONDS / 2)
    rings: list[int] = []
    with closing(_watching(qtbot, qapp)) as watchdog:
        watchdog._rung.connect(lambda: rings.append(1))
        qtbot.waitUntil(lambda: len(rings) >= 3)
    assert "held" not in caplog.text


def test_a_watchdog_of_a_window_in_the_background_ends_at_once(
    qtbot: QtBot, qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever closes it waits for its thread, so a last ring would never be answered."""
    watchdog = _watching(qtbot, qapp)
    watchdog._on_state(Qt.ApplicationState.ApplicationInactive)
    qtbot.wait(200)  # for its thread to come to rest; either way it must end
    watchdog.close()
    assert not watchdog._watch.thread.is_alive()
    assert "held" not in caplog.text


def test_the_window_remembers_its_look(tmp_path: Path) -> None:
    assert load(tmp_path) == Remembered()
    save(tmp_path, Remembered("contrast", 16, told_no_secret_store=True))
    assert load(tmp_path) == Remembered("contrast", 16, told_no_secret_store=True)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"theme":"pink","text_size":99,"told_no_secret_store":false}'])
def test_a_memory_that_makes_no_sense_is_no_memory(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, "ascii")
    assert load(tmp_path) == Remembered()
