"""A signed-in station with a real store, a roster of invented people, and the page on a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from station_app.access.secrets import NoSecrets
from station_app.domain.application import Category
from station_app.domain.member import Member
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.events import Events
from station_app.services.desk import Desk
from station_app.services.plan_book import packaged_plans
from station_app.store import Store, StoreKeys
from tests.samples.cases import case_of
from tests.samples.people import Person, person
from tests.samples.pictures import write_scans
from ui.bridge import Bridge
from ui.context import Context
from ui.pages.intake import IntakePage
from ui.tasks import Tasks
from ui.theme import apply_theme

MASTER = bytes(range(32))
PLANS = packaged_plans()


@dataclass
class WallClock:
    """Half past two in the afternoon of 15 May 2024 in Beijing, until somebody moves it."""

    now: datetime = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Steady:
    """A steady clock that only a test moves."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def desk(tmp_path: Path, clock: WallClock) -> Iterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    store = Store.create(home, StoreKeys.derive(MASTER), clock)
    operator = Operator("11111111-1111-4111-8111-111111111111", "王芳", Role.LEAD)
    with store.write(Point.OPERATOR) as uow:
        uow.operators.add(operator)
        facts = {"station_no": "CY001", "device_letter": "A", "generation": "0", "device_id": "d1"}
        for key, value in {**facts, "station_name": "朝阳区测试街道工会服务站"}.items():
            uow.facts.set(key, value)
    with store.roster.write() as work:
        work.upsert(member(number) for number in range(40))
    yield Desk(home, store, operator, PLANS, clock, NoSecrets(), MASTER)
    store.close()


def member(number: int) -> Member:
    """Person ``number`` as the roster has them."""
    one = person(number)
    return Member(
        number + 1, one.name, one.id_number, one.card_no, one.phone, one.employer, one.district,
        one.full_time_union_social_worker,
    )  # fmt: skip


@pytest.fixture
def context(desk: Desk, tasks: Tasks, events: Events, qapp: QApplication) -> Iterator[Context]:
    bridge = Bridge(events)
    yield Context(desk, tasks, bridge, apply_theme(qapp, "light", 12), events)
    tasks.finish()
    bridge.close()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """The place a page has at 1366 x 768 beside the rail and above the foot line."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1366 - 148, 768 - 32)
    return window


@pytest.fixture
def page(qtbot: QtBot, context: Context, window: QWidget) -> IntakePage:
    return put_page(qtbot, context, window)


def put_page(qtbot: QtBot, context: Context, window: QWidget, **more: Any) -> IntakePage:
    """The page on its window, active, as the shell shows it."""
    page = IntakePage(context, window, **more)
    page.setGeometry(window.rect())
    window.show()
    window.activateWindow()
    page.show()
    qtbot.waitUntil(window.isActiveWindow)
    page.arrive()
    return page


# ---- hands


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key on whatever has the focus."""
    QTest.keyClick(focused(), key, modifier)


def write(text: str) -> None:
    """Text into whatever has the focus: keys for ASCII, the input method for the rest."""
    for each in text:
        if each.isascii():
            QTest.keyClicks(focused(), each)
        else:
            event = QInputMethodEvent()
            event.setCommitString(each)
            QApplication.sendEvent(focused(), event)


def settle(qtbot: QtBot, page: IntakePage) -> None:
    """Until nothing is on its way: reads, writes, answers."""
    tasks = page.context.tasks
    qtbot.waitUntil(lambda: not tasks._tickets, timeout=20_000)


def sample(number: int, category: Category = Category.VOCATIONAL) -> tuple[Person, dict[str, Any]]:
    """A person of the roster and their case."""
    one = replace(person(number), full_time_union_social_worker=False)
    return one, case_of(one, number, category)


def scans(folder: Path, number: int, category: Category = Category.VOCATIONAL) -> list[Path]:
    one, case = sample(number, category)
    folder.mkdir(exist_ok=True)
    return list(write_scans(folder, one, case).values())
