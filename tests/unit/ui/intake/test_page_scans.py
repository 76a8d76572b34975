"""Scans on the page, by keyboard: added, looked at, replaced, taken out."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind
from station_app.services import intake
from station_app.services.desk import Desk
from tests.unit.ui.intake.conftest import focused, member, press, scans, settle, write
from tests.unit.ui.intake.pages import CTRL, complete, enter, stored
from ui.pages.intake import IntakePage


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


def test_every_file_that_cannot_be_filed_is_named(qtbot: QtBot, opened: IntakePage, tmp_path: Path) -> None:
    from PySide6.QtCore import QMimeData, QUrl

    said: list[str] = []
    opened.notice.connect(lambda words, tone: said.append(words))
    (tmp_path / "空.jpg").touch()
    paths = [tmp_path / name for name in ("空.jpg", "证书.pdf", "卡.exe", "没有.png")]
    for path in paths[1:3]:
        path.write_bytes(b"%PDF-1.4 no picture")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in [*scans(tmp_path / "more", 9)[:1], *paths]])
    QApplication.clipboard().setMimeData(mime)
    press(Qt.Key.Key_V, CTRL)
    settle(qtbot, opened)
    assert len(kinds(opened)) == 5
    (words,) = [each for each in said if "空.jpg" in each]
    assert all(path.name in words for path in paths)


def test_a_page_too_large_to_be_shown_says_so(opened: IntakePage) -> None:
    from PySide6.QtGui import QImage

    strip = opened.form.strip
    tile = next(each for each in strip._tiles if each.place.scan_id)
    tile.show_place(tile.place)
    tile.show_picture(QImage())
    tile.show_place(tile.place)
    assert tile._picture.text() == "无法预览"


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
