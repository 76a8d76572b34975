"""The whole program on a real home: sign in, work, lock, unlock, another operator, sign out, close, come back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QClipboard, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station_app import durable
from station_app.access.lock import HomeLock
from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.events import Changed, Kind
from station_app.services import moving_in, revocation, settings
from station_app.services.desk import Written
from station_app.store.records import LedgerQuery
from tests.samples.shares import answer, hang, of_name
from tests.unit.ui.stations import OPERATOR, OTHER, OTHER_PASSWORD, PASSWORD, STATION, Watch
from ui import bootstrap
from ui.bootstrap import Program, choose_input_method, tell_and_leave
from ui.messages import sentence
from ui.pages.intake import IntakePage
from ui.pages.trouble import TroublePage
from ui.remembered import load
from ui.session import Session
from ui.widgets.text import Text
from ui.window import run_deferred_deletions

_WAIT = 30_000  # ms: a costly key derivation on a busy machine


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, home: Path, watch: Watch) -> Iterator[Program]:
    made = Program(qapp, home, watch)
    made.start()
    yield made
    made.close()
    made.window.deleteLater()


def _focus() -> QWidget:
    focus: QWidget | None = QApplication.focusWidget()
    assert focus is not None
    return focus


def _press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(_focus(), key, modifier)


def _write(text: str) -> None:
    for each in text:
        if each.isascii():
            QTest.keyClicks(_focus(), each)
        else:
            event = QInputMethodEvent()
            event.setCommitString(each)
            QApplication.sendEvent(_focus(), event)


def _until(qtbot: QtBot, true: Callable[[], bool]) -> None:
    qtbot.waitUntil(true, timeout=_WAIT)


def _sign_in(qtbot: QtBot, program: Program, *, name: str = OPERATOR, password: str = PASSWORD) -> None:
    """By keys alone, from the list of operators on."""
    program.window.activateWindow()
    _until(qtbot, program.window.isActiveWindow)
    if name == OTHER:
        _press(Qt.Key.Key_Down)
    _press(Qt.Key.Key_Return)
    _write(password)
    with qtbot.waitSignal(program.opened, timeout=_WAIT):
        _press(Qt.Key.Key_Return)


def _session(program: Program) -> Session:
    session = program.session
    assert session is not None
    return session


def _settled(qtbot: QtBot, program: Program) -> None:
    assert program._tasks is not None
    tasks = program._tasks
    _until(qtbot, lambda: not tasks._tickets)


def _unlock(qtbot: QtBot, program: Program, password: str = PASSWORD) -> None:
    _write(password)
    with qtbot.waitSignal(program.unlocked, timeout=_WAIT):
        _press(Qt.Key.Key_Return)


def test_signing_in_shows_what_waits(qtbot: QtBot, program: Program) -> None:
    _sign_in(qtbot, program)
    assert _session(program).shell.current == "todo"
    assert _session(program).shell._rail._station.text() == STATION
    assert OPERATOR not in program.window.windowTitle()
    _settled(qtbot, program)


def test_a_signed_paper_that_follows_its_case_is_offered_to_the_server_at_once(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sign_in(qtbot, program)
    _settled(qtbot, program)
    session = _session(program)
    assert session._context.reading is session._reading, "归档 sees what becomes of its pages"
    woken: list[str] = []
    monkeypatch.setattr(session._worker, "wake", lambda: woken.append("woken"))
    session._on_changed(Changed.of(Kind.TRAY))
    session._on_changed(Changed.of(Kind.OUTBOX))
    assert not woken
    session._on_changed(Changed.of(Kind.TRAY, Kind.OUTBOX))
    assert woken == ["woken"]
    _settled(qtbot, program)


def test_a_wrong_password_is_said_and_the_next_is_taken(qtbot: QtBot, program: Program) -> None:
    program.window.activateWindow()
    _until(qtbot, program.window.isActiveWindow)
    _press(Qt.Key.Key_Return)
    _write("not the password")
    _press(Qt.Key.Key_Return)
    page = program.window._stage
    assert page is not None
    box = page._password_box  # type: ignore[attr-defined]
    _until(qtbot, lambda: bool(box.problem))
    assert "密码不对" in box.problem
    assert program.session is None
    _write(PASSWORD)
    with qtbot.waitSignal(program.opened, timeout=_WAIT):
        _press(Qt.Key.Key_Return)
    _settled(qtbot, program)


def _half_filled(qtbot: QtBot, program: Program) -> str:
    """A form on the table with a name in it, not saved yet by any key; answers the field's text."""
    _press(Qt.Key.Key_F3)
    _settled(qtbot, program)
    field: object = _session(program).shell.page("intake").findChild(QWidget, "name")
    assert isinstance(field, QLineEdit)
    field.setFocus()
    _write("张静雯")
    return field.text()


def _name_on_the_table(program: Program) -> str:
    field: object = _session(program).shell.page("intake").findChild(QWidget, "name")
    assert isinstance(field, QLineEdit)
    return field.text()


def test_the_lock_hides_the_work_and_keeps_it(qtbot: QtBot, program: Program) -> None:
    _sign_in(qtbot, program)
    typed = _half_filled(qtbot, program)
    session = _session(program)
    worker = session._worker
    _press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert program.is_locked
    assert not session.shell.isVisible()
    lines: list[QLineEdit] = program.window.findChildren(QLineEdit)  # type: ignore[assignment]
    assert [each.objectName() for each in lines if each.isVisible()] == ["password"]
    assert worker._thread.is_alive(), "the queue is everybody's"
    _press(Qt.Key.Key_F11)
    assert session.shell.current == "intake", "no key reaches the hidden work"
    _unlock(qtbot, program)
    assert program.session is session
    assert session.shell.isVisible()
    assert _name_on_the_table(program) == typed
    assert _focus().objectName() == "name", "the hand goes on where it was"
    _settled(qtbot, program)


def test_the_lock_and_the_end_take_back_what_was_copied(
    qtbot: QtBot, program: Program, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sign_in(qtbot, program)
    copied = _session(program)._copied
    monkeypatch.setattr(copied, "_owns", lambda mode: mode is QClipboard.Mode.Clipboard)
    qapp.clipboard().setText("62103018778")
    program.lock()
    assert qapp.clipboard().text() == ""
    _unlock(qtbot, program)
    qapp.clipboard().setText("13800130011")
    program.close()
    assert qapp.clipboard().text() == ""


def test_no_dialog_stays_in_front_of_the_lock(qtbot: QtBot, program: Program) -> None:
    _sign_in(qtbot, program)
    dialog, inner = QDialog(program.window), QDialog(program.window)
    for each in (dialog, inner):
        each.open()
    program.lock()
    assert not dialog.isVisible()
    assert not inner.isVisible()
    _settled(qtbot, program)


def test_the_rail_locks(qtbot: QtBot, program: Program) -> None:
    _sign_in(qtbot, program)
    button: object = program.window.findChild(QPushButton, "action.lock")
    assert isinstance(button, QPushButton)
    button.click()
    assert program.is_locked
    _settled(qtbot, program)


def test_keys_and_mouse_of_the_window_put_the_lock_off(qtbot: QtBot, program: Program) -> None:
    _sign_in(qtbot, program)
    idle = _session(program)._idleness._idle
    start = idle._last
    QTest.keyClick(program.window.windowHandle(), Qt.Key.Key_Shift)
    qtbot.waitUntil(lambda: idle._last > start)
    _settled(qtbot, program)


def test_nobody_there_locks(qtbot: QtBot, program: Program) -> None:
    _sign_in(qtbot, program)
    idleness = _session(program)._idleness
    idleness._idle._ticks = lambda: 10_000_000.0
    with qtbot.waitSignal(program.locked):
        idleness.look()
    assert program.is_locked
    _settled(qtbot, program)


def test_another_operator_signs_in_over_the_lock(qtbot: QtBot, program: Program) -> None:
    _sign_in(qtbot, program)
    _half_filled(qtbot, program)
    first = program.session
    _press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    _press(Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    _sign_in(qtbot, program, name=OTHER, password=OTHER_PASSWORD)
    assert program.session is not first
    assert _session(program).desk.operator.name == OTHER
    assert not program.is_locked
    with _session(program).desk.store.read() as uow:
        names = [row.name for row in uow.applications.find(LedgerQuery())]
    assert names == ["张静雯"], "the first one's draft is saved"
    _settled(qtbot, program)


def test_signing_out_drops_the_keys(qtbot: QtBot, program: Program) -> None:
    _sign_in(qtbot, program)
    desk = _session(program).desk
    _press(Qt.Key.Key_F11)
    with qtbot.waitSignal(program.signed_out, timeout=_WAIT):
        _press(Qt.Key.Key_Q, Qt.KeyboardModifier.AltModifier)
    assert program.session is None
    assert desk.master == b""
    _sign_in(qtbot, program)
    _settled(qtbot, program)


def test_a_new_look_is_worn_at_once_and_remembered(
    qtbot: QtBot, program: Program, home: Path, qapp: QApplication
) -> None:
    _sign_in(qtbot, program)
    typed = _half_filled(qtbot, program)
    _press(Qt.Key.Key_F11)
    _settled(qtbot, program)
    session = _session(program)
    old = session.shell
    with qtbot.waitSignal(session.shell_made, timeout=_WAIT):
        _press(Qt.Key.Key_Right)  # the focus is on the text size
    _settled(qtbot, program)
    assert session.shell is not old
    assert qapp.font().pointSizeF() == 16
    assert session.shell.current == "settings"
    assert _focus().objectName() == "text_size"
    assert _name_on_the_table(program) == typed
    assert load(home).text_size == 16
    assert settings.read_all(session.desk)["text_size"] == 16


def test_closing_saves_and_gives_the_home_back(qtbot: QtBot, qapp: QApplication, home: Path, watch: Watch) -> None:
    program = Program(qapp, home, watch)
    with pytest.raises(EnvironmentFault, match="home_in_use"):
        HomeLock.take(home)
    program.start()
    _sign_in(qtbot, program)
    _half_filled(qtbot, program)
    with qtbot.waitSignal(program.closed, timeout=_WAIT):
        program.window.close()
    assert not program.window.isVisible()
    program.window.deleteLater()
    again = Program(qapp, home, watch)
    again.start()
    _sign_in(qtbot, again)
    with _session(again).desk.store.read() as uow:
        assert [row.name for row in uow.applications.find(LedgerQuery())] == ["张静雯"]
    again.close()
    again.window.deleteLater()


def test_work_that_cannot_be_saved_keeps_the_window_open(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sign_in(qtbot, program)
    _press(Qt.Key.Key_F3)
    monkeypatch.setattr(IntakePage, "unsaved", property(lambda page: True))
    program.window.close()
    assert program.window.isVisible()
    assert "窗口先不关" in _session(program).shell.banner_words
    with qtbot.waitSignal(program.closed, timeout=_WAIT):
        program.window.close()
    assert not program.window.isVisible()


def _held_by(program: Program, file: Path) -> threading.Thread:
    """A file of the clerk's on a share that hangs."""

    def write() -> Written[None]:
        durable.write_file(file, b"a whole file", Point.OUTPUT_FILE)
        return Written(None, Changed())

    assert program._tasks is not None
    program._tasks.command(program.window, write, long=True)
    (hanging,) = of_name("station-runner")
    return hanging


def test_a_file_that_hangs_is_said_and_holds_the_window_once(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    _sign_in(qtbot, program)
    part = hang(tmp_path / "a.pdf")
    hanging = _held_by(program, tmp_path / "a.pdf")
    program.window.close()
    assert program.window.isVisible()
    assert "没有写完" in _session(program).shell.banner_words
    with qtbot.waitSignal(program.closed, timeout=_WAIT):
        program.window.close()
    assert not program.window.isVisible()
    assert hanging.is_alive()
    answer(part, hanging)
    assert not list(tmp_path.glob("a.pdf*"))


def test_a_file_that_hangs_keeps_nobody_signed_in(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    _sign_in(qtbot, program)
    part = hang(tmp_path / "a.pdf")
    hanging = _held_by(program, tmp_path / "a.pdf")
    program.sign_out()
    assert "没有写完" in _session(program).shell.banner_words
    with qtbot.waitSignal(program.signed_out, timeout=_WAIT):
        program.sign_out()
    _sign_in(qtbot, program)  # while it hangs
    answer(part, hanging)


def test_a_second_instance_says_so_and_leaves(qtbot: QtBot, qapp: QApplication) -> None:
    words = sentence("home_in_use")

    def read_and_close() -> None:
        page = next(each for each in qapp.allWidgets() if isinstance(each, TroublePage))
        texts: list[Text] = page.findChildren(Text)  # type: ignore[assignment]
        assert words in [each.text() for each in texts]
        QTest.keyClick(_focus(), Qt.Key.Key_Return)

    QTimer.singleShot(100, read_and_close)
    assert tell_and_leave(qapp, words) == 3
    run_deferred_deletions()


def test_fcitx_is_spoken_to_through_ibus() -> None:
    for before, after in (({}, "ibus"), ({"QT_IM_MODULE": "fcitx"}, "ibus"), ({"QT_IM_MODULE": "xim"}, "xim")):
        environ = dict(before)
        choose_input_method(environ)
        assert environ["QT_IM_MODULE"] == after
    wayland = {"XDG_SESSION_TYPE": "wayland"}
    choose_input_method(wayland)
    assert "QT_IM_MODULE" not in wayland


def test_the_marks_looked_for_before_the_first_picture_are_those_that_others_leave() -> None:
    """Written out in ``bootstrap``, since what leaves them is heavy to import."""
    assert (bootstrap._ERASED, bootstrap._RESTORED) == (revocation.MARK, moving_in.READY)
