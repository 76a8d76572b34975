"""Backups of one home in a folder: a *set*. The pages lie there once, the database once for each backup.

SET/scans/ab/abcd...                       copied when it is not there yet, never changed
SET/000007-20240515T063000Z/store.db       one backup: complete once its folder has this name
                            keys.json
                            manifest.json
                            held           where it knows what the store did not know later
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from station_app import durable
from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.store import faults, manifest
from station_app.store.database import DATABASE, Store
from station_app.store.manifest import Entry, Manifest
from station_app.store.scan_files import FOLDER, HURT
from station_app.store.snapshot import Snapshot, chunks_of, snapshot_of
from station_app.store.times import stamp

_BACKUP = re.compile(r"(\d{6,})-(\d{8}T\d{6}Z)")
_HELD = "held"
_AT_ONCE = 8  # pages whose folders are synced together
_RECENT, _DAYS, _WEEKS = 6, 7, 4
_ROUND = 500  # backups in which every page is read again: some days


@dataclass(frozen=True)
class Kept:
    """One backup of a set: ``number`` grows, ``at`` is the moment of its snapshot (``20240515T063000Z``)."""

    folder: Path
    number: int
    at: str

    @property
    def moment(self) -> datetime:
        return datetime.strptime(self.at, "%Y%m%dT%H%M%S%z")


class Interrupted(EnvironmentFault):
    """The time was over before all pages were copied; those that were stay, the next backup goes on."""


@dataclass(frozen=True)
class BackupSet:
    """The backups of one home and one restore generation. Nothing is touched before ``add``."""

    folder: Path

    def kept(self) -> list[Kept]:
        """What is there, the oldest first; empty where the folder cannot be read."""
        found = []
        with contextlib.suppress(OSError):
            for each in self.folder.iterdir():
                match = _BACKUP.fullmatch(each.name)
                if match and (each / manifest.FILE).is_file():
                    found.append(Kept(each, int(match[1]), match[2]))
        return sorted(found, key=lambda kept: kept.number)

    def newest(self) -> Kept | None:
        kept = self.kept()
        return kept[-1] if kept else None

    def manifest_of(self, kept: Kept, key: bytes) -> Manifest:
        """Proved. Raises EnvironmentFault ``backup_damaged``, ``backup_too_new`` and those of ``faults``."""
        with faults.named(self.folder):
            document = (kept.folder / manifest.FILE).read_bytes()
        read = manifest.read_manifest(document)
        manifest.prove(document, key)
        return read

    def beyond(self, store: Store) -> Kept | None:
        """The backup that knows what the store does not: another, older database was put in its place, or its log was
        lost. None where all that was backed up is in the store.
        """
        kept = self.kept()
        for each in (*_held(kept), *kept[-1:]):
            try:
                told = self.manifest_of(each, store.keys.backups)
            except EnvironmentFault:
                continue
            if not _reaches(store, told):
                return each
        return None

    def add(
        self, store: Store, others: Mapping[str, bytes], now: datetime, keep_on: Callable[[], bool] = lambda: True
    ) -> Manifest:
        """Take a backup of the store and of ``others`` (path -> bytes), then let go of those no longer needed.

        ``keep_on`` is asked between pages and between pieces of the database; False ends it with ``Interrupted``.
        Raises EnvironmentFault ``backup_folder_missing`` and those of ``faults``; the earlier backups stay as they are.
        """
        with snapshot_of(store) as snapshot, faults.named(self.folder):
            durable.make_folder(self.folder / FOLDER, Point.BACKUP_FILE)
            if (beyond := self.beyond(store)) is not None:
                (beyond.folder / _HELD).touch()
            known = self._known(store.keys.backups)
            number = max((kept.number for kept in self.kept()), default=0) + 1
            pages = self._copy_pages(store, snapshot, known, number, keep_on)
            at = now.strftime("%Y%m%dT%H%M%SZ")
            target = self.folder / f"{number:06d}-{at}"
            made = _manifest(snapshot, number, now, pages, others)
            self._write(target, snapshot, others, made.sealed(store.keys.backups), keep_on)
        with faults.named(self.folder):
            self._let_go(store.keys.backups)
        return made

    def _known(self, key: bytes) -> Mapping[str, Entry]:
        newest = self.newest()
        if newest is None:
            return {}
        try:
            return self.manifest_of(newest, key).scans
        except EnvironmentFault:  # damaged: every page is looked at again
            return {}

    def _copy_pages(
        self, store: Store, snapshot: Snapshot, known: Mapping[str, Entry], number: int, keep_on: Callable[[], bool]
    ) -> dict[str, Entry]:
        """The pages as they lie in the set now; one that is nowhere whole is left out.

        All backups share them, so each backup reads some again: what a disk spoils is copied anew within days.
        """
        listed: dict[str, Entry] = {}
        waiting: list[tuple[Path, bytes]] = []
        for place, name in enumerate(snapshot.pages):
            path = f"{FOLDER}/{name[:2]}/{name}"
            if path in known and _is_kept(self.folder / path, known[path], read=(place + number) % _ROUND == 0):
                listed[path] = known[path]
                continue
            if not keep_on():
                raise Interrupted("backup_interrupted")
            sealed = _page(store, name, self.folder / path)
            if sealed is None:
                continue
            listed[path] = Entry(len(sealed), sha256_hex(sealed))
            waiting.append((self.folder / path, sealed))
            if len(waiting) == _AT_ONCE:
                _write_pages(waiting)
        _write_pages(waiting)
        return listed

    def _write(
        self,
        target: Path,
        snapshot: Snapshot,
        others: Mapping[str, bytes],
        document: bytes,
        keep_on: Callable[[], bool],
    ) -> None:
        part = target.with_name(target.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        durable.write_chunks(part / DATABASE, _while(keep_on, chunks_of(snapshot.path)), Point.BACKUP_FILE)
        files = [(part / path, content) for path, content in {**others, manifest.FILE: document}.items()]
        durable.write_files(files, Point.BACKUP_FILE)
        durable.replace(part, target, Point.BACKUP_FILE)

    def _let_go(self, key: bytes) -> None:
        kept = self.kept()
        staying = [*retained(kept), *_held(kept)]
        for each in kept:
            if each not in staying:
                (each.folder / manifest.FILE).unlink()  # from here on it is no backup any more
                shutil.rmtree(each.folder)
        for part in self.folder.glob("*.part"):
            shutil.rmtree(part)
        if len(kept) > 1 and kept[-1].at[:8] != kept[-2].at[:8]:  # once a day: it reads every manifest
            self._sweep_pages(staying, key)

    def _sweep_pages(self, staying: list[Kept], key: bytes) -> None:
        """Pages that no backup lists any more; none while one manifest cannot be read."""
        try:
            listed = {path for kept in staying for path in self.manifest_of(kept, key).scans}
        except EnvironmentFault:
            return
        for page in self.folder.glob(f"{FOLDER}/??/*"):
            if page.relative_to(self.folder).as_posix() not in listed:
                page.unlink()


def _while(keep_on: Callable[[], bool], chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if not keep_on():
            raise Interrupted("backup_interrupted")
        yield chunk


def retained(kept: list[Kept]) -> list[Kept]:
    """The last six, and the last of each of the newest seven days and four weeks that have any."""
    staying = {each.number for each in kept[-_RECENT:]}
    for most, period in ((_DAYS, _day), (_WEEKS, _week)):
        last = {period(each): each.number for each in kept}
        staying.update(last[each] for each in sorted(last)[-most:])
    return [each for each in kept if each.number in staying]


def _held(kept: list[Kept]) -> list[Kept]:
    """The newest that knows what the store did not know later: it stays until a person has seen to it."""
    return [each for each in kept if (each.folder / _HELD).exists()][-1:]


def _reaches(store: Store, told: Manifest) -> bool:
    """Whether the store's audit chain goes through the end of a backup's."""
    with store.read() as uow:
        if not told.audit_hash:
            return uow.audit.head()[0] >= told.audit_seq
        return uow.audit.hash_at(told.audit_seq) == told.audit_hash


def _day(kept: Kept) -> str:
    return kept.at[:8]


def _week(kept: Kept) -> str:
    year, week, _ = kept.moment.isocalendar()
    return f"{year}-{week:02d}"


def _manifest(
    snapshot: Snapshot, number: int, now: datetime, pages: Mapping[str, Entry], others: Mapping[str, bytes]
) -> Manifest:
    files = {DATABASE: snapshot.entry, **pages}
    files |= {path: Entry(len(content), sha256_hex(content)) for path, content in others.items()}
    absent = len(snapshot.pages) - len(pages)
    return Manifest(stamp(now), number, snapshot.generation, snapshot.audit_seq, absent, files, snapshot.audit_hash)


def _page(store: Store, name: str, copied: Path) -> bytes | None:
    """The page's file, from the home or, where that is hurt, as it was copied before; None when neither is whole."""
    try:
        return store.scans.sealed(name)
    except EnvironmentFault as fault:
        if fault.code not in HURT:
            raise
    return store.scans.proved(name, copied)


def _write_pages(waiting: list[tuple[Path, bytes]]) -> None:
    for path, _ in waiting:
        durable.make_folder(path.parent, Point.BACKUP_FILE)
    durable.write_files(waiting, Point.BACKUP_FILE)
    waiting.clear()


def _is_kept(path: Path, entry: Entry, *, read: bool) -> bool:
    """Whether a page lies in the set as it is listed; by its size, or ``read`` byte by byte."""
    try:
        return path.stat().st_size == entry.size and (not read or sha256_hex(path.read_bytes()) == entry.sha256)
    except OSError:
        return False
