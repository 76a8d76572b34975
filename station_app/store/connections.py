"""Connections to the encrypted file: how one is opened, the one that writes and those that read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, Pool, QueuePool

CACHE_KIB = 64 * 1024
BUSY_MS = 5_000
KEPT_READERS = 4  # the window's, the sync thread's, and two that come and go

# no mmap; temporary tables and sorts must never reach the disk in the clear
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)


def connect(path: Path, key: bytes) -> Any:
    """A bare driver connection with the raw key set; nothing of the file has been read yet."""
    connection = driver.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA cipher_log_level = NONE")  # before the key, or it writes to stderr
    # 256 bits of page authentication like SHA-512's, at two thirds of its time where SHA-256 is in hardware; as the
    # default, since an attached file is read before anything can be said of it
    connection.execute("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")
    connection.execute(f'PRAGMA key = "{_key(key)}"')
    return connection


def _key(key: bytes) -> str:
    return f"x'{key.hex()}'"


def _ready(path: Path, key: bytes, *more: str) -> Any:
    connection = connect(path, key)
    try:
        for pragma in (*_PRAGMAS, *more):
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _engine(create: Callable[[], Any], begin: str, pool: type[Pool], **options: int) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://",
        module=driver,
        creator=create,
        hide_parameters=True,  # values are personal data and must not reach a traceback
        poolclass=pool,
        **options,
    )

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def writer(path: Path, key: bytes, *pragmas: str) -> Engine:
    """One connection; every transaction takes the write lock when it begins."""
    return _engine(lambda: _ready(path, key, *pragmas), "BEGIN IMMEDIATE", QueuePool, pool_size=1, max_overflow=0)


def _reader(path: Path, key: bytes, attached: Path) -> Any:
    connection = _ready(path, key, "PRAGMA query_only = ON")
    try:
        connection.execute("ATTACH ? AS roster KEY ?", (str(attached), _key(key)))
        connection.execute(f"PRAGMA roster.cache_size = -{CACHE_KIB}")
    except BaseException:
        connection.close()
        raise
    return connection


class Readers:
    """Connections that cannot write, with the file ``attached`` as ``roster``. The one given back last goes first: its
    page cache is warm.

    SQLAlchemy's own pool would cost as much as a lookup; this one is a list.
    """

    def __init__(self, path: Path, key: bytes, attached: Path) -> None:
        self._engine = _engine(lambda: _reader(path, key, attached), "BEGIN", NullPool)
        self._idle: list[Connection] = []
        self._closed = False

    def take(self) -> Connection:
        """A connection outside any transaction; the first statement through SQLAlchemy begins one."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()

    def give_back(self, connection: Connection) -> None:
        """End its transaction and keep it for the next."""
        connection.rollback()
        if self._closed or len(self._idle) >= KEPT_READERS:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close the idle ones now, those in use when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
