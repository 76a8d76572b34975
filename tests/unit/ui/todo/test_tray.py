"""待办 → 归档 with the keyboard: what waits is shown with its reason, filed by a key or by search, or discarded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind
from station_app.domain.operator import Role
from station_app.domain.reading import DocumentReading
from station_app.errors import UserError
from station_app.papers import Paper
from station_app.services import intake, papers, sorting, tray
from station_app.services.desk import Desk
from station_app.services.signed_papers import note_printed
from station_app.store.records import ApplicationRecord
from tests.unit.services.test_sorting import _document, _form, _picture
from tests.unit.ui.todo.fixtures import Shower, focused, press, type_text
from tests.unit.ui.todo.world import World
from ui.models.tray_lines import button_words
from ui.pages.todo import TodoPage
from ui.pages.tray import TrayPane

ALT = Qt.KeyboardModifier.AltModifier


def _as(world: World, role: Role) -> World:
    return replace(world, desk=replace(world.desk, operator=replace(world.desk.operator, role=role)))


def _put(world: World, document: DocumentReading, number: int = 1) -> str:
    (tray_id,) = tray.keep(world.desk, [_picture(number)]).value.ids
    sorting.sort_page(world.desk, tray_id, [document])
    return tray_id


def _paper(world: World, record: ApplicationRecord) -> str:
    sheet = papers.sheet(world.desk, record.id, Paper.SHEET)
    note_printed(world.desk, sheet)
    return str(sheet.code.on(1, 2))


def _opened(qtbot: QtBot, show: Shower, world: World) -> TrayPane:
    page = show(TodoPage, world)
    assert isinstance(page, TodoPage)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    press(Qt.Key.Key_G, ALT)
    assert page.tray is not None
    pane = page.tray
    qtbot.waitUntil(lambda: pane._view is not None)
    return pane


def _kinds(world: World, record: ApplicationRecord) -> list[ScanKind]:
    return [scan.kind for scan in intake.open_case(world.desk, record.id).scans]


def test_the_button_says_how_many_pages_wait(qtbot: QtBot, show: Shower, world: World) -> None:
    _put(world, _document(None, None, "blank"))
    page = show(TodoPage, world)
    assert isinstance(page, TodoPage)
    qtbot.waitUntil(lambda: button_words(1) in page.to_tray.text())
    assert "Alt+G" in page.to_tray.text()


def test_an_empty_tray_says_how_to_begin_and_escape_goes_back(qtbot: QtBot, show: Shower, world: World) -> None:
    pane = _opened(qtbot, show, world)
    assert pane._stack.currentWidget() is pane._empty
    press(Qt.Key.Key_Escape)
    assert not pane.isVisible()
    assert focused().objectName() == "todo_list"


def test_one_key_files_what_was_suggested(qtbot: QtBot, show: Shower, world: World) -> None:
    record = world.cases["ready"]
    _put(world, _form(_paper(world, record), "signature_missing"))
    pane = _opened(qtbot, show, world)
    qtbot.waitUntil(lambda: pane.file_it.isVisible())
    assert "签字" in pane._why.text()
    assert record.reference in pane._case.text()
    before = len(_kinds(world, record))
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tray.count(world.desk) == 0)
    assert len(_kinds(world, record)) == before + 1
    qtbot.waitUntil(lambda: pane._stack.currentWidget() is pane._empty)


def test_a_refused_paper_says_why_and_offers_no_form(qtbot: QtBot, show: Shower, world: World) -> None:
    record = world.cases["ready"]
    code = _paper(world, record)
    changed = record.content.with_value("applicant", "phone", "13900139000")
    intake.save_content(world.desk, record.id, changed)
    _put(world, _form(code))
    pane = _opened(qtbot, show, world)
    qtbot.waitUntil(lambda: "手机号" in pane._why.text())
    assert not pane.file_it.isVisible()
    press(Qt.Key.Key_Return)
    assert pane._cases.isVisible()
    assert pane._cases.kind.value() is ScanKind.OTHER


def test_a_page_of_nobody_is_filed_by_search(qtbot: QtBot, show: Shower, world: World) -> None:
    record = world.cases["ready"]
    _put(world, _document(ScanKind.CARD, {"card_no": "6210301877889900"}))
    pane = _opened(qtbot, show, world)
    qtbot.waitUntil(lambda: pane.list.current() is not None)
    press(Qt.Key.Key_F2)
    assert focused().objectName() == "case_search"
    type_text(record.reference)
    qtbot.waitUntil(lambda: len(pane._cases.list.lines.line_rows()) == 1)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tray.count(world.desk) == 0)
    assert _kinds(world, record)[-1] is ScanKind.CARD


def test_closed_cases_are_not_found(qtbot: QtBot, show: Shower, world: World) -> None:
    _put(world, _document(ScanKind.CARD))
    pane = _opened(qtbot, show, world)
    qtbot.waitUntil(lambda: pane.list.current() is not None)
    press(Qt.Key.Key_F2)
    type_text(world.cases["paid"].reference)
    qtbot.waitUntil(lambda: "没有找到" in pane._cases._none.text())
    press(Qt.Key.Key_Return)
    assert tray.count(world.desk) == 1


def test_a_lead_discards_after_a_question_and_escape_keeps_the_page(qtbot: QtBot, show: Shower, world: World) -> None:
    lead = _as(world, Role.LEAD)
    _put(lead, _document(None))
    pane = _opened(qtbot, show, lead)
    qtbot.waitUntil(lambda: pane.discard.isVisible())
    press(Qt.Key.Key_Delete)
    press(Qt.Key.Key_Escape)
    assert pane.isVisible()
    press(Qt.Key.Key_Delete)
    press(Qt.Key.Key_Y, ALT)
    qtbot.waitUntil(lambda: tray.count(world.desk) == 0)


def test_a_question_outlasts_what_is_sorted_meanwhile(qtbot: QtBot, show: Shower, world: World) -> None:
    lead = _as(world, Role.LEAD)
    first = _put(lead, _document(None))
    pane = _opened(qtbot, show, lead)
    qtbot.waitUntil(lambda: pane.discard.isVisible())
    press(Qt.Key.Key_Delete)
    assert pane._question is not None
    asking = focused()
    _put(world, _document(None), 2)
    pane.ask()
    qtbot.waitUntil(lambda: len(pane.list.lines.line_rows()) == 2)
    assert pane._question is not None
    assert focused() is asking
    tray.discard(lead.desk, [first])
    pane.ask()
    qtbot.waitUntil(lambda: pane._question is None)  # what it was about is gone


def test_no_page_is_shown_large_under_the_name_of_another(
    qtbot: QtBot, show: Shower, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _put(world, _document(None)), _put(world, _document(None), 2)
    picture, asked = tray.picture, [first]

    def refusing(desk: Desk, tray_id: str) -> bytes:
        if tray_id == second and not asked.count(second):
            asked.append(second)
            raise UserError("scan_unreadable")
        return picture(desk, tray_id)

    monkeypatch.setattr(tray, "picture", refusing)
    pane = _opened(qtbot, show, world)
    qtbot.waitUntil(pane.large.isEnabled)
    pane.list.choose(second)
    assert not pane.large.isEnabled()
    press(Qt.Key.Key_V, ALT)
    assert not pane._viewer.isVisible()
    qtbot.waitUntil(lambda: second in asked and pane._shown == "")
    pane._show_page(pane.list.current())  # as when the tray is read again
    qtbot.waitUntil(pane.large.isEnabled)
    assert not pane._image.isNull()


def test_blank_pages_go_together_and_only_by_a_lead(qtbot: QtBot, show: Shower, world: World) -> None:
    lead = _as(world, Role.LEAD)
    for number in (1, 2, 3):
        _put(lead, _document(None, None, "blank") if number < 3 else _document(None), number)
    pane = _opened(qtbot, show, lead)
    qtbot.waitUntil(lambda: pane.blanks.isVisible())
    press(Qt.Key.Key_B, ALT)
    press(Qt.Key.Key_Y, ALT)
    qtbot.waitUntil(lambda: tray.count(world.desk) == 1)


def test_a_clerk_cannot_discard(qtbot: QtBot, show: Shower, world: World) -> None:
    clerk = _as(world, Role.CLERK)
    _put(clerk, _document(None, None, "blank"))
    pane = _opened(qtbot, show, clerk)
    qtbot.waitUntil(lambda: pane.list.current() is not None)
    press(Qt.Key.Key_Delete)
    assert not pane.discard.isVisible()
    assert not pane.blanks.isVisible()
    assert pane._question is None


def test_files_are_put_in_and_one_that_is_no_picture_is_named(
    qtbot: QtBot, show: Shower, world: World, tmp_path: Path
) -> None:
    pane = _opened(qtbot, show, world)
    said: list[tuple[str, str]] = []
    pane.said.connect(lambda words, tone: said.append((words, tone)))
    good, bad = tmp_path / "good.jpg", tmp_path / "bad.jpg"
    good.write_bytes(_picture())
    bad.write_bytes(b"no picture")
    press(Qt.Key.Key_F6)
    assert focused().objectName() == "scan_path"
    type_text(f'"{good}" "{bad}"')
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tray.count(world.desk) == 1)
    qtbot.waitUntil(lambda: bool(said) and "bad.jpg" in said[-1][0])
    qtbot.waitUntil(lambda: pane._view is not None and pane._view.unsorted == 1)
    assert "正在识读" in pane._headline.text()
    press(Qt.Key.Key_F6)
    type_text(str(good))
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: said[-1] == ("有 1 页和已经在待归档里的一模一样，没有再收一次。", "attention"))
    assert tray.count(world.desk) == 1


def test_every_button_has_room_for_its_words(qtbot: QtBot, show: Shower, world: World) -> None:
    lead = _as(world, Role.LEAD)
    _put(lead, _document(None, None, "blank"))
    pane = _opened(qtbot, show, lead)
    qtbot.waitUntil(lambda: pane.blanks.isVisible())
    buttons: tuple[QWidget, ...] = (
        pane.scan,
        pane.add,
        pane.back,
        pane.blanks,
        pane.elsewhere,
        pane.discard,
        pane.large,
    )
    for each in buttons:
        assert each.width() >= each.sizeHint().width(), each.objectName()


def test_the_page_that_was_asked_about_is_filed_and_no_other(qtbot: QtBot, show: Shower, world: World) -> None:
    """While its case is looked for it is sorted away; the mark stands on its neighbour then."""
    record = world.cases["ready"]
    asked = _put(world, _document(ScanKind.CARD, {"card_no": "6210301877889900"}))
    _put(world, _document(ScanKind.CARD, {"card_no": "6210301877889901"}), 2)
    pane = _opened(qtbot, show, world)
    problems: list[str] = []
    pane.failed.connect(lambda error: problems.append(error.code))
    qtbot.waitUntil(lambda: (row := pane._row()) is not None and row.page.id == asked)
    press(Qt.Key.Key_F2)
    tray.file_page(world.desk, asked, record.id, ScanKind.OTHER)
    pane.ask()
    qtbot.waitUntil(lambda: (row := pane._row()) is not None and row.page.id != asked)
    type_text(record.reference)
    qtbot.waitUntil(lambda: len(pane._cases.list.lines.line_rows()) == 1)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: problems == ["tray_page_unknown"])
    assert tray.count(world.desk) == 1
