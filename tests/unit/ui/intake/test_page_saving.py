"""The page writes by itself: the store is behind at most two seconds, and nothing typed is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from station_app.durable import Point
from station_app.services import intake
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import focused, press, settle, write
from tests.unit.ui.intake.pages import CTRL, stored
from ui.context import Context
from ui.pages.intake import IntakePage


def test_nothing_is_in_the_store_before_the_first_input(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.flush()
    settle(qtbot, page)
    assert stored(desk) == []


def test_typing_without_a_pause_is_written_all_the_same(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    """A real timer: keys that never pause for as long as the writing waits do not put the writing off."""
    page.form.go_to("employer")

    def a_key_and_a_look() -> bool:
        write("a")
        return bool(stored(desk))

    qtbot.waitUntil(a_key_and_a_look)


def test_half_a_date_survives_a_kill(qtbot: QtBot, page: IntakePage, desk: Desk, context: Context) -> None:
    page.form.go_to("issue_date")
    write("2023-0")
    page.flush()
    settle(qtbot, page)
    (record,) = stored(desk)
    assert record.content.value("issue_date") is None
    page.new_case()  # another form between
    page.table.saver._drafts.clear()
    page.open(record.id)
    settle(qtbot, page)
    assert page.draft.unfinished == {"issue_date": "2023-0"}
    assert page.form.editors["issue_date"].text() == "2023-0"  # type: ignore[attr-defined]
    page.form.go_to("issue_date")
    write("6-20")
    page.flush()
    settle(qtbot, page)
    assert not intake.open_case(desk, record.id).unfinished


def test_ctrl_s_saves_now(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.form.go_to("name")
    write("李")
    press(Qt.Key.Key_S, CTRL)
    settle(qtbot, page)
    assert [each.content.value("name") for each in stored(desk)] == ["李"]
    assert page.findChild(QWidget, "saved").text() == "已自动保存 14:30:00"  # type: ignore[attr-defined]


def test_a_failed_save_is_told_and_tried_again(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    said: list[str] = []
    page.notice.connect(lambda words, tone: said.append(words))
    with desk.store.write(Point.ENROLMENT) as uow:
        letter = uow.facts.get("device_letter")
        uow.facts.set("device_letter", None)  # no reference can be made now
    page.form.go_to("name")
    write("李")
    page.flush()
    settle(qtbot, page)
    assert stored(desk) == []
    assert "还没有登记" in said[-1]
    assert not _clean(page)
    with desk.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("device_letter", letter)
    write("明")
    qtbot.waitUntil(lambda: bool(stored(desk)), timeout=5000)
    settle(qtbot, page)
    page.flush()
    settle(qtbot, page)
    assert [each.content.value("name") for each in stored(desk)] == ["李明"]
    assert _clean(page)
    assert "已经存上了" in said[-1], "the bad news does not stay after it is over"


def _clean(page: IntakePage) -> bool:
    return page.table.saver.clean


def test_a_draft_that_left_the_table_unsaved_is_still_written(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.form.go_to("name")
    write("李")
    page.new_case()
    page.form.go_to("name")
    write("王")
    page.leave()
    settle(qtbot, page)
    assert {each.content.value("name") for each in stored(desk)} == {"李", "王"}


def test_opening_a_case_that_is_being_written_shows_what_was_typed_last(qtbot: QtBot, page: IntakePage) -> None:
    page.form.go_to("name")
    write("李")
    page.flush()
    settle(qtbot, page)
    application_id = page.draft.application_id
    assert application_id
    write("明")
    page.new_case()  # its write is on the way
    page.open(application_id)
    assert page.draft.content.value("name") == "李明"


def test_another_theme_goes_on_with_the_same_case(
    qtbot: QtBot, page: IntakePage, context: Context, window: QWidget
) -> None:
    page.form.go_to("employer")
    write("abc")
    page.leave()
    kept = page.keep()
    again = IntakePage(context, window)
    again.setGeometry(window.rect())
    page.hide()
    again.show()
    again.restore(kept)
    assert focused() is again.form.editors["employer"]
    write("d")
    assert again.draft.content.value("employer") == "abcd"
    again.flush()
    settle(qtbot, page)
