"""A station without network through the window: set up from a package, a case out on a stick, its receipt back in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from station_app.domain.application import REQUIRED_SCANS, Content, State
from station_app.services import capture, intake, submission
from station_app.services.desk import Desk
from station_app.store.records import ApplicationRecord
from tests.integration.ui.test_first_run import _fill, _program, _setup_page, _until, world
from tests.samples.cases import case
from tests.system.world import World
from tests.unit.sync.stations import page
from ui.bootstrap import Program
from ui.pages.stick import StickPane

pytestmark = pytest.mark.slow
__all__ = ["world"]


def _submitted(desk: Desk) -> ApplicationRecord:
    record = intake.new_case(desk, Content.from_json(case(1))).value.record
    for kind in REQUIRED_SCANS:
        capture.add_scan(desk, record.id, kind, page(kind.value, 20_000))
    return submission.submit(desk, record.id).value


def _stick_pane(qtbot: QtBot, program: Program) -> StickPane:
    """F10, Alt+U."""
    assert program.session is not None
    QTest.keyClick(program.window, Qt.Key.Key_F10)
    QTest.keyClick(program.window, Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    pane: StickPane | None = program.window.findChild(StickPane)
    assert pane is not None
    _until(qtbot, lambda: pane.isVisible() and len(pane.list.lines.line_rows()) == 1)
    return pane


def _says(pane: StickPane, words: str) -> bool:
    labels: list[QLabel] = pane.findChildren(QLabel)  # type: ignore[assignment]
    return any(words in label.text() for label in labels)


def test_from_the_package_to_the_receipt(qtbot: QtBot, qapp: QApplication, world: World, tmp_path: Path) -> None:
    package, out, answer = tmp_path / "package", tmp_path / "out.zt", tmp_path / "answer.zt"
    code = world.central("enrol", "MY001", "--name", "密云区测试镇工会服务站", "--out", package).last_word
    with _program(qapp, world.station_home) as program:
        _setup_page(qtbot, program)
        with qtbot.waitSignal(program.opened):
            _fill(str(package), code)
        assert program.session is not None
        desk = program.session.desk
        record = _submitted(desk)
        pane = _stick_pane(qtbot, program)
        assert _says(pane, "1 件、4 页")
        pane.write_to(out)
        _until(qtbot, lambda: _says(pane, "已导出文件：out.zt"))
        world.central("courier", out, "--out", answer)
        pane.read_from(out)
        _until(qtbot, lambda: _says(pane, "不是给这里的"))
        pane.read_from(answer)
        _until(qtbot, lambda: _says(pane, "收到回执 1 件"))
        _until(qtbot, lambda: not pane.list.lines.line_rows())
        with desk.store.read() as uow:
            assert uow.applications.get(record.id).state is State.RECEIVED
        QTest.keyClick(pane.export, Qt.Key.Key_Escape)
        _until(qtbot, lambda: not pane.isVisible())


def test_an_answer_that_shuts_the_pc_out_ends_the_session(
    qtbot: QtBot, qapp: QApplication, world: World, tmp_path: Path
) -> None:
    package, out, answer = tmp_path / "package", tmp_path / "out.zt", tmp_path / "answer.zt"
    code = world.central("enrol", "MY001", "--name", "密云区测试镇工会服务站", "--out", package).last_word
    with _program(qapp, world.station_home) as program:
        _setup_page(qtbot, program)
        with qtbot.waitSignal(program.opened):
            _fill(str(package), code)
        assert program.session is not None
        _submitted(program.session.desk)
        pane = _stick_pane(qtbot, program)
        pane.write_to(out)
        _until(qtbot, lambda: _says(pane, "已导出文件"))
        world.central("courier", out, "--out", answer)
        (device,) = world.central("devices", "--json").json()
        world.central("revoke", device["device"])
        world.central("courier", out, "--out", answer)
        pane.read_from(answer)
        _until(qtbot, lambda: program.session is None)
