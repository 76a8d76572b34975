"""From bytes to rows: pages are looked at, their bytes made durable, then their rows written in one transaction."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from PIL import Image

from station_app.domain.application import EDITABLE, ScanKind, State
from station_app.domain.canonical import canonical_json
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.papers.bands import BROKEN, bands_of, check_readable
from station_app.papers.pager import is_pdf
from station_app.services.desk import Desk
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, PaperFile, ScanRecord
from station_app.store.scan_files import PutScan
from sync.bodies import Author, ScanAddition, ScanEntry
from sync.wire import MAX_ADDED, MAX_SCANS, OpKind

LARGEST = 50 * 1024 * 1024  # bytes; the wire's limit for one scan
_JPEG_SCAN, _JPEG_END = b"\xda", b"\xff\xd9"
_FORMATS = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "WEBP": "image/webp",
}
TOUCHED = Changed.of(Kind.SCANS, Kind.APPLICATIONS)
_LATER = frozenset({State.QUEUED, State.RECEIVED, State.APPROVED})
_OPENED = tuple(name for name in _FORMATS if name != "MPO")  # a JPEG of several pictures is opened as a JPEG


def media_type_of(content: bytes) -> str:
    """What kind of picture the bytes are. Raises UserError ``scan_empty``, ``scan_too_large``, ``scan_unreadable``,
    ``picture_too_large``, ``picture_too_heavy``.

    It is looked at to its end, so that a half-copied file is found at the counter and not by the reviewer; and what is
    too large to be read is refused while the paper is at hand.
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
                check_readable(content, picture)
                _check_whole(picture, content)
    except Image.DecompressionBombError as error:
        raise UserError("picture_too_large") from error
    except BROKEN as error:
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
        for _ in bands_of(content, picture):
            pass  # no more than a band is held of what is too large for an old PC


def _picture_data(content: bytes) -> int:
    """Where a JPEG's own picture begins, behind headers that may hold a whole preview with its own end mark."""
    at = 2
    while content[at : at + 1] == b"\xff":
        if content[at + 1 : at + 2] == _JPEG_SCAN:
            return at
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    raise SyntaxError("no picture data")


@dataclass(frozen=True)
class Kept:
    """A page whose bytes are durable."""

    media_type: str
    put: PutScan


@contextmanager
def filing(
    desk: Desk, contents: Sequence[bytes], files: Sequence[bytes] = (), point: Point = Point.SCAN_ROW
) -> Iterator[tuple[UnitOfWork, list[Kept]]]:
    """Look at all pages, keep them, then a transaction for their rows. One that cannot be read keeps all out.

    ``files``: the PDF and TIFF files that pages were taken out of: kept as well, behind the pages in the answer.
    """
    types = [*map(media_type_of, contents), *map(_type_of_file, files)]
    with desk.store.scans.filing:
        puts = desk.store.scans.put_all([*contents, *files])
        with desk.store.write(point) as uow:
            yield uow, [Kept(kind, put) for kind, put in zip(types, puts, strict=True)]


def _type_of_file(content: bytes) -> str:
    return "application/pdf" if is_pdf(content) else "image/tiff"


def keep_file(uow: UnitOfWork, kept: Kept, now: str) -> str:
    """The id of a file that pages were taken out of; the same bytes again are the same file."""
    put = kept.put
    return uow.paper_files.keep(PaperFile(str(uuid4()), put.sha256, put.size, kept.media_type, put.name, now)).id


def link_files(uow: UnitOfWork, record: ApplicationRecord, files: Sequence[Kept], now: str) -> None:
    """Pages of these files are the case's."""
    for each in files:
        uow.paper_files.link(keep_file(uow, each, now), record.id)


def write_rows(
    desk: Desk, uow: UnitOfWork, record: ApplicationRecord, pages: Sequence[tuple[ScanKind, Kept]]
) -> list[ScanRecord]:
    """Raises UserError ``scans_too_many``."""
    if not pages:
        return []
    check_number(len(uow.scans.of(record.id)) + len(pages))
    new = [scan_row(record, kind, page, desk.now()) for kind, page in pages]
    uow.scans.add(*new)
    for scan in new:
        uow.audit.add("scan_added", record.id, desk.operator.id, scan=scan.id, kind=scan.kind.value)
    return new


def scan_row(record: ApplicationRecord, kind: ScanKind, page: Kept, now: str) -> ScanRecord:
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


def check_number(scans: int) -> None:
    """Whether as many pages as that fit one revision; raises UserError ``scans_too_many``."""
    if scans > MAX_SCANS:
        raise UserError("scans_too_many", "scans", number=scans, most=MAX_SCANS)


def changed_by(record: ApplicationRecord, new: Sequence[ScanRecord]) -> Changed:
    """What new pages of a case touch."""
    if not new:
        return Changed()
    return TOUCHED if record.state in EDITABLE else TOUCHED | Changed.of(Kind.OUTBOX)


def entry(scan: ScanRecord) -> ScanEntry:
    """The page as an op's body names it."""
    return ScanEntry(
        kind=scan.kind.value, sha256=scan.sha256, size=scan.size, media_type=scan.media_type, remark=scan.remark
    )


def check_open(record: ApplicationRecord) -> None:
    """Whether pages can be added; raises UserError ``not_editable``."""
    if record.state not in EDITABLE | _LATER:
        raise UserError("not_editable", state=record.state.value)


def send_additions(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, scans: Sequence[ScanRecord]) -> None:
    """Pages of a case that is submitted already travel as additions to its revision."""
    for start in range(0, len(scans), MAX_ADDED):
        _send_addition(desk, uow, record, scans[start : start + MAX_ADDED])


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
