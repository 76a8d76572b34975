"""扫描件: pages that belong to a case. The bytes are kept as they came; what a page looks like is derived."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from PIL import Image, UnidentifiedImageError

from station_app.domain.application import EDITABLE, ScanKind, State
from station_app.domain.canonical import canonical_json
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services.desk import Desk, Written
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, ScanRecord
from station_app.store.scan_files import PutScan
from sync.wire import Author, OpKind, ScanAddition, ScanEntry

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
    The same page twice under one kind is one page. Raises UserError ``scan_*``, ``not_editable``.
    """
    kept = _kept(desk, [content for _, content in pages])
    with desk.store.write(Point.SCAN_ROW) as uow:
        record = uow.applications.get(application_id)
        _check_open(record)
        there = {(scan.kind, scan.sha256): scan for scan in uow.scans.of(application_id)}
        new = []
        for (kind, _), page in zip(pages, kept, strict=True):
            if (kind, page.put.sha256) not in there:
                scan = _filed(desk, uow, record, kind, page)
                there[kind, scan.sha256] = scan
                new.append(scan)
        if new and record.state not in EDITABLE:
            _send_addition(desk, uow, record, new)
        filed = tuple(there[kind, page.put.sha256] for (kind, _), page in zip(pages, kept, strict=True))
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


def _kept(desk: Desk, contents: Sequence[bytes]) -> list[_Kept]:
    """Look at all pages, then keep them: one that cannot be read keeps the others out as well."""
    types = [media_type_of(content) for content in contents]
    return [_Kept(kind, put) for kind, put in zip(types, desk.store.scans.put_all(contents), strict=True)]


def _filed(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, kind: ScanKind, page: _Kept) -> ScanRecord:
    scan = ScanRecord(
        id=str(uuid4()),
        application_id=record.id,
        kind=kind,
        sha256=page.put.sha256,
        size=page.put.size,
        media_type=page.media_type,
        file_name=page.put.name,
        added_at=desk.now(),
        added_after_revision=record.revision,
    )
    uow.scans.add(scan)
    uow.audit.add("scan_added", record.id, desk.operator.id, scan=scan.id, kind=kind.value)
    return scan


def replace_scan(desk: Desk, scan_id: str, content: bytes) -> Written[ScanRecord]:
    """Put another page in a page's place; the old one leaves the case in the same moment."""
    (page,) = _kept(desk, [content])
    with desk.store.write(Point.SCAN_ROW) as uow:
        old = uow.scans.get(scan_id)
        record = uow.applications.get(old.application_id)
        if record.state not in EDITABLE:
            raise UserError("not_editable", state=record.state.value)
        uow.scans.remove(scan_id)
        uow.audit.add("scan_replaced", old.application_id, desk.operator.id, old=scan_id)
        return Written(_filed(desk, uow, record, old.kind, page), _TOUCHED)


def remove_scan(desk: Desk, scan_id: str) -> Written[None]:
    """Take a page out of the case being written; pages of a frozen revision stay in that revision."""
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
    if rotation not in (0, 90, 180, 270):
        raise UserError("rotation_invalid")
    with desk.store.write(Point.SCAN_ROW) as uow:
        uow.scans.rotate(scan_id, rotation)
        return Written(None, Changed.of(Kind.SCANS))


def read_scan(desk: Desk, scan_id: str) -> bytes:
    """The page's bytes, exactly as they came."""
    with desk.store.read() as uow:
        file_name = uow.scans.get(scan_id).file_name
    return desk.store.scans.get(file_name)


def entry(scan: ScanRecord) -> ScanEntry:
    """The page as an op's body names it."""
    return ScanEntry(kind=scan.kind.value, sha256=scan.sha256, size=scan.size, media_type=scan.media_type)


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
