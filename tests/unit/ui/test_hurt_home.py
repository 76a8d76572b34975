"""What the window shows of a home that is hurt: what happened and what to do, and never a set-up over it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyrage.x25519 import Identity
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from station_app.access import slots
from tests.unit.ui.stations import PASSWORD, Watch
from ui.bootstrap import Program
from ui.messages import sentence
from ui.pages.setup import SetupPage
from ui.pages.signin import SignInPage
from ui.pages.support_card import SupportCard
from ui.pages.trouble import TroublePage
from ui.widgets.text import Text

_WAIT = 30_000  # ms: a costly key derivation on a busy machine


def _words(program: Program) -> str:
    texts: list[Text] = program.window.findChildren(Text)  # type: ignore[assignment]
    return "\n".join(each.text() for each in texts)


def _support_goes_to_a_file(qtbot: QtBot, program: Program, file: Path) -> None:
    card: object = program.window.findChild(SupportCard)
    assert isinstance(card, SupportCard)
    card.collect.click()
    qtbot.waitUntil(card.save.isVisible, timeout=_WAIT)
    card.write_to(file)
    qtbot.waitUntil(lambda: f"已存为 {file.name}" in _words(program), timeout=_WAIT)
    assert file.stat().st_size > 0


def _close(program: Program) -> QPushButton:
    button: object = program.window.findChild(QPushButton, "action.close")
    assert isinstance(button, QPushButton)
    return button


@pytest.mark.parametrize(
    ("name", "hurt", "code"),
    [
        ("keys.json", "missing", "keys_missing"),
        ("keys.json", "empty", "keys_damaged"),
        ("keys.json", "folder", "keys_unreadable"),
        ("keys.json", "another name", "keys_damaged"),
        ("store.db", "missing", "store_missing"),
    ],
)
def test_what_is_seen_before_anybody_signs_in(
    qtbot: QtBot, qapp: QApplication, home: Path, watch: Watch, name: str, hurt: str, code: str
) -> None:
    content = (home / name).read_bytes()
    (home / name).unlink()
    if hurt == "empty":
        (home / name).touch()
    elif hurt == "folder":
        (home / name).mkdir()
    elif hurt == "another name":
        (home / name).write_bytes(content.replace(b'"name": "', b'"name": "\\u738b'))
    before = sorted(each.name for each in home.iterdir())
    program = Program(qapp, home, watch)
    program.start()
    with qtbot.waitSignal(program.ready, timeout=_WAIT):
        pass
    assert program.window.findChildren(TroublePage)
    assert not program.window.findChildren(SetupPage)
    assert sentence(code) in _words(program)
    assert program.window.findChild(SupportCard) is not None
    with qtbot.waitSignal(program.closed):
        QTest.keyClick(_close(program), Qt.Key.Key_Return)
    assert set(before) <= {each.name for each in home.iterdir()}
    program.window.deleteLater()


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "store_damaged"), (b"\x55" * 8192, "store_wrong_key")], ids=["empty", "garbage"]
)
def test_what_is_seen_at_sign_in(
    qtbot: QtBot, qapp: QApplication, home: Path, watch: Watch, tmp_path: Path, content: bytes, code: str
) -> None:
    (home / "store.db").write_bytes(content)
    slots.add_recovery_slot(home, bytes(32), str(Identity.generate().to_public()))
    program = Program(qapp, home, watch)
    program.start()
    page: object = program.window.findChild(SignInPage)
    assert isinstance(page, SignInPage)
    page.submitted.emit("王芳", PASSWORD)
    qtbot.waitUntil(lambda: sentence(code) in _words(program), timeout=_WAIT)
    assert (home / "store.db").read_bytes() == content
    _support_goes_to_a_file(qtbot, program, tmp_path / "support.age")
    program.close()
    program.window.deleteLater()


def test_a_log_that_was_lost_is_said_on_the_first_page(
    qtbot: QtBot, qapp: QApplication, home: Path, watch: Watch
) -> None:
    (home / "store.open").touch()  # as a killed process leaves it, and its log is gone
    for end in ("-wal", "-shm"):
        (home / f"store.db{end}").unlink(missing_ok=True)
    program = Program(qapp, home, watch)
    program.start()
    page: object = program.window.findChild(SignInPage)
    assert isinstance(page, SignInPage)
    with qtbot.waitSignal(program.opened, timeout=_WAIT):
        page.submitted.emit("王芳", PASSWORD)
    assert sentence("log_missing") in _words(program)
    program.close()
    program.window.deleteLater()
    shutil.rmtree(home.with_name(f"{home.name}-backup"), ignore_errors=True)
