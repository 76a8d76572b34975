"""A folder that other programs write into: what is whole and new, and what is no trouble."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from threading import enumerate as enumerate_threads

import pytest

from station_app.errors import UserError
from station_app.papers.pager import LARGEST_FILE
from station_app.services.watched_folder import Arrived, Fetched, FolderWatch, FolderWorker, Look, Stays, Told, put_away
from tests.patience import PATIENCE_SECONDS
from tests.samples.pdfs import jpeg_page, scanned_pdf

_PAGE = jpeg_page("red", size=(300, 300))


def _names(look: Told) -> list[str]:
    assert isinstance(look, Look)
    return [each.path.name for each in look.files]


def _arrived(file: Path) -> Arrived:
    known = file.stat()
    return Arrived(file, known.st_size, known.st_mtime_ns)


def _second_look(watch: FolderWatch) -> list[str]:
    watch.look()
    return _names(watch.look())


def test_a_file_counts_when_it_has_stopped_growing_and_is_whole(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    file = tmp_path / "scan.jpg"
    file.write_bytes(_PAGE[:200])
    assert _second_look(watch) == []  # steady, but half
    file.write_bytes(_PAGE)
    assert _names(watch.look()) == []  # whole, but perhaps it grows on
    assert _names(watch.look()) == ["scan.jpg"]


def test_a_pdf_without_its_end_waits_for_it(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    content = scanned_pdf([_PAGE])
    (tmp_path / "scan.PDF").write_bytes(content[:-20])
    assert _second_look(watch) == []
    (tmp_path / "scan.PDF").write_bytes(content)
    assert _second_look(watch) == ["scan.PDF"]


def test_foreign_hidden_empty_and_huge_files_are_no_trouble(tmp_path: Path) -> None:
    for name, content in {"a.docx": b"PK", ".b.jpg": _PAGE, "~c.jpg": _PAGE, "d.jpg": b"", "e.jpg": b"MZ"}.items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "f.pdf").open("wb") as huge:
        huge.truncate(LARGEST_FILE + 1)
    (tmp_path / "g.jpg").mkdir()
    (tmp_path / "h.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "scan.jpg").write_bytes(_PAGE)
    assert _second_look(FolderWatch(tmp_path)) == ["scan.jpg"]


def test_files_come_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    now = time.time()
    for name, age in (("c.jpg", 30), ("a.jpg", 20), ("b.jpg", 10)):
        (tmp_path / name).write_bytes(_PAGE)
        os.utime(tmp_path / name, (now - age, now - age))
    assert _second_look(FolderWatch(tmp_path)) == ["c.jpg", "a.jpg", "b.jpg"]


def test_what_lay_there_from_long_before_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "old.jpg").write_bytes(_PAGE)
    (tmp_path / "new.jpg").write_bytes(_PAGE)
    os.utime(tmp_path / "old.jpg", (time.time() - 3600,) * 2)
    assert _second_look(FolderWatch(tmp_path, time.time() - 900)) == ["new.jpg"]
    assert _second_look(FolderWatch(tmp_path)) == ["old.jpg", "new.jpg"]


def test_a_filed_file_is_not_offered_again_until_it_is_another(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    file = tmp_path / "scan.jpg"
    file.write_bytes(_PAGE)
    watch.look()
    (found,) = watch.look().files
    watch.done(found)
    assert _second_look(watch) == []
    file.write_bytes(jpeg_page("blue", size=(300, 320)))  # the scanner begins again at 001
    assert _second_look(watch) == ["scan.jpg"]


def test_a_folder_that_goes_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    watch = FolderWatch(folder)
    assert watch.look() == Look(gone=True)
    folder.mkdir()
    (folder / "scan.jpg").write_bytes(_PAGE)
    assert _second_look(watch) == ["scan.jpg"]
    folder.rename(tmp_path / "away")
    assert watch.look() == Look(gone=True)
    (tmp_path / "away").rename(folder)
    assert _second_look(watch) == ["scan.jpg"]


def test_filed_files_are_put_away_under_names_of_their_own(tmp_path: Path) -> None:
    for content in (b"one", b"two", b"three"):
        (tmp_path / "scan.jpg").write_bytes(content)
        put_away(_arrived(tmp_path / "scan.jpg"))
    there = {each.name: each.read_bytes() for each in (tmp_path / "已归档").iterdir()}
    assert there == {"scan.jpg": b"one", "scan (2).jpg": b"two", "scan (3).jpg": b"three"}
    assert [each.name for each in tmp_path.iterdir()] == ["已归档"]


def test_a_file_that_cannot_be_put_away_stays(tmp_path: Path) -> None:
    (tmp_path / "已归档").write_bytes(b"a file of this name")
    (tmp_path / "scan.jpg").write_bytes(_PAGE)
    with pytest.raises(UserError, match="watched_file_stays"):
        put_away(_arrived(tmp_path / "scan.jpg"))
    assert (tmp_path / "scan.jpg").exists()


def test_a_page_that_has_taken_the_place_of_the_filed_one_is_not_put_away(tmp_path: Path) -> None:
    file = tmp_path / "scan.jpg"
    file.write_bytes(_PAGE)
    filed = _arrived(file)
    file.write_bytes(jpeg_page("blue", size=(300, 320)))  # the scanner begins again at 001
    put_away(filed)
    assert [each.name for each in tmp_path.iterdir()] == ["scan.jpg"]


def test_the_worker_tells_each_change_once_and_follows_to_another_folder(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    (other / "b.jpg").write_bytes(_PAGE)
    told: SimpleQueue[Told] = SimpleQueue()
    worker = FolderWorker(told.put, every=0.02)
    try:
        worker.watch(str(one))
        (one / "a.jpg").write_bytes(_PAGE)
        first = told.get(timeout=PATIENCE_SECONDS)
        assert isinstance(first, Look)
        assert _names(first) == ["a.jpg"]
        worker.done(first.files[0])
        assert _names(told.get(timeout=PATIENCE_SECONDS)) == []
        worker.watch(str(other))
        assert _names(told.get(timeout=PATIENCE_SECONDS)) == ["b.jpg"]
        worker.watch(str(tmp_path / "nowhere"))
        assert told.get(timeout=PATIENCE_SECONDS) == Look(gone=True)
        worker.watch("")
        assert told.get(timeout=PATIENCE_SECONDS) == Look()
    finally:
        worker.stop()


@pytest.fixture
def told() -> SimpleQueue[Told]:
    return SimpleQueue()


@pytest.fixture
def worker(told: SimpleQueue[Told]) -> Iterator[FolderWorker]:
    worker = FolderWorker(told.put, every=0.02)
    yield worker
    worker.stop()


def _workers() -> list[Thread]:
    return [each for each in enumerate_threads() if each.name == "watched folder"]


def test_a_share_that_hangs_holds_nobody_and_one_thread_at_most(
    tmp_path: Path, told: SimpleQueue[Told], worker: FolderWorker
) -> None:
    os.mkfifo(tmp_path / "a.jpg")  # whoever reads it waits until somebody writes
    file = Arrived(tmp_path / "a.jpg", 1, 1)
    worker.watch(str(tmp_path))
    worker.fetch([file])
    with (tmp_path / "a.jpg").open("wb") as share:  # opens once it is read, which hangs now
        worker.done(file)
        worker.stop()
        worker.watch(str(tmp_path))
        assert len(_workers()) == 1
        worker.stop()
        assert told.empty()
        share.write(_PAGE)
    assert told.get(timeout=PATIENCE_SECONDS) == Fetched((file,), {file: _PAGE}, {})
    for each in _workers():
        each.join(PATIENCE_SECONDS)
    assert not _workers()
    worker.watch(str(tmp_path))
    (tmp_path / "b.jpg").write_bytes(_PAGE)
    assert _names(told.get(timeout=PATIENCE_SECONDS)) == ["b.jpg"]


def test_what_was_asked_for_is_done_though_nobody_looks_any_more(
    tmp_path: Path, told: SimpleQueue[Told], worker: FolderWorker
) -> None:
    (tmp_path / "a.jpg").write_bytes(_PAGE)
    (tmp_path / "b.jpg").write_bytes(_PAGE)
    file, other, lost = _arrived(tmp_path / "a.jpg"), _arrived(tmp_path / "b.jpg"), Arrived(tmp_path / "c.jpg", 1, 1)
    worker.fetch([file, lost])
    worker.put_away(file)
    worker.put_away(lost)
    worker.put_away(other)
    worker.stop()
    fetched = told.get(timeout=PATIENCE_SECONDS)
    assert isinstance(fetched, Fetched)
    assert fetched.read == {file: _PAGE}
    assert {each: error.code for each, error in fetched.unread.items()} == {lost: "scan_file_missing"}
    stays = told.get(timeout=PATIENCE_SECONDS)
    assert isinstance(stays, Stays)
    assert (stays.file, stays.error.code) == (lost, "watched_file_stays")
    for each in _workers():
        each.join(PATIENCE_SECONDS)
    assert sorted(each.name for each in (tmp_path / "已归档").iterdir()) == ["a.jpg", "b.jpg"]


def test_a_file_that_was_left_in_the_middle_is_told_until_it_is_whole(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path)
    (tmp_path / "scan.jpg").write_bytes(_PAGE[:200])
    looks = [watch.look().halves for _ in range(8)]
    assert [len(each) for each in looks] == [0, 0, 0, 0, 0, 1, 1, 1]
    (tmp_path / "scan.jpg").write_bytes(_PAGE)
    watch.look()
    assert (_names(look := watch.look()), look.halves) == (["scan.jpg"], ())
