"""The gate in the window: every defect is named where the page lies, and the clerk may keep the page with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind, State
from station_app.domain.reading import DocumentReading, ReadField, ScanReading
from station_app.services import capture, intake, papers, submission
from station_app.services.desk import Desk
from station_app.services.signed_papers import note_printed
from tests.unit.ui.intake.conftest import focused, press, sample, settle, write
from tests.unit.ui.intake.pages import CTRL, complete, stored
from tests.unit.ui.intake.readings import CORNERS, put, put_readings, told
from tests.unit.ui.intake.test_compare_page import ALT, opened
from tests.unit.ui.intake.test_page_hands import remarks
from ui.pages.intake import IntakePage
from ui.widgets.scan_strip import Place

FRONT, BACK, CARD, FORM = ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.FORM
OTHER = sample(4)[0]

# how the page is filed, what stands below it, what to do
GATE = {
    "blur": (CARD, "模糊，请核对", "模糊"),
    "glare": (CARD, "反光，请核对", "反光"),
    "cut_edge": (CARD, "缺边，请核对", "缺边"),
    "too_small": (CARD, "字太小，请核对", "字太小"),
    "wrong_side": (FRONT, "另一面", "扫成了另一面"),
    "wrong_document": (CARD, "像是证书", "不是这一类证件"),
    "wrong_person": (FRONT, "不是本人的", "不是本人的证件"),
    "expired": (BACK, "已过期", "证件已过期"),
    "page_missing": (FORM, "缺第 2 页", "缺第 2 页"),
    "signature_missing": (FORM, "没有签字", "没有签字"),
}
_OF_THE_CASE = ("wrong_side", "wrong_document", "wrong_person", "expired", "page_missing")


def read_of(code: str, reference: str) -> DocumentReading:
    """What the reader says of the page that has this defect."""
    values = {
        "wrong_person": {"name": OTHER.name, "id_number": OTHER.id_number},
        "expired": {"valid_to": "2024-05-14"},
        "page_missing": {"qr": f"{reference}/FORM/R1/P1-2/ABCDEFGHIJ"},
    }.get(code, {})
    kind = {"wrong_side": BACK, "wrong_document": ScanKind.CERTIFICATE}.get(code, GATE[code][0])
    fields = {name: ReadField(each, 0.98) for name, each in values.items()}
    return DocumentReading(kind, fields, CORNERS, () if code in _OF_THE_CASE else (code,))


def with_defect(desk: Desk, folder: Path, code: str) -> str:
    """A complete case of which one page has this defect."""
    application_id, kind = complete(desk, folder), GATE[code][0]
    put_readings(desk, application_id)
    if kind is FORM:
        capture.add_scan(desk, application_id, FORM, picture(folder, 0))
    case = intake.open_case(desk, application_id)
    (scan,) = [each for each in case.scans if each.kind is kind]
    put(desk, ScanReading(scan.id, desk.now(), (read_of(code, case.record.reference),)))
    return application_id


def picture(folder: Path, number: int) -> bytes:
    return sorted((folder / "scans").iterdir())[number].read_bytes()


def place_of(page: IntakePage, kind: ScanKind) -> Place:
    (found,) = [tile.place for tile in page.form.strip._tiles if tile.place.kind is kind and tile.place.scan_id]
    return found


def cards(page: IntakePage) -> list[str]:
    return [each._title.text() for each in page.side._notes]


@pytest.mark.parametrize("code", GATE)
def test_each_defect_is_named_and_kept_with_a_reason_that_is_frozen(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path, code: str
) -> None:
    kind, named, advice = GATE[code]
    opened(qtbot, page, with_defect(desk, tmp_path, code))
    place = place_of(page, kind)
    assert (place.read, place.tone) == (named, "attention")
    page._go_to(f"scan.{kind.value}")
    press(Qt.Key.Key_N)
    assert focused().objectName() == "remark"
    assert advice in page._scans._hands._sheet._defects.text()
    write(f"原件就是这样 {code}")
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert place_of(page, kind).read == "已说明原因"
    against = ("name", "id_number") if code == "wrong_person" else ()
    for _ in against:  # what the page says of the applicant is answered too
        press(Qt.Key.Key_K, ALT)
        settle(qtbot, page)
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    assert stored(desk)[0].state is State.QUEUED
    told_reviewer, *lines = remarks(desk)[kind.value].split("【核对】")
    assert told_reviewer == f"原件就是这样 {code}"
    assert len(lines) == (1 if against else 0)


def test_a_missing_page_is_told_until_it_has_come_also_when_the_case_is_sent(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    told_of = "！申请表（签字）缺第 2 页"
    application_id = with_defect(desk, tmp_path, "page_missing")
    opened(qtbot, page, application_id)
    assert told_of in cards(page)
    submission.submit(desk, application_id)
    page.table.reload()
    settle(qtbot, page)
    opened(qtbot, page, application_id)
    assert page.draft.state is State.QUEUED
    assert told_of in cards(page)
    assert place_of(page, FORM).read == "缺第 2 页"
    second = capture.add_scan(desk, application_id, FORM, picture(tmp_path, 1)).value
    code = f"{page.draft.reference}/FORM/R1/P2-2/ABCDEFGHIJ"
    put(desk, ScanReading(second.id, desk.now(), (DocumentReading(FORM, {"qr": ReadField(code, 1.0)}, CORNERS),)))
    told(page)
    qtbot.waitUntil(lambda: told_of not in cards(page))
    assert [tile.place.read for tile in page.form.strip._tiles if tile.place.kind is FORM] == ["", ""]


def test_a_case_edited_after_its_signed_form_was_filed_says_so_below_the_form(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = complete(desk, tmp_path)
    put_readings(desk, application_id)
    paper = papers.sheet(desk, application_id)
    note_printed(desk, paper)
    scan = capture.add_scan(desk, application_id, FORM, picture(tmp_path, 0)).value
    read = DocumentReading(FORM, {"qr": ReadField(str(paper.code), 1.0)}, CORNERS)
    put(desk, ScanReading(scan.id, desk.now(), (read,)))
    opened(qtbot, page, application_id)
    assert place_of(page, FORM).read == "清晰 · 已读"
    signed = page.draft.content.value("phone")
    page._go_to("phone")
    focused().selectAll()  # type: ignore[attr-defined]
    write("13900000001")
    settle(qtbot, page)
    qtbot.waitUntil(lambda: place_of(page, FORM).read == "打印后改过")
    assert place_of(page, FORM).tone == "attention"
    focused().selectAll()  # type: ignore[attr-defined]
    write(str(signed))
    settle(qtbot, page)
    qtbot.waitUntil(lambda: place_of(page, FORM).read == "清晰 · 已读")


def test_a_reason_covers_what_it_was_given_for_and_nothing_that_is_found_later(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = with_defect(desk, tmp_path, "blur")
    opened(qtbot, page, application_id)
    page._go_to(f"scan.{CARD.value}")
    press(Qt.Key.Key_N)
    write("原件就是这样")
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert place_of(page, CARD).read == "已说明原因"
    scan_id = str(place_of(page, CARD).scan_id)
    both = DocumentReading(ScanKind.CERTIFICATE, {}, CORNERS, ("blur",))
    put(desk, ScanReading(scan_id, desk.now(), (both,)))
    page.table.reload()
    settle(qtbot, page)
    opened(qtbot, page, application_id)
    assert place_of(page, CARD).read == "像是证书"
    page._go_to(f"scan.{CARD.value}")
    press(Qt.Key.Key_N)
    assert page._scans._hands._sheet._line.text() == "原件就是这样"
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert place_of(page, CARD).read == "已说明原因"
    (kept,) = [each for each in intake.open_case(desk, application_id).scans if each.id == scan_id]
    assert kept.remark == "原件就是这样"
    assert not kept.excuses("wrong_person")
