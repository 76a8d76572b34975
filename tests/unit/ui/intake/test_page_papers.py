"""Paper and the other facts of a case, by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import REQUIRED_SCANS, Category, Content, FieldReturn, ReturnCode, ScanKind, State
from station_app.services import intake
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import WallClock, focused, press, sample, scans, settle, write
from tests.unit.ui.intake.pages import CTRL, begin, complete, enter, give_back
from ui.pages.intake import IntakePage, printing

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
    settle(qtbot, page)
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
        settle(qtbot, page)
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


def test_the_printer_gets_the_paper_that_was_asked_for_and_is_asked_once(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's dialog stays open beside the choice of papers."""
    opened: list[QDialog] = []

    def dialog(printer: QPrinter, parent: QWidget) -> QDialog:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "printed.pdf"))
        opened.append(QDialog(parent))
        return opened[-1]

    monkeypatch.setattr(printing, "QPrintDialog", dialog)
    page.open(begin(desk, category=Category.SOCIAL_WORKER))
    settle(qtbot, page)
    press(Qt.Key.Key_F8)
    settle(qtbot, page)
    page._print._print()
    page._print._print()
    assert len(opened) == 1
    page._print._papers.step(1)
    settle(qtbot, page)
    opened[0].accept()
    settle(qtbot, page)
    assert "助推计划申请表" in text_of(tmp_path / "printed.pdf")
    assert not page._print.isVisible()


def test_a_folder_that_is_not_there_is_said_beside_the_path(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    page.open(begin(desk))
    settle(qtbot, page)
    press(Qt.Key.Key_F8)
    settle(qtbot, page)
    press(Qt.Key.Key_A, CTRL)
    enter("/nowhere/at/all.pdf")
    settle(qtbot, page)
    assert page._print.isVisible()
    assert "文件夹" in page._print._box.problem
    press(Qt.Key.Key_Escape)


def text_of(path: Path) -> str:
    from pypdf import PdfReader

    return "".join(each.extract_text() for each in PdfReader(path).pages)


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
