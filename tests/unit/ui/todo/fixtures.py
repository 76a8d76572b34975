"""Fixtures of the pages that list cases: a full world made once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from station_app.events import Events
from station_app.store import Store, StoreKeys
from tests.unit.ui.sync.handles import RememberingHandle
from tests.unit.ui.todo.world import MASTER, WallClock, World, full_world, open_world
from ui.bridge import Bridge
from ui.context import Context
from ui.tasks import Tasks
from ui.theme import apply_theme
from ui.widgets.page import Page


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The home and what is in it; its store is closed."""
    home = tmp_path_factory.mktemp("full") / "home"
    home.mkdir()
    world = full_world(home)
    world.desk.store.close()
    return home, world


@pytest.fixture
def world(full: tuple[Path, World], tmp_path: Path) -> Iterator[World]:
    """Cases in every state, as the first test found them."""
    home = tmp_path / "home"
    shutil.copytree(full[0], home)
    made, clock = full[1], WallClock(full[1].clock.now)
    store = Store.open(home, StoreKeys.derive(MASTER), clock)
    desk = type(made.desk)(home, store, made.desk.operator, made.desk.plans, clock, made.desk.secrets, MASTER)
    yield World(desk, clock, dict(made.cases))
    store.close()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[World]:
    """An enrolled station without a case."""
    home = tmp_path / "bare"
    home.mkdir()
    world = open_world(home)
    yield world
    world.desk.store.close()


@pytest.fixture
def handle() -> RememberingHandle:
    return RememberingHandle()


Shower = Callable[[type[Page], World], Page]


@pytest.fixture
def show(qtbot: QtBot, qapp: QApplication, tasks: Tasks, events: Events, handle: RememberingHandle) -> Iterator[Shower]:
    """Puts a page on a window of the smallest screen and lets it arrive."""
    bridges: list[Bridge] = []

    def put(kind: type[Page], world: World) -> Page:
        bridge = Bridge(events)
        bridges.append(bridge)
        context = Context(world.desk, tasks, bridge, apply_theme(qapp, "light", 12), events, handle)
        page = kind(context)
        qtbot.addWidget(page)
        page.resize(1218, 730)
        page.show()
        qtbot.waitExposed(page)
        page.arrive()
        return page

    yield put
    for bridge in bridges:
        bridge.close()


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key to whatever has the focus, as a clerk presses it."""
    QTest.keyClick(focused(), key, modifiers)


def type_text(text: str) -> None:
    """Text to whatever has the focus, as an input method commits it.

    ``keyClicks`` with Chinese aborts the process, and ``sendKeyEvent`` with one Chinese character sends its first byte.
    """
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(focused(), event)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget
