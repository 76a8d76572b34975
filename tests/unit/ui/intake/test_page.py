"""The page with a real store, by keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import REQUIRED_SCANS, Category, Content, FieldReturn, ReturnCode, ScanKind, State
from station_app.durable import Point
from station_app.services import capture, intake, ledger, submission
from station_app.services.desk import Desk
from station_app.store.records import ApplicationRecord, LedgerQuery
from tests.unit.ui.intake.conftest import WallClock, focused, member, press, sample, scans, settle, write
from ui.context import Context
from ui.pages.intake import IntakePage

CTRL = Qt.KeyboardModifier.ControlModifier


def stored(desk: Desk) -> list[ApplicationRecord]:
    """Every case of the store."""
    rows = ledger.find(desk, LedgerQuery())
    return [intake.open_case(desk, row.id).record for row in rows]


def begin(desk: Desk, number: int = 3, category: Category = Category.VOCATIONAL, **certificate: Any) -> str:
    """A draft of person ``number`` in the store; its id."""
    content = Content.from_json(sample(number, category)[1])
    for name, value in certificate.items():
        content = content.with_value("certificate", name, value)
    return intake.new_case(desk, content).value.record.id


def complete(desk: Desk, folder: Path, number: int = 3, **certificate: Any) -> str:
    """A draft that lacks nothing."""
    application_id = begin(desk, number, **certificate)
    for kind, path in zip(REQUIRED_SCANS, scans(folder / "scans", number), strict=True):
        capture.add_scan(desk, application_id, kind, path.read_bytes())
    intake.set_consent(desk, application_id, {"notice": "2024-1", "given_on": "2024-05-15", "how": "counter"})
    return application_id


def give_back(desk: Desk, application_id: str, *returned: FieldReturn) -> None:
    """What sync does when the reviewer returns a case."""
    submission.submit(desk, application_id)
    with desk.store.write(Point.APPLY) as uow:
        uow.applications.move(application_id, State.RECEIVED, desk.now(), "", "server")
        uow.applications.move(application_id, State.RETURNED, desk.now(), "", "server", returned=list(returned))


def enter(*texts: str) -> None:
    """Text and Enter, field by field."""
    for text in texts:
        write(text)
        press(Qt.Key.Key_Return)


# ---- the whole way


def test_the_whole_journey_by_keyboard_alone(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    one, case = sample(3)
    certificate = case["certificate"]
    assert focused().objectName() == "lookup"
    write(one.id_number[:10])
    press(Qt.Key.Key_Return)  # before the answer: it is waited for
    settle(qtbot, page)
    assert page.draft.content.value("name") == one.name
    assert focused().objectName() == "position"
    enter("技师")
    assert focused().objectName() == "category"  # the standing is known, Enter passes it
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "occupation"
    enter(certificate["occupation"])
    assert focused().objectName() == "level"
    press(Qt.Key(Qt.Key.Key_0 + certificate["level"]))
    press(Qt.Key.Key_Return)
    enter(certificate["issue_date"].replace("-", ""), certificate["number"].lower(), certificate["issuer"])
    assert focused().objectName() == "scans"
    assert page.draft.content.value("number") == certificate["number"]
    quoted = " ".join(f'"{path}"' for path in scans(tmp_path / "in", 3))
    press(Qt.Key.Key_F6)
    assert focused().objectName() == "scan_path"
    enter(quoted)
    assert focused().objectName() == "scans"
    settle(qtbot, page)
    assert [scan.kind for scan in page.draft.scans] == list(REQUIRED_SCANS)
    press(Qt.Key.Key_Return, CTRL)
    assert focused().objectName() == "consent"  # all that is missing
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    (record,) = stored(desk)
    assert record.state is State.QUEUED
    assert record.content.to_json() == {**case, "applicant": {**case["applicant"], "position": "技师"}}
    assert record.consent["notice"]
    assert page.draft.state is State.QUEUED
    assert focused().objectName() == "action.next_case"
    press(Qt.Key.Key_Return)
    assert not page.draft.begun
    assert focused().objectName() == "lookup"


TAB_ORDER = (
    "lookup", "name", "id_number", "phone", "card_no", "employer", "position",
    "is_member", "beijing_union", "has_card", "retired", "category", "action.facts",
    "occupation", "level", "issue_date", "number", "issuer", "kind", "reissued", "action.extra",
    "scans", "consent", "action.print", "action.submit",
)  # fmt: skip


def test_tab_reaches_every_stop_in_order_and_comes_round(page: IntakePage) -> None:
    for expected in [*TAB_ORDER, *TAB_ORDER]:
        assert focused().objectName() == expected
        press(Qt.Key.Key_Tab)


def test_shift_tab_goes_the_same_way_back(page: IntakePage) -> None:
    for expected in [TAB_ORDER[0], *reversed(TAB_ORDER)]:
        assert focused().objectName() == expected
        press(Qt.Key.Key_Backtab)


def test_what_is_missing_is_a_stop_once_something_is_entered(page: IntakePage) -> None:
    page.form.go_to("name")
    write("a")
    page.form.go_to("scans")
    press(Qt.Key.Key_Tab)
    assert focused().objectName() == "missing"


def test_shift_enter_goes_back(page: IntakePage) -> None:
    page.form.go_to("id_number")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert focused().objectName() == "name"


def test_enter_asks_for_a_standing_that_is_not_known(page: IntakePage) -> None:
    page.form.go_to("position")
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "is_member"
    press(Qt.Key.Key_Y)
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "beijing_union"
    assert page.draft.content.value("is_member") is True


def test_the_other_categories_have_their_own_fields(page: IntakePage) -> None:
    page.form.go_to("category")
    press(Qt.Key.Key_2)
    assert page.draft.content.category is Category.SOCIAL_WORKER
    assert focused().objectName() == "category"
    assert {"level_name", "approval_date", "management_no"} <= set(page.form.editors)
    assert "level" not in page.form.editors
    press(Qt.Key.Key_3)
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "competition"


# ---- looking up


def test_numbers_in_the_list_are_masked(qtbot: QtBot, page: IntakePage) -> None:
    one = member(3)
    write(one.card_no[:12])
    settle(qtbot, page)
    shown = page.top.lookup.suggestions
    assert one.name in [row.title for row in shown]
    words = " ".join(row.detail for row in shown)
    assert one.id_number not in words
    assert one.card_no not in words
    assert one.id_number[:6] in words


def test_only_the_newest_answer_counts(qtbot: QtBot, page: IntakePage) -> None:
    write(member(3).card_no)
    page.top.lookup.setText("")
    write(member(5).card_no)
    settle(qtbot, page)
    assert [row.title for row in page.top.lookup.suggestions] == [member(5).name]
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert page.draft.content.value("id_number") == member(5).id_number


def test_down_and_enter_take_another_than_the_first(qtbot: QtBot, page: IntakePage) -> None:
    write(member(3).card_no[:6])
    settle(qtbot, page)
    second = page.top.lookup.suggestions[1].data
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert page.draft.content.value("id_number") == second.id_number  # type: ignore[attr-defined]


def test_somebody_who_is_in_no_roster_is_entered_by_hand(qtbot: QtBot, page: IntakePage) -> None:
    enter("欧阳不在册")
    settle(qtbot, page)
    assert focused().objectName() == "name"
    assert page.draft.content.value("name") == "欧阳不在册"


def test_another_member_never_overwrites_the_case_on_the_table(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    for number in (3, 5):
        press(Qt.Key.Key_F2)
        enter(member(number).id_number)
        settle(qtbot, page)
    page.flush()
    settle(qtbot, page)
    assert {each.content.value("name") for each in stored(desk)} == {member(3).name, member(5).name}
    assert page.draft.content.value("name") == member(5).name


def test_a_number_typed_by_hand_is_completed_from_the_roster(qtbot: QtBot, page: IntakePage) -> None:
    one = member(4)
    page.form.go_to("id_number")
    write(one.id_number)
    settle(qtbot, page)
    assert page.draft.content.value("name") == one.name
    assert page.draft.content.value("card_no") == one.card_no
    assert page.draft.content.value("is_member") is True
    assert page.form.editors["name"].text() == one.name  # type: ignore[attr-defined]


# ---- the store is behind at most two seconds


def test_nothing_is_in_the_store_before_the_first_input(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.flush()
    settle(qtbot, page)
    assert stored(desk) == []


def test_typing_without_a_pause_is_written_all_the_same(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    """A real timer: a key every 120 ms for four seconds, and what the store holds is never two seconds behind."""
    page.form.go_to("employer")
    typed: list[float] = []
    behind = []
    for number in range(33):
        write("abcdefghij"[number % 10])
        typed.append(page.table.saver._steady())
        qtbot.wait(120)
        held = stored(desk)
        count = len(held[0].content.value("employer")) if held else 0
        if count < len(typed):
            behind.append(page.table.saver._steady() - typed[count])
    assert stored(desk)
    assert max(behind) < 2.0


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
    assert "每人资助 1000 元" in page._plan_text.highlighted
    press(Qt.Key.Key_F2)  # nothing under the sheet hears a key
    assert page._plan_text.isVisible()
    press(Qt.Key.Key_Escape)
    assert not page._plan_text.isVisible()
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
    (card,) = page.table.notes()
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


# ---- paper


def test_f8_writes_the_pdf_that_shows_what_stands_in_the_form(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    page.open(begin(desk))
    settle(qtbot, page)
    page.form.go_to("position")
    write("abc")
    press(Qt.Key.Key_F8)
    settle(qtbot, page)
    assert focused().objectName() == "pdf_path"
    path = tmp_path / "sheet.pdf"
    press(Qt.Key.Key_A, CTRL)
    enter(str(path))
    assert path.read_bytes().startswith(b"%PDF")
    assert "abc" in text_of(path)


def test_a_form_of_the_plan_leaves_the_sheet_with_the_notice_to_be_printed_too(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    page.open(begin(desk, category=Category.SOCIAL_WORKER))
    settle(qtbot, page)
    for key, words in ((None, "社会工作者"), (Qt.Key.Key_Down, "个人信息")):
        press(Qt.Key.Key_F8)
        settle(qtbot, page)
        if key is not None:
            press(key)
            settle(qtbot, page)
        path = tmp_path / f"{words}.pdf"
        press(Qt.Key.Key_A, CTRL)
        enter(str(path))
        assert words in text_of(path)


def test_each_paper_gets_a_file_of_its_own_name(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.open(begin(desk, category=Category.SOCIAL_WORKER))
    settle(qtbot, page)
    press(Qt.Key.Key_F8)
    settle(qtbot, page)
    assert page._print._path.text().endswith("申请表.pdf")
    press(Qt.Key.Key_Down)
    settle(qtbot, page)
    assert page._print._path.text().endswith("确认单.pdf")
    press(Qt.Key.Key_Escape)


def test_a_folder_that_is_not_there_is_said_beside_the_path(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.open(begin(desk))
    settle(qtbot, page)
    press(Qt.Key.Key_F8)
    settle(qtbot, page)
    press(Qt.Key.Key_A, CTRL)
    enter("/nowhere/at/all.pdf")
    assert page._print.isVisible()
    assert "文件夹" in page._print._box.problem
    press(Qt.Key.Key_Escape)


def text_of(path: Path) -> str:
    from pypdf import PdfReader

    return "".join(each.extract_text() for each in PdfReader(path).pages)


# ---- scans


@pytest.fixture
def opened(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> IntakePage:
    """A complete case with the mark on its first scan."""
    page.open(complete(desk, tmp_path))
    settle(qtbot, page)
    page._go_to("scans")
    return page


def kinds(page: IntakePage) -> list[ScanKind]:
    return [scan.kind for scan in intake.open_case(page.context.desk, page.draft.application_id or "").scans]


def test_a_page_is_turned_renamed_and_removed_by_key(qtbot: QtBot, opened: IntakePage) -> None:
    press(Qt.Key.Key_R)
    settle(qtbot, opened)
    press(Qt.Key.Key_6)
    settle(qtbot, opened)
    assert ScanKind.OTHER in kinds(opened)
    assert ScanKind.ID_FRONT not in kinds(opened)
    opened.form.strip.go_to(ScanKind.OTHER)
    place = opened.form.strip.current()
    assert place is not None
    assert next(scan for scan in opened.draft.scans if scan.id == place.scan_id).rotation == 90
    press(Qt.Key.Key_Delete)
    settle(qtbot, opened)
    assert len(kinds(opened)) == 4  # asked once
    press(Qt.Key.Key_Delete)
    settle(qtbot, opened)
    assert len(kinds(opened)) == 3


def test_the_viewer_zooms_turns_walks_and_closes_by_key(qtbot: QtBot, opened: IntakePage) -> None:
    press(Qt.Key.Key_Return)
    settle(qtbot, opened)
    viewer = opened._scans._viewer
    assert viewer.isVisible()
    assert not viewer.view._pixmap.isNull()
    press(Qt.Key.Key_Plus)
    assert viewer.view.zoom > 1
    press(Qt.Key.Key_0)
    assert viewer.view.zoom == 1
    first = viewer.scan_id
    press(Qt.Key.Key_R)
    settle(qtbot, opened)
    assert viewer.view._rotation == 90
    press(Qt.Key.Key_PageDown)
    settle(qtbot, opened)
    assert viewer.scan_id != first
    press(Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert focused().objectName() == "scans"


def test_a_picture_is_pasted_while_a_line_has_the_focus(qtbot: QtBot, opened: IntakePage) -> None:
    from PySide6.QtGui import QImage

    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    QApplication.clipboard().setImage(image)
    opened.form.go_to("employer")
    before = opened.draft.content.value("employer")
    press(Qt.Key.Key_V, CTRL)
    settle(qtbot, opened)
    assert kinds(opened)[-1] is ScanKind.FORM
    assert opened.draft.content.value("employer") == before


def test_text_is_pasted_as_text(qtbot: QtBot, opened: IntakePage) -> None:
    QApplication.clipboard().setText("甲乙")
    opened.form.go_to("employer")
    press(Qt.Key.Key_A, CTRL)
    press(Qt.Key.Key_V, CTRL)
    assert opened.draft.content.value("employer") == "甲乙"
    assert len(kinds(opened)) == 4


def test_files_are_pasted_and_a_bad_one_is_named(qtbot: QtBot, opened: IntakePage, tmp_path: Path) -> None:
    from PySide6.QtCore import QMimeData, QUrl

    said: list[str] = []
    opened.notice.connect(lambda words, tone: said.append(words))
    bad = tmp_path / "坏的.jpg"
    bad.write_bytes(b"\xff\xd8 no more")
    good = scans(tmp_path / "more", 9)[0]
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(bad)), QUrl.fromLocalFile(str(good))])
    QApplication.clipboard().setMimeData(mime)
    press(Qt.Key.Key_V, CTRL)
    settle(qtbot, opened)
    assert len(kinds(opened)) == 5
    assert any(words.startswith("坏的.jpg：") for words in said)


def test_files_are_dropped_on_a_place(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    from PySide6.QtCore import QMimeData, QPointF, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    paths = scans(tmp_path / "in", 3)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths[2:4]])
    tile = next(each for each in page.form.strip._tiles if each.place.kind is ScanKind.CARD)
    point = QPointF(tile.mapTo(page, tile.rect().center()))
    buttons, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(point.toPoint(), Qt.DropAction.CopyAction, mime, buttons, none)
    QApplication.sendEvent(page, entering)
    assert entering.isAccepted()
    page.dropEvent(QDropEvent(point, Qt.DropAction.CopyAction, mime, buttons, none))
    settle(qtbot, page)
    assert [scan.kind for scan in page.draft.scans] == [ScanKind.CARD, ScanKind.ID_FRONT]


def test_nothing_of_the_case_stays_on_screen_behind_the_lock(qtbot: QtBot, opened: IntakePage) -> None:
    """The lock hides the page: viewer, plan and lists are inside it or go with the focus."""
    press(Qt.Key.Key_Return)
    settle(qtbot, opened)
    assert opened._scans._viewer.isVisible()
    opened.hide()
    assert not opened._scans._viewer.isVisible()
    opened.show()
    press(Qt.Key.Key_Escape)
    opened._go_to("lookup")
    write(member(3).card_no[:8])
    settle(qtbot, opened)
    assert opened.top.lookup.suggestions
    opened.hide()
    assert not opened.top.lookup.suggestions


def test_scans_first_begin_the_case(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    press(Qt.Key.Key_F6)
    enter(str(scans(tmp_path / "in", 3)[0]))
    settle(qtbot, page)
    (record,) = stored(desk)
    assert [scan.kind for scan in intake.open_case(desk, record.id).scans] == [ScanKind.ID_FRONT]


def test_the_chooser_lists_a_folder_and_takes_what_is_marked(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    scans(folder, 3)
    press(Qt.Key.Key_F6)
    enter(str(folder))
    settle(qtbot, page)
    press(Qt.Key.Key_Down)
    assert focused().objectName() == "scan_files"
    press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert len(page.draft.scans) == 2


# ---- other facts of the case


def test_year_channel_and_day_by_key(qtbot: QtBot, page: IntakePage) -> None:
    page.form.go_to("name")
    write("a")
    press(Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    assert focused().objectName() == "channel"
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_A, CTRL)
    enter("20240506")
    assert page.draft.content.channel == "hotline"
    assert page.draft.content.applied_on is not None
    assert page.draft.content.applied_on.isoformat() == "2024-05-06"


# ---- found at the counter


def test_a_draft_opens_on_what_is_missing_first(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.show_case(begin(desk, issue_date=None))
    settle(qtbot, page)
    assert focused().objectName() == "issue_date"


def test_enter_in_the_empty_lookup_goes_on_in_the_form(page: IntakePage) -> None:
    assert focused().objectName() == "lookup"
    press(Qt.Key.Key_Return)
    assert focused().objectName() == "name"
    assert not page.draft.begun


def test_a_worker_without_a_card_is_submitted(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    content = Content.from_json(sample(3)[1]).with_value("applicant", "card_no", None)
    page.open(intake.new_case(desk, content.with_value("member", "has_card", False)).value.record.id)
    settle(qtbot, page)
    files = [path for path in scans(tmp_path / "in", 3) if path.stem != "card"]
    press(Qt.Key.Key_F6)
    enter(" ".join(f'"{path}"' for path in files))
    settle(qtbot, page)
    assert [each.kind for each in page.draft.scans] == [each for each in REQUIRED_SCANS if each is not ScanKind.CARD]
    press(Qt.Key.Key_Return, CTRL)
    assert focused().objectName() == "consent"
    press(Qt.Key.Key_Y)
    press(Qt.Key.Key_Return, CTRL)
    if focused().objectName() == "insist":  # the plan asks for a card
        write("等卡办好再划拨")
        press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    assert page.draft.state is State.QUEUED


def test_a_returned_case_does_not_claim_to_be_ready(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    application_id = complete(desk, tmp_path)
    give_back(desk, application_id, FieldReturn("card_no", ReturnCode.MISMATCH, "请核对"))
    page.show_case(application_id)
    settle(qtbot, page)
    assert focused().objectName() == "card_no"
    assert "资料齐全" not in page.side._missing_card._title.text()


def test_unseen_characters_do_not_get_into_the_record(page: IntakePage) -> None:
    page.form.go_to("name")
    QApplication.clipboard().setText("\u202e张\x00静\u200b雯\x07\n")
    press(Qt.Key.Key_V, CTRL)
    assert page.draft.content.value("name").strip() == "张静雯"


def test_what_is_too_long_is_said(qtbot: QtBot, page: IntakePage) -> None:
    page.form.go_to("employer")
    QApplication.clipboard().setText("单位" * 200)
    with qtbot.waitSignal(page.notice) as said:
        press(Qt.Key.Key_V, CTRL)
    assert "200" in said.args[0]


def test_an_empty_form_says_how_to_begin_also_after_the_deadline(
    page: IntakePage, desk: Desk, clock: WallClock
) -> None:
    clock.forward(days=920)
    page.new_case()
    labels = cast(list[QLabel], page.side.assessment.findChildren(QLabel))
    said = " ".join(each.text() for each in labels if each.isVisible())
    assert "F2" in said
    assert "Alt+D" in said
    assert "不符合" not in said
