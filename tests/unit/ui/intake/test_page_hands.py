"""One page under the clerk's hands: corners by key and mouse, the whole back, why it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind, State
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.services import handing_over, intake
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import focused, press, sample, scans, settle, write
from tests.unit.ui.intake.pages import CTRL, begin, complete, stored
from tests.unit.ui.intake.readings import put_readings
from tests.unit.ui.intake.test_compare_page import ALT, opened, with_values, wrong_card
from ui.pages.intake import IntakePage
from ui.widgets.cut_view import CutView
from ui.widgets.date_edit import why_no_date
from ui.widgets.scan_viewer import ScanViewer

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def viewer(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> ScanViewer:
    """The viewer, open on the card of a complete case."""
    opened(qtbot, page, complete(desk, tmp_path))
    page._go_to("scans")
    page.form.strip.go_to(ScanKind.CARD)
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    return page._scans._viewer


def cutting(qtbot: QtBot, page: IntakePage, viewer: ScanViewer) -> CutView:
    press(Qt.Key.Key_C)
    settle(qtbot, page)
    assert viewer.view.cutting
    return viewer.view


def test_corners_are_set_by_key_and_the_whole_comes_back(qtbot: QtBot, page: IntakePage, viewer: ScanViewer) -> None:
    before = viewer.scan_id
    view = cutting(qtbot, page, viewer)
    whole = view.corners
    press(Qt.Key.Key_Right, SHIFT)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Left, SHIFT)
    step = view.corners[0][1]
    assert step > 0
    assert view.corners[0][0] == pytest.approx(10 * step)
    assert view.corners[1][0] == pytest.approx(whole[1][0] - 10 * step)
    assert view.corners[2:] == whole[2:]
    set_ = view.corners
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: viewer.scan_id != before, timeout=60_000)
    settle(qtbot, page)
    (card,) = [each for each in page.draft.scans if each.kind is ScanKind.CARD]
    assert card.id == viewer.scan_id
    assert card.cut is not None
    for (x, y), (u, v) in zip(card.cut.corners, set_, strict=True):
        assert (x, y) == pytest.approx((u, v), abs=0.51)
    assert viewer.isVisible()
    assert focused() is viewer.view
    press(Qt.Key.Key_Z, CTRL)
    settle(qtbot, page)
    assert viewer.scan_id == before
    assert [each.id for each in page.draft.scans if each.kind is ScanKind.CARD] == [before]


def test_moves_are_undone_and_esc_leaves_the_page_as_it_was(qtbot: QtBot, page: IntakePage, viewer: ScanViewer) -> None:
    view = cutting(qtbot, page, viewer)
    whole = view.corners
    press(Qt.Key.Key_Right, SHIFT)
    press(Qt.Key.Key_Z, CTRL)
    assert view.corners == whole
    press(Qt.Key.Key_Plus)
    assert view.zoom > 1
    press(Qt.Key.Key_Escape)
    settle(qtbot, page)
    assert viewer.isVisible()
    assert not view.cutting
    first = viewer.scan_id
    press(Qt.Key.Key_PageDown)
    settle(qtbot, page)
    assert viewer.scan_id != first
    press(Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert all(each.cut is None for each in page.draft.scans)


def test_a_corner_is_dragged_by_the_mouse_and_stays_on_the_picture(
    qtbot: QtBot, page: IntakePage, viewer: ScanViewer
) -> None:
    view = cutting(qtbot, page, viewer)
    grip = view.to_view().map(QPointF(*view.corners[2])).toPoint()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, grip)
    QTest.mouseMove(view, grip - QPoint(40, 30))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, grip - QPoint(40, 30))
    dragged = view.to_view().map(QPointF(*view.corners[2])).toPoint()
    assert (dragged - (grip - QPoint(40, 30))).manhattanLength() <= 2
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, dragged)
    QTest.mouseMove(view, dragged + QPoint(4000, 4000))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert view.corners[2] == (view._pixmap.width() - 1.0, view._pixmap.height() - 1.0)


def test_by_mouse_alone(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    opened(qtbot, page, complete(desk, tmp_path))
    tile = next(each for each in page.form.strip._tiles if each.place.kind is ScanKind.CARD)
    where = tile.mapTo(page.form.strip.viewport(), tile.rect().center())
    QTest.mouseDClick(page.form.strip.viewport(), Qt.MouseButton.LeftButton, pos=where)
    settle(qtbot, page)
    viewer = page._scans._viewer
    before = viewer.scan_id
    click(viewer, "corners")
    settle(qtbot, page)
    view = viewer.view
    whole = view.corners
    drag(view, 0, QPoint(30, 20))
    moved = view.corners
    assert moved != whole
    click(viewer, "turn_cut")
    assert view._rotation == 90
    drag(view, 2, QPoint(-30, -20))
    click(viewer, "undo_cut")
    assert (view.corners, view._rotation) == (moved, 90)
    click(viewer, "undo_cut")
    assert (view.corners, view._rotation) == (moved, 0)
    click(viewer, "undo_cut")
    assert view.corners == whole
    click(viewer, "leave_cut")
    settle(qtbot, page)
    assert viewer.scan_id == before
    click(viewer, "corners")
    settle(qtbot, page)
    drag(view, 0, QPoint(30, 20))
    click(viewer, "confirm_cut")
    qtbot.waitUntil(lambda: viewer.scan_id != before)
    settle(qtbot, page)
    click(viewer, "whole")
    settle(qtbot, page)
    assert [each.id for each in page.draft.scans if each.kind is ScanKind.CARD] == [before]
    click(viewer, "close_viewer")
    assert not viewer.isVisible()


def click(viewer: ScanViewer, name: str) -> None:
    (button,) = [tool for tool_name, tool in viewer._tools if tool_name == name]
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def drag(view: CutView, corner: int, by: QPoint) -> None:
    grip = view.to_view().map(QPointF(*view.corners[corner])).toPoint()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=grip)
    QTest.mouseMove(view, grip + by)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=grip + by)


def test_a_turned_picture_moves_its_corners_as_the_eye_sees_them(
    qtbot: QtBot, page: IntakePage, viewer: ScanViewer
) -> None:
    view = cutting(qtbot, page, viewer)
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Tab)
    before = view.to_view().map(QPointF(*view.corners[2]))
    press(Qt.Key.Key_R)
    press(Qt.Key.Key_Z, CTRL)
    assert view.to_view().map(QPointF(*view.corners[2])) == before
    press(Qt.Key.Key_R)
    seen = view.to_view().map(QPointF(*view.corners[2]))
    assert seen != before
    press(Qt.Key.Key_Up, SHIFT)
    press(Qt.Key.Key_Right, SHIFT)
    now = view.to_view().map(QPointF(*view.corners[2]))
    assert now.y() < seen.y()
    assert now.x() > seen.x()


def test_why_a_page_is_kept_reaches_the_reviewer(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    application_id = complete(desk, tmp_path)
    put_readings(desk, application_id, {"card": "glare"})
    opened(qtbot, page, application_id)
    page._go_to("scans")
    page.form.strip.go_to(ScanKind.CARD)
    press(Qt.Key.Key_N)
    assert focused().objectName() == "remark"
    write("卡面磨损")
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert focused().objectName() == "scans"
    place = page.form.strip.current()
    assert place is not None
    assert place.read == "已说明原因"
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    assert remarks(desk)["card"] == "卡面磨损"


def test_what_was_kept_against_the_page_reaches_the_reviewer(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    application_id = with_values(desk, complete(desk, tmp_path), card_no=wrong_card())
    put_readings(desk, application_id)
    opened(qtbot, page, application_id)
    press(Qt.Key.Key_K, ALT)
    press(Qt.Key.Key_Return, CTRL)
    settle(qtbot, page)
    assert stored(desk)[0].state is State.QUEUED
    told = remarks(desk)["card"]
    assert told.startswith("【核对】互助服务卡卡号录入 ")
    assert wrong_card()[:4] in told
    assert [each for each in remarks(desk).values() if each] == [told]


def remarks(desk: Desk) -> dict[str, str]:
    """By kind, as the frozen revision says them."""
    (record,) = stored(desk)
    with desk.store.read() as uow:
        (row,) = [each for each in uow.outbox.open_rows() if each.application_id == record.id]
    return {each["kind"]: each.get("remark") or "" for each in json.loads(row.body)["scans"]}


def test_the_notice_of_a_bad_file_goes_with_the_next_page_that_is_filed(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    said: list[str] = []
    settled: list[str] = []
    page.notice.connect(lambda words, tone: said.append(words))
    page.settled.connect(settled.append)
    opened(qtbot, page, begin(desk))
    bad = tmp_path / "坏的.jpg"
    bad.write_bytes(b"\xff\xd8 no more")
    paste([bad, scans(tmp_path / "in", 3)[0]])
    settle(qtbot, page)
    assert said[-1].startswith("坏的.jpg：")
    assert settled == []  # the good one of the same handful does not excuse the bad one
    paste([scans(tmp_path / "in", 3)[1]])
    settle(qtbot, page)
    assert settled == [said[-1]]


def paste(paths: list[Path]) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    QApplication.clipboard().setMimeData(mime)
    press(Qt.Key.Key_V, CTRL)
    QApplication.clipboard().clear()  # what Python made must not outlive it: Qt would end the process by a fault


def test_a_case_of_another_clerk_says_whose_it_is(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    mine, given = begin(desk, 3), begin(desk, 4)
    other = Operator("22222222-2222-4222-8222-222222222222", "李敏", Role.CLERK)
    with desk.store.write(Point.OPERATOR) as uow:
        uow.operators.add(other)
    handing_over.hand_over(desk, [given], other.name)
    opened(qtbot, page, given)
    assert page.top._whose.text() == "李敏的件"
    assert page.top._whose.isVisible()
    opened(qtbot, page, mine)
    assert not page.top._whose.isVisible()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2023", "date_incomplete"),
        ("202306", "date_incomplete"),
        ("2023-6-", "date_incomplete"),
        ("2023年6月", "date_incomplete"),
        ("20231301", "date_month"),
        ("2023-02-30", "date_day"),
        ("去年", "date_unreadable"),
    ],
)
def test_a_text_that_is_no_date_says_why(text: str, code: str) -> None:
    assert why_no_date(text)[0] == code


def test_the_reason_stands_beside_the_date(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    opened(qtbot, page, begin(desk))
    page._go_to("issue_date")
    press(Qt.Key.Key_A, CTRL)
    write("20230230")
    press(Qt.Key.Key_Return)
    settle(qtbot, page)
    assert page.form.editors["issue_date"].accessibleDescription() == "✕ 2023 年 2 月没有 30 日"
    lines = [page.side.missing.item(at).text() for at in range(page.side.missing.count())]
    assert any("颁证日期要写成" in each or "日期要写成" in each for each in lines)
    assert sample(3)[0].name == page.draft.content.value("name")
    assert intake.open_case(desk, page.draft.application_id or "").record.state is State.DRAFT
