"""First run through the window, against a real server: without network, with it, and cut off in between."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from station_app.services import setup
from tests.system.world import World
from ui.bootstrap import Program
from ui.pages.setup import SetupPage

_WAIT = 60_000
_PASSWORD = "a password for tests"
_NAME = "朝阳区测试街道工会服务站"

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.central("init")
    return world


@contextmanager
def _program(app: QApplication, home: Path) -> Iterator[Program]:
    program = Program(app, home)
    program.start()
    try:
        yield program
    finally:
        program.close()
        program.window.deleteLater()


def _until(qtbot: QtBot, true: Callable[[], bool]) -> None:
    qtbot.waitUntil(true, timeout=_WAIT)


def _focus() -> QWidget:
    focus: QWidget | None = QApplication.focusWidget()
    assert focus is not None
    return focus


def _write(text: str) -> None:
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(_focus(), event)


def _enter() -> None:
    QTest.keyClick(_focus(), Qt.Key.Key_Return)


def _setup_page(qtbot: QtBot, program: Program) -> SetupPage:
    program.window.activateWindow()
    _until(qtbot, program.window.isActiveWindow)
    page = program.window._stage
    assert isinstance(page, SetupPage)
    _until(qtbot, lambda: page._smallest > 0)  # the PC has been looked at
    return page


def _fill(url: str, code: str) -> None:
    for text in (url, code, "王芳"):
        _write(text)
        _enter()
    for _ in range(2):
        for each in _PASSWORD:
            QTest.keyClicks(_focus(), each)
        _enter()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_unreachable_then_retried(qtbot: QtBot, qapp: QApplication, world: World) -> None:
    code = world.central("enrol", "CY001", "--name", _NAME).last_word
    port = _free_port()
    with _program(qapp, world.station_home) as program:
        page = _setup_page(qtbot, program)
        _fill(f"http://127.0.0.1:{port}", code)
        _until(qtbot, lambda: "填好的内容都还在" in page._status.text())
        code_line = page._boxes["code"].editor
        assert isinstance(code_line, QLineEdit)
        assert code_line.text() == code
        with world.serving(port), qtbot.waitSignal(program.opened, timeout=_WAIT):
            _enter()  # 再试一次 has the focus
        assert program.session is not None
        assert setup.identity(program.session.desk)["station_name"] == _NAME
        assert program.session.shell._rail._station.text() == _NAME
        assert "密钥环" not in program.session.shell.banner_words, "the set-up page has said it"


def test_cut_off_before_the_enrolment_and_resumed(qtbot: QtBot, qapp: QApplication, world: World) -> None:
    code = world.central("enrol", "CY001", "--name", _NAME).last_word
    port = _free_port()
    with _program(qapp, world.station_home) as program:
        page = _setup_page(qtbot, program)
        _fill(f"http://127.0.0.1:{port}", code)
        _until(qtbot, lambda: "填好的内容都还在" in page._status.text())
    with world.serving(port) as server, _program(qapp, world.station_home) as program:
        program.window.activateWindow()
        _until(qtbot, program.window.isActiveWindow)
        for each in _PASSWORD:
            QTest.keyClicks(_focus(), each)
        _enter()
        _until(qtbot, lambda: isinstance(program.window._stage, SetupPage))
        _setup_page(qtbot, program)
        _write(server.url)
        _enter()
        with qtbot.waitSignal(program.opened, timeout=_WAIT):
            _write(code)
            _enter()
        assert program.session is not None
        _until(qtbot, lambda: program.session is not None and "全部已送达" in program.session.shell.foot_words)


def test_a_code_of_another_server_is_refused_beside_it(qtbot: QtBot, qapp: QApplication, world: World) -> None:
    with world.serving() as server, _program(qapp, world.station_home) as program:
        page = _setup_page(qtbot, program)
        _fill(server.url, "3F7K-M2QX-8W4T-3F7K-M2QX-8W4T-5R6S-Q")
        _until(qtbot, lambda: bool(page._boxes["code"].problem))
        assert _focus() is page._boxes["code"].editor
