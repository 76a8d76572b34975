"""What the page says while one types, and what becomes of a case that is returned or submitted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.domain.application import FieldReturn, ReturnCode, ScanKind, State
from station_app.durable import Point
from station_app.services import intake, submission
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import focused, press, scans, settle, write
from tests.unit.ui.intake.pages import CTRL, begin, complete, enter, give_back, stored
from ui.pages.intake import IntakePage

# ---- judgement in sight


def test_verdict_amount_and_clause_follow_every_key(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.open(begin(desk, 3, level=1))
    settle(qtbot, page)
    page.form.go_to("level")
    amounts = []
    for digit in (1, 2, 3):
        press(Qt.Key(Qt.Key.Key_0 + digit))
        judged = page.table.presenter.judge()
        assert judged.assessment is not None
        amounts.append(judged.assessment.amount)
    assert amounts == [2000, 1000, 800]
    assert page.side.assessment.clause is not None
    assert page.side.assessment.clause.place == "三（一）"


def test_f9_opens_the_plan_at_the_quotation(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.open(begin(desk, 3, level=2))
    settle(qtbot, page)
    before = focused()
    press(Qt.Key.Key_F9)
    assert "每人资助 1000 元" in page._reading.text.highlighted
    press(Qt.Key.Key_F2)  # nothing under the sheet hears a key
    assert page._reading.text.isVisible()
    press(Qt.Key.Key_Escape)
    assert not page._reading.text.isVisible()
    assert focused() is before


def test_a_line_of_what_is_missing_leads_to_its_field(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.open(begin(desk, 3, occupation=None))
    settle(qtbot, page)
    page.side.missing.setFocus()
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "occupation"


def test_an_ineligible_case_needs_the_workers_reason(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    page.open(complete(desk, tmp_path, 3, issue_date="2022-06-01"))
    settle(qtbot, page)
    press(Qt.Key.Key_Return, CTRL)
    assert focused().objectName() == "insist"
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    assert stored(desk)[0].state is State.DRAFT  # no reason yet
    write("本人要求受理")
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    (record,) = stored(desk)
    assert record.state is State.QUEUED
    assert record.insisted == "本人要求受理"


def test_another_open_case_of_the_same_person_is_told(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    other = begin(desk, 3)
    page.open(begin(desk, 3))
    settle(qtbot, page)
    (card,) = page.table.notes(page.table.judge())
    assert card.target == other


# ---- returned, submitted


def test_a_returned_case_opens_on_its_field(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    application_id = complete(desk, tmp_path)
    give_back(desk, application_id, FieldReturn("card_no", ReturnCode.MISMATCH, "第 8 位请核对"))
    page.show_case(application_id)
    settle(qtbot, page)
    assert focused().objectName() == "card_no"
    name = page.form.editors["name"]
    assert name.isReadOnly()  # type: ignore[attr-defined]
    press(Qt.Key.Key_Backspace)
    write("1")
    press(Qt.Key.Key_F7)
    assert not name.isReadOnly()  # type: ignore[attr-defined]
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    (record,) = stored(desk)
    assert (record.state, record.revision) == (State.QUEUED, 2)


def test_a_returned_scan_is_replaced_by_key(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    application_id = complete(desk, tmp_path)
    give_back(desk, application_id, FieldReturn("scan.card", ReturnCode.UNREADABLE))
    page.show_case(application_id)
    settle(qtbot, page)
    assert focused().objectName() == "scans"
    place = page.form.strip.current()
    assert place is not None
    assert (place.kind, place.tone) == (ScanKind.CARD, "wrong")
    press(Qt.Key.Key_T)
    enter(str(scans(tmp_path / "again", 7)[2]))
    settle(qtbot, page)
    (card,) = [scan for scan in page.draft.scans if scan.kind is ScanKind.CARD]
    assert card.added_after_revision == 1


def test_a_submitted_case_takes_the_signed_sheet_and_nothing_else(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = complete(desk, tmp_path)
    submission.submit(desk, application_id)
    page.open(application_id)
    settle(qtbot, page)
    page.form.go_to("name")
    write("abc")
    assert page.draft.autosave.clean
    page._go_to("scan.form")
    press(Qt.Key.Key_Return)
    enter(str(scans(tmp_path / "form", 7)[3]))
    settle(qtbot, page)
    assert [scan.kind for scan in intake.open_case(desk, application_id).scans][-1] is ScanKind.FORM
    page.form.strip.go_to(ScanKind.CARD)
    press(Qt.Key.Key_Delete)
    press(Qt.Key.Key_Delete)
    settle(qtbot, page)
    assert len(intake.open_case(desk, application_id).scans) == 5


def test_what_sync_brings_shows_at_once(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    from station_app.events import Changed, Kind

    application_id = complete(desk, tmp_path)
    submission.submit(desk, application_id)
    page.open(application_id)
    settle(qtbot, page)
    with desk.store.write(Point.APPLY) as uow:
        uow.applications.move(application_id, State.RECEIVED, desk.now(), "", "server")
    page.context.events.send(Changed.of(Kind.APPLICATIONS))
    qtbot.waitUntil(lambda: page.draft.state is State.RECEIVED)
    settle(qtbot, page)
