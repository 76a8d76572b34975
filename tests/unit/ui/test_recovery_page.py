"""忘记密码: from the sign-in page to a new password, through the windows, with real files and a real store."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.access import slots
from station_app.access.secrets import NoSecrets
from station_app.errors import UserError
from station_app.services import session
from sync.recovery import answer
from tests.unit.ui.conftest import MadeHome
from tests.unit.ui.stations import OPERATOR, Watch
from ui.bootstrap import Program
from ui.pages.recovery import RecoveryPage
from ui.pages.signin import SignInPage

NEW = "a brand new password"


def _page(program: Program) -> RecoveryPage:
    page = program.window._stage
    assert isinstance(page, RecoveryPage)
    return page


def test_from_a_forgotten_password_to_a_new_one(
    qtbot: QtBot, qapp: QApplication, home: Path, made_home: MadeHome, tmp_path: Path, watch: Watch
) -> None:
    identity = pyrage.x25519.Identity.generate()
    slots.add_recovery_slot(home, made_home.master, str(identity.to_public()))
    program = Program(qapp, home, watch)
    with qtbot.waitSignal(program.ready, timeout=20_000):
        program.start()
    sign_in = program.window._stage
    assert isinstance(sign_in, SignInPage)
    sign_in._forgot.click()
    request, told = tmp_path / "request.json", tmp_path / "answer.json"
    _page(program).asked.emit(str(request))
    qtbot.waitUntil(lambda: "核对码" in _page(program)._code.text())
    told.write_text(answer(request.read_text(), str(identity)))
    page = _page(program)
    page.choose(str(told))
    page._new.setText(NEW)
    page._again.setText(NEW)
    page._button.click()
    qtbot.waitUntil(lambda: isinstance(program.window._stage, SignInPage), timeout=20_000)
    program.close()
    program.window.deleteLater()
    session.sign_out(session.sign_in(home, OPERATOR, NEW, watch, NoSecrets()))


@pytest.mark.parametrize(("file", "new", "again"), [("", NEW, NEW), ("a", "short", "short"), ("a", NEW, "another")])
def test_nothing_is_taken_that_is_not_whole(qtbot: QtBot, file: str, new: str, again: str) -> None:
    page, taken = RecoveryPage(OPERATOR, 10), list[str]()
    page.submitted.connect(lambda path, _password: taken.append(path))
    qtbot.addWidget(page)
    page.show()
    page.begin("3F7K-M2QX-8W4T-3F7K")
    if file:
        page.choose(file)
    page._new.setText(new)
    page._again.setText(again)
    page._button.click()
    assert not taken
    assert page._status.text() or page._new_box.problem or page._again_box.problem
    page.refuse(UserError("recovery_answer_other"))
    assert "另一次" in page._status.text()
