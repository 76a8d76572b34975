"""The ways out on the page, by keyboard alone: reach them, read their clause, take one, take it back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import Category
from station_app.plans import Verdict
from station_app.services import capture, intake
from station_app.services.desk import Desk
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of
from tests.unit.ui.intake.conftest import focused, press, put_page, settle, write
from tests.unit.ui.intake.plan_cases import draft_of
from ui.context import Context
from ui.pages.intake import IntakePage, ways
from ui.theme import apply_theme, px

ALT = Qt.KeyboardModifier.AltModifier
CARDLESS: dict[str, Any] = {"has_card": False, "card_no": None}
OF_2013: dict[str, Any] = {"issue_date": "2013-11-05", "applied_on": date(2014, 1, 10), "occupation": "电工"}


def show(
    qtbot: QtBot, page: IntakePage, desk: Desk, year: int, category: Category = Category.VOCATIONAL, **other: Any
) -> None:
    page.open(intake.new_case(desk, draft_of(year, category, **other)).value.record.id)
    settle(qtbot, page)


def test_a_refusal_shows_its_way_out_and_enter_leads_to_the_field(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2024, **CARDLESS)
    assert page.side.ways.isVisible()
    press(Qt.Key.Key_W, ALT)
    assert focused() is page.side.ways
    assert page.side.ways.accessibleDescription().startswith("办理互助服务卡后可申报")
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "has_card"


def test_f9_on_a_way_opens_the_text_at_its_clause(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2014, **OF_2013)
    press(Qt.Key.Key_W, ALT)
    while (way := page.side.ways.current) is not None and way.year != 2013:
        press(Qt.Key.Key_Down)
    assert way is not None
    press(Qt.Key.Key_F9)
    text = page._reading.text
    assert text.isVisible()
    assert text.card._title.text() == desk.plans.get(2013).title
    assert text.highlighted.replace(" ", "") == "职业资格证书颁发日期为2013年10月1日之后"
    assert text._text.cursorRect().intersects(text._text.viewport().rect())


def test_another_plan_is_one_key_and_so_is_the_way_back(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2014, **OF_2013)
    before = page.draft.content
    press(Qt.Key.Key_W, ALT)
    while (way := page.side.ways.current) is not None and way.plan is None:
        press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert page.draft.content.plan == 2013
    assert page.table.judge().assessment is not None
    assert focused() is not page.side.ways
    press(Qt.Key.Key_Z, ALT)
    settle(qtbot, page)
    assert page.draft.content == before
    assert intake.open_case(desk, page.draft.application_id or "").record.content.plan == 2014


def test_what_was_typed_after_the_switch_stays_when_it_is_undone(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2014, **OF_2013)
    page._ways._switch.to(2013)
    page.table.refresh()
    page.form.go_to("position")
    write("x")
    page._ways.back()
    assert page.draft.content.plan == 2014
    assert str(page.draft.content.value("position")).endswith("x")


def test_the_note_goes_with_the_case(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2014, **OF_2013)
    page._ways._switch.to(2013)
    page.table.refresh()
    assert page._ways.note()
    page.new_case()
    assert page._ways.note() == []


def test_tab_reaches_the_ways_and_goes_on(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2024, **CARDLESS)
    page.form.strip.setFocus()
    press(Qt.Key.Key_Tab)
    assert focused() is page.side.ways
    press(Qt.Key.Key_Tab)
    assert focused() is page.side.missing
    press(Qt.Key.Key_Backtab)
    assert focused() is page.side.ways


def test_the_search_runs_with_the_key_that_changes_the_reasons_and_else_when_typing_rests(
    qtbot: QtBot, page: IntakePage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(qtbot, page, desk, 2024, **CARDLESS)
    searches: list[object] = []
    real = ways.ways
    monkeypatch.setattr("ui.pages.intake.ways_desk.ways", lambda *given: searches.append(given) or real(*given))  # type: ignore[func-returns-value]
    page.form.go_to("occupation")
    write("abc")
    assert searches == []
    qtbot.waitUntil(lambda: len(searches) == 1)
    page.table.edit("is_member", False, "")
    assert len(searches) == 2


def test_nothing_in_the_form_moves_when_a_way_appears(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2024)
    assert not page.side.ways.isVisible()
    before = {name: (each.mapTo(page, each.rect().topLeft()), each.size()) for name, each in page.form.editors.items()}
    width = page.side.assessment.width()
    page.table.edit("is_member", False, "")
    qtbot.wait(20)
    assert page.side.ways.isVisible()
    after = {name: (each.mapTo(page, each.rect().topLeft()), each.size()) for name, each in page.form.editors.items()}
    assert after == before
    assert page.side.width() >= width


def test_a_yes_takes_the_ways_away_and_a_submitted_case_has_none(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2024, **CARDLESS)
    page.table.edit("has_card", True, "")
    assert not page.side.ways.isVisible()
    assessment = page.table.judge().assessment
    assert assessment is not None
    assert assessment.verdict is Verdict.ELIGIBLE


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
@pytest.mark.parametrize("size", [12, 14, 16])
def test_no_line_is_cut_in_any_size_and_theme(
    qtbot: QtBot, context: Context, window: QWidget, qapp: QApplication, desk: Desk, size: int, theme: str
) -> None:
    apply_theme(qapp, theme, size)
    window.resize(1366 - px(148), 768 - px(32))
    page = put_page(qtbot, context, window)
    show(qtbot, page, desk, 2017, Category.COMPETITION, is_member=False, rank=20, entrants=50)
    qtbot.wait(20)
    words = [each for each in page.side.ways.findChildren(QLabel) if each.isVisibleTo(page.side.ways)]  # type: ignore[var-annotated]
    assert len(words) >= 4
    for each in words:
        if each.wordWrap():
            assert each.height() >= each.heightForWidth(each.width()), each.text()
    assert page.side.ways.width() <= page.side.width()


def test_what_to_bring_follows_plan_and_category(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    show(qtbot, page, desk, 2013)
    materials = page.side._materials
    assert "身份证原件及复印件一份" in materials.text()
    show(qtbot, page, desk, 2017, Category.SOCIAL_WORKER)
    assert "加盖所在街道乡镇工会服务站单位公章和区总工会公章" in materials.text()


def test_what_is_all_there_need_not_be_brought(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    pages = list(scans_of(person(3), case(3)).items())
    seen = []
    for there in (pages[:-1], pages):
        record = intake.new_case(desk, draft_of(2024, Category.VOCATIONAL)).value.record
        capture.add_scans(desk, record.id, there)
        page.open(record.id)
        settle(qtbot, page)
        seen.append(page.side._materials_card.isVisible())
    assert seen == [True, False]
    (last,) = (scan for scan in page.draft.scans if scan.kind is pages[-1][0])
    page._scans._shelf.remove(page.draft, last)
    qtbot.waitUntil(page.side._materials_card.isVisible)
