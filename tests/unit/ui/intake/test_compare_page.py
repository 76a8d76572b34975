"""Typed against read in the window: what is said where, taken and kept by key, and never filled by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind, State
from station_app.domain.reading import DocumentReading, ReadField, ScanReading
from station_app.services import capture, intake, settings
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import focused, press, put_page, sample, settle, write
from tests.unit.ui.intake.pages import CTRL, complete, stored
from tests.unit.ui.intake.readings import BOX, CORNERS, put, put_readings, told, truth
from ui.context import Context
from ui.pages.intake import IntakePage

ALT = Qt.KeyboardModifier.AltModifier


def wrong_card(number: int = 3) -> str:
    """The card's number with its 8th digit typed wrong."""
    right = sample(number)[0].card_no
    return f"{right[:7]}{(int(right[7]) + 4) % 10}{right[8:]}"


def with_values(desk: Desk, application_id: str, **values: object) -> str:
    content = intake.open_case(desk, application_id).record.content
    for name, value in values.items():
        content = content.with_value(
            "applicant" if name in ("name", "id_number", "card_no") else "certificate", name, value
        )
    intake.save_content(desk, application_id, content)
    return application_id


def opened(qtbot: QtBot, page: IntakePage, application_id: str) -> None:
    page.open(application_id)
    settle(qtbot, page)
    settle(qtbot, page)


def beside(page: IntakePage, name: str) -> str:
    return page.form.editors[name].accessibleDescription()


def notes(page: IntakePage) -> dict[ScanKind, str]:
    return {tile.place.kind: tile.place.read for tile in page.form.strip._tiles if tile.place.scan_id}


@pytest.fixture
def differing(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> IntakePage:
    """A case whose card number is typed wrong, and whose pages were read."""
    application_id = with_values(desk, complete(desk, tmp_path), card_no=wrong_card())
    put_readings(desk, application_id)
    opened(qtbot, page, application_id)
    return page


def places(page: IntakePage) -> dict[str, QPoint]:
    """Where the fields stand, once everything is laid out."""
    page.grab()
    return {name: each.mapTo(page, each.rect().topLeft()) for name, each in page.form.editors.items()}


def missing(page: IntakePage) -> list[str]:
    return [page.side.missing.item(at).text() for at in range(page.side.missing.count())]


def test_a_wrong_digit_stands_beside_its_field_on_the_card_and_in_what_is_missing(differing: IntakePage) -> None:
    card = differing.side.compare
    right = sample(3)[0].card_no
    assert card.isVisible()
    assert card._detail.text() == f"第 8 位：录入 {wrong_card()[7]}，卡面 {right[7]}"
    assert card.clip.filled
    assert "卡面读作" in beside(differing, "card_no")
    assert differing.form.editors["card_no"].property("problem") == "wrong"
    assert missing(differing) == ["核对互助服务卡卡号：与扫描件不一致"]
    assert differing.side.assessment.isVisible()
    assert notes(differing)[ScanKind.CARD] == "与录入不一致"


def test_alt_a_takes_what_the_card_says_and_the_case_is_green(qtbot: QtBot, differing: IntakePage, desk: Desk) -> None:
    differing._go_to("employer")
    press(Qt.Key.Key_A, ALT)
    settle(qtbot, differing)
    assert differing.draft.content.value("card_no") == sample(3)[0].card_no
    assert not differing.side.compare.isVisible()
    assert missing(differing) == []
    assert notes(differing)[ScanKind.CARD] == "与录入一致"
    assert focused().objectName() == "employer"
    differing.flush()
    settle(qtbot, differing)
    assert stored(desk)[0].content.value("card_no") == sample(3)[0].card_no


def test_alt_k_is_remembered_until_either_side_changes(
    qtbot: QtBot, differing: IntakePage, desk: Desk, context: Context, window: QWidget
) -> None:
    press(Qt.Key.Key_K, ALT)
    settle(qtbot, differing)
    assert not differing.side.compare.isVisible()
    assert differing.draft.content.value("card_no") == wrong_card()
    assert notes(differing)[ScanKind.CARD] == "已核对，以录入为准"
    differing.flush()
    settle(qtbot, differing)
    differing.hide()
    again = put_page(qtbot, context, window)
    opened(qtbot, again, differing.draft.application_id or "")
    assert again.draft is not differing.draft
    assert not again.side.compare.isVisible()
    again._go_to("card_no")
    press(Qt.Key.Key_A, CTRL)
    write(wrong_card()[:-1] + "0")
    settle(qtbot, again)
    assert again.side.compare.isVisible()


def test_what_is_not_answered_keeps_the_case_from_being_submitted(
    qtbot: QtBot, differing: IntakePage, desk: Desk
) -> None:
    said: list[str] = []
    differing.notice.connect(lambda words, tone: said.append(words))
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, differing)
    assert stored(desk)[0].state is State.DRAFT
    assert said[-1].startswith("还差 1 项，先核对：互助服务卡卡号")
    assert focused().objectName() == "card_no"
    press(Qt.Key.Key_K, ALT)
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, differing)
    assert stored(desk)[0].state is State.QUEUED


def test_several_differences_come_one_at_a_time_in_the_forms_order(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    one = sample(3)[0]
    level = truth()[ScanKind.CERTIFICATE]["level"]
    typed = {"card_no": wrong_card(), "level": 1 if level != "1" else 2, "name": "欧阳不是他"}
    application_id = with_values(desk, complete(desk, tmp_path), **typed)
    put_readings(desk, application_id)
    opened(qtbot, page, application_id)
    card = page.side.compare
    seen = []
    while card.isVisible():
        seen.append((card.field, card._count.text()))
        press(Qt.Key.Key_A, ALT)
        settle(qtbot, page)
    assert seen == [("name", "1/3"), ("card_no", "1/2"), ("level", "")]
    assert page.draft.content.value("name") == one.name
    assert page.draft.content.value("level") == int(level)


def test_the_keys_act_on_the_field_with_the_focus(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    level = truth()[ScanKind.CERTIFICATE]["level"]
    typed = {"card_no": wrong_card(), "level": 1 if level != "1" else 2}
    application_id = with_values(desk, complete(desk, tmp_path), **typed)
    put_readings(desk, application_id)
    opened(qtbot, page, application_id)
    page._go_to("level")
    assert page.side.compare.field == "level"
    page._go_to("employer")
    assert page.side.compare.field == "level"
    press(Qt.Key.Key_A, ALT)
    settle(qtbot, page)
    assert page.draft.content.value("level") == int(level)
    assert page.draft.content.value("card_no") == wrong_card()
    assert page.side.compare.field == "card_no"


def test_readings_that_come_late_begin_with_the_field_in_hand(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = with_values(desk, complete(desk, tmp_path), card_no=wrong_card(), occupation=None)
    opened(qtbot, page, application_id)
    assert focused().objectName() == "occupation"
    put_readings(desk, application_id)
    told(page)
    qtbot.waitUntil(page.side.compare.isVisible)
    assert page.side.compare.field == "occupation"
    press(Qt.Key.Key_A, ALT)
    settle(qtbot, page)
    assert page.draft.content.value("card_no") == wrong_card()
    assert page.side.compare.field == "card_no"


def test_empty_fields_are_offered_what_was_read_and_filled_only_by_the_key(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    begun = with_values(desk, complete(desk, tmp_path), occupation=None, issue_date=None, number=None)
    put_readings(desk, begun)
    opened(qtbot, page, begun)
    facts = truth()[ScanKind.CERTIFICATE]
    line = page.form.editors["occupation"]
    assert isinstance(line, QLineEdit)
    assert line.text() == ""
    assert line.placeholderText() == f"证书：{facts['occupation']}"
    assert "Alt+A" in beside(page, "occupation")
    assert "Alt+A" not in beside(page, "issue_date")
    assert page.side.compare._count.text() == "1/3"
    settle(qtbot, page)
    assert page.draft.content.value("occupation") is None
    press(Qt.Key.Key_A, ALT)
    settle(qtbot, page)
    assert page.draft.content.value("occupation") == facts["occupation"]
    assert line.text() == facts["occupation"]
    assert page.draft.content.value("issue_date") is None
    assert page.side.compare.field == "issue_date"
    press(Qt.Key.Key_K, ALT)
    press(Qt.Key.Key_A, ALT)
    settle(qtbot, page)
    assert page.draft.content.value("issue_date") is None
    assert page.draft.content.value("number") == facts["number"]
    assert not page.side.compare.isVisible()


def test_a_value_is_typed_over_an_offer_and_compared_when_the_field_is_left(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    begun = with_values(desk, complete(desk, tmp_path), name=None)
    put_readings(desk, begun)
    opened(qtbot, page, begun)
    page.draft.left.discard("name")
    page._go_to("name")
    write("欧阳")
    assert not page.side.compare.isVisible()  # half a name differs from everything
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert page.side.compare.field == "name"
    assert page.side.compare.isVisible()


def test_readings_that_arrive_change_nothing_but_what_is_said(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = with_values(desk, complete(desk, tmp_path), card_no=wrong_card())
    opened(qtbot, page, application_id)
    assert not page.side.compare.isVisible()
    assert set(notes(page).values()) == {"正在识别…"}
    where = places(page)
    assessment = page.side.assessment.geometry()
    content = page.draft.content
    put_readings(desk, application_id)
    told(page)
    settle(qtbot, page)
    qtbot.waitUntil(page.side.compare.isVisible)
    settle(qtbot, page)
    assert page.draft.content == content
    assert page.draft.autosave.clean
    assert places(page) == where
    assert page.side.assessment.geometry().topLeft() == assessment.topLeft()


def test_without_reading_the_page_is_as_it_was(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    settings.change(desk, "reading_enabled", False)
    opened(qtbot, page, complete(desk, tmp_path))
    assert set(notes(page).values()) == {""}
    assert not page.side.compare.isVisible()
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    assert stored(desk)[0].state is State.QUEUED


def test_pages_that_could_not_be_read_stop_nobody(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    application_id = complete(desk, tmp_path)
    failed = dict.fromkeys(("id_front", "id_back", "card", "certificate"), "failure:reading_failed")
    put_readings(desk, application_id, failed)
    opened(qtbot, page, application_id)
    assert set(notes(page).values()) == {"未能识别"}
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    assert stored(desk)[0].state is State.QUEUED


def test_the_strip_says_what_the_gate_found_and_what_to_do(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = complete(desk, tmp_path)
    put_readings(desk, application_id, {"card": "glare", "id_back": "expired"})
    opened(qtbot, page, application_id)
    assert notes(page) == {
        ScanKind.ID_FRONT: "与录入一致",
        ScanKind.ID_BACK: "已过期",
        ScanKind.CARD: "反光，请核对",
        ScanKind.CERTIFICATE: "与录入一致",
    }
    page._go_to("scans")
    page.form.strip.go_to(ScanKind.CARD)
    assert "避开灯光" in page.form._scan_help.text()
    page.form.strip.go_to(ScanKind.CERTIFICATE)
    assert "Enter" in page.form._scan_help.text()


def test_somebody_elses_card_is_named_before_its_numbers(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = complete(desk, tmp_path)
    put_readings(desk, application_id, number=4)
    opened(qtbot, page, application_id)
    assert notes(page)[ScanKind.ID_FRONT] == "不是本人的"
    page._go_to("scans")
    page.form.strip.go_to(ScanKind.ID_FRONT)
    assert "再扫本人的" in page.form._scan_help.text()


def test_a_page_filed_as_another_paper_is_named_and_put_right_by_its_key(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = complete(desk, tmp_path)
    put_readings(desk, application_id)
    card = next(each for each in intake.open_case(desk, application_id).scans if each.kind is ScanKind.CARD)
    capture.rename_scan(desk, card.id, ScanKind.CERTIFICATE)
    opened(qtbot, page, application_id)
    (wrong,) = [tile.place for tile in page.form.strip._tiles if tile.place.scan_id == card.id]
    assert wrong.read == "像是互助服务卡"
    assert "按 3" in wrong.advice


def test_an_unsure_reading_asks_and_a_locked_field_says_how(qtbot: QtBot, differing: IntakePage) -> None:
    assert differing.side.compare.told is not None
    said: list[str] = []
    differing.notice.connect(lambda words, tone: said.append(words))
    differing.draft.submitting = True
    press(Qt.Key.Key_A, ALT)
    differing.draft.submitting = False
    assert differing.draft.content.value("card_no") == wrong_card()
    assert "不能改" in said[-1]


def test_a_rare_name_is_never_put_right(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    application_id = with_values(desk, complete(desk, tmp_path), name="王㛃")
    case = intake.open_case(desk, application_id)
    (front,) = [each for each in case.scans if each.kind is ScanKind.ID_FRONT]
    fields = {"name": ReadField("王洁", 0.99, BOX), "id_number": ReadField(sample(3)[0].id_number, 0.99, BOX)}
    put(desk, ScanReading(front.id, desk.now(), (DocumentReading(ScanKind.ID_FRONT, fields, CORNERS),)))
    opened(qtbot, page, application_id)
    page._go_to("name")
    assert not page.side.compare.isVisible()
    assert beside(page, "name") == ""
    press(Qt.Key.Key_A, ALT)
    settle(qtbot, page)
    assert page.draft.content.value("name") == "王㛃"
    assert missing(page) == []


@pytest.mark.parametrize("name", ["name", "occupation", "issue_date", "lookup"])
def test_one_alt_a_too_many_types_nothing(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path, name: str
) -> None:
    application_id = complete(desk, tmp_path)
    put_readings(desk, application_id)
    opened(qtbot, page, application_id)
    page._go_to(name)
    line = focused()
    assert isinstance(line, QLineEdit)
    before = line.text()
    line.setCursorPosition(len(before))
    press(Qt.Key.Key_A, ALT)
    press(Qt.Key.Key_K, ALT)
    assert line.text() == before


def test_a_page_agrees_only_once_all_that_it_says_is_typed(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = with_values(desk, complete(desk, tmp_path), occupation="")
    put_readings(desk, application_id)
    opened(qtbot, page, application_id)
    assert notes(page)[ScanKind.ID_FRONT] == "与录入一致"
    assert notes(page)[ScanKind.CERTIFICATE] == "清晰 · 已读"
