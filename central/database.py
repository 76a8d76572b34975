"""The server's database: transactions that end at a named point. The one module that knows which engine it is.

SQLite: WAL, ``synchronous=FULL``, write transactions begin IMMEDIATE, and an in-process turn keeps our own threads from
sleeping in its busy handler. Other engines lock rows: whoever writes to a case locks its device's row first
(``SELECT ... FOR UPDATE``, which SQLite does not need and SQLAlchemy leaves out there).
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError

_BUSY_SECONDS = 20
_WRITES = "central_writes"
_SQLITE_CODES = {
    sqlite3.SQLITE_BUSY: "database_busy",
    sqlite3.SQLITE_LOCKED: "database_busy",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_IOERR: "database_unreadable",
    sqlite3.SQLITE_CORRUPT: "database_damaged",
    sqlite3.SQLITE_NOTADB: "database_damaged",
    sqlite3.SQLITE_CANTOPEN: "database_unreadable",
    sqlite3.SQLITE_READONLY: "database_unreadable",
    sqlite3.SQLITE_PERM: "database_unreadable",
}


class Database:
    """Read and write transactions over one engine; safe to use from several threads."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writers = self.engine.execution_options(**{_WRITES: True})
        self._turn: contextlib.AbstractContextManager[object] = (
            Lock() if self.engine.dialect.name == "sqlite" else contextlib.nullcontext()
        )

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; nothing is kept."""
        with _faults(), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self, point: Point) -> Iterator[Connection]:
        """One transaction: durable when the block ends, undone when it raises.

        Raises EnvironmentFault ``database_busy``, ``disk_full``, ``database_unreadable``, ``database_damaged``.
        """
        with self._turn, _faults(), self._writers.connect() as connection:
            transaction = connection.begin()
            yield connection
            durable.commit(transaction, point)

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"connect_args": {"timeout": _BUSY_SECONDS}} if sqlite else {"pool_pre_ping": True}
        engine = create_engine(parsed, hide_parameters=True, pool_size=10, **options)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise UserError("database_url_invalid") from error
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """The machine's faults under our codes; a broken constraint stays what it is."""
    try:
        yield
    except DBAPIError as error:
        code = _fault_code(error)
        if code is None:
            raise
        raise EnvironmentFault(code) from error


def _fault_code(error: DBAPIError) -> str | None:
    primary = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(primary, int):
        return _SQLITE_CODES.get(primary & 0xFF)
    return "database_unreadable" if error.connection_invalidated else None


def is_disk_full(error: OSError) -> bool:
    """Whether a file could not be written for want of room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
