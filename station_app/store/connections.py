"""Connections to the encrypted file: how one is opened, and the two pools, one to write and one to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

CACHE_KIB = 64 * 1024
BUSY_MS = 5_000
READERS = 4  # kept open: the window's, the sync thread's, and two that come and go
_MORE_READERS = 8  # in a rush, closed after it

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
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


def _ready(path: Path, key: bytes, *more: str) -> Any:
    connection = connect(path, key)
    try:
        for pragma in (*_PRAGMAS, *more):
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def _engine(create: Callable[[], Any], begin: str, size: int, overflow: int = 0) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://",
        module=driver,
        creator=create,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=overflow,
        pool_use_lifo=True,  # the warm page cache first
    )

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        driver_connection: Any = connection.connection.driver_connection
        driver_connection.execute(begin)

    return engine


def writer(path: Path, key: bytes) -> Engine:
    """One connection; every transaction takes the write lock when it begins."""
    return _engine(lambda: _ready(path, key), "BEGIN IMMEDIATE", 1)


def readers(path: Path, key: bytes) -> Engine:
    """A few connections that cannot write; a transaction sees one snapshot."""
    return _engine(lambda: _ready(path, key, "PRAGMA query_only = ON"), "BEGIN", READERS, _MORE_READERS)
