"""F12 in 归档: a real feeder into the tray; what has come stays, whatever becomes of the device."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.devices.scanner import Source
from station_app.services import tray
from station_app.services.desk import Desk
from tests.integration.devices.conftest import SLOW, Configure
from tests.integration.devices.fake_escl import FakeScanner, picture, serving
from tests.integration.devices.processes import of_drivers
from tests.integration.ui.devices.conftest import ENDLESS, remember, wait_for
from tests.unit.ui.intake.conftest import press
from ui.context import Context
from ui.pages.todo import TodoPage
from ui.pages.tray import TrayPane

pytestmark = pytest.mark.usefixtures("dots")


@pytest.fixture
def pane(qtbot: QtBot, context: Context) -> Iterator[TrayPane]:
    page = TodoPage(context)
    qtbot.addWidget(page)
    page.resize(1218, 730)
    page.show()
    qtbot.waitExposed(page)
    page.arrive()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    press(Qt.Key.Key_G, Qt.KeyboardModifier.AltModifier)
    assert page.tray is not None
    yield page.tray
    context.tasks.finish()


def _said(pane: TrayPane) -> list[str]:
    words: list[str] = []
    pane.said.connect(lambda text, _tone: words.append(text))
    return words


def test_a_stack_comes_into_the_tray_page_by_page(qtbot: QtBot, pane: TrayPane, desk: Desk, backend: Configure) -> None:
    remember(desk)
    words = _said(pane)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "扫完了，10 页都已存好")
    (row,) = tray.waiting(desk)  # the backend's sheets are all alike, and the same bytes are one page
    assert (row.page.reason, row.page.source) == (tray.UNSORTED, tray.DEVICE)


def test_without_a_scanner_it_is_said_where_to_choose_one(
    qtbot: QtBot, pane: TrayPane, desk: Desk, backend: Configure
) -> None:
    words = _said(pane)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "F11")
    assert tray.count(desk) == 0


def test_esc_calls_off_a_run_that_began_before_another_theme(
    qtbot: QtBot, pane: TrayPane, context: Context, desk: Desk, backend: Configure, dots: list[int]
) -> None:
    backend(**SLOW)
    remember(desk)
    dots[0] = ENDLESS
    words = _said(pane)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "正在准备")
    before = pane.window()
    assert isinstance(before, TodoPage)
    again = TodoPage(context)
    qtbot.addWidget(again)
    again.restore(before.keep())
    before.hide()
    again.show()
    again.activateWindow()
    qtbot.waitUntil(again.isActiveWindow)
    again.arrive()
    press(Qt.Key.Key_G, Qt.KeyboardModifier.AltModifier)
    other = again.tray
    assert other is not None
    words = _said(other)
    press(Qt.Key.Key_Escape)
    wait_for(qtbot, words, "扫描已取消")
    assert other.isVisible()
    assert not other._scans._busy


def test_escape_calls_the_run_off_and_only_then_leaves(
    qtbot: QtBot, pane: TrayPane, desk: Desk, backend: Configure, dots: list[int]
) -> None:
    backend(**SLOW)
    remember(desk)
    dots[0] = ENDLESS
    words = _said(pane)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "正在准备")
    press(Qt.Key.Key_Escape)
    assert pane.isVisible()
    qtbot.waitUntil(lambda: not pane._scans._busy)
    press(Qt.Key.Key_Escape)
    assert not pane.isVisible()


@pytest.mark.parametrize("fault", ["killed", "unplugged"])
def test_what_has_come_stays_when_the_scanner_fails_and_the_stack_fed_again_is_there_once(
    qtbot: QtBot, pane: TrayPane, desk: Desk, fault: str
) -> None:
    fake = FakeScanner(sheets=4, stalls_after=2, pages=[picture(80, 100 + each) for each in range(4)])
    words = _said(pane)
    with serving(fake) as root:
        remember(desk, Source.FEEDER, f"escl:{root}")
        press(Qt.Key.Key_F12)
        wait_for(qtbot, words, "已收到 2 页")
        qtbot.waitUntil(fake.asked.is_set)
        if fault == "killed":
            next(each for name, each in of_drivers().items() if name.startswith("python")).kill()
        else:
            fake.gone = True
            fake.released.set()
        wait_for(qtbot, words, "这次收到 2 页，都已存好")
        assert words[-1].startswith("测试扫描仪：")
        before = [row.page.id for row in tray.waiting(desk)]
        assert len(before) == 2
        fake.stalls_after, fake.gone, fake.running, fake.given = None, False, False, 0
        press(Qt.Key.Key_F12)
        wait_for(qtbot, words, "扫完了，4 页都已存好")
    after = [row.page.id for row in tray.waiting(desk)]
    assert (after[:2], len(after)) == (before, 4)
