"""扫描件: pages that belong to a case. The bytes are kept as they came; what a page looks like is derived."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from PIL import Image, UnidentifiedImageError

from station_app.domain.application import EDITABLE, ScanKind, State
from station_app.domain.canonical import canonical_json
from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services.desk import Desk, Written
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, ScanRecord
from station_app.store.scan_files import PutScan
from sync.bodies import Author, ScanAddition, ScanEntry
from sync.wire import MAX_ADDED, MAX_SCANS, OpKind

LARGEST = 50 * 1024 * 1024  # bytes; the wire's limit for one scan
_JPEG_SCAN, _JPEG_END = b"\xda", b"\xff\xd9"
_TOUCHED = Changed.of(Kind.SCANS, Kind.APPLICATIONS)
_FORMATS = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "WEBP": "image/webp",
}
_OPENED = tuple(name for name in _FORMATS if name != "MPO")  # a JPEG of several pictures is opened as a JPEG
_LATER = frozenset({State.QUEUED, State.RECEIVED, State.APPROVED})


def media_type_of(content: bytes) -> str:
    """What kind of picture the bytes are. Raises UserError ``scan_empty``, ``scan_too_large``, ``scan_unreadable``.

    It is looked at to its end, so that a half-copied file is found at the counter and not by the reviewer.
    """
    if not content:
        raise UserError("scan_empty")
    if len(content) > LARGEST:
        raise UserError("scan_too_large", megabytes=LARGEST // 2**20)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_OPENED) as picture:
                kind = picture.format or ""
                _check_whole(picture, content)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError("scan_unreadable") from error
    return _FORMATS[kind]


def _check_whole(picture: Image.Image, content: bytes) -> None:
    """The cheapest proof that nothing is cut off: a JPEG's end mark, a PNG's checksums, else the decoded picture."""
    if picture.format in ("JPEG", "MPO"):
        if content.rfind(_JPEG_END, _picture_data(content)) < 0:
            raise SyntaxError("no end mark")
    elif picture.format == "PNG":
        picture.verify()
    else:
        picture.load()


def _picture_data(content: bytes) -> int:
    """Where a JPEG's own picture begins, behind headers that may hold a whole preview with its own end mark."""
    at = 2
    while content[at : at + 1] == b"\xff":
        if content[at + 1 : at + 2] == _JPEG_SCAN:
            return at
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    raise SyntaxError("no picture data")


def add_scan(desk: Desk, application_id: str, kind: ScanKind, content: bytes) -> Written[ScanRecord]:
    """File one page with a case; see ``add_scans``."""
    written = add_scans(desk, application_id, [(kind, content)])
    return Written(written.value[0], written.changed)


def add_scans(
    desk: Desk, application_id: str, pages: Sequence[tuple[ScanKind, bytes]]
) -> Written[tuple[ScanRecord, ...]]:
    """File pages with a case: every page looked at, then the files, durable, then their rows in one transaction.

    On a case already submitted the pages travel as an addition to its revision (the signed sheet that follows).
    The same page twice under one kind is one page. Raises UserError ``scan_*``, ``scans_too_many``, ``not_editable``.
    """
    desk.require(Act.CASES)
    with _filing(desk, [content for _, content in pages]) as (uow, kept):
        record = uow.applications.get(application_id)
        _check_open(record)
        there = {(scan.kind, scan.sha256): scan for scan in uow.scans.of(application_id)}
        looked_at = [(kind, page) for (kind, _), page in zip(pages, kept, strict=True)]
        unknown = {(kind, page.put.sha256): page for kind, page in looked_at if (kind, page.put.sha256) not in there}
        new = _filed(desk, uow, record, [(kind, page) for (kind, _), page in unknown.items()])
        there |= {(scan.kind, scan.sha256): scan for scan in new}
        if new and record.state not in EDITABLE:
            for start in range(0, len(new), MAX_ADDED):
                _send_addition(desk, uow, record, new[start : start + MAX_ADDED])
        filed = tuple(there[kind, page.put.sha256] for kind, page in looked_at)
        return Written(filed, _changed(record, new))


def _changed(record: ApplicationRecord, new: Sequence[ScanRecord]) -> Changed:
    if not new:
        return Changed()
    return _TOUCHED if record.state in EDITABLE else _TOUCHED | Changed.of(Kind.OUTBOX)


@dataclass(frozen=True)
class _Kept:
    """A page whose bytes are durable."""

    media_type: str
    put: PutScan


@contextmanager
def _filing(desk: Desk, contents: Sequence[bytes]) -> Iterator[tuple[UnitOfWork, list[_Kept]]]:
    """Look at all pages, keep them, then a transaction for their rows. One that cannot be read keeps all out."""
    types = [media_type_of(content) for content in contents]
    with desk.store.scans.filing:
        kept = [_Kept(kind, put) for kind, put in zip(types, desk.store.scans.put_all(contents), strict=True)]
        with desk.store.write(Point.SCAN_ROW) as uow:
            yield uow, kept


def _filed(
    desk: Desk, uow: UnitOfWork, record: ApplicationRecord, pages: Sequence[tuple[ScanKind, _Kept]]
) -> list[ScanRecord]:
    if not pages:
        return []
    check_number(len(uow.scans.of(record.id)) + len(pages))
    filed = [_row(record, kind, page, desk.now()) for kind, page in pages]
    uow.scans.add(*filed)
    for scan in filed:
        uow.audit.add("scan_added", record.id, desk.operator.id, scan=scan.id, kind=scan.kind.value)
    return filed


def _row(record: ApplicationRecord, kind: ScanKind, page: _Kept, now: str) -> ScanRecord:
    return ScanRecord(
        id=str(uuid4()),
        application_id=record.id,
        kind=kind,
        sha256=page.put.sha256,
        size=page.put.size,
        media_type=page.media_type,
        file_name=page.put.name,
        added_at=now,
        added_after_revision=record.revision,
    )


def replace_scan(desk: Desk, scan_id: str, content: bytes) -> Written[ScanRecord]:
    """Put another page in a page's place; the old one leaves the case in the same moment."""
    desk.require(Act.CASES)
    with _filing(desk, [content]) as (uow, (page,)):
        old = uow.scans.get(scan_id)
        record = uow.applications.get(old.application_id)
        if record.state not in EDITABLE:
            raise UserError("not_editable", state=record.state.value)
        uow.scans.remove(scan_id)
        uow.audit.add("scan_replaced", old.application_id, desk.operator.id, old=scan_id)
        (scan,) = _filed(desk, uow, record, [(old.kind, page)])
        return Written(scan, _TOUCHED)


def remove_scan(desk: Desk, scan_id: str) -> Written[None]:
    """Take a page out of the case being written; pages of a frozen revision stay in that revision."""
    desk.require(Act.CASES)
    with desk.store.write(Point.SCAN_ROW) as uow:
        scan = uow.scans.get(scan_id)
        record = uow.applications.get(scan.application_id)
        if record.state not in EDITABLE:
            raise UserError("not_editable", state=record.state.value)
        uow.scans.remove(scan_id)
        uow.audit.add("scan_removed", scan.application_id, desk.operator.id, scan=scan_id)
        return Written(None, _TOUCHED)


def rename_scan(desk: Desk, scan_id: str, kind: ScanKind) -> Written[None]:
    """Say that a page is of another kind than was thought."""
    desk.require(Act.CASES)
    with desk.store.write(Point.SCAN_ROW) as uow:
        scan = uow.scans.get(scan_id)
        record = uow.applications.get(scan.application_id)
        if record.state not in EDITABLE:
            raise UserError("not_editable", state=record.state.value)
        uow.scans.set_kind(scan_id, kind)
        uow.audit.add("scan_renamed", scan.application_id, desk.operator.id, scan=scan_id, kind=kind.value)
        return Written(None, _TOUCHED)


def rotate_scan(desk: Desk, scan_id: str, rotation: int) -> Written[None]:
    """How the page is to be looked at: 0, 90, 180 or 270 degrees clockwise. The bytes stay as they came."""
    desk.require(Act.CASES)
    if rotation not in (0, 90, 180, 270):
        raise UserError("rotation_invalid")
    with desk.store.write(Point.SCAN_ROW) as uow:
        uow.scans.rotate(scan_id, rotation)
        return Written(None, Changed.of(Kind.SCANS))


def read_scan(desk: Desk, scan_id: str) -> bytes:
    """The page's bytes, exactly as they came. Raises UserError ``scan_erased``."""
    with desk.store.read() as uow:
        scan = uow.scans.get(scan_id)
    if scan.erased_at is not None:
        raise UserError("scan_erased")
    return desk.store.scans.get(scan.file_name)


def entry(scan: ScanRecord) -> ScanEntry:
    """The page as an op's body names it."""
    return ScanEntry(kind=scan.kind.value, sha256=scan.sha256, size=scan.size, media_type=scan.media_type)


def check_number(scans: int) -> None:
    """Whether as many pages as that fit one revision; raises UserError ``scans_too_many``."""
    if scans > MAX_SCANS:
        raise UserError("scans_too_many", "scans", number=scans, most=MAX_SCANS)


def _check_open(record: ApplicationRecord) -> None:
    if record.state not in EDITABLE | _LATER:
        raise UserError("not_editable", state=record.state.value)


def _send_addition(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, scans: Sequence[ScanRecord]) -> None:
    body = ScanAddition(
        application_id=record.id,
        reference=record.reference,
        revision=record.revision,
        scans=[entry(scan) for scan in scans],
        author=Author(operator_id=desk.operator.id, name=desk.operator.name),
        added_at=desk.now(),
    )
    text = canonical_json(body.model_dump(mode="json")).decode()
    uow.outbox.enqueue(
        str(uuid4()), record.id, record.reference, OpKind.ADD_SCANS.value, record.revision, text, desk.now()
    )
