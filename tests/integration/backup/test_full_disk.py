"""A disk that fills in the middle of a migration or of a backup: the old file whole, a word, and on it goes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station_app.errors import EnvironmentFault
from station_app.services import backup, settings
from station_app.services.desk import Desk
from station_app.store import Store, StoreKeys
from station_app.store.migrations import STATION, Ladder
from tests.integration.backup.conftest import Watch, files_of

_NEXT = f"""
from alembic import op

revision = "9999"
down_revision = "{STATION.head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE large (id INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT")
    op.execute("INSERT INTO large (filler) VALUES (randomblob(6000000))")
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 4 MB, where the system lets us mount one."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs rights that this machine does not give")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def ladder(tmp_path: Path) -> Ladder:
    """One more rung, which needs more room than there is."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "r9999_large.py").write_text(_NEXT, "utf-8")
    return Ladder((*STATION.revisions, "9999"), (*STATION.versions, folder))


@pytest.mark.parametrize("filler", [0, 2_600_000], ids=["in-the-migration", "in-the-copy-before-it"])
def test_in_the_middle_of_a_migration(
    made: tuple[Path, bytes], small_disk: Path, ladder: Ladder, watch: Watch, filler: int
) -> None:
    home, keys = small_disk / "home", StoreKeys.derive(made[1])
    shutil.copytree(made[0], home)
    (small_disk / "filler").write_bytes(bytes(filler))
    before = (home / "store.db").read_bytes()
    with pytest.raises(EnvironmentFault) as caught:
        Store.open(home, keys, watch, ladder)
    assert caught.value.code == "disk_full"
    assert (home / "store.db").read_bytes() == before
    assert list(home.rglob("*.part")) == []  # nothing half copied takes the room that is left
    (small_disk / "filler").unlink()
    with closing(Store.open(home, keys, watch)) as store, store.read() as uow:  # the older program still opens it
        assert sum(uow.applications.count_by_state().values()) == 2
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    with closing(Store.open(home, keys, watch, ladder)) as store, store.read() as uow:
        assert uow.connection.exec_driver_sql("SELECT count(*) FROM large").scalar() == 1
        assert sum(uow.applications.count_by_state().values()) == 2


def _back_up_often(desk: Desk) -> None:
    for _ in range(20):
        backup.back_up(desk)


def test_in_the_middle_of_a_backup(desk: Desk, small_disk: Path) -> None:
    settings.change(desk, "backup_folder", str(small_disk))
    backup.back_up(desk)
    good = files_of(small_disk)
    (small_disk / "filler").write_bytes(bytes(4_000_000 - sum(map(len, good.values())) - 100_000))
    with pytest.raises(EnvironmentFault) as caught:
        _back_up_often(desk)
    assert caught.value.code == "backup_disk_full"
    assert backup.newest(desk) is not None
    assert files_of(small_disk).items() >= {path: each for path, each in good.items() if "scans" in path}.items()
    (small_disk / "filler").unlink()
    before = backup.newest(desk)
    assert before is not None
    assert backup.back_up(desk).value.number == before.number + 1
