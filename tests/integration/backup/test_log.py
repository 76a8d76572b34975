"""A process killed while it writes, and what the disk does to its log before the next start: told, never silent."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station_app.durable import Point
from station_app.store import Store, StoreKeys
from tests.system.world import ROOT

KEYS = StoreKeys.derive(bytes(range(32)))
_WRITES = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from station_app.durable import Point
from station_app.store import Store, StoreKeys
store = Store.create(Path(sys.argv[1]), StoreKeys.derive(bytes(range(32))), lambda: datetime.now(UTC))
for number in range(20):
    with store.write(Point.SETTING) as uow:
        uow.facts.set("number", str(number))
os.kill(os.getpid(), signal.SIGKILL)
"""


def _now() -> datetime:
    return datetime(2024, 5, 15, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose writer was killed with everything in the log."""
    home = tmp_path_factory.mktemp("killed") / "home"
    ended = subprocess.run([sys.executable, "-c", _WRITES, str(home)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    return home


@pytest.fixture
def home(killed: Path, tmp_path: Path) -> Path:
    shutil.copytree(killed, tmp_path / "home")
    return tmp_path / "home"


def _loss_and_number(home: Path) -> tuple[str | None, str | None]:
    with closing(Store.open(home, KEYS, _now)) as store, store.read() as uow:
        return store.loss, uow.facts.get("number")


def test_a_kill_alone_loses_nothing_and_says_nothing(home: Path) -> None:
    assert _loss_and_number(home) == (None, "19")
    assert not (home / "store.open").exists()
    assert _loss_and_number(home) == (None, "19")


def _cut(keep: Callable[[int], int]) -> Callable[[Path], None]:
    def hurt(log: Path) -> None:
        log.write_bytes(log.read_bytes()[: keep(log.stat().st_size)])

    return hurt


def _flip(where: Callable[[int], int]) -> Callable[[Path], None]:
    def hurt(log: Path) -> None:
        content = bytearray(log.read_bytes())
        content[where(len(content))] ^= 1
        log.write_bytes(content)

    return hurt


@pytest.mark.parametrize(
    ("hurt", "code"),
    [
        (Path.unlink, "log_missing"),
        (_cut(lambda _size: 0), "log_missing"),
        (_cut(lambda size: size // 2), "log_short"),
        (_cut(lambda size: size - 1), "log_short"),
        (_flip(lambda _size: 3), "log_short"),
        (_flip(lambda _size: 20), "log_short"),
        (_flip(lambda size: size // 2), "log_short"),
        (_flip(lambda size: size - 1), "log_short"),
    ],
)
def test_what_the_log_lost_is_told_and_what_is_left_of_it_kept(
    home: Path, hurt: Callable[[Path], None], code: str
) -> None:
    hurt(home / "store.db-wal")
    left = (home / "store.db-wal").read_bytes() if (home / "store.db-wal").exists() else None
    loss, number = _loss_and_number(home)
    assert (loss, number == "19") == (code, False)
    (kept,) = (home / "aside").iterdir()
    assert (kept / "store.db").exists()
    assert left is None or (kept / "store.db-wal").read_bytes() == left
    assert _loss_and_number(home)[0] is None  # once


def test_log_and_index_gone_together_are_told_by_the_mark(home: Path) -> None:
    for end in ("-wal", "-shm"):
        (home / f"store.db{end}").unlink()
    assert _loss_and_number(home)[0] == "log_missing"


def test_an_index_that_knows_less_than_the_log_is_no_loss(home: Path) -> None:
    """As after a power cut: the index is not synced."""
    index = home / "store.db-shm"
    index.write_bytes(bytes(index.stat().st_size))
    assert _loss_and_number(home) == (None, "19")


def test_a_log_begun_anew_after_the_index_was_last_written(home: Path) -> None:
    older = (home / "store.db-shm").read_bytes()
    store = Store.open(home, KEYS, _now)
    with store.write(Point.SETTING) as uow:
        uow.facts.set("number", "20")
    with closing(store), store.read():
        store._writer.raw_connection().driver_connection.execute("PRAGMA wal_checkpoint(RESTART)")  # type: ignore[union-attr]
        with store.write(Point.SETTING) as uow:
            uow.facts.set("number", "21")
        files = {end: (home / f"store.db{end}").read_bytes() for end in ("", "-wal")}
    (home / "store.db").write_bytes(files[""])
    (home / "store.db-wal").write_bytes(files["-wal"])
    (home / "store.db-shm").write_bytes(older)
    assert _loss_and_number(home) == (None, "21")
