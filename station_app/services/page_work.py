"""Page work by the child process, and what comes of it as rows: a page taken apart into the documents on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import uuid4

from station_app.domain.application import EDITABLE, ScanKind
from station_app.domain.reading import DocumentReading, ScanReading
from station_app.durable import Point
from station_app.errors import StationError
from station_app.events import Changed, Kind
from station_app.papers.reader import CutPage, CutPart, Reader
from station_app.services.desk import Desk
from station_app.services.filing import TOUCHED, Kept, filing, scan_row
from station_app.services.scan_checks import codes_of
from station_app.services.signed_papers import refusal
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, OriginalRecord, ScanRecord
from sync.wire import MAX_SCANS

T = TypeVar("T")
READ = Changed.of(Kind.READINGS)


@dataclass(frozen=True)
class Looked:
    """``page``: what was found; ``failure``: the code of why nothing could be."""

    page: CutPage | None = None
    failure: str | None = None


def to_the_end(work: Callable[[], T], reader: Reader) -> T:
    """Do what needs this reader, and end it."""
    with reader:
        return work()


def look_at(desk: Desk, contents: Sequence[bytes], reader: Reader) -> list[Looked]:
    """Cut and read pages now, which takes a second for each; a page that cannot be stays whole, and so do those that
    are left once somebody closes the reader."""
    return [_look_at(desk, reader, content) for content in contents]


def _look_at(desk: Desk, reader: Reader, content: bytes) -> Looked:
    try:
        return Looked(reader.cut(content, desk.today()))
    except StationError as error:
        return Looked() if reader.closed else Looked(failure=error.code)


def original_of(record: ApplicationRecord, page: Kept, now: str) -> OriginalRecord:
    """A new original for bytes that are durable."""
    put = page.put
    return OriginalRecord(str(uuid4()), record.id, put.sha256, put.size, page.media_type, put.name, now)


def put_failure(desk: Desk, scan: ScanRecord, code: str) -> Changed:
    """A page that cannot be read is marked with the reason, and not tried again."""
    with desk.store.write(Point.READING) as uow:
        uow.readings.put(ScanReading(scan.id, desk.now(), failure=code))
    return READ


def put_reading(desk: Desk, reading: ScanReading) -> Changed:
    with desk.store.write(Point.READING) as uow:
        uow.readings.put(reading)
    return READ


def put_parts(desk: Desk, scan: ScanRecord, page: CutPage) -> Changed:
    """Put the documents on a page in its place, if it still waits for that; the page itself stays to be gone back to.

    In one transaction: a power cut leaves the whole page, or all its parts with what was read off them.
    """
    with filing(desk, [part.content for part in page.parts]) as (uow, kept):
        uow.readings.put(ScanReading(scan.id, desk.now(), page.documents))
        now, record = uow.scans.get(scan.id), uow.applications.get(scan.application_id)
        room = len(uow.scans.of(record.id)) - 1 + len(kept) <= MAX_SCANS
        if now.removed or now.frozen or record.state not in EDITABLE or not room:
            return READ
        uow.scans.remove(now.id)
        for new in add_parts(desk, uow, record, now, list(zip(page.parts, kept, strict=True))):
            uow.audit.add("scan_cut", record.id, "", scan=new.id, of=now.id)
        return READ | TOUCHED


def add_parts(
    desk: Desk, uow: UnitOfWork, record: ApplicationRecord, whole: ScanRecord, parts: Sequence[tuple[CutPart, Kept]]
) -> list[ScanRecord]:
    """Rows for the parts of a page, with what was read off them; each is what it reads as, else what was asked for."""
    new = [
        replace(
            scan_row(record, _kind_of(desk, uow, record, part.reading, whole.kind), kept, desk.now()),
            original_id=whole.original_id,
            cut=part.cut,
            replaces=whole.id or None,
        )
        for part, kept in parts
    ]
    uow.scans.add(*new)
    for scan, (part, _) in zip(new, parts, strict=True):
        uow.readings.put(ScanReading(scan.id, desk.now(), (part.reading,)))
    return new


def _kind_of(
    desk: Desk, uow: UnitOfWork, record: ApplicationRecord, read: DocumentReading, asked: ScanKind
) -> ScanKind:
    """A paper of ours that this case does not take never becomes its form by being read as one."""
    if read.kind is ScanKind.FORM and any(refusal(desk, uow, code, record.id) for code in codes_of([read])):
        return asked
    return read.kind or asked
