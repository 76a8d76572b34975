"""Everything on one screen at 1366 x 768, nothing cut off, nothing moving under the clerk's hands."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import Category
from station_app.services import intake
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import PLANS, put_page, settle, write
from tests.unit.ui.intake.pages import begin, complete
from tests.unit.ui.intake.plan_cases import draft_of
from tests.unit.ui.intake.readings import put_readings
from tests.unit.ui.intake.test_compare_page import opened, with_values, wrong_card
from ui.context import Context
from ui.pages.intake import IntakePage
from ui.theme import apply_theme, px

CATEGORIES = list(Category)
PAIRS = [(year, category) for year in PLANS.years for category in PLANS.get(year).categories]


def page_at(qtbot: QtBot, context: Context, window: QWidget, qapp: QApplication, size: int) -> IntakePage:
    """The page as large as the shell gives it at this text size: beside the rail, above the foot line."""
    apply_theme(qapp, "light", size)
    window.resize(1366 - px(148), 768 - px(32))
    return put_page(qtbot, context, window)


def lines(page: IntakePage) -> list[QLineEdit]:
    return [each for each in page.form.editors.values() if isinstance(each, QLineEdit) and each.isVisible()]


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("size", [12, 14])
def test_the_case_needs_no_scrolling(
    qtbot: QtBot, context: Context, window: QWidget, qapp: QApplication, desk: Desk, category: Category, size: int
) -> None:
    page = page_at(qtbot, context, window, qapp, size)
    page.open(begin(desk, 3, category))
    settle(qtbot, page)
    qtbot.wait(20)
    assert page.form.verticalScrollBar().maximum() == 0
    assert page.form.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_screen_of_1024_leaves_the_fields_whole(
    qtbot: QtBot, context: Context, window: QWidget, desk: Desk, category: Category
) -> None:
    window.resize(1024 - px(148), 768 - px(32))
    page = put_page(qtbot, context, window)
    page.open(begin(desk, 3, category))
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.form.horizontalScrollBar().maximum() == 0)
    buttons = [each for each in page.side.findChildren(QPushButton) if each.isVisible()]  # type: ignore[var-annotated]
    assert buttons
    for button in buttons:
        assert button.width() >= button.sizeHint().width(), button.text()


def test_the_ways_are_in_sight_above_what_differs(
    qtbot: QtBot, context: Context, window: QWidget, desk: Desk, tmp_path: Path
) -> None:
    page = put_page(qtbot, context, window)
    application_id = with_values(desk, complete(desk, tmp_path, issue_date="2019-03-02"), card_no=wrong_card())
    put_readings(desk, application_id, number=3)
    opened(qtbot, page, application_id)
    assert page.side.compare.isVisible()
    quotes = page.side.assessment._quotes
    assert quotes
    assert not any(each.isVisible() for each in quotes)
    first = page.side.ways._lines[0]
    qtbot.waitUntil(lambda: first.visibleRegion().boundingRect().height() >= first.height() // 2)
    window.resize(window.width(), 1080)
    page.resize(window.size())
    qtbot.waitUntil(lambda: all(each.isVisible() for each in page.side.assessment._quotes))


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("size", [12, 14, 16])
def test_no_number_no_date_and_no_choice_is_cut_off(
    qtbot: QtBot, context: Context, window: QWidget, qapp: QApplication, desk: Desk, category: Category, size: int
) -> None:
    page = page_at(qtbot, context, window, qapp, size)
    page.open(begin(desk, 3, category))
    settle(qtbot, page)
    qtbot.wait(20)
    for line in lines(page):
        if line.objectName() in ("id_number", "card_no", "phone") or line.objectName().endswith("_date"):
            room = line.width() - 2 * px(9) - 4
            assert line.fontMetrics().horizontalAdvance(line.text()) <= room, line.objectName()
    buttons = [each for each in page.form.findChildren(QPushButton) if each.isVisible()]  # type: ignore[var-annotated]
    assert buttons
    for button in buttons:
        assert button.width() >= button.minimumSizeHint().width(), button.text()
    assert page.form.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(("year", "category"), PAIRS)
@pytest.mark.parametrize("size", [12, 14, 16])
def test_every_plan_fits_the_width(
    qtbot: QtBot,
    context: Context,
    window: QWidget,
    qapp: QApplication,
    desk: Desk,
    year: int,
    category: Category,
    size: int,
) -> None:
    page = page_at(qtbot, context, window, qapp, size)
    page.open(intake.new_case(desk, draft_of(year, category)).value.record.id)
    settle(qtbot, page)
    qtbot.wait(20)
    qtbot.waitUntil(lambda: page.form.horizontalScrollBar().maximum() == 0)
    assert page.form.widget().width() <= page.form.viewport().width()


def test_nothing_moves_when_a_problem_appears(qtbot: QtBot, page: IntakePage) -> None:
    page.form.go_to("name")
    write("a")
    settle(qtbot, page)
    before = {each.objectName(): each.mapTo(page, each.rect().topLeft()) for each in lines(page)}
    sizes = {each.objectName(): each.size() for each in lines(page)}
    page.form.go_to("id_number")
    write("990105199003071239")
    page.form.go_to("phone")
    write("12")
    page.form.go_to("issue_date")
    write("2023")
    page.form.go_to("name")
    settle(qtbot, page)
    assert {"id_number", "phone", "issue_date"} <= set(page.table.judge().problems)
    assert {each.objectName(): each.mapTo(page, each.rect().topLeft()) for each in lines(page)} == before
    assert {each.objectName(): each.size() for each in lines(page)} == sizes
