"""扫描件: pages that belong to a case. The bytes are kept as they came; what a page looks like is derived."""

from __future__ import annotations

from collections.abc import Sequence

from station_app.domain.application import EDITABLE, ScanKind
from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.services.cutting import (
    DevicePage,
    add_device_pages,
    check_there,
    cut_scan,
    read_original,
    uncut_scan,
)
from station_app.services.desk import Desk, Written
from station_app.services.filing import (
    LARGEST,
    TOUCHED,
    changed_by,
    check_number,
    check_open,
    entry,
    filing,
    link_files,
    media_type_of,
    send_additions,
    write_rows,
)
from station_app.store.records import ScanRecord

__all__ = [
    "LARGEST",
    "DevicePage",
    "add_device_pages",
    "add_scan",
    "add_scans",
    "check_number",
    "cut_scan",
    "entry",
    "media_type_of",
    "page_hashes",
    "read_original",
    "read_scan",
    "remark_scan",
    "remove_scan",
    "rename_scan",
    "replace_scan",
    "rotate_scan",
    "uncut_scan",
]
_LONGEST_REMARK = 200  # characters


def add_scan(desk: Desk, application_id: str, kind: ScanKind, content: bytes) -> Written[ScanRecord]:
    """File one page with a case; see ``add_scans``."""
    written = add_scans(desk, application_id, [(kind, content)])
    return Written(written.value[0], written.changed)


def add_scans(
    desk: Desk, application_id: str, pages: Sequence[tuple[ScanKind, bytes]], files: Sequence[bytes] = ()
) -> Written[tuple[ScanRecord, ...]]:
    """File pages with a case: every page looked at, then the files, durable, then their rows in one transaction.

    On a case already submitted the pages travel as an addition to its revision (the signed sheet that follows).
    ``files``: PDF and TIFF files that pages were taken out of, kept beside them.
    The same page twice under one kind is one page. Raises UserError ``scan_*``, ``scans_too_many``, ``not_editable``.
    """
    desk.require(Act.CASES)
    with filing(desk, [content for _, content in pages], files) as (uow, kept):
        record = uow.applications.get(application_id)
        check_open(record)
        there = {(scan.kind, scan.sha256): scan for scan in uow.scans.of(application_id)}
        looked_at = [(kind, page) for (kind, _), page in zip(pages, kept, strict=False)]
        link_files(uow, record, kept[len(pages) :], desk.now())
        unknown = {(kind, page.put.sha256): page for kind, page in looked_at if (kind, page.put.sha256) not in there}
        new = write_rows(desk, uow, record, [(kind, page) for (kind, _), page in unknown.items()])
        there |= {(scan.kind, scan.sha256): scan for scan in new}
        if new and record.state not in EDITABLE:
            send_additions(desk, uow, record, new)
        filed = tuple(there[kind, page.put.sha256] for kind, page in looked_at)
        return Written(filed, changed_by(record, new))


def page_hashes(desk: Desk, application_id: str) -> set[str]:
    """SHA-256 of the case's pages, and of what they were cut out of."""
    with desk.store.read() as uow:
        scans = uow.scans.of(application_id)
        used = {scan.original_id for scan in scans}
        whole = {each.sha256 for each in uow.originals.of(application_id) if each.id in used}
    return {scan.sha256 for scan in scans} | whole


def replace_scan(desk: Desk, scan_id: str, content: bytes, files: Sequence[bytes] = ()) -> Written[ScanRecord]:
    """Put another page in a page's place; the old one leaves the case at once. ``files``: as ``add_scans``.

    Raises UserError ``scan_*``, ``not_editable``, ``scan_gone``, as do all that change a page.
    """
    desk.require(Act.CASES)
    with filing(desk, [content], files) as (uow, (page, *kept)):
        old = uow.scans.get(scan_id)
        record = check_there(uow, old)
        link_files(uow, record, kept, desk.now())
        uow.scans.remove(scan_id)
        uow.audit.add("scan_replaced", old.application_id, desk.operator.id, old=scan_id)
        (scan,) = write_rows(desk, uow, record, [(old.kind, page)])
        return Written(scan, TOUCHED)


def remove_scan(desk: Desk, scan_id: str) -> Written[None]:
    """Take a page out of the case being written; pages of a frozen revision stay in that revision."""
    desk.require(Act.CASES)
    with desk.store.write(Point.SCAN_ROW) as uow:
        scan = uow.scans.get(scan_id)
        check_there(uow, scan)
        uow.scans.remove(scan_id)
        uow.audit.add("scan_removed", scan.application_id, desk.operator.id, scan=scan_id)
        return Written(None, TOUCHED)


def rename_scan(desk: Desk, scan_id: str, kind: ScanKind) -> Written[None]:
    """Say that a page is of another kind than was thought."""
    desk.require(Act.CASES)
    with desk.store.write(Point.SCAN_ROW) as uow:
        scan = uow.scans.get(scan_id)
        check_there(uow, scan)
        uow.scans.set_kind(scan_id, kind)
        uow.audit.add("scan_renamed", scan.application_id, desk.operator.id, scan=scan_id, kind=kind.value)
        return Written(None, TOUCHED)


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


def remark_scan(desk: Desk, scan_id: str, remark: str | None, excused: Sequence[str] | None = None) -> Written[None]:
    """Why the clerk keeps this page although it has a defect; it goes to the reviewer. None takes it back.

    ``excused``: codes of what is wrong with it now: what is found later is told again; None: as it was.

    Raises UserError ``too_long``, ``not_editable``.
    """
    desk.require(Act.CASES)
    told = " ".join((remark or "").split()) or None
    if told is not None and len(told) > _LONGEST_REMARK:
        raise UserError("too_long", "remark")
    with desk.store.write(Point.SCAN_ROW) as uow:
        scan = uow.scans.get(scan_id)
        check_there(uow, scan)
        codes = scan.excused if excused is None else tuple(excused)
        uow.scans.set_remark(scan_id, told, codes if told is not None else None)
        uow.audit.add("scan_remarked", scan.application_id, desk.operator.id, scan=scan_id, given=told is not None)
        return Written(None, TOUCHED)
