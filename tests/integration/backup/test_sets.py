"""The second folder: what a backup copies, what it leaves alone, what it lets go, and what a bad disk does to it."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.services import backup, settings
from station_app.services.desk import Desk
from station_app.store import backup_sets, connections
from station_app.store.backup_sets import Kept, retained
from tests.integration.backup.conftest import Watch, add_case, files_of, pages
from tests.samples.people import person


def _pages_of(desk: Desk) -> dict[str, bytes]:
    return files_of(backup.place_of(desk).set.folder / "scans")


def test_a_backup_lists_every_file_and_holds_it(desk: Desk) -> None:
    made = backup.back_up(desk).value
    place = backup.place_of(desk).set
    kept = place.newest()
    assert kept is not None
    assert place.manifest_of(kept, desk.store.keys.backups) == made
    assert (made.absent, len(made.scans)) == (0, 2)
    assert {path.rpartition("/")[2] for path in made.scans} == {path.rpartition("/")[2] for path in _pages_of(desk)}
    assert sorted(path.name for path in kept.folder.iterdir()) == ["keys.json", "manifest.json", "store.db"]
    assert list(desk.home.rglob("*.part")) == []


def test_nothing_in_it_can_be_read(desk: Desk) -> None:
    backup.back_up(desk)
    written = b"".join(files_of(backup.place_of(desk).folder).values())
    for number in (1, 2):
        for text in (person(number).name, person(number).id_number, person(number).card_no):
            assert text.encode() not in written
    assert all(page not in written for page in pages(desk))


def test_a_page_is_copied_once(desk: Desk) -> None:
    backup.back_up(desk)
    folder = backup.place_of(desk).set.folder / "scans"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    add_case(desk, 3)
    made = backup.back_up(desk).value
    assert made.number == 2
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(_pages_of(desk)) == len(made.scans) == 3


def test_a_page_that_was_cut_short_in_the_folder_is_copied_again(desk: Desk) -> None:
    backup.back_up(desk)
    whole = _pages_of(desk)
    victim = backup.place_of(desk).set.folder / "scans" / min(whole)
    victim.write_bytes(b"torn")
    backup.back_up(desk)
    assert _pages_of(desk)[min(whole)] != b"torn"


@pytest.mark.parametrize("backups", [0, 1, 2])
def test_a_page_that_the_disk_spoiled_is_copied_again_within_a_round(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, backups: int
) -> None:
    """``backups``: made while it was whole; whichever comes then, it is looked at in one of the next two."""
    monkeypatch.setattr(backup_sets, "_ROUND", 2)
    for _ in range(1 + backups):
        backup.back_up(desk)
    whole = _pages_of(desk)
    victim = backup.place_of(desk).set.folder / "scans" / min(whole)
    victim.write_bytes(whole[min(whole)][:-1] + b"\x00")
    for _ in range(2):
        backup.back_up(desk)
    assert _pages_of(desk) == whole


def test_writing_goes_on_during_a_backup_and_the_copy_is_of_one_moment(desk: Desk) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with desk.store.write(Point.SETTING) as uow:
                at = int(uow.facts.get("left") or 0) + 1
                uow.facts.set("left", str(at))
                uow.facts.set("right", str(at))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            backup.back_up(desk)
    finally:
        stop.set()
        writer.join()
    copies = sorted(backup.place_of(desk).set.folder.glob("*/store.db"))
    assert len(copies) == 5
    for copy in copies:
        left, right = _facts(desk, copy)
        assert left == right


def _facts(desk: Desk, copy: Path) -> tuple[str, str]:
    with contextlib.closing(connections.connect(copy, desk.store.keys.database)) as raw:
        rows = dict(raw.execute("SELECT key, value FROM facts WHERE key IN ('left', 'right')").fetchall())
    return rows.get("left", ""), rows.get("right", "")


def test_a_damaged_database_ends_the_backup_and_the_last_good_one_stays(desk: Desk) -> None:
    backup.back_up(desk)
    folder = backup.place_of(desk).folder
    before = files_of(folder)
    desk.store.close()
    file = desk.home / "store.db"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(EnvironmentFault) as caught:
        backup.back_up(desk)
    assert caught.value.code == "store_damaged"
    assert files_of(folder) == before


def test_a_hurt_page_keeps_its_good_copy(desk: Desk) -> None:
    backup.back_up(desk)
    before = _pages_of(desk)
    victim = next(path for path in (desk.home / "scans").rglob("*") if path.is_file())
    victim.write_bytes(b"hurt")
    add_case(desk, 3)
    made = backup.back_up(desk).value
    assert made.absent == 0
    assert before.items() <= _pages_of(desk).items()


def test_a_page_that_is_nowhere_whole_is_counted(desk: Desk) -> None:
    victim = next(path for path in (desk.home / "scans").rglob("*") if path.is_file())
    victim.unlink()
    made = backup.back_up(desk).value
    assert (made.absent, len(made.scans)) == (1, 1)


def test_a_chosen_folder_that_is_not_there_is_never_made(desk: Desk, tmp_path: Path) -> None:
    settings.change(desk, "backup_folder", str(tmp_path / "stick" / "backup"))
    with pytest.raises(EnvironmentFault) as caught:
        backup.back_up(desk)
    assert caught.value.code == "backup_folder_missing"
    assert not (tmp_path / "stick").exists()


def test_an_end_before_all_pages_are_copied_keeps_those_that_are(desk: Desk) -> None:
    answers = iter([True, False])
    with pytest.raises(EnvironmentFault) as caught:
        backup.back_up(desk, lambda: next(answers))
    assert caught.value.code == "backup_interrupted"
    assert backup.newest(desk) is None
    assert backup.back_up(desk).value.absent == 0


def test_what_is_kept_and_what_goes(desk: Desk, watch: Watch) -> None:
    for _ in range(12):
        backup.back_up(desk)
        watch.pass_time(days=1)
    kept = backup.place_of(desk).set.kept()
    days = [each.at[6:8] for each in kept]
    assert kept[-1].number == 12
    assert days == ["19", *(f"{day}" for day in range(20, 27))]  # a Sunday's for its week, then the last seven days


def _made(*moments: datetime) -> list[Kept]:
    return [Kept(Path(), number, at.strftime("%Y%m%dT%H%M%SZ")) for number, at in enumerate(moments, 1)]


def test_the_last_six_stay_however_close_and_four_weeks_reach_back() -> None:
    start = datetime(2024, 5, 1, tzinfo=UTC)
    close = _made(*(start + timedelta(minutes=10 * step) for step in range(20)))
    assert [each.number for each in retained(close)] == [15, 16, 17, 18, 19, 20]
    daily = _made(*(start + timedelta(days=step) for step in range(60)))
    staying = retained(daily)
    last_days = [f"06{day}" for day in range(23, 30)]
    assert [each.at[4:8] for each in staying] == ["0609", "0616", *last_days]


def test_a_page_that_no_backup_lists_any_more_goes_after_a_day(desk: Desk, watch: Watch) -> None:
    backup.back_up(desk)
    stray = backup.place_of(desk).set.folder / "scans" / "ab" / ("ab" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"a page of a case that was erased")
    backup.back_up(desk)
    assert stray.exists()
    watch.pass_time(days=1)
    backup.back_up(desk)
    assert not stray.exists()
    assert len(_pages_of(desk)) == 2
