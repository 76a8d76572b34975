"""One consistent picture of a store, for a backup: a copy of the database under the same key, and the pages it names.

The copy is made in one step of SQLite's backup, which reads a snapshot: whoever writes meanwhile does not wait. It
reads and so proves every page of the database; one that does not decrypt ends the backup and leaves the last good one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from station_app import durable
from station_app.durable import Point
from station_app.store import connections, faults
from station_app.store.database import BACKUPS, DATABASE, Store
from station_app.store.manifest import Entry

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Snapshot:
    """``path`` of the copied database and what it is; ``pages``: names of the scan files that its rows refer to."""

    path: Path
    entry: Entry
    pages: tuple[str, ...]
    generation: int
    audit_seq: int
    audit_hash: str


@contextmanager
def snapshot_of(store: Store) -> Iterator[Snapshot]:
    """Take a snapshot; its file is gone at the end. Raises the EnvironmentFaults of ``faults``."""
    folder = store.home / BACKUPS
    path = folder / "snapshot.part"
    with faults.named(store.home):
        durable.make_folder(folder, Point.STORE_BACKUP)
        _forget(path)
    try:
        store.copy_to(path)
        pages, generation, head = _look_into(store, path)
        with faults.named(store.home):
            entry = entry_of(path)
        yield Snapshot(path, entry, pages, generation, *head)
    finally:
        with faults.named(store.home):
            _forget(path)


def entry_of(path: Path) -> Entry:
    """Size and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks_of(path):
        digest.update(chunk)
        size += len(chunk)
    return Entry(size, digest.hexdigest())


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _look_into(store: Store, path: Path) -> tuple[tuple[str, ...], int, tuple[int, str]]:
    with faults.named(store.home), closing(connections.connect(path, store.keys.database)) as copy:
        pages = copy.execute(
            "SELECT file_name FROM scans WHERE erased_at IS NULL"
            " UNION SELECT file_name FROM originals WHERE erased_at IS NULL"
            " UNION SELECT file_name FROM paper_files WHERE erased_at IS NULL"
            " UNION SELECT file_name FROM tray ORDER BY file_name"
        ).fetchall()
        generation = copy.execute("SELECT value FROM facts WHERE key = 'generation'").fetchone()
        head = copy.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, whoever opens it next
    return tuple(name for (name,) in pages), int(generation[0]) if generation else 0, head or (0, "")


def _forget(path: Path) -> None:
    for each in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + each).unlink(missing_ok=True)


__all__ = ["DATABASE", "Snapshot", "chunks_of", "entry_of", "snapshot_of"]
