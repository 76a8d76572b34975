"""The bytes of scanned pages: one AES-256-GCM file each, beside the database, named so that names tell nothing.

A file is ``ZSC``, a format byte, a 12-byte nonce, and the ciphertext with its tag; header and name are authenticated.
The name is HMAC-SHA256 (names subkey) over the content's SHA-256: the same page is stored once, and nobody without
the key can ask whether a known page is here.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.store import faults
from station_app.store.keys import StoreKeys

FOLDER = "scans"
TRASH = "trash"
_HEADER = b"ZSC\x01"
_NONCE = 12
_GRACE = timedelta(days=1)
HURT = frozenset({"scan_missing", "scan_damaged"})


@dataclass(frozen=True)
class PutScan:
    """Where a page went: ``sha256`` and ``size`` (bytes) of the page itself, ``name`` of its file."""

    sha256: str
    size: int
    name: str


class ScanFiles:
    """Puts and gets whole pages. Raises the EnvironmentFaults of ``faults``.

    Attributes: ``copies``: folders of backups, in which whole copies of hurt files may lie. ``filing``: held from the
    writing of a page until its row is there, so that no page is erased in between.
    """

    def __init__(self, home: Path, keys: StoreKeys) -> None:
        self.copies: tuple[Path, ...] = ()
        self.filing = RLock()
        self._erased: set[str] = set()  # not to be taken from a backup again
        self._folder = home / FOLDER
        self._trash = home / TRASH
        self._cipher = AESGCM(keys.scans)
        self._names = keys.names

    def make_folders(self) -> None:
        """Make the 256 folders at once, so that no later page pays for its own."""
        with faults.named(self._folder):
            durable.make_folder(self._folder, Point.SCAN_FILE)
            for number in range(256):
                (self._folder / f"{number:02x}").mkdir(mode=0o700, exist_ok=True)
            durable.sync_folder(self._folder, Point.SCAN_FILE)

    def put(self, content: bytes) -> PutScan:
        """``put_all`` for one page."""
        return self.put_all([content])[0]

    def put_all(self, contents: Sequence[bytes]) -> list[PutScan]:
        """Make pages durable; when this returns, their bytes are on the disk. A page already there stays as it is.

        Raises UserError ``scan_empty``.
        """
        puts = [self._named(content) for content in contents]
        with self.filing, faults.named(self._folder):
            self._erased.difference_update(put.name for put in puts)
            new = {put.name: content for put, content in zip(puts, contents, strict=True) if not self._holds(put.name)}
            self._make_names_durable(put.name for put in puts if put.name not in new)
            for name in new:
                durable.make_folder(self._path(name).parent, Point.SCAN_FILE)
            files = [(self._path(name), self._seal(name, content)) for name, content in new.items()]
            durable.write_files(files, Point.SCAN_FILE)
        return puts

    def _make_names_durable(self, names: Iterable[str]) -> None:
        """Whoever renamed a page that is here may have been killed before its folder was synced."""
        for folder in {self._path(name).parent for name in names}:
            durable.sync_folder(folder, Point.SCAN_FILE)

    def _named(self, content: bytes) -> PutScan:
        if not content:
            raise UserError("scan_empty")
        digest = hashlib.sha256(content).digest()
        return PutScan(digest.hex(), len(content), hmac.digest(self._names, digest, "sha256").hex())

    def get(self, name: str) -> bytes:
        """The page's bytes, proved unchanged; a hurt file is replaced from a backup where a whole copy lies.

        Raises EnvironmentFault ``scan_missing``, ``scan_damaged``.
        """
        try:
            return self._unseal(name, self._read(name))
        except EnvironmentFault as fault:
            if fault.code not in HURT:
                raise
            sealed = self._from_backup(name)
            if sealed is None:
                raise
            return self._unseal(name, sealed)

    def _read(self, name: str) -> bytes:
        with faults.named(self._folder):
            try:
                return self._path(name).read_bytes()
            except FileNotFoundError as error:
                raise EnvironmentFault("scan_missing") from error
            except IsADirectoryError as error:
                raise EnvironmentFault("scan_damaged") from error

    def _from_backup(self, name: str) -> bytes | None:
        """Put a whole copy in the place of a hurt file, which goes to the trash; None when there is no copy.

        The trash is looked into first: while an older database was in its place, nobody knew the newest pages.
        """
        places = (self._trash / name, *(folder / FOLDER / name[:2] / name for folder in self.copies))
        copies = (self.proved(name, place) for place in places)
        sealed = next((each for each in copies if each is not None), None)
        path = self._path(name)
        with self.filing, faults.named(self._folder):
            if sealed is None or name in self._erased:
                return None
            if path.exists():
                durable.make_folder(self._trash, Point.SCAN_SWEEP)
                durable.replace(path, self._trash / f"{name}.hurt-{uuid4().hex[:8]}", Point.SCAN_SWEEP)
            durable.make_folder(path.parent, Point.SCAN_FILE)
            durable.write_file(path, sealed, Point.SCAN_FILE)
        return sealed

    def sealed(self, name: str) -> bytes:
        """The file as it lies on the disk, proved whole: what a backup copies. Raises as ``get`` does."""
        sealed = self._read(name)
        self._unseal(name, sealed)
        return sealed

    def proved(self, name: str, copy: Path) -> bytes | None:
        """A copy of the file that lies elsewhere, if it is there and whole."""
        try:
            sealed = copy.read_bytes()
            self._unseal(name, sealed)
        except (OSError, EnvironmentFault):
            return None
        return sealed

    def has(self, name: str) -> bool:
        """Whether the file is there; ``get`` alone proves that it is whole."""
        return self._path(name).is_file()

    def erase(self, names: Collection[str]) -> None:
        """Take files away for good, whatever was put aside of them too; ``filing`` is held by whoever chose them."""
        self._erased.update(names)
        with faults.named(self._folder):
            paths = {
                path
                for name in names
                for path in (self._path(name), self._trash / name, *self._trash.glob(f"{name}.hurt-*"))
            }
            there = [path for path in paths if path.exists()]
            for path in there:
                path.unlink()
            for folder in {path.parent for path in there}:
                durable.sync_folder(folder, Point.RETENTION)

    def sweep_orphans(self, known: Collection[str], now: datetime) -> int:
        """Move files that no row knows and that are older than a day to ``trash/``; returns how many.

        Only at start and under the home's lock: a page lies here for a moment before its row is written.
        """
        moved = 0
        with faults.named(self._folder):
            for path in self._old_files(now):
                if path.suffix == ".part":
                    path.unlink()
                elif path.name not in known:
                    durable.make_folder(self._trash, Point.SCAN_SWEEP)
                    durable.replace(path, self._trash / path.name, Point.SCAN_SWEEP)
                    moved += 1
        return moved

    def _old_files(self, now: datetime) -> Iterator[Path]:
        latest = (now - _GRACE).timestamp()
        for path in sorted(self._folder.glob("??/*")):
            if path.stat().st_mtime < latest:
                yield path

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _holds(self, name: str) -> bool:
        """Whether the page is there and whole; a damaged file is written anew."""
        try:
            self._unseal(name, self._path(name).read_bytes())
        except (FileNotFoundError, IsADirectoryError, EnvironmentFault):
            return False
        return True

    def _seal(self, name: str, content: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return _HEADER + nonce + self._cipher.encrypt(nonce, content, _HEADER + name.encode())

    def _unseal(self, name: str, sealed: bytes) -> bytes:
        start = len(_HEADER) + _NONCE
        if sealed[: len(_HEADER)] != _HEADER or len(sealed) < start:
            raise EnvironmentFault("scan_damaged")
        try:
            return self._cipher.decrypt(sealed[len(_HEADER) : start], sealed[start:], _HEADER + name.encode())
        except InvalidTag as error:
            raise EnvironmentFault("scan_damaged") from error
