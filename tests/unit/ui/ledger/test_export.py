"""导出 in 台账: what for is asked, the file is whole or not there, and a full disk is told on the sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app import durable
from tests.unit.ui.ledger.test_ledger import ALT, go_to, shown
from tests.unit.ui.todo.fixtures import Shower, focused, press, type_text
from tests.unit.ui.todo.world import World
from ui.pages.ledger import LedgerPage


def _asked(qtbot: QtBot, show: Shower, world: World, which: str, path: Path) -> LedgerPage:
    page = shown(qtbot, show, world)
    go_to(qtbot, page, world.cases[which].id)
    press(Qt.Key.Key_X, ALT)
    assert focused() is page._export.purpose
    page._export.path.setText(str(path))
    return page


def test_a_case_is_exported_with_the_keyboard(qtbot: QtBot, show: Shower, world: World, tmp_path: Path) -> None:
    target = tmp_path / "copy.pdf"
    page = _asked(qtbot, show, world, "ready", target)
    said: list[str] = []
    page.notice.connect(lambda words, _tone: said.append(words))
    press(Qt.Key.Key_Return)
    assert "用途" in page._export._purpose_box.problem
    type_text("区总复核")
    press(Qt.Key.Key_Return)
    assert focused() is page._export.path
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page._export.isVisible())
    assert len(PdfReader(target).pages) >= 3
    assert [each.name for each in tmp_path.glob("copy*")] == ["copy.pdf"]
    assert "已导出 copy.pdf" in said[-1]


def test_a_full_disk_leaves_no_half_file_and_the_sheet_open(
    qtbot: QtBot, show: Shower, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space")

    page = _asked(qtbot, show, world, "ready", tmp_path / "copy.pdf")
    monkeypatch.setattr(durable, "rename", full)
    type_text("区总复核")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "磁盘已满" in page._export._path_box.problem)
    assert page._export.isVisible()
    assert list(tmp_path.glob("copy*")) == []


def test_an_empty_draft_has_nothing_to_export(qtbot: QtBot, show: Shower, world: World, tmp_path: Path) -> None:
    page = _asked(qtbot, show, world, "begun", tmp_path / "copy.pdf")
    type_text("区总复核")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "没有可以导出" in page._export._path_box.problem)
