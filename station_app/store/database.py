"""The store of one home: ``store.db`` (encrypted), ``scans/``, ``backups/``, ``trash/``.

with store.write(Point.DRAFT) as uow: ...     # the only way to write; committed at the end, rolled back on any error
with store.read() as uow: ...                 # a snapshot; never waits behind a write
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, get_ident

from sqlalchemy import Engine

from station_app import durable
from station_app.durable import Point
from station_app.errors import BugError, EnvironmentFault
from station_app.store import connections, faults
from station_app.store.connections import Readers
from station_app.store.keys import StoreKeys
from station_app.store.migrations import STATION, Ladder
from station_app.store.scan_files import ScanFiles
from station_app.store.times import Clock, stamp
from station_app.store.unit_of_work import UnitOfWork

DATABASE = "store.db"
BACKUPS = "backups"
_PAGE = 4096
_PLAIN_HEADER = b"SQLite format 3\x00"
_NOT_A_DATABASE = 26


@dataclass
class Store:
    """An open store. Each thread takes what it needs through ``write`` and ``read``; ``close`` ends them all."""

    home: Path
    scans: ScanFiles
    _keys: StoreKeys
    _clock: Clock
    _writer: Engine
    _readers: Readers
    _lock: Lock = field(default_factory=Lock)
    _writing: int | None = None  # the thread that holds the lock

    @classmethod
    def create(cls, home: Path, keys: StoreKeys, clock: Clock, ladder: Ladder = STATION) -> Store:
        """Make a new store: it is built beside and renamed, so ``store.db`` is never half made.

        Raises BugError ``store_exists`` and the EnvironmentFaults of ``faults``.
        """
        if (home / DATABASE).exists():
            raise BugError("store_exists")
        with faults.named(home.parent):
            durable.make_folder(home, Point.STORE_CREATE)
            for each in ("", "-wal", "-shm"):
                (home / f"{DATABASE}.part{each}").unlink(missing_ok=True)
            _build(home / f"{DATABASE}.part", keys.database, ladder)
            durable.replace(home / f"{DATABASE}.part", home / DATABASE, Point.STORE_CREATE)
        store = cls._over(home, keys, clock)
        store.scans.make_folders()
        return store

    @classmethod
    def open(cls, home: Path, keys: StoreKeys, clock: Clock, ladder: Ladder = STATION) -> Store:
        """Open, migrating an older store after a backup.

        Raises EnvironmentFault ``store_missing``, ``store_foreign``, ``store_wrong_key``, ``store_damaged``,
        ``store_too_new`` and those of ``faults``.
        """
        path = home / DATABASE
        _check_shape(path)
        store = cls._over(home, keys, clock)
        try:
            store._bring_up(ladder)  # noqa: SLF001  our own
        except BaseException:
            store.close()
            raise
        return store

    def _bring_up(self, ladder: Ladder) -> None:
        revision = _revision(self._writer, self.home / DATABASE, ladder)
        if revision != ladder.head:
            self.back_up(f"store-{revision}")
            with faults.named(self.home), self._writer.connect() as connection:
                ladder.climb(connection)

    @classmethod
    def _over(cls, home: Path, keys: StoreKeys, clock: Clock) -> Store:
        path = home / DATABASE
        scans = ScanFiles(home, keys)
        return cls(home, scans, keys, clock, connections.writer(path, keys.database), Readers(path, keys.database))

    @contextmanager
    def write(self, point: Point) -> Iterator[UnitOfWork]:
        """One transaction. One writer at a time; a thread that already writes gets BugError ``write_nested``."""
        if self._writing == get_ident():
            raise BugError("write_nested")
        with self._lock, faults.named(self.home), self._writer.connect() as connection:
            self._writing = get_ident()
            try:
                connection.begin()  # BEGIN IMMEDIATE
                yield UnitOfWork(connection, self._keys, self._clock)
                durable.commit(connection, point)
            finally:
                self._writing = None

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """One snapshot from the first statement on, read only."""
        with faults.named(self.home):
            connection = self._readers.take()
            try:
                yield UnitOfWork(connection, self._keys, self._clock)
            finally:
                self._readers.give_back(connection)

    def back_up(self, name: str) -> Path:
        """An encrypted copy (same key) at ``backups/NAME-TIME.db``, whole or not there."""
        folder = self.home / BACKUPS
        moment = stamp(self._clock()).replace(":", "").replace("-", "")
        target = folder / f"{name}-{moment}.db"
        part = target.with_suffix(".part")
        with faults.named(self.home):
            durable.make_folder(folder, Point.STORE_BACKUP)
            part.unlink(missing_ok=True)
            self._copy_to(part)
            with part.open("rb+") as file:
                durable.sync_file(file.fileno(), Point.STORE_BACKUP)
            durable.replace(part, target, Point.STORE_BACKUP)
        return target

    def _copy_to(self, path: Path) -> None:
        opened = [connections.connect(each, self._keys.database) for each in (self.home / DATABASE, path)]
        with closing(opened[0]) as source, closing(opened[1]) as copy:
            source.backup(copy)

    def is_sound(self) -> bool:
        """Whether every page decrypts and the structure holds; reads the whole file, for the self-check."""
        with (
            self._lock,
            faults.named(self.home),
            closing(connections.connect(self.home / DATABASE, self._keys.database)) as raw,
        ):
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            broken = raw.execute("PRAGMA cipher_integrity_check").fetchall()
            return not broken and raw.execute("PRAGMA quick_check").fetchall() == [("ok",)]

    def close(self) -> None:
        """Give the connections back to the system; the last one empties the write-ahead log."""
        self._readers.close()
        self._writer.dispose()


def _build(path: Path, key: bytes, ladder: Ladder) -> None:
    engine = connections.writer(path, key)
    try:
        with engine.connect() as connection:
            ladder.climb(connection)
    finally:
        engine.dispose()  # the last connection to close moves the log into the file


def _check_shape(path: Path) -> None:
    with faults.named(path.parent):
        if not path.exists():
            raise EnvironmentFault("store_missing")
        with path.open("rb") as file:
            start = file.read(len(_PLAIN_HEADER))
        if start == _PLAIN_HEADER:
            raise EnvironmentFault("store_foreign")
        if path.stat().st_size < _PAGE:
            raise EnvironmentFault("store_damaged")


def _revision(engine: Engine, path: Path, ladder: Ladder) -> str:
    try:
        with faults.named(path.parent), engine.connect() as connection:
            revision = ladder.revision_of(connection)
    except EnvironmentFault as fault:
        if fault.code == "store_damaged" and _first_page_unreadable(fault) and path.stat().st_size % _PAGE == 0:
            raise EnvironmentFault("store_wrong_key") from fault
        raise
    if revision is None:
        raise EnvironmentFault("store_damaged")
    return revision


def _first_page_unreadable(fault: EnvironmentFault) -> bool:
    return fault.params.get("sqlite") == _NOT_A_DATABASE
