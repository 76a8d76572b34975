"""The thread that takes backups: after writes, when asked, at the end; what it says of failures. No test sleeps."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station_app.errors import EnvironmentFault
from station_app.events import Changed, Events, Kind
from station_app.services import backup, backup_worker, settings
from station_app.services.backup_worker import EVERY, FIRST, BackupStatus, BackupWorker
from station_app.services.desk import Desk
from tests.integration.backup.conftest import add_case
from tests.patience import PATIENCE_SECONDS
from tests.samples.shares import answer, hang, of_name

NEVER = 10_000.0  # seconds


class Working:
    """A worker and ears for it."""

    def __init__(self, desk: Desk, *, every: float = NEVER, first: float = NEVER) -> None:
        self.desk = desk
        events = Events()
        events.listen(self._hear)
        self.worker = BackupWorker(desk, events, every, first)
        self._news = threading.Condition()
        self._ends: list[str | None] = []

    def _hear(self, changed: Changed) -> None:
        assert changed == Changed.of(Kind.BACKUP)
        with self._news:
            if not self.worker.status.running:
                self._ends.append(self.worker.status.failure)
            self._news.notify_all()

    def until(self, holds: Callable[[list[str | None]], bool]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: holds(self._ends), PATIENCE_SECONDS), self._ends

    def taken(self) -> int:
        newest = backup.newest(self.desk)
        return newest.number if newest else 0


@pytest.fixture
def working(desk: Desk) -> Iterator[Working]:
    made = Working(desk)
    yield made
    made.worker.stop()


def test_the_pace_stays_below_ten_minutes() -> None:
    assert FIRST < EVERY <= 300


def test_one_when_asked_and_none_at_the_end_when_nothing_was_written(working: Working) -> None:
    working.worker.start()
    working.worker.wake()
    working.until(lambda ends: ends == [None])
    working.worker.stop()
    assert working.taken() == 1


def test_the_last_one_has_what_was_written_since(working: Working, desk: Desk) -> None:
    working.worker.start()
    working.worker.wake()
    working.until(lambda ends: ends == [None])
    add_case(desk, 3)
    working.worker.stop()
    assert working.taken() == 2
    newest = backup.newest(desk)
    assert newest is not None
    assert len(backup.place_of(desk).set.manifest_of(newest, desk.store.keys.backups).scans) == 3


def test_it_looks_again_and_again_but_copies_only_changes(desk: Desk) -> None:
    working = Working(desk, every=0.01, first=0.0)
    working.worker.start()
    try:
        working.until(lambda ends: len(ends) == 1)
        add_case(desk, 3)
        working.until(lambda ends: len(ends) >= 2)
    finally:
        working.worker.stop()
    assert working.taken() <= 4  # a page and its row are two writes, and each may be seen


def test_a_stick_that_is_not_in_is_told_and_tried_again(working: Working, desk: Desk, tmp_path: Path) -> None:
    settings.change(desk, "backup_folder", str(tmp_path / "stick"))
    working.worker.start()
    working.worker.wake()
    working.until(lambda ends: ends == ["backup_folder_missing"])
    (tmp_path / "stick").mkdir()
    working.worker.wake()
    working.until(lambda ends: ends == ["backup_folder_missing", None])
    assert working.worker.status == BackupStatus()
    assert list((tmp_path / "stick").iterdir()) != []


@pytest.mark.parametrize(
    ("fault", "code"),
    [(ValueError("whatever"), "backup_bug"), (EnvironmentFault("disk_error"), "disk_error")],
    ids=["bug", "disk"],
)
def test_what_breaks_the_watch_off_ends_it_for_a_while_only(
    working: Working, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str
) -> None:
    real, left = backup.back_up, [fault]

    def once_in_vain(*told: object) -> object:
        if left:
            raise left.pop()
        return real(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "back_up", once_in_vain)
    working.worker.start()
    working.worker.wake()
    working.until(lambda ends: ends == [code])
    working.worker.wake()
    working.until(lambda ends: ends == [code, None])
    assert working.taken() == 1


def test_a_database_older_than_its_backup_is_said_until_the_end(
    working: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "is_behind_its_backup", lambda _desk: True)
    working.worker.start()
    working.until(lambda ends: ends == ["store_older"])
    working.worker.wake()
    working.until(lambda ends: ends == ["store_older", "store_older"])
    assert working.taken() == 1


def test_a_folder_that_cannot_be_listed_at_the_start_is_tried_again(
    working: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = backup.use_copies, [OSError(5, "not now")]

    def once_in_vain(*told: object) -> None:
        if left:
            raise left.pop()
        real(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "use_copies", once_in_vain)
    working.worker.start()
    working.until(lambda ends: ends == ["backup_bug"])
    working.worker.wake()
    working.until(lambda ends: ends == ["backup_bug", None])
    assert working.taken() == 1


def test_a_folder_that_hangs_does_not_hold_the_end_and_nothing_half_is_a_backup(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_worker, "_SILENT", 0.2)
    folder = backup.place_of(desk).set.folder
    page = next(path for path in (desk.home / "scans").rglob("*") if path.is_file())
    part = hang(folder / "scans" / page.parent.name / page.name)
    working = Working(desk)
    working.worker.start()
    working.worker.wake()
    while not working.worker.status.running:
        pass
    working.worker.stop()
    (hanging,) = of_name("backup")
    later = Working(desk)
    later.worker.start()
    try:
        later.worker.wake()
        later.until(lambda ends: ends == ["backup_folder_silent"])
        answer(part, hanging)
        assert backup.newest(desk) is None
        later.worker.wake()
        later.until(lambda ends: ends == ["backup_folder_silent", None])
    finally:
        later.worker.stop()
    assert later.taken() == 1
    newest = backup.newest(desk)
    assert newest is not None
    assert len(backup.place_of(desk).set.manifest_of(newest, desk.store.keys.backups).scans) == 2


_PROCESS = """
import sys, threading
from pathlib import Path
from station_app.durable import Point, write_files
files = [(Path(each), b"content") for each in sys.argv[1:]]
threading.Thread(target=write_files, args=(files, Point.BACKUP_FILE), daemon=True).start()
while threading.active_count() < 2 + len(files):
    pass
"""


def test_the_process_ends_though_a_share_holds_its_files(tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "two"]
    for file in files:
        hang(file)
    done = subprocess.run([sys.executable, "-c", _PROCESS, *map(str, files)], timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one.part", "two.part"]
