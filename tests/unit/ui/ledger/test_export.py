"""导出 in 台账: what for is asked, the file is whole or not there, and a full disk is told on the sheet."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app import durable
from tests.patience import PATIENCE_SECONDS
from tests.unit.ui.ledger.test_ledger import ALT, go_to, shown
from tests.unit.ui.todo.fixtures import Shower, focused, press, type_text
from tests.unit.ui.todo.world import World
from ui.pages.ledger import LedgerPage
from ui.pages.lists import export_case


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


def test_a_share_that_hangs_does_not_hold_the_window(
    qtbot: QtBot, show: Shower, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, there, asked = _asked(qtbot, show, world, "ready", tmp_path / "copy.pdf"), threading.Event(), list[str]()

    def hanging(text: str) -> Path:
        asked.append(text)
        there.wait(PATIENCE_SECONDS)
        return Path(text)

    monkeypatch.setattr(export_case, "checked_target", hanging)
    type_text("区总复核")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked))
    assert page._export._path_box._hint == "正在导出…"
    page.context.tasks.query(page, lambda: "lookup", asked.append)
    qtbot.waitUntil(lambda: "lookup" in asked)
    press(Qt.Key.Key_Escape)
    assert not page._export.isVisible()
    there.set()
    qtbot.waitUntil(lambda: not page.context.tasks._tickets)
    assert list(tmp_path.glob("copy*")) == []
    press(Qt.Key.Key_X, ALT)
    page._export.path.setText(str(tmp_path / "copy.pdf"))
    monkeypatch.undo()
    type_text("区总复核")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page._export.isVisible())
    assert (tmp_path / "copy.pdf").exists()


def test_a_folder_that_is_not_there_is_named(qtbot: QtBot, show: Shower, world: World, tmp_path: Path) -> None:
    page = _asked(qtbot, show, world, "ready", tmp_path / "none" / "copy.pdf")
    type_text("区总复核")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "文件夹要已经存在" in page._export._path_box.problem)
    assert page._export.isVisible()
