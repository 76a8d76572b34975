"""Pages on the disk: durable, sealed, named so that names tell nothing, swept only when nobody knows them."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.store import Store, StoreKeys
from station_app.store.scan_files import ScanFiles
from tests.integration.store.conftest import MASTER, HandClock
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of

PAGE = b"\x89PNG a page of somebody's identity card " * 100


def _files(home: Path) -> list[Path]:
    return [path for path in (home / "scans").rglob("*") if path.is_file()]


def test_real_pages_come_back_byte_for_byte(store: Store) -> None:
    pages = scans_of(person(1), case(1))
    puts = {kind: store.scans.put(content) for kind, content in pages.items()}
    for kind, content in pages.items():
        assert store.scans.get(puts[kind].name) == content
        assert puts[kind].sha256 == hashlib.sha256(content).hexdigest()
        assert puts[kind].size == len(content)


def test_the_same_page_is_one_file_and_is_not_written_again(store: Store, home: Path) -> None:
    first = store.scans.put(PAGE)
    (path,) = _files(home)
    before = path.stat().st_mtime_ns, path.read_bytes()
    assert store.scans.put(PAGE) == first
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before
    assert _files(home) == [path]


def test_many_pages_at_once(store: Store, home: Path) -> None:
    pages = [PAGE + bytes([number]) for number in range(9)]
    there = store.scans.put(pages[3])
    puts = store.scans.put_all([*pages, pages[5]])
    assert [store.scans.get(put.name) for put in puts] == [*pages, pages[5]]
    assert puts[3] == there
    assert puts[5] == puts[9]
    assert len(_files(home)) == 9
    assert store.scans.put_all([]) == []


def test_one_page_that_cannot_be_written_keeps_the_others_out(store: Store, home: Path) -> None:
    pages = [PAGE + bytes([number]) for number in range(4)]
    name = store.scans.put(pages[2]).name
    (home / "scans" / name[:2] / name).unlink()
    (home / "scans" / name[:2] / (name + ".part")).mkdir()  # in the way
    with pytest.raises(EnvironmentFault, match="disk_error"):
        store.scans.put_all(pages)
    assert _files(home) == []


def test_the_file_tells_nothing(store: Store, home: Path) -> None:
    put = store.scans.put(PAGE)
    (path,) = _files(home)
    sealed = path.read_bytes()
    assert path.parent.name == path.name[:2]
    assert put.sha256 not in path.name
    assert PAGE[:16] not in sealed
    assert sealed.startswith(b"ZSC\x01")
    assert path.stat().st_mode & 0o077 == 0


def test_another_home_names_and_seals_the_same_page_differently(store: Store, tmp_path: Path, home: Path) -> None:
    other = ScanFiles(tmp_path / "other", StoreKeys.derive(MASTER[::-1]))
    name = other.put(PAGE).name
    assert name != store.scans.put(PAGE).name
    (home / "scans" / name[:2] / name).write_bytes((tmp_path / "other/scans" / name[:2] / name).read_bytes())
    with pytest.raises(EnvironmentFault, match="scan_damaged"):
        store.scans.get(name)


@pytest.mark.parametrize("place", [0, 3, 10, 100, -1])
def test_a_changed_byte_is_noticed_and_mended_by_putting_again(store: Store, home: Path, place: int) -> None:
    put = store.scans.put(PAGE)
    (path,) = _files(home)
    sealed = bytearray(path.read_bytes())
    sealed[place] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(EnvironmentFault, match="scan_damaged"):
        store.scans.get(put.name)
    assert store.scans.put(PAGE) == put
    assert store.scans.get(put.name) == PAGE


@pytest.mark.parametrize("length", [0, 4, 15, 40])
def test_a_file_cut_short_is_noticed(store: Store, home: Path, length: int) -> None:
    put = store.scans.put(PAGE)
    (path,) = _files(home)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(EnvironmentFault, match="scan_damaged"):
        store.scans.get(put.name)


def test_a_file_under_another_name_is_noticed(store: Store, home: Path) -> None:
    """Two pages of one home cannot be exchanged for each other."""
    first, second = store.scans.put(PAGE), store.scans.put(PAGE + b"2")
    paths = {path.name: path for path in _files(home)}
    paths[first.name].write_bytes(paths[second.name].read_bytes())
    with pytest.raises(EnvironmentFault, match="scan_damaged"):
        store.scans.get(first.name)


def test_a_missing_page_says_so(store: Store) -> None:
    with pytest.raises(EnvironmentFault, match="scan_missing"):
        store.scans.get("ab" * 32)


def test_an_empty_page_is_refused(store: Store, home: Path) -> None:
    with pytest.raises(UserError, match="scan_empty"):
        store.scans.put(b"")
    assert _files(home) == []


def test_a_folder_that_cannot_be_written_is_the_machines_fault(store: Store, home: Path) -> None:
    (home / "scans").rename(home / "elsewhere")
    (home / "scans").write_bytes(b"a file in the way")
    with pytest.raises(EnvironmentFault, match="disk_error"):
        store.scans.put(PAGE)


def test_the_sweep_takes_only_old_files_that_nobody_knows(store: Store, home: Path, clock: HandClock) -> None:
    known, orphan, fresh = (store.scans.put(PAGE + bytes([number])).name for number in range(3))
    half = home / "scans" / "ab" / ("ab" * 32 + ".part")
    half.write_bytes(b"half")
    old = (clock() - timedelta(days=1, seconds=1)).timestamp()
    young = (clock() - timedelta(hours=23)).timestamp()
    for path in _files(home):
        os.utime(path, (old, old) if path.name != fresh else (young, young))

    assert store.scans.sweep_orphans({known}, clock()) == 1

    assert {path.name for path in _files(home)} == {known, fresh}
    assert [path.name for path in (home / "trash").iterdir()] == [orphan]
    assert store.scans.sweep_orphans({known}, clock()) == 0


def test_a_page_whose_name_was_never_made_durable_is_when_it_comes_again(
    store: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = list[Path]()

    def killed(_folder: Path, _point: Point) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(durable, "sync_folder", killed)
    with pytest.raises(KeyboardInterrupt):
        store.scans.put(PAGE)
    monkeypatch.setattr(durable, "sync_folder", lambda folder, _point: synced.append(folder))
    put = store.scans.put(PAGE)
    assert synced == [home / "scans" / put.name[:2]]


def test_a_page_swept_while_an_older_database_was_in_its_place_comes_back(
    store: Store, home: Path, clock: HandClock
) -> None:
    put = store.scans.put(PAGE)
    clock.now = datetime.now(UTC) + timedelta(days=2)
    assert store.scans.sweep_orphans(set(), clock()) == 1
    assert not store.scans.has(put.name)
    assert store.scans.get(put.name) == PAGE
    assert store.scans.has(put.name)
