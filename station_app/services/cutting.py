"""Pages from devices, and pages cut by hand: the original is kept, what is filed is made from it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import uuid4

from station_app.domain.application import EDITABLE, ScanKind
from station_app.domain.operator import Act
from station_app.domain.reading import TURNS, Corners, Cut, ScanReading
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.papers.reader import Reader
from station_app.services import page_work
from station_app.services.desk import Desk, Written
from station_app.services.filing import (
    TOUCHED,
    Kept,
    changed_by,
    check_number,
    check_open,
    filing,
    link_files,
    scan_row,
    send_additions,
)
from station_app.services.page_work import Looked, add_parts, original_of
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, OriginalRecord, ScanRecord

_LEAST_AREA = 400.0  # pixels that four corners must hold between them


@dataclass(frozen=True)
class DevicePage:
    """A page as a scanner, a camera or a document gave it. ``kind``: what the clerk asked for, if anything.

    ``once``: it lies elsewhere until it is filed, in the tray or in a file; what the case had before of the very same
    bytes is this page, filed then and cut short. Two empty sheets that come together may be alike, and are two.
    """

    content: bytes
    kind: ScanKind = ScanKind.OTHER
    once: bool = False


def add_device_pages(
    desk: Desk,
    application_id: str,
    pages: Sequence[DevicePage],
    files: Sequence[bytes] = (),
    reader: Reader | None = None,
) -> Written[tuple[ScanRecord, ...]]:
    """Keep pages as they came, durable, and file them: nothing that happens afterwards can lose one.

    On a case being written they are filed whole at once; the reading worker then puts in the place of each the
    documents on it, straight and upright, under the kinds they read as (``Changed`` with SCANS tells). On a case
    already submitted that is done first, a second for each page, since what is filed there travels at once: not for a
    thread that others wait for, and over as soon as somebody closes ``reader``: pages that lie nowhere else are filed
    whole then. A page that is to be there ``once`` is not filed again. ``files``: PDF and TIFF that pages were taken
    out of, kept beside them.

    Raises UserError ``scan_*``, ``scans_too_many``, ``not_editable``; EnvironmentFault ``reading_failed`` where the
    reader was closed and all pages lie elsewhere.
    """
    desk.require(Act.CASES)
    with desk.store.read() as uow:
        record = uow.applications.get(application_id)
    check_open(record)
    contents = [page.content for page in pages]
    looked = [Looked()] * len(pages) if record.state in EDITABLE else _looked_at(desk, pages, reader)
    parts = [part.content for each in looked if each.page for part in each.page.parts]
    with filing(desk, [*contents, *parts], files) as (uow, kept):
        record = uow.applications.get(application_id)
        check_open(record)
        whole, cut = kept[: len(pages)], iter(kept[len(pages) :])
        link_files(uow, record, kept[len(pages) + len(parts) :], desk.now())
        filed: list[ScanRecord] = []
        new: list[ScanRecord] = []
        known = [_filed_before(uow, record, own) if page.once else [] for page, own in zip(pages, whole, strict=True)]
        coming = sum(len(_parts_of(seen)) or 1 for seen, there in zip(looked, known, strict=True) if not there)
        check_number(len(uow.scans.of(record.id)) + coming)
        for page, own, seen, there in zip(pages, whole, looked, known, strict=True):
            own_parts = [next(cut) for _ in _parts_of(seen)]
            added = [] if there else _file(desk, uow, record, (page.kind, own), seen, own_parts)
            filed, new = [*filed, *there, *added], [*new, *added]
        if new and record.state not in EDITABLE:
            send_additions(desk, uow, record, new)
        return Written(tuple(filed), changed_by(record, new))


def _looked_at(desk: Desk, pages: Sequence[DevicePage], reader: Reader | None) -> list[Looked]:
    with ExitStack() as stack:
        used = reader or stack.enter_context(Reader())
        looked = page_work.look_at(desk, [page.content for page in pages], used)
        if used.closed and all(page.once for page in pages):
            raise EnvironmentFault("reading_failed")
        return looked


def _filed_before(uow: UnitOfWork, record: ApplicationRecord, page: Kept) -> list[ScanRecord]:
    """What the case has of the very same page: it was cut short before, and is done again."""
    known = uow.originals.with_bytes(record.id, page.put.sha256)
    return [] if known is None else [each for each in uow.scans.of(record.id) if each.original_id == known.id]


def _parts_of(seen: Looked) -> Sequence[object]:
    return seen.page.parts if seen.page else ()


def _file(
    desk: Desk, uow: UnitOfWork, record: ApplicationRecord, page: tuple[ScanKind, Kept], seen: Looked, cut: list[Kept]
) -> list[ScanRecord]:
    """A page's original, and its parts where they are known, else the whole page."""
    kind, own = page
    original = _known_or_new(uow, record, own, desk.now())
    whole = replace(scan_row(record, kind, own, desk.now()), original_id=original.id)
    if seen.page is not None:
        new = add_parts(desk, uow, record, replace(whole, id=""), list(zip(seen.page.parts, cut, strict=True)))
    else:
        uow.scans.add(whole)
        new = [whole]
        if seen.failure is not None:
            uow.readings.put(ScanReading(whole.id, desk.now(), failure=seen.failure))
    for scan in new:
        uow.audit.add("scan_added", record.id, desk.operator.id, scan=scan.id, kind=scan.kind.value)
    return new


def _known_or_new(uow: UnitOfWork, record: ApplicationRecord, page: Kept, now: str) -> OriginalRecord:
    known = uow.originals.with_bytes(record.id, page.put.sha256)
    if known is not None:
        return known
    original = original_of(record, page, now)
    uow.originals.add(original)
    return original


# ---- by hand


def cut_scan(
    desk: Desk, scan_id: str, corners: Corners, turn: int = 0, reader: Reader | None = None
) -> Written[ScanRecord]:
    """Put in a page's place what lies between four corners of its original, then turned (degrees clockwise).

    ``corners``: pixels of ``read_original``, clockwise from what is to be the top left. Where the page has no original
    its own bytes become it. Raises UserError ``cut_invalid``, ``not_editable``, ``scan_gone``; as
    ``Reader.cut_by_hand`` does.
    """
    desk.require(Act.CASES)
    cut = _checked(corners, turn)
    with desk.store.read() as uow:
        check_there(uow, uow.scans.get(scan_id))
    with ExitStack() as stack:
        used = reader or stack.enter_context(Reader())
        content = used.cut_by_hand(read_original(desk, scan_id), cut)
    with filing(desk, [content]) as (uow, (page,)):
        old = uow.scans.get(scan_id)
        record = check_there(uow, old)
        original_id = old.original_id or _becomes_original(uow, old)
        new = replace(scan_row(record, old.kind, page, desk.now()), original_id=original_id, cut=cut, replaces=old.id)
        uow.scans.remove(old.id)
        uow.scans.add(new)
        uow.audit.add("scan_cut", record.id, desk.operator.id, scan=new.id, of=old.id)
        return Written(new, TOUCHED)


def uncut_scan(desk: Desk, scan_id: str) -> Written[ScanRecord]:
    """Take a cut back: the page that it was made of returns, and every other part that took its place goes, with what
    was cut out of such a part.

    Raises UserError ``scan_not_cut``, ``not_editable``, ``scan_gone``.
    """
    desk.require(Act.CASES)
    with desk.store.write(Point.SCAN_ROW) as uow:
        scan = uow.scans.get(scan_id)
        record = check_there(uow, scan)
        if scan.replaces is None:
            raise UserError("scan_not_cut")
        parts = _made_of(scan.replaces, uow.scans.of(record.id, with_removed=True))
        for each in parts:
            uow.scans.remove(each.id)
        uow.scans.put_back(scan.replaces)
        before = uow.scans.get(scan.replaces)
        if len(parts) == 1 and before.kind is not scan.kind:
            before = uow.scans.set_kind(before.id, scan.kind)
        uow.audit.add("scan_uncut", record.id, desk.operator.id, scan=before.id, of=scan_id)
        return Written(before, TOUCHED)


def _made_of(scan_id: str, pages: Sequence[ScanRecord]) -> list[ScanRecord]:
    """The pages of the case that were cut out of this one, and out of its parts."""
    found = []
    for each in (page for page in pages if page.replaces == scan_id):
        found += [*([] if each.removed else [each]), *_made_of(each.id, pages)]
    return found


def read_original(desk: Desk, scan_id: str) -> bytes:
    """What the page was cut out of, else its own bytes. Raises UserError ``scan_erased``."""
    with desk.store.read() as uow:
        scan = uow.scans.get(scan_id)
        source = uow.originals.get(scan.original_id) if scan.original_id else scan
    if source.erased_at is not None:
        raise UserError("scan_erased")
    return desk.store.scans.get(source.file_name)


def _checked(corners: Corners, turn: int) -> Cut:
    """Raises UserError ``cut_invalid`` for corners that cross, run the wrong way round or hold next to nothing."""
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise((*corners, corners[0]))) / 2
    if turn not in TURNS or area < _LEAST_AREA or not _is_convex(corners):
        raise UserError("cut_invalid")
    return Cut(corners, turn)


def _is_convex(corners: Corners) -> bool:
    around = (*corners, corners[0], corners[1])
    bends = [
        (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
        for a, b, c in zip(around, around[1:], around[2:], strict=False)
    ]
    return all(bend > 0 for bend in bends)


def check_there(uow: UnitOfWork, scan: ScanRecord) -> ApplicationRecord:
    """The case of a page that the clerk may change; raises UserError ``not_editable``, and ``scan_gone``: it was cut,
    replaced or taken out since the clerk saw it, and what stands in its place is another page.
    """
    record = uow.applications.get(scan.application_id)
    if record.state not in EDITABLE:
        raise UserError("not_editable", state=record.state.value)
    if scan.removed:
        raise UserError("scan_gone")
    return record


def _becomes_original(uow: UnitOfWork, scan: ScanRecord) -> str:
    known = uow.originals.with_bytes(scan.application_id, scan.sha256)
    if known is not None:
        return known.id
    original = OriginalRecord(
        str(uuid4()), scan.application_id, scan.sha256, scan.size, scan.media_type, scan.file_name, scan.added_at
    )
    uow.originals.add(original)
    return original.id
