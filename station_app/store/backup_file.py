"""A backup in one file, and the reading of any backup: one file, one of a set, or a folder that holds sets.

The file is a ZIP without compression, the manifest first; everything in it but the manifest is encrypted already.
"""

from __future__ import annotations

import errno
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from station_app import durable
from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.store import faults, manifest
from station_app.store.backup_sets import BackupSet
from station_app.store.database import DATABASE, Store
from station_app.store.manifest import Entry, Manifest
from station_app.store.scan_files import FOLDER, HURT
from station_app.store.snapshot import Snapshot, snapshot_of
from station_app.store.times import stamp

_CHUNK = 1 << 20


def write_backup_file(store: Store, target: Path, others: Mapping[str, bytes], now: datetime) -> Manifest:
    """The whole home in one file, which replaces an older one only when it is complete and on the disk.

    Raises the EnvironmentFaults of ``faults``.
    """
    part = target.with_name(target.name + ".part")
    with snapshot_of(store) as snapshot, faults.named(target.parent):
        try:
            made = _write(store, snapshot, part, others, now)
            durable.replace(part, target, Point.BACKUP_FILE)
        finally:
            part.unlink(missing_ok=True)
    return made


def _write(store: Store, snapshot: Snapshot, part: Path, others: Mapping[str, bytes], now: datetime) -> Manifest:
    files = {DATABASE: snapshot.entry}
    with part.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.write(snapshot.path, DATABASE)
            for path, content in (*others.items(), *_pages(store, snapshot.pages)):
                files[path] = Entry(len(content), sha256_hex(content))
                archive.writestr(path, content)
            absent = len(snapshot.pages) + 1 + len(others) - len(files)
            made = Manifest(stamp(now), 0, snapshot.generation, snapshot.audit_seq, absent, files, snapshot.audit_hash)
            archive.writestr(manifest.FILE, made.sealed(store.keys.backups))
        file.flush()
        durable.sync_file(file.fileno(), Point.BACKUP_FILE)
    return made


def _pages(store: Store, names: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """The whole pages; one that is hurt, and in no backup whole, is left out and counted."""
    for name in names:
        try:
            store.scans.get(name)  # mends it from a backup where it can
            yield f"{FOLDER}/{name[:2]}/{name}", store.scans.sealed(name)
        except EnvironmentFault as fault:
            if fault.code not in HURT:
                raise


class BackupSource(Protocol):
    """Where a home is restored from. ``document``: the manifest as it lies there."""

    @property
    def document(self) -> bytes: ...

    def open(self, path: str) -> AbstractContextManager[IO[bytes]]: ...


@dataclass(frozen=True)
class _FolderSource:
    folder: Path
    document: bytes

    def open(self, path: str) -> IO[bytes]:
        place = self.folder.parent if path.startswith(f"{FOLDER}/") else self.folder
        return (place / path).open("rb")


@dataclass(frozen=True)
class _FileSource:
    archive: zipfile.ZipFile
    document: bytes

    def open(self, path: str) -> IO[bytes]:
        return self.archive.open(path)


@contextmanager
def open_backup(place: Path) -> Iterator[BackupSource]:
    """A backup file, a backup's folder, a set (then its newest backup), or a folder with one set.

    Raises UserError ``backup_not_found``, ``backup_ambiguous``; EnvironmentFault ``backup_damaged``.
    """
    if place.is_dir():
        folder = _newest_in(place)
        with faults.named(folder):
            document = (folder / manifest.FILE).read_bytes()
        yield _FolderSource(folder, document)
        return
    if not place.is_file():
        raise UserError("backup_not_found")
    with faults.named(place.parent), _reading():
        archive = zipfile.ZipFile(place)
    with archive:
        with _reading():
            document = archive.read(manifest.FILE)
        yield _FileSource(archive, document)


def _newest_in(folder: Path) -> Path:
    if (folder / manifest.FILE).is_file():
        return folder
    newest = BackupSet(folder).newest()
    if newest is not None:
        return newest.folder
    found = [kept for each in sorted(folder.iterdir()) if each.is_dir() and (kept := BackupSet(each).newest())]
    if not found:
        raise UserError("backup_not_found")
    if len(found) > 1:
        raise UserError("backup_ambiguous")
    return found[0].folder


def copy_out(source: BackupSource, path: str, entry: Entry, target: Path) -> None:
    """Copy one file of a backup and prove it. Raises EnvironmentFault ``backup_damaged`` and those of ``faults``."""
    with faults.named(target.parent):
        durable.write_chunks(target, _proved(source, path, entry), Point.RESTORE_FILE)


def _proved(source: BackupSource, path: str, entry: Entry) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    with _reading(), source.open(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
    if (size, digest.hexdigest()) != (entry.size, entry.sha256):
        raise EnvironmentFault("backup_damaged")


@contextmanager
def _reading() -> Iterator[None]:
    """What a torn or foreign archive raises, and a file that is not there, all mean the same."""
    try:
        yield
    except (zipfile.BadZipFile, KeyError, FileNotFoundError, RuntimeError, EOFError, ValueError) as error:
        raise EnvironmentFault("backup_damaged") from error
    except OSError as error:
        if error.errno != errno.EIO:  # a bad sector; else it is not the backup's fault
            raise
        raise EnvironmentFault("backup_damaged") from error
