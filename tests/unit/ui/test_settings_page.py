"""设置: every declared setting can be changed with the keyboard, at once, and only to what it may be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from station_app import config
from station_app.access.secrets import NoSecrets
from station_app.access.slots import open_slot
from station_app.errors import UserError
from station_app.services import settings
from station_app.services.desk import Desk
from station_app.services.doctor import Check
from tests.unit.ui.stations import OPERATOR, PASSWORD
from ui.context import Context
from ui.pages.settings import SettingsPage, check_lines, typed_value
from ui.widgets.choice_row import ChoiceRow


@pytest.fixture
def page(qtbot: QtBot, station_context: Context) -> SettingsPage:
    page = SettingsPage(station_context)
    qtbot.addWidget(page)
    page.resize(1200, 760)
    page.show()
    qtbot.waitUntil(lambda: not station_context.tasks._tickets)
    return page


def test_every_declared_setting_is_on_the_page(page: SettingsPage) -> None:
    assert set(page._boxes) == set(config.BY_KEY)


def test_a_choice_counts_at_once(page: SettingsPage, station: Desk) -> None:
    row = page._boxes["theme"].editor
    assert isinstance(row, ChoiceRow)
    QTest.keyClick(row, Qt.Key.Key_Right)
    page.context.tasks.finish()
    assert settings.read_all(station)["theme"] == "dark"


def test_what_is_typed_counts_when_the_field_is_left(page: SettingsPage, station: Desk) -> None:
    line = page._boxes["idle_lock_minutes"].editor
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, "25")
    QTest.keyClick(line, Qt.Key.Key_Return)
    page.context.tasks.finish()
    assert settings.read_all(station)["idle_lock_minutes"] == 25


def test_a_value_that_cannot_be_is_refused_beside_its_field(page: SettingsPage, station: Desk) -> None:
    line = page._boxes["idle_lock_minutes"].editor
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, "500")
    page.leave()
    page.context.tasks.finish()
    assert page._boxes["idle_lock_minutes"].problem
    assert settings.read_all(station)["idle_lock_minutes"] == 10


def test_typed_values_have_the_settings_type() -> None:
    assert typed_value("sync_every_seconds", "90") == 90
    assert typed_value("proxy", " http://127.0.0.1:3128 ") == "http://127.0.0.1:3128"
    for wrong in ("", "9x", "4"):
        with pytest.raises(UserError, match="setting_invalid"):
            typed_value("sync_every_seconds", wrong)


def test_the_password_can_be_changed(page: SettingsPage, station: Desk) -> None:
    changed = list[bool]()
    card = page._password
    card.changed.connect(lambda: changed.append(True))
    for box, text in ((card._old, PASSWORD), (card._new, "a new password"), (card._again, "a new password")):
        assert isinstance(box.editor, QLineEdit)
        QTest.keyClicks(box.editor, text)
        QTest.keyClick(box.editor, Qt.Key.Key_Return)
    page.context.tasks.finish()
    assert changed == [True]
    assert open_slot(station.home, OPERATOR, "a new password", NoSecrets())[0] == station.master
    assert card._old.editor.property("text") == ""


def test_a_wrong_old_password_is_said_beside_it(page: SettingsPage) -> None:
    card = page._password
    for box, text in ((card._old, "not the password"), (card._new, "a new password"), (card._again, "a new password")):
        assert isinstance(box.editor, QLineEdit)
        QTest.keyClicks(box.editor, text)
    card._submit()
    page.context.tasks.finish()
    assert card._old.problem.startswith("密码不对")


def test_the_self_check_says_first_what_is_wrong() -> None:
    checks = [
        Check("doctor_store", ok=True),
        Check("doctor_secret_store", ok=False, needed=False),
        Check("doctor_disk_space", ok=False, params={"megabytes": 12}),
    ]
    lines = check_lines(checks)
    assert [tone for tone, _ in lines] == ["wrong", "attention", "ok"]
    assert "12 MB" in lines[0][1]
    assert lines[2][1] == "✓ 数据库完好"


def test_the_page_that_is_made_again_keeps_the_focus(qtbot: QtBot, page: SettingsPage) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page._boxes["theme"].editor.setFocus()
    other = SettingsPage(page.context)
    qtbot.addWidget(other)
    other.restore(page.keep())
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    other.arrive()
    assert other._boxes["theme"].editor.hasFocus()
    qtbot.waitUntil(lambda: not page.context.tasks._tickets)
