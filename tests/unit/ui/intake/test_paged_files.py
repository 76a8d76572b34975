"""PDF and TIFF of several pages on the page of a case: every page counts, or none and it is said."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind
from station_app.services import intake
from station_app.services.desk import Desk
from station_app.store.records import ScanRecord
from tests.samples.pdfs import jpeg_page, scanned_pdf
from tests.unit.ui.intake.conftest import press, settle
from tests.unit.ui.intake.pages import CTRL, complete, enter, stored
from ui.pages.intake import IntakePage

_PAGES = [jpeg_page(colour, size=(400, 300)) for colour in ("red", "green", "blue")]


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "证件.pdf"
    path.write_bytes(scanned_pdf(_PAGES))
    return path


def _scans(desk: Desk) -> list[ScanRecord]:
    (record,) = stored(desk)
    return list(intake.open_case(desk, record.id).scans)


def _hashes(contents: list[bytes]) -> list[str]:
    return [sha256(each).hexdigest() for each in contents]


def _paste(*paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    QApplication.clipboard().setMimeData(mime)
    press(Qt.Key.Key_V, CTRL)


def test_the_pages_of_a_pdf_go_where_something_is_missing(
    qtbot: QtBot, page: IntakePage, desk: Desk, pdf: Path
) -> None:
    said: list[str] = []
    page.notice.connect(lambda words, tone: said.append(words))
    press(Qt.Key.Key_F6)
    enter(str(pdf))
    settle(qtbot, page)
    assert [scan.kind for scan in _scans(desk)] == [ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD]
    assert [scan.sha256 for scan in _scans(desk)] == _hashes(_PAGES)
    assert all(scan.original_id for scan in _scans(desk))
    assert "正在打开证件.pdf，一页一页加进来…" in said


def test_a_pdf_for_one_place_fills_that_place(qtbot: QtBot, page: IntakePage, desk: Desk, pdf: Path) -> None:
    other = pdf.with_name("卡.jpg")
    other.write_bytes(jpeg_page("black", size=(400, 300)))
    page._scans.ask_files(ScanKind.CERTIFICATE)
    enter(f'"{pdf}" "{other}"')
    settle(qtbot, page)
    assert sorted((scan.kind, scan.original_id is None) for scan in _scans(desk)) == [
        *[(ScanKind.CERTIFICATE, False)] * 3,
        (ScanKind.ID_FRONT, True),  # a picture stays as it is
    ]


def test_a_tiff_of_several_pages_is_pasted(qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "传真.TIF"
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green")]
    frames[0].save(path, "TIFF", save_all=True, append_images=frames[1:])
    _paste(path)
    settle(qtbot, page)
    assert [scan.media_type for scan in _scans(desk)] == ["image/jpeg"] * 2


def test_a_tiff_on_the_clipboard_counts_with_all_its_pages(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    data = BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green")]
    frames[0].save(data, "TIFF", save_all=True, append_images=frames[1:])
    mime = QMimeData()
    mime.setData("image/tiff", data.getvalue())
    QApplication.clipboard().setMimeData(mime)
    press(Qt.Key.Key_V, CTRL)
    settle(qtbot, page)
    assert len(_scans(desk)) == 2


def test_a_page_is_replaced_by_a_pdf_with_all_its_pages(
    qtbot: QtBot, page: IntakePage, desk: Desk, pdf: Path, tmp_path: Path
) -> None:
    page.open(complete(desk, tmp_path))
    settle(qtbot, page)
    page._go_to("scans")
    page.form.strip.go_to(ScanKind.CERTIFICATE)
    press(Qt.Key.Key_T)
    enter(str(pdf))
    settle(qtbot, page)
    certificates = [scan.sha256 for scan in _scans(desk) if scan.kind is ScanKind.CERTIFICATE]
    assert certificates == _hashes(_PAGES)
    assert len(_scans(desk)) == 6


def test_more_pages_than_fit_are_refused_with_their_number_and_none_is_filed(
    qtbot: QtBot, page: IntakePage, desk: Desk, tmp_path: Path
) -> None:
    page.open(complete(desk, tmp_path))
    settle(qtbot, page)
    said: list[str] = []
    page.notice.connect(lambda words, tone: said.append(words))
    small = [jpeg_page("red", words=str(number), size=(300, 300)) for number in range(198)]
    path = tmp_path / "多.pdf"
    path.write_bytes(scanned_pdf(small))
    _paste(path)
    settle(qtbot, page)
    assert len(_scans(desk)) == 4
    assert said[-1] == "一件申报最多 200 页扫描件，这一件会有 202 页。请移除重复或用不着的页再办。"


def test_a_file_put_in_twice_is_said_and_filed_once_and_one_of_two_is_still_new(
    qtbot: QtBot, page: IntakePage, desk: Desk, pdf: Path
) -> None:
    said: list[str] = []
    page.notice.connect(lambda words, tone: said.append(words))
    card = pdf.with_name("卡.jpg")
    card.write_bytes(jpeg_page("black", size=(400, 300)))
    for paths in ((pdf,), (pdf, card), (card,)):
        _paste(*paths)
        settle(qtbot, page)
    assert [scan.sha256 for scan in _scans(desk)] == _hashes([*_PAGES, card.read_bytes()])
    assert [words for words in said if "已经有了" in words] == [
        "证件.pdf：这一件里已经有了，没有再放一次",
        "卡.jpg：这一件里已经有了，没有再放一次",
    ]
    with desk.store.read() as uow:
        (kept,) = uow.paper_files.of(stored(desk)[0].id)
    assert desk.store.scans.get(kept.file_name) == pdf.read_bytes()
