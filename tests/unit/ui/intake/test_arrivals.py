"""Files of the watched folder on the page of a case: offered, taken with one key or by themselves, put away."""

from __future__ import annotations

import os
import shutil
import threading
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind
from station_app.errors import UserError
from station_app.services import intake, settings, watched_folder
from station_app.services.desk import Desk
from tests.samples.heavy import TOO_LARGE_TO_BE_READ
from tests.samples.pdfs import jpeg_page, scanned_pdf
from tests.unit.ui.intake.conftest import press, put_page, settle
from tests.unit.ui.intake.pages import complete, stored
from ui.context import Context
from ui.pages.intake import IntakePage, arrivals

_PAGES = [jpeg_page(colour, size=(400, 300)) for colour in ("red", "green")]
_ALT = Qt.KeyboardModifier.AltModifier
_PATIENCE_MS = 60_000


@pytest.fixture
def folder(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Watched, and looked at often."""
    monkeypatch.setattr(arrivals.Arrivals.__init__, "__defaults__", (0.05,))
    place = tmp_path / "扫描"
    place.mkdir()
    settings.change(desk, "watched_folder", str(place))
    return place


@pytest.fixture
def shown(qtbot: QtBot, context: Context, window: QWidget, folder: Path) -> IntakePage:
    return put_page(qtbot, context, window)


@pytest.fixture
def said(shown: IntakePage) -> list[str]:
    words: list[str] = []
    shown.notice.connect(lambda each, tone: words.append(each))
    return words


def _kinds(desk: Desk) -> list[ScanKind]:
    (record,) = stored(desk)
    return [scan.kind for scan in intake.open_case(desk, record.id).scans]


def _put_away(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.glob("已归档/*"))


def _are_away(folder: Path, count: int) -> bool:
    return len(_put_away(folder)) == count


def _drop(folder: Path, name: str, content: bytes) -> None:
    """As a scanner does: piece by piece."""
    with (folder / name).open("wb") as file:
        for start in range(0, len(content), 2000):
            file.write(content[start : start + 2000])
            file.flush()


def _until_offered(qtbot: QtBot, page: IntakePage, count: int) -> None:
    button = page.form._arrived
    qtbot.waitUntil(lambda: button.isVisible() and f"{count} 个新文件" in button.toolTip(), timeout=_PATIENCE_MS)


def _until_filed(qtbot: QtBot, page: IntakePage, count: int) -> None:
    qtbot.waitUntil(lambda: len(page.draft.scans) == count, timeout=_PATIENCE_MS)
    settle(qtbot, page)


def test_what_comes_is_offered_and_taken_with_one_key_and_put_away(
    qtbot: QtBot, shown: IntakePage, desk: Desk, folder: Path, said: list[str]
) -> None:
    assert not shown.form._arrived.isVisible()
    _drop(folder, "001.jpg", _PAGES[0])
    _until_offered(qtbot, shown, 1)
    assert said == ["文件夹里来了 001.jpg，按 Alt+F 放进这一件"]
    _drop(folder, "002.pdf", scanned_pdf(_PAGES))
    _until_offered(qtbot, shown, 2)
    press(Qt.Key.Key_F, _ALT)
    _until_filed(qtbot, shown, 3)
    assert _kinds(desk) == [ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD]
    assert all(scan.original_id for scan in shown.draft.scans)  # a scanner's pages, as from any device
    qtbot.waitUntil(lambda: _put_away(folder) == ["001.jpg", "002.pdf"], timeout=_PATIENCE_MS)
    assert [each.name for each in folder.iterdir()] == ["已归档"]
    qtbot.waitUntil(lambda: not shown.form._arrived.isVisible(), timeout=_PATIENCE_MS)


def test_by_itself_into_a_case_that_is_begun_and_files_stay_where_they_are(
    qtbot: QtBot, shown: IntakePage, desk: Desk, folder: Path, tmp_path: Path
) -> None:
    settings.change(desk, "watched_filing", "itself")
    settings.change(desk, "watched_after", "left")
    shown._scans.arrivals._read()
    settle(qtbot, shown)
    _drop(folder, "早.jpg", _PAGES[0])
    _until_offered(qtbot, shown, 1)  # nobody's case yet
    shown.open(complete(desk, tmp_path))
    settle(qtbot, shown)
    _drop(folder, "晚.jpg", _PAGES[1])
    _until_filed(qtbot, shown, 4 + 1)
    _until_offered(qtbot, shown, 1)  # whose the early one is, the clerk knows
    press(Qt.Key.Key_F, _ALT)
    _until_filed(qtbot, shown, 4 + 2)
    assert sorted(each.name for each in folder.iterdir()) == sorted(["早.jpg", "晚.jpg"])
    qtbot.waitUntil(lambda: not shown.form._arrived.isVisible(), timeout=_PATIENCE_MS)


def test_a_file_that_cannot_be_read_is_named_once_and_stays(
    qtbot: QtBot, shown: IntakePage, folder: Path, said: list[str]
) -> None:
    _drop(folder, "坏.pdf", b"%PDF-1.7 nothing in it %%EOF")
    _until_offered(qtbot, shown, 1)
    press(Qt.Key.Key_F, _ALT)
    qtbot.waitUntil(lambda: any(words.startswith("坏.pdf：这个 PDF 不完整") for words in said), timeout=_PATIENCE_MS)
    qtbot.waitUntil(lambda: not shown.form._arrived.isVisible(), timeout=_PATIENCE_MS)
    assert (folder / "坏.pdf").exists()


def test_a_case_that_takes_no_more_leaves_the_file_waiting(
    qtbot: QtBot, shown: IntakePage, desk: Desk, folder: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from station_app.services import filing

    monkeypatch.setattr(filing, "MAX_SCANS", 0)
    _drop(folder, "001.jpg", _PAGES[0])
    _until_offered(qtbot, shown, 1)
    press(Qt.Key.Key_F, _ALT)
    qtbot.waitUntil(lambda: any("最多 0 页" in words for words in said), timeout=_PATIENCE_MS)
    _until_offered(qtbot, shown, 1)
    assert (folder / "001.jpg").exists()


def test_a_folder_that_vanishes_is_said_once_and_watched_again(
    qtbot: QtBot, shown: IntakePage, folder: Path, said: list[str]
) -> None:
    gone = "盯着的文件夹现在打不开"
    settle(qtbot, shown)
    shutil.rmtree(folder)
    qtbot.waitUntil(lambda: any(words.startswith(gone) for words in said), timeout=_PATIENCE_MS)
    folder.mkdir()
    _drop(folder, "001.jpg", _PAGES[0])
    _until_offered(qtbot, shown, 1)
    assert sum(words.startswith(gone) for words in said) == 1


def test_a_name_in_gbk_is_shown_as_it_was_written(
    qtbot: QtBot, shown: IntakePage, folder: Path, said: list[str]
) -> None:
    """As sticks and Windows programs leave it: the system keeps the bytes."""
    _drop(folder, os.fsdecode("扫描 一.jpg".encode("gbk")), _PAGES[0])
    _until_offered(qtbot, shown, 1)
    assert said == ["文件夹里来了 扫描 一.jpg，按 Alt+F 放进这一件"]
    press(Qt.Key.Key_F, _ALT)
    _until_filed(qtbot, shown, 1)
    qtbot.waitUntil(lambda: [each.name for each in folder.iterdir()] == ["已归档"], timeout=_PATIENCE_MS)
    assert os.fsencode(next((folder / "已归档").iterdir()).name) == "扫描 一.jpg".encode("gbk")


def test_a_share_that_goes_while_a_file_is_read_gives_it_again_when_it_is_back(
    qtbot: QtBot, shown: IntakePage, folder: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _drop(folder, "001.jpg", _PAGES[0])
    _until_offered(qtbot, shown, 1)

    def gone(path: Path) -> bytes:
        raise UserError("scan_file_unreadable")

    with monkeypatch.context() as patch:
        patch.setattr(watched_folder, "bytes_of", gone)
        press(Qt.Key.Key_F, _ALT)
        qtbot.waitUntil(lambda: any(words.startswith("001.jpg：") for words in said), timeout=_PATIENCE_MS)
        settle(qtbot, shown)
    _until_offered(qtbot, shown, 1)
    press(Qt.Key.Key_F, _ALT)
    _until_filed(qtbot, shown, 1)


def test_a_file_that_was_filed_and_not_put_away_is_not_filed_twice(
    qtbot: QtBot, shown: IntakePage, desk: Desk, folder: Path
) -> None:
    """The power went in between."""
    _drop(folder, "001.pdf", scanned_pdf([_PAGES[0], _PAGES[0]]))  # two pages that are alike are two
    _until_offered(qtbot, shown, 1)
    press(Qt.Key.Key_F, _ALT)
    _until_filed(qtbot, shown, 2)
    qtbot.waitUntil((folder / "已归档" / "001.pdf").exists, timeout=_PATIENCE_MS)
    (folder / "已归档" / "001.pdf").rename(folder / "001.pdf")
    os.utime(folder / "001.pdf")
    _until_offered(qtbot, shown, 1)
    press(Qt.Key.Key_F, _ALT)
    qtbot.waitUntil(lambda: (folder / "已归档" / "001.pdf").exists(), timeout=_PATIENCE_MS)
    settle(qtbot, shown)
    assert len(_kinds(desk)) == 2


def _swapped_for_a_share_that_hangs(file: Path) -> None:
    """Whoever reads it now waits until somebody writes; it is done between two breaths of the window."""
    os.mkfifo(file.with_suffix(".fifo"))
    file.with_suffix(".fifo").replace(file)


def test_a_share_that_hangs_holds_neither_lookups_nor_the_end(
    qtbot: QtBot, shown: IntakePage, context: Context, window: QWidget, folder: Path, said: list[str]
) -> None:
    _drop(folder, "001.jpg", _PAGES[0])
    _until_offered(qtbot, shown, 1)
    _swapped_for_a_share_that_hangs(folder / "001.jpg")
    shown._scans.arrivals.take()
    with (folder / "001.jpg").open("wb") as share:  # opens once it is read, which hangs now
        answers: list[str] = []
        context.tasks.query(shown, lambda: "a lookup", answers.append)
        qtbot.waitUntil(lambda: answers == ["a lookup"])
        assert said[-1] == "正在取 001.jpg…"
        window.hide()
        context.tasks.finish()
        context.tasks.drop_queries()  # as the window's end does
        assert _looking()
        share.write(_PAGES[0])
    qtbot.waitUntil(lambda: len(shown.draft.scans) == 1)  # it is read after all, and nothing of it is lost
    qtbot.waitUntil(lambda: not _looking())
    settle(qtbot, shown)


def test_a_picture_too_large_to_be_read_is_named_with_the_reason_and_not_offered_again(
    qtbot: QtBot, shown: IntakePage, folder: Path
) -> None:
    unread: list[tuple[str, str]] = []
    shown._scans.arrivals.unread.connect(lambda told: unread.extend((each.name, each.error.code) for each in told))
    shown._scans._shelf.unread.connect(lambda told: unread.extend((each.name, each.error.code) for each in told))
    (folder / "001.png").write_bytes(TOO_LARGE_TO_BE_READ["interlaced"][0])
    _until_offered(qtbot, shown, 1)
    press(Qt.Key.Key_F, _ALT)
    qtbot.waitUntil(lambda: unread == [("001.png", "picture_too_heavy")], timeout=_PATIENCE_MS)
    qtbot.waitUntil(lambda: not shown.form._arrived.isVisible(), timeout=_PATIENCE_MS)
    assert not shown.draft.scans
    assert (folder / "001.png").exists()
    settle(qtbot, shown)


def _looking() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name == "watched folder"]


def test_another_page_that_is_refused_releases_none_that_is_on_its_way(
    qtbot: QtBot, shown: IntakePage, folder: Path
) -> None:
    _drop(folder, "001.jpg", _PAGES[0])
    _until_offered(qtbot, shown, 1)
    _swapped_for_a_share_that_hangs(folder / "001.jpg")
    shown._scans.arrivals.take()
    with (folder / "001.jpg").open("wb") as share:
        assert len(shown._scans.arrivals._busy) == 1
        shown._scans._shelf.refused.emit("另一页", UserError("scan_unreadable"))
        assert len(shown._scans.arrivals._busy) == 1
        share.write(_PAGES[0])
    qtbot.waitUntil(lambda: len(shown.draft.scans) == 1)
    settle(qtbot, shown)


def test_what_the_case_has_already_is_said_and_put_away(
    qtbot: QtBot, shown: IntakePage, folder: Path, said: list[str]
) -> None:
    for count, name in enumerate(("001.pdf", "002.pdf"), 1):
        _drop(folder, name, scanned_pdf(_PAGES))
        _until_offered(qtbot, shown, 1)
        press(Qt.Key.Key_F, _ALT)
        qtbot.waitUntil(partial(_are_away, folder, count))
    assert len(shown.draft.scans) == 2
    assert "002.pdf：这一件里已经有了，没有再放一次" in said
