"""扫描件: pages that belong to a case. The bytes are kept as they came; what a page looks like is derived."""

from __future__ import annotations

import io
import warnings
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
from sync.wire import Author, OpKind, ScanAddition, ScanEntry

LARGEST = 50 * 1024 * 1024  # bytes; the wire's limit for one scan
_TOUCHED = Changed.of(Kind.SCANS, Kind.APPLICATIONS)
_FORMATS = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "WEBP": "image/webp",
}
_LATER = frozenset({State.QUEUED, State.RECEIVED, State.APPROVED})


def media_type_of(content: bytes) -> str:
    """What kind of picture the bytes are. Raises UserError ``scan_empty``, ``scan_too_large``, ``scan_unreadable``.

    The whole picture is decoded once, so that a half-copied file is found at the counter and not by the reviewer.
    """
    if not content:
        raise UserError("scan_empty")
    if len(content) > LARGEST:
        raise UserError("scan_too_large", megabytes=LARGEST // 2**20)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=tuple(_FORMATS)) as picture:
                kind = picture.format or ""
                picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError("scan_unreadable") from error
    return _FORMATS[kind]


def add_scan(desk: Desk, application_id: str, kind: ScanKind, content: bytes) -> Written[ScanRecord]:
    """File a page with a case: the file first, durable, then the row.

    On a case already submitted the page travels as an addition to its revision (the signed sheet that follows).
    The same page twice under one kind is one page. Raises UserError ``scan_*``, ``not_editable``.
    """
    media_type = media_type_of(content)
    put = desk.store.scans.put(content)
    with desk.store.write(Point.SCAN_ROW) as uow:
        record = uow.applications.get(application_id)
        _check_open(record)
        for scan in uow.scans.of(application_id):
            if scan.kind is kind and scan.sha256 == put.sha256:
                return Written(scan, Changed())
        scan = ScanRecord(
            id=str(uuid4()),
            application_id=application_id,
            kind=kind,
            sha256=put.sha256,
            size=put.size,
            media_type=media_type,
            file_name=put.name,
            added_at=desk.now(),
            added_after_revision=record.revision,
        )
        uow.scans.add(scan)
        uow.audit.add("scan_added", application_id, desk.operator.id, scan=scan.id, kind=kind.value)
        if record.state in EDITABLE:
            return Written(scan, _TOUCHED)
        _send_addition(desk, uow, record, scan)
        return Written(scan, _TOUCHED | Changed.of(Kind.OUTBOX))


def replace_scan(desk: Desk, scan_id: str, content: bytes) -> Written[ScanRecord]:
    """Put another page in a page's place; the old one leaves the case in the same moment."""
    media_type = media_type_of(content)
    put = desk.store.scans.put(content)
    with desk.store.write(Point.SCAN_ROW) as uow:
        old = uow.scans.get(scan_id)
        record = uow.applications.get(old.application_id)
        if record.state not in EDITABLE:
            raise UserError("not_editable", state=record.state.value)
        scan = ScanRecord(
            id=str(uuid4()),
            application_id=old.application_id,
            kind=old.kind,
            sha256=put.sha256,
            size=put.size,
            media_type=media_type,
            file_name=put.name,
            added_at=desk.now(),
            added_after_revision=record.revision,
        )
        uow.scans.remove(scan_id)
        uow.scans.add(scan)
        uow.audit.add("scan_replaced", old.application_id, desk.operator.id, scan=scan.id, old=scan_id)
        return Written(scan, _TOUCHED)


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


def _send_addition(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, scan: ScanRecord) -> None:
    body = ScanAddition(
        application_id=record.id,
        reference=record.reference,
        revision=record.revision,
        scans=[entry(scan)],
        author=Author(operator_id=desk.operator.id, name=desk.operator.name),
        added_at=desk.now(),
    )
    text = canonical_json(body.model_dump(mode="json")).decode()
    uow.outbox.enqueue(
        str(uuid4()), record.id, record.reference, OpKind.ADD_SCANS.value, record.revision, text, desk.now()
    )
