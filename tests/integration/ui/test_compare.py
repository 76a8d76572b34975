"""A card on the glass, its number typed wrong: the real reading says so in the real window, one key puts it right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import Content, ScanKind
from station_app.services import capture, intake
from tests.samples.corpus import samples
from tests.unit.ui.conftest import MadeHome, home, made_home, theme, watch
from tests.unit.ui.stations import PASSWORD, Watch, open_desk
from ui.bootstrap import Program
from ui.pages.intake import IntakePage

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("reading")]
__all__ = ["home", "made_home", "theme", "watch"]

_WAIT = 180_000  # ms: the reading's process starts, on a busy machine
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, home: Path, watch: Watch) -> Iterator[Program]:
    made = Program(qapp, home, watch)
    made.start()
    yield made
    made.close()
    made.window.deleteLater()


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_a_mistyped_card_is_put_right_by_one_key(
    qtbot: QtBot, made_home: MadeHome, home: Path, watch: Watch, request: pytest.FixtureRequest
) -> None:
    paper = next(each for each in samples(1) if each.condition.name == "flatbed" and each.kind is ScanKind.CARD)
    right = paper.truth["card_no"]
    typed = f"{right[:7]}{(int(right[7]) + 8) % 10}{right[8:]}"
    desk = open_desk(home, made_home.master, watch)
    content = Content.from_json({"plan": 2024, "category": "vocational", "applicant": {"card_no": typed}})
    case = intake.new_case(desk, content).value.record.id
    capture.add_scan(desk, case, ScanKind.CARD, paper.page.jpeg())
    desk.store.close()

    program: Program = request.getfixturevalue("program")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    QTest.keyClicks(focused(), PASSWORD)
    with qtbot.waitSignal(program.opened, timeout=_WAIT):
        QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert program.session is not None
    program.session.shell.show_case(case)
    page = program.session.shell.page("intake")
    assert isinstance(page, IntakePage)
    card = page.side.compare
    qtbot.waitUntil(card.isVisible, timeout=_WAIT)
    assert card.told is not None
    assert (card.told.typed, card.told.read, card.told.sure) == (typed, right, True)
    assert card._detail.text() == f"第 8 位：录入 {typed[7]}，卡面 {right[7]}"
    qtbot.waitUntil(lambda: card.clip.filled, timeout=_WAIT)
    assert len(card.clip.frames) == 1  # the 8th character in the cut-out of the card itself
    assert page.draft.content.value("card_no") == typed
    QTest.keyClick(focused(), Qt.Key.Key_A, ALT)
    assert page.draft.content.value("card_no") == right
    assert not card.isVisible()
    (place,) = [tile.place for tile in page.form.strip._tiles if tile.place.scan_id]
    assert (place.read, place.tone) == ("与录入一致", "ok")
