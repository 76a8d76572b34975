"""Sign-in, set-up, lock: the keyboard is enough, nothing typed is lost, waits count down."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station_app.errors import EnvironmentFault, UserError
from ui.pages.lock import LockPage
from ui.pages.setup import SetupForm, SetupPage
from ui.pages.signin import SignInPage
from ui.pages.waiting import duration
from ui.widgets.code_edit import CodeEdit

_CODE = "3F7KM2QX8W4T3F7KM2QX8W4T5R6SQ"
_GROUPED = "3F7K-M2QX-8W4T-3F7K-M2QX-8W4T-5R6S-Q"


def _show(qtbot: QtBot, page: QWidget) -> None:
    qtbot.addWidget(page)
    page.resize(1200, 760)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)


def _press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus: QWidget | None = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, modifier)


def _write(text: str) -> None:
    focus = QApplication.focusWidget()
    assert isinstance(focus, QLineEdit)
    QTest.keyClicks(focus, text)


def _line(page: QWidget, name: str) -> QLineEdit:
    line: object = page.findChild(QLineEdit, name)
    assert isinstance(line, QLineEdit)
    return line


def _button(page: QWidget, name: str) -> QPushButton:
    button: object = page.findChild(QPushButton, f"action.{name}")
    assert isinstance(button, QPushButton)
    return button


# ---- sign-in


def test_the_keyboard_signs_in(qtbot: QtBot) -> None:
    page, submitted = SignInPage(), list[tuple[str, str]]()
    page.submitted.connect(lambda name, password: submitted.append((name, password)))
    _show(qtbot, page)
    page.offer(["王芳", "李国强"])
    _press(Qt.Key.Key_Down)
    _press(Qt.Key.Key_Return)
    _write("secret words")
    _press(Qt.Key.Key_Return)
    assert submitted == [("李国强", "secret words")]
    assert _line(page, "password").text() == "", "a password does not stay in the line"


def test_a_single_operator_types_the_password_at_once(qtbot: QtBot) -> None:
    page = SignInPage()
    _show(qtbot, page)
    page.offer(["王芳"])
    assert QApplication.focusWidget() is _line(page, "password")


def test_a_wait_is_counted_down_and_then_open(qtbot: QtBot) -> None:
    page, submitted = SignInPage(), list[str]()
    page.submitted.connect(lambda name, password: submitted.append(name))
    _show(qtbot, page)
    page.offer(["王芳"])
    page.refuse("密码不对。", 95)
    box = page._password_box
    assert box.problem == "密码不对。请等 1 分 35 秒再试。"
    assert not _button(page, "sign_in").isEnabled()
    _write("secret")
    _press(Qt.Key.Key_Return)
    assert submitted == []
    for _ in range(94):
        page._waiting._count_down()
    assert box.problem == "密码不对。请等 1 秒再试。"
    page._waiting._count_down()
    assert _button(page, "sign_in").isEnabled()
    _press(Qt.Key.Key_Return)
    assert submitted == ["王芳"]


def test_enter_twice_asks_once(qtbot: QtBot) -> None:
    page, submitted = SignInPage(), list[str]()
    page.submitted.connect(lambda name, password: submitted.append(name))
    _show(qtbot, page)
    page.offer(["王芳"])
    _write("secret")
    _press(Qt.Key.Key_Return)
    _write("more")
    _press(Qt.Key.Key_Return)
    assert submitted == ["王芳"]


def test_over_a_lock_esc_goes_back(qtbot: QtBot) -> None:
    page, cancelled = SignInPage(), list[bool]()
    page.cancelled.connect(lambda: cancelled.append(True))
    _show(qtbot, page)
    page.offer(["王芳"])
    _press(Qt.Key.Key_Escape)
    assert cancelled == []
    page.offer(["王芳"], over_lock=True)
    _press(Qt.Key.Key_Escape)
    assert cancelled == [True]


def test_a_wait_reads_well() -> None:
    assert [duration(each) for each in (1, 59, 60, 95, 900)] == [
        "1 秒",
        "59 秒",
        "1 分 0 秒",
        "1 分 35 秒",
        "15 分 0 秒",
    ]


# ---- set-up


def _filled(qtbot: QtBot) -> tuple[SetupPage, list[SetupForm]]:
    page, submitted = SetupPage(), list[SetupForm]()
    page.submitted.connect(submitted.append)
    _show(qtbot, page)
    page.require(10)
    page.begin()
    for text in ("central.example.cn", _CODE.lower()):
        _write(text)
        _press(Qt.Key.Key_Return)
    _line(page, "operator_name").setText("王芳")
    _press(Qt.Key.Key_Return)
    for text in ("long enough", "long enough"):
        _write(text)
        if text is not None:
            _press(Qt.Key.Key_Tab)
    return page, submitted


def test_the_keyboard_sets_a_station_up(qtbot: QtBot) -> None:
    page, submitted = _filled(qtbot)
    assert _line(page, "code").text() == _GROUPED
    _press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert submitted == [SetupForm("https://central.example.cn", _GROUPED, "王芳", "long enough")]
    assert "long enough" not in repr(submitted[0])


def test_everything_missing_is_said_beside_its_field(qtbot: QtBot) -> None:
    page, submitted = SetupPage(), list[SetupForm]()
    page.submitted.connect(submitted.append)
    _show(qtbot, page)
    page.require(10)
    page.submit()
    assert all(box.problem for box in page._boxes.values())
    assert QApplication.focusWidget() is _line(page, "server_url")
    assert submitted == []


def test_short_and_differing_passwords_are_said(qtbot: QtBot) -> None:
    page, submitted = _filled(qtbot)
    _line(page, "password").setText("short")
    page.submit()
    assert "10" in page._boxes["password"].problem
    assert "不一样" in page._boxes["password_again"].problem
    assert submitted == []


def test_a_server_that_is_not_reached_loses_nothing_typed(qtbot: QtBot) -> None:
    page, submitted = _filled(qtbot)
    page.submit()
    page.busy("正在向中心服务器登记…")
    assert not _button(page, "set_up").isEnabled()
    page.refuse(EnvironmentFault("server_unreachable"))
    assert "填好的内容都还在" in page._status.text()
    assert _line(page, "code").text() == _GROUPED
    assert _line(page, "password").text() == "long enough"
    _press(Qt.Key.Key_Return)  # the button has the focus
    assert len(submitted) == 2


def test_a_wrong_code_is_said_beside_it(qtbot: QtBot) -> None:
    page, _ = _filled(qtbot)
    page.refuse(UserError("enrolment_code_check", "code"))
    assert page._boxes["code"].problem
    assert QApplication.focusWidget() is _line(page, "code")
    _write("x")
    assert page._boxes["code"].problem == ""


def test_resuming_asks_only_for_address_and_code(qtbot: QtBot) -> None:
    page, submitted = SetupPage(), list[SetupForm]()
    page.submitted.connect(submitted.append)
    page.resume(on=True)
    _show(qtbot, page)
    page.begin()
    _write("https://central.example.cn")
    _press(Qt.Key.Key_Return)
    _write(_CODE)
    _press(Qt.Key.Key_Return)
    assert submitted == [SetupForm("https://central.example.cn", _GROUPED)]


@pytest.mark.parametrize("typed", [_CODE, _GROUPED, " ".join(_GROUPED.split("-")), _CODE.lower() + "EXTRA"])
def test_a_code_is_grouped_however_it_comes(qtbot: QtBot, typed: str) -> None:
    edit = CodeEdit()
    qtbot.addWidget(edit)
    QTest.keyClicks(edit, typed)
    assert edit.text() == _GROUPED


def test_the_cursor_stays_where_the_hand_is(qtbot: QtBot) -> None:
    edit = CodeEdit()
    qtbot.addWidget(edit)
    QTest.keyClicks(edit, "3F7KM2QX")
    edit.setCursorPosition(2)
    QTest.keyClicks(edit, "ab")
    assert edit.text() == "3FAB-7KM2-QX"
    QTest.keyClicks(edit, "c")
    assert edit.text() == "3FAB-C7KM-2QX"
    assert edit.cursorPosition() == 6
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    assert edit.text() == "3FAB-7KM2-QX"


# ---- lock


def test_the_lock_takes_only_the_password(qtbot: QtBot) -> None:
    page, submitted, others = LockPage(), list[str](), list[bool]()
    page.submitted.connect(submitted.append)
    page.other.connect(lambda: others.append(True))
    _show(qtbot, page)
    page.show_for("王芳")
    _press(Qt.Key.Key_Return)
    assert submitted == []
    _write("secret")
    _press(Qt.Key.Key_Return)
    assert submitted == ["secret"]
    page.refuse("密码不对。", 4)
    _write("again")
    _press(Qt.Key.Key_Return)
    assert submitted == ["secret"]
    _press(Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert others == [True]
