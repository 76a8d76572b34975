"""The store of one home: ``store.db`` and ``roster.db`` (encrypted), ``scans/``, ``backups/``, ``trash/``.

with store.write(Point.DRAFT) as uow: ...     # the only way to write; committed at the end, rolled back on any error
with store.read() as uow: ...                 # a snapshot; never waits behind a write
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, get_ident

from sqlalchemy import Connection, Engine

from station_app import durable
from station_app.durable import Point
from station_app.errors import BugError, EnvironmentFault
from station_app.store import connections, faults
from station_app.store.connections import Readers
from station_app.store.keys import StoreKeys
from station_app.store.log_check import MARK, lost_from_log
from station_app.store.migrations import STATION, Ladder
from station_app.store.roster import ROSTER, Roster
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
    """An open store. Each thread takes what it needs through ``write`` and ``read``; ``close`` ends them all.

    Attribute: ``loss``: ``log_missing`` or ``log_short`` where what was committed last was gone when it was opened.
    """

    home: Path
    scans: ScanFiles
    roster: Roster
    keys: StoreKeys
    _clock: Clock
    _writer: Engine
    _readers: Readers
    _lock: Lock = field(default_factory=Lock)
    _writing: int | None = None  # the thread that holds the lock
    loss: str | None = None

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
        store.roster.prepare()
        store._mark()  # noqa: SLF001  our own
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
            store._look_at_log()  # noqa: SLF001  our own
            store._bring_up(ladder)  # noqa: SLF001
            store.roster.prepare()
            store._mark()  # noqa: SLF001
        except BaseException:
            store.close()
            raise
        return store

    def _look_at_log(self) -> None:
        """Before SQLite makes of the log what it can: keep what is left of a hurt one."""
        path = self.home / DATABASE
        with faults.named(self.home):
            _give_rights_back(path)
            self.loss = lost_from_log(path)
            if self.loss is None:
                return
            folder = self.home / "aside" / f"log-{stamp(self._clock()).replace(':', '').replace('-', '')}"
            durable.make_folder(folder, Point.STORE_BACKUP)
            for end in ("", "-wal", "-shm"):
                hurt = path.with_name(path.name + end)
                if hurt.is_file():
                    shutil.copyfile(hurt, folder / hurt.name)

    def _mark(self) -> None:
        """Until ``close`` there is a log; that this is so is no more than a witness, so it need not be durable."""
        with faults.named(self.home):
            (self.home / MARK).touch()

    def _bring_up(self, ladder: Ladder) -> None:
        revision = _revision(self._writer, self.home / DATABASE, ladder)
        if revision != ladder.head:
            self.back_up(f"store-{revision}")
            with faults.named(self.home), self._writer.connect() as connection:
                ladder.climb(connection)

    @classmethod
    def _over(cls, home: Path, keys: StoreKeys, clock: Clock) -> Store:
        path = home / DATABASE
        scans, roster = ScanFiles(home, keys), Roster(home, keys.database)
        writer, readers = connections.writer(path, keys.database), Readers(path, keys.database, home / ROSTER)
        return cls(home, scans, roster, keys, clock, writer, readers)

    @contextmanager
    def write(self, point: Point) -> Iterator[UnitOfWork]:
        """One transaction. One writer at a time; a thread that already writes gets BugError ``write_nested``."""
        if self._writing == get_ident():
            raise BugError("write_nested")
        with self._lock, faults.named(self.home), self._writer.connect() as connection:
            self._writing = get_ident()
            try:
                connection.begin()  # BEGIN IMMEDIATE
                yield UnitOfWork(connection, self.keys, self._clock, self._reading)
                durable.commit(connection, point)
            finally:
                self._writing = None

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """One snapshot from the first statement on, read only."""
        with self._reading() as connection:
            yield UnitOfWork(connection, self.keys, self._clock, lambda: nullcontext(connection))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with faults.named(self.home):
            connection = self._readers.take()
            try:
                yield connection
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
            try:
                self.copy_to(part)
                with part.open("rb+") as file:
                    durable.sync_file(file.fileno(), Point.STORE_BACKUP)
                durable.replace(part, target, Point.STORE_BACKUP)
            finally:
                part.unlink(missing_ok=True)
        return target

    def copy_to(self, path: Path) -> None:
        """The database as it stands at one moment, under the same key; nobody waits for it."""
        opened = [connections.connect(each, self.keys.database) for each in (self.home / DATABASE, path)]
        with faults.named(self.home), closing(opened[0]) as source, closing(opened[1]) as copy:
            source.backup(copy)

    @contextmanager
    def watched(self) -> Iterator[Callable[[], int]]:
        """A number that changes with every transaction that anybody commits; for one thread."""
        with faults.named(self.home), closing(connections.connect(self.home / DATABASE, self.keys.database)) as raw:
            yield lambda: int(raw.execute("PRAGMA data_version").fetchone()[0])

    def is_sound(self) -> bool:
        """Whether every page decrypts and the structure holds; reads the whole file, for the self-check."""
        with (
            self._lock,
            faults.named(self.home),
            closing(connections.connect(self.home / DATABASE, self.keys.database)) as raw,
        ):
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            broken = raw.execute("PRAGMA cipher_integrity_check").fetchall()
            return not broken and raw.execute("PRAGMA quick_check").fetchall() == [("ok",)]

    def close(self) -> None:
        """Give the connections back to the system; the last one empties the write-ahead log."""
        with contextlib.suppress(OSError):
            (self.home / MARK).unlink(missing_ok=True)  # before the log goes
        self._readers.close()
        self._writer.dispose()
        self.roster.close()


def _build(path: Path, key: bytes, ladder: Ladder) -> None:
    engine = connections.writer(path, key)
    try:
        with engine.connect() as connection:
            ladder.climb(connection)
    finally:
        engine.dispose()  # the last connection to close moves the log into the file


def _give_rights_back(path: Path) -> None:
    """SQLite makes the log with the database's rights; one from a time when that was read-only would stay so."""
    for end in ("-wal", "-shm"):
        log = path.with_name(path.name + end)
        if log.exists() and os.access(path, os.W_OK) and not os.access(log, os.W_OK):
            log.chmod(path.stat().st_mode)


def _check_shape(path: Path) -> None:
    with faults.named(path.parent):
        if not path.exists():
            raise EnvironmentFault("store_missing")
        if not path.is_file():
            raise EnvironmentFault("store_damaged")
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
