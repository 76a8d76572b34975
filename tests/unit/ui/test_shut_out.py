"""A PC that the association has shut out: the window closes over the work, and nobody signs in any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.services import session as sessions
from tests.unit.ui.conftest import MadeHome
from tests.unit.ui.stations import OPERATOR, PASSWORD, Watch, open_desk
from ui import session
from ui.bootstrap import Program
from ui.pages.trouble import TroublePage

_WAIT = 30_000  # ms


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, home: Path, watch: Watch) -> Iterator[Program]:
    made = Program(qapp, home, watch)
    with qtbot.waitSignal(made.ready, timeout=_WAIT):
        made.start()
    yield made
    made.close()
    made.window.deleteLater()


def test_the_work_is_closed_and_the_reason_said(qtbot: QtBot, program: Program, home: Path, watch: Watch) -> None:
    with qtbot.waitSignal(program.opened, timeout=_WAIT):
        program._entrance._signed_in(PASSWORD, session.sign_in(home, OPERATOR, PASSWORD, watch))
    assert program.session is not None
    program.session.shut_out.emit("device_revoked")
    qtbot.waitUntil(lambda: program.session is None, timeout=_WAIT)
    assert isinstance(program.window._stage, TroublePage)


def test_a_revoked_home_opens_for_nobody_and_keeps_its_keys(home: Path, made_home: MadeHome, watch: Watch) -> None:
    desk = open_desk(home, made_home.master, watch)
    with desk.store.write(Point.SYNC_STATE) as uow:
        uow.facts.set("revoked_at", desk.now())
    desk.store.close()
    with pytest.raises(EnvironmentFault, match="device_revoked"):  # the last delivery reached nobody
        session.sign_in(home, OPERATOR, PASSWORD, watch)
    assert OPERATOR in sessions.operators(home)
