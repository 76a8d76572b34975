"""What opening a store does with a file that is not what it should be, and with a machine that does not help."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station_app.durable import Point
from station_app.errors import BugError, EnvironmentFault
from station_app.store import Store, StoreKeys, connections
from tests.integration.store.conftest import MASTER, HandClock, record


def _refusal(home: Path, keys: StoreKeys, clock: HandClock) -> str:
    with pytest.raises(EnvironmentFault) as caught:
        Store.open(home, keys, clock)
    return caught.value.code


@pytest.fixture
def closed(store: Store, home: Path) -> Path:
    """A store with something in it, closed; its ``store.db``."""
    with store.write(Point.DRAFT) as uow:
        for number in range(50):
            uow.applications.add(record(f"case-{number}", number))
    store.close()
    return home / "store.db"


def test_what_was_written_is_there_after_opening_again(
    closed: Path, home: Path, keys: StoreKeys, clock: HandClock
) -> None:
    with closing(Store.open(home, keys, clock)) as store, store.read() as uow:
        assert uow.applications.get("case-7") == record("case-7", 7)


def test_closing_leaves_one_database_file(closed: Path) -> None:
    assert [each.name for each in closed.parent.glob("store.db*")] == ["store.db"]


def test_a_missing_file(home: Path, keys: StoreKeys, clock: HandClock) -> None:
    assert _refusal(home, keys, clock) == "store_missing"
    assert not home.exists()  # and nothing was made in its place


def test_the_wrong_key(closed: Path, home: Path, clock: HandClock) -> None:
    before = closed.read_bytes()
    assert _refusal(home, StoreKeys.derive(MASTER[::-1]), clock) == "store_wrong_key"
    assert closed.read_bytes() == before


def test_a_plain_database(home: Path, keys: StoreKeys, clock: HandClock) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "store.db")) as plain:
        plain.execute("CREATE TABLE t (a)")
        plain.commit()
    assert _refusal(home, keys, clock) == "store_foreign"


@pytest.mark.parametrize("length", [0, 1, 4095, 4096 * 2 + 17])
def test_a_file_cut_short(closed: Path, home: Path, keys: StoreKeys, clock: HandClock, length: int) -> None:
    closed.write_bytes(closed.read_bytes()[:length])
    assert _refusal(home, keys, clock) == "store_damaged"


def test_a_file_with_pages_missing_at_its_end(closed: Path, home: Path, keys: StoreKeys, clock: HandClock) -> None:
    closed.write_bytes(closed.read_bytes()[: -4096 * 3])
    assert _refusal(home, keys, clock) == "store_damaged"


def test_a_flipped_bit_is_found_by_the_check(closed: Path, home: Path, keys: StoreKeys, clock: HandClock) -> None:
    with closing(Store.open(home, keys, clock)) as store:
        assert store.is_sound()
    content = bytearray(closed.read_bytes())
    content[len(content) // 2] ^= 1
    closed.write_bytes(content)
    with closing(Store.open(home, keys, clock)) as store:
        assert not store.is_sound()


def test_a_file_that_is_no_database_at_all(home: Path, keys: StoreKeys, clock: HandClock) -> None:
    home.mkdir()
    (home / "store.db").write_bytes(b"\x55" * 5000)
    assert _refusal(home, keys, clock) == "store_damaged"


def test_a_newer_schema_is_refused_and_not_touched(closed: Path, home: Path, keys: StoreKeys, clock: HandClock) -> None:
    with closing(connections.connect(closed, keys.database)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    before = closed.read_bytes()
    assert _refusal(home, keys, clock) == "store_too_new"
    assert closed.read_bytes() == before
    assert not (home / "backups").exists()


def test_creating_over_a_store_is_refused(closed: Path, home: Path, keys: StoreKeys, clock: HandClock) -> None:
    with pytest.raises(BugError) as caught:
        Store.create(home, keys, clock)
    assert caught.value.code == "store_exists"


def test_creating_again_after_a_cut_off_set_up(home: Path, keys: StoreKeys, clock: HandClock) -> None:
    home.mkdir()
    (home / "store.db.part").write_bytes(b"half of a page")
    with closing(Store.create(home, keys, clock)) as store, store.read() as uow:
        assert uow.members.count() == 0


def test_a_full_database_says_disk_full_and_keeps_what_was_there(store: Store) -> None:
    with store.write(Point.DRAFT) as uow:
        uow.applications.add(record())
        uow.connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite keeps it at the present size
    with pytest.raises(EnvironmentFault) as caught:
        _write_much(store)
    assert caught.value.code == "disk_full"
    with store.write(Point.DRAFT) as uow:
        uow.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        uow.applications.add(record("later", 2))
    with store.read() as uow:
        assert uow.applications.get("case-1") == record()
        assert uow.connection.exec_driver_sql("SELECT count(*) FROM applications").scalar() == 2


def _write_much(store: Store) -> None:
    with store.write(Point.DRAFT) as uow:
        for number in range(1000):
            uow.applications.add(record(f"more-{number}", 1000 + number))


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while filler.write(bytes(4096)):
            pass


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 3 MB, where the system lets us mount one."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs rights that this machine does not give")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(small_disk: Path, keys: StoreKeys, clock: HandClock) -> None:
    with closing(Store.create(small_disk / "home", keys, clock)) as store:
        kept = store.scans.put(b"a page that was there before")
        with pytest.raises(EnvironmentFault) as caught:
            store.scans.put(bytes(4_000_000))
        assert caught.value.code == "disk_full"
        _fill(small_disk / "filler")
        with pytest.raises(EnvironmentFault) as caught:
            _write_much(store)
        assert caught.value.code == "disk_full"
        (small_disk / "filler").unlink()
        assert store.scans.get(kept.name) == b"a page that was there before"
        with store.write(Point.DRAFT) as uow:
            uow.applications.add(record())
        assert list((small_disk / "home").rglob("*.part")) == []


def test_a_database_held_by_somebody_else_says_so(store: Store, home: Path, keys: StoreKeys) -> None:
    with store.write(Point.DRAFT) as uow:
        uow.connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    with closing(connections.connect(home / "store.db", keys.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentFault) as caught, store.write(Point.DRAFT):
            pytest.fail("the lock was not asked for")
        other.execute("ROLLBACK")
    assert caught.value.code == "store_locked"
    with store.write(Point.DRAFT) as uow:
        uow.applications.add(record())


def test_the_pragmas_hold_on_every_connection(store: Store) -> None:
    def pragmas(uow_connection: object) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "cache_size", "temp_store")
        return [uow_connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]  # type: ignore[attr-defined]

    expected = ["wal", 2, 1, -64 * 1024, 2]
    with store.write(Point.DRAFT) as writing, store.read() as reading:
        assert pragmas(writing.connection) == expected
        assert pragmas(reading.connection) == expected


def test_opening_imports_no_alembic(closed: Path, home: Path) -> None:
    program = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
import station_app.store.records
assert "sqlalchemy" not in sys.modules, "records must be light"
from station_app.store import Store, StoreKeys
store = Store.open(Path({str(home)!r}), StoreKeys.derive(bytes(range(32))), lambda: datetime.now(UTC))
with store.read() as uow:
    assert uow.applications.get("case-1").reference
store.close()
heavy = {{"alembic", "pypinyin", "sqlalchemy.orm"}} & sys.modules.keys()
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
