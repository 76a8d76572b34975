"""移交 in 台账 and whose cases 待办 shows: with the keyboard, and both names in sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.services import handing_over, ledger, todo
from tests.unit.ui.ledger.test_ledger import ALT, go_to, shown, told
from tests.unit.ui.todo import test_todo
from tests.unit.ui.todo.fixtures import Shower, focused, press
from tests.unit.ui.todo.world import World
from ui.models.lines import Line
from ui.models.todo_lines import todo_entries
from ui.pages.todo import TodoPage

_COLLEAGUE = "赵敏"


@pytest.fixture
def two(world: World) -> World:
    with world.desk.store.write(Point.OPERATOR) as uow:
        uow.operators.add(Operator("33333333-3333-4333-8333-333333333333", _COLLEAGUE, Role.CLERK))
    return world


def test_a_case_is_handed_over_with_the_keyboard(qtbot: QtBot, show: Shower, two: World) -> None:
    page, case = shown(qtbot, show, two), two.cases["begun"]
    qtbot.waitUntil(lambda: bool(page.pane._takers))
    go_to(qtbot, page, case.id)
    press(Qt.Key.Key_H, ALT)
    assert focused().objectName() == "takers"
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ledger.show(two.desk, case.id)["holder"]["name"] == _COLLEAGUE)
    qtbot.waitUntil(lambda: f"移交给 {_COLLEAGUE}" in told(page))


def test_escape_ends_the_question_and_nothing_is_handed_over(qtbot: QtBot, show: Shower, two: World) -> None:
    page, case = shown(qtbot, show, two), two.cases["begun"]
    qtbot.waitUntil(lambda: bool(page.pane._takers))
    go_to(qtbot, page, case.id)
    press(Qt.Key.Key_H, ALT)
    press(Qt.Key.Key_Escape)
    assert not page.pane._to_whom.isVisible()
    assert ledger.show(two.desk, case.id)["holder"]["name"] == two.desk.operator.name


def test_news_of_nothing_new_bring_no_empty_card_and_no_button_behind_the_question(
    qtbot: QtBot, show: Shower, two: World
) -> None:
    page, case = shown(qtbot, show, two), two.cases["begun"]
    qtbot.waitUntil(lambda: bool(page.pane._takers))
    go_to(qtbot, page, case.id)
    press(Qt.Key.Key_H, ALT)
    detail = page.pane._detail
    assert detail is not None
    for newer in (replace(detail), replace(detail, name="某某")):
        page.pane.show_case(newer)
        assert not page.pane._back.isVisible()
        assert not page.pane._trouble.isVisible()
        assert not page.pane.open.isVisible()


def test_every_button_of_the_pane_has_room_for_its_words(qtbot: QtBot, show: Shower, two: World) -> None:
    page, case = shown(qtbot, show, two), two.cases["begun"]
    qtbot.waitUntil(lambda: bool(page.pane._takers))
    go_to(qtbot, page, case.id)
    qtbot.waitUntil(page.pane.hand_over.isVisible)
    buttons = (page.pane.withdraw, page.pane.hand_over, page.pane.open)
    assert all(each.isVisible() for each in buttons)
    qtbot.waitUntil(lambda: all(each.width() >= each.sizeHint().width() for each in buttons))


def test_what_was_sent_is_nobodys_to_hand_over(qtbot: QtBot, show: Shower, two: World) -> None:
    page = shown(qtbot, show, two)
    qtbot.waitUntil(lambda: bool(page.pane._takers))
    sent = next(each for name, each in two.cases.items() if name == "received")
    go_to(qtbot, page, sent.id)
    assert not page.pane.hand_over.isVisible()


def test_the_list_can_be_narrowed_to_ones_own(qtbot: QtBot, show: Shower, two: World) -> None:
    case = two.cases["begun"]
    handing_over.hand_over(two.desk, [case.id], _COLLEAGUE)
    page = show(TodoPage, two)
    assert isinstance(page, TodoPage)
    qtbot.waitUntil(lambda: page._whose.isVisible())
    everybodys = test_todo.lines(page)
    assert any(_COLLEAGUE in line.note for line in everybodys)
    press(Qt.Key.Key_E, ALT)
    assert len(test_todo.lines(page)) == len(everybodys) - 1
    press(Qt.Key.Key_E, ALT)
    assert len(test_todo.lines(page)) == len(everybodys)


def test_a_list_of_nothing_but_a_colleagues_cases_names_the_colleague(two: World) -> None:
    handing_over.hand_over(two.desk, [two.cases["begun"].id], _COLLEAGUE)
    rows = [each for each in todo.todo(two.desk) if each.holder_name == _COLLEAGUE]
    (line,) = [each for each in todo_entries(rows, two.desk.clock(), two.desk.operator.id) if isinstance(each, Line)]
    assert _COLLEAGUE in line.note


def test_alone_there_is_nothing_to_choose(qtbot: QtBot, show: Shower, world: World) -> None:
    page = test_todo.shown(qtbot, show, world)
    assert not page._whose.isVisible()
