"""The scans' bytes, in files: ``blobs/DEVICE/REFERENCE/SHA256``, and ``SHA256.part`` while they arrive.

A file under its final name is whole and hashed, its bytes are on the disk; the names of an application are made
durable together, before its receipt is signed. Names are scoped by device and application: a hash alone tells nothing
and gives nothing. Parts need no fsync: what a power cut spoils shows in the hash and is sent again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from central.database import is_disk_full
from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError

_READ = 1024 * 1024
Chunks = Sequence[bytes]


@dataclass(frozen=True)
class Place:
    """One scan of one application of one device."""

    device_id: str
    reference: str
    sha256: str


class BlobStore:
    """Files below one folder; usable from several threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, place: Place) -> Path:
        return self._root / place.device_id / place.reference / place.sha256

    def is_whole(self, place: Place) -> bool:
        return self.path(place).exists()

    def arrived(self, place: Place) -> int:
        """Bytes of a part that lie here already."""
        try:
            return self._part(place).stat().st_size
        except FileNotFoundError:
            return 0

    def prepare(self, device_id: str, references: Iterable[str]) -> None:
        """Make the folders of these applications, with one fsync for all."""
        parent = self._root / device_id
        durable.make_folder(parent, Point.SERVER_BLOB_FILE)
        missing = [reference for reference in references if not (parent / reference).exists()]
        for reference in missing:
            (parent / reference).mkdir(mode=0o700, exist_ok=True)
        if missing:
            durable.sync_folder(parent, Point.SERVER_BLOB_FILE)

    def settle(self, place: Place, size: int) -> bool:
        """Whether the blob is whole; a part of full length is checked and finished, or thrown away if it is wrong."""
        if self.is_whole(place):
            return True
        if self.arrived(place) < size:
            return False
        upload = Upload(self, place, size, size)
        with contextlib.suppress(UserError, FileNotFoundError):  # another connection may be finishing it
            upload.finish((), upload.nothing)
        return self.is_whole(place)

    def sync_entries(self, device_id: str, reference: str) -> None:
        """Make every finished name of an application durable, whichever connection finished it."""
        folder = self._root / device_id / reference
        if folder.exists():
            durable.sync_folder(folder, Point.SERVER_BLOB_FILE)

    # ---- for Upload

    def _part(self, place: Place) -> Path:
        return self.path(place).with_suffix(".part")

    def read_part(self, place: Place, until: int) -> Iterator[bytes]:
        with self._part(place).open("rb") as file:
            while until and (piece := file.read(min(_READ, until))):
                until -= len(piece)
                yield piece

    @contextlib.contextmanager
    def opened(self, place: Place, expected: int, wait: bool = True) -> Iterator[int]:
        """The part's descriptor, held against others; raises UserError ``offset_mismatch`` where its length is not
        ``expected`` or, without ``wait``, where another holds it; EnvironmentFault ``disk_full``.
        """
        part = self._part(place)
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except FileNotFoundError:
            durable.make_folder(part.parent, Point.SERVER_BLOB_FILE)
            descriptor = os.open(part, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _hold(descriptor, wait)
            if os.fstat(descriptor).st_size != expected:
                raise UserError("offset_mismatch")
            yield descriptor
        except OSError as error:
            if is_disk_full(error):
                raise EnvironmentFault("disk_full") from error
            raise
        finally:
            os.close(descriptor)

    def publish(self, place: Place) -> None:
        """Give a part whose bytes are on the disk its final name; another thread may have done so already."""
        try:
            durable.rename(self._part(place), self.path(place), Point.SERVER_BLOB_FILE)
        except FileNotFoundError:
            if not self.is_whole(place):
                raise

    def discard(self, place: Place) -> None:
        self._part(place).unlink(missing_ok=True)


class Upload:
    """One PATCH under way: ``start`` bytes were here, more arrive. Blocking; one call at a time.

    ``length`` is how far the part reaches now. A body that breaks off stays; a body whose hash is not the token's is
    taken back; a whole blob whose hash is not its name's is thrown away.
    """

    nothing = hashlib.sha256().hexdigest()

    def __init__(self, blobs: BlobStore, place: Place, size: int, start: int) -> None:
        self.place = place
        self.size = size
        self.length = start
        self._start = start
        self._blobs = blobs
        self._whole = hashlib.sha256()
        self._body = hashlib.sha256() if start else self._whole
        self._begun = False

    def write(self, chunks: Chunks) -> None:
        """Append what arrived; raises UserError ``offset_mismatch``, ``upload_too_long``; ``disk_full``."""
        with self._blobs.opened(self.place, self.length) as descriptor:
            self._append(descriptor, chunks)

    def finish(self, chunks: Chunks, body_sha256: str, complete: bool = True) -> None:
        """Append the rest and judge the body; with ``complete`` the blob as well, which then is whole and durable.

        Raises UserError ``body_mismatch``, ``upload_too_short``, ``blob_hash_mismatch`` beside those of ``write``.
        """
        with self._blobs.opened(self.place, self.length) as descriptor:
            self._append(descriptor, chunks)
            if self._body.hexdigest() != body_sha256:
                os.truncate(descriptor, self._start)
                self.length = self._start
                raise UserError("body_mismatch")
            if complete:
                self._check_whole()
                self.make_durable(descriptor)

    def opened(self) -> contextlib.AbstractContextManager[int]:
        """The part, at the length this upload has reached; never waits, since its caller may hold others."""
        return self._blobs.opened(self.place, self.length, wait=False)

    def fill(self, descriptor: int, chunks: Chunks) -> None:
        """Append the rest of a whole blob to its opened part, and judge it; it is durable after ``make_durable``."""
        self._append(descriptor, chunks)
        self._check_whole()

    def _check_whole(self) -> None:
        if self.length < self.size:
            raise UserError("upload_too_short", "Upload-Complete")
        if self._whole.hexdigest() != self.place.sha256:
            self._blobs.discard(self.place)
            self.length = 0
            raise UserError("blob_hash_mismatch")

    def make_durable(self, descriptor: int) -> None:
        """Sync an opened part that was found whole, and give it its name."""
        durable.sync_file(descriptor, Point.SERVER_BLOB_FILE)
        self._blobs.publish(self.place)

    def _append(self, descriptor: int, chunks: Chunks) -> None:
        if not self._begun:
            self._begin()
        length = sum(map(len, chunks))
        if self.length + length > self.size:
            raise UserError("upload_too_long", "Upload-Offset")
        for chunk in chunks:
            self._whole.update(chunk)
            if self._body is not self._whole:
                self._body.update(chunk)
        _write_all(descriptor, chunks)
        self.length += length

    def _begin(self) -> None:
        self._begun = True
        if self._start:
            for piece in self._blobs.read_part(self.place, self._start):
                self._whole.update(piece)


def _hold(descriptor: int, wait: bool) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError as error:
        raise UserError("offset_mismatch") from error


def finish_all(uploads: Sequence[tuple[Upload, Chunks]]) -> list[str | None]:
    """Make whole blobs durable: all are written, then all are synced, which costs the disk little more than one.

    For each the code of what is wrong with it, None where it is whole. Raises EnvironmentFault ``disk_full``.
    """
    codes: list[str | None] = [None] * len(uploads)
    with contextlib.ExitStack() as stack:
        written = []
        for place, (upload, chunks) in enumerate(uploads):
            try:
                descriptor = stack.enter_context(upload.opened())
                upload.fill(descriptor, chunks)
            except UserError as error:
                codes[place] = error.code
            else:
                written.append((upload, descriptor))
        for upload, descriptor in written:
            upload.make_durable(descriptor)
    return codes


def _write_all(descriptor: int, chunks: Chunks) -> None:
    """All chunks in one call, as a rule; a disk that takes less gets the rest until it fails."""
    written = os.writev(descriptor, chunks) if chunks else 0
    rest = memoryview(b"".join(chunks))[written:] if written < sum(map(len, chunks)) else memoryview(b"")
    while rest:
        rest = rest[os.write(descriptor, rest) :]
