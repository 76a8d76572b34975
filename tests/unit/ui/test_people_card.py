"""人员 in 设置 and 初始密码 at the door: the keyboard is enough, and only a lead has the buttons."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station_app.access.secrets import NoSecrets
from station_app.domain.operator import Role
from station_app.errors import UserError
from station_app.services import people, session
from station_app.services.desk import Desk
from tests.unit.ui.stations import OPERATOR, OTHER, Watch
from ui.context import Context
from ui.pages.first_password import FirstPasswordPage
from ui.pages.people_card import PeopleCard

_FIRST = "the first password"


def _shown(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.resize(500, 700)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)


def _card(qtbot: QtBot, context: Context) -> PeopleCard:
    card = PeopleCard(context)
    _shown(qtbot, card)
    qtbot.waitUntil(lambda: card._list.count() == 2)
    return card


def _press(widget: QWidget, name: str) -> None:
    button: object = widget.findChild(QPushButton, f"action.{name}")
    assert isinstance(button, QPushButton)
    assert button.isVisible()
    button.click()


def _type(text: str, key: Qt.Key) -> None:
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    line.setText(text)
    QTest.keyClick(line, key)


def test_a_lead_adds_an_operator_who_can_sign_in(qtbot: QtBot, station_context: Context, station: Desk) -> None:
    card, told = _card(qtbot, station_context), list[str]()
    card.notice.connect(lambda words, _tone: told.append(words))
    _press(card, "add_operator")
    _type("赵敏", Qt.Key.Key_Return)
    focus: QWidget | None = QApplication.focusWidget()
    assert focus is card._role.editor
    QTest.keyClick(focus, Qt.Key.Key_3)
    card._password.editor.setFocus()
    _type(_FIRST, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card._list.count() == 3)
    station.store.close()
    desk = session.sign_in(station.home, "赵敏", _FIRST, Watch(), NoSecrets())
    assert (desk.operator.role, desk.operator.first_password) == (Role.AUDITOR, True)
    session.sign_out(desk)
    qtbot.waitUntil(lambda: told != [])
    assert "赵敏" in told[0]


def test_what_is_wrong_stands_beside_its_field(qtbot: QtBot, station_context: Context) -> None:
    card = _card(qtbot, station_context)
    _press(card, "add_operator")
    _type(OPERATOR, Qt.Key.Key_Return)
    card._password.editor.setFocus()
    _type(_FIRST, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "同名" in card._name.problem)


def test_a_lead_disables_another_but_never_themselves(qtbot: QtBot, station_context: Context, station: Desk) -> None:
    card = _card(qtbot, station_context)
    names = [each.name for each in card._known]
    card._list.setCurrentRow(names.index(OPERATOR))
    assert not card._disable.isEnabled()
    card._list.setCurrentRow(names.index(OTHER))
    _press(card, "disable_operator")
    qtbot.waitUntil(lambda: any(each.disabled for each in card._known))
    assert session.operators(station.home) == [OPERATOR]


@pytest.mark.parametrize("role", [Role.CLERK, Role.AUDITOR])
def test_others_only_read(qtbot: QtBot, station_context: Context, station: Desk, role: Role) -> None:
    station.operator = replace(station.operator, role=role)
    card = _card(qtbot, station_context)
    assert not any(each.isVisible() for each in (card._add, card._give, card._disable))


def test_the_first_password_is_changed_before_anything_else(qtbot: QtBot) -> None:
    page, chosen = FirstPasswordPage(OTHER, 10), list[str]()
    page.submitted.connect(chosen.append)
    _shown(qtbot, page)
    page.begin()
    _type("short", Qt.Key.Key_Return)
    _type("short", Qt.Key.Key_Return)
    assert "10" in page._new_box.problem
    _type("a password of my own", Qt.Key.Key_Return)
    _type("another", Qt.Key.Key_Return)
    assert page._again_box.problem
    assert not chosen
    _type("a password of my own", Qt.Key.Key_Return)
    assert chosen == ["a password of my own"]
    page.refuse(UserError("password_same", "password"))
    assert page._new_box.problem


def test_a_given_password_lets_a_disabled_operator_in_again(
    qtbot: QtBot, station_context: Context, station: Desk
) -> None:
    people.disable(station, OTHER)
    card = _card(qtbot, station_context)
    card._list.setCurrentRow([each.name for each in card._known].index(OTHER))
    _press(card, "give_password")
    _type(_FIRST, Qt.Key.Key_Return)
    qtbot.waitUntil(partial(_is_back, station))


def _is_back(station: Desk) -> bool:
    return OTHER in session.operators(station.home)
