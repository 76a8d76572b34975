"""待归档: pages that wait to be filed. None leaves but into a case, or by a lead's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from station_app.domain.application import CLOSED, ScanKind, State
from station_app.domain.operator import Act
from station_app.domain.reading import ScanReading
from station_app.durable import Point
from station_app.errors import StationError, UserError
from station_app.events import Changed, Kind
from station_app.papers import PaperCode, read_code
from station_app.services import capture, paper_files
from station_app.services.cutting import DevicePage, add_device_pages
from station_app.services.desk import Desk, Written
from station_app.services.page_work import put_reading
from station_app.services.signed_papers import judge
from station_app.store import UnitOfWork
from station_app.store.records import LedgerQuery, LedgerRow, ScanRecord, TrayRecord
from station_app.store.scan_files import PutScan

FILE, DEVICE = "file", "device"  # where a page came from
UNSORTED = "tray_unsorted"  # nobody has looked at it yet
BLANK = "tray_blank"
TOUCHED = Changed.of(Kind.TRAY)
_OPEN = frozenset(State) - CLOSED
# a paper that the clerk has looked at may be filed in spite of these
_CLERK_DECIDES = frozenset({"paper_of_older_program", "paper_filled_since"})
_REFUSED = frozenset(
    {
        "paper_of_other_station",
        "paper_case_unknown",
        "paper_is_receipt",
        "paper_case_closed",
        "paper_of_other_revision",
        "paper_changed_since",
    }
)
_MANY = 50


@dataclass(frozen=True)
class TrayRow:
    """One page that waits; ``reference`` and ``name`` of the case that is suggested, empty where none is."""

    page: TrayRecord
    reference: str = ""
    name: str = ""

    @property
    def refused(self) -> bool:
        """A paper that its case does not take; it may still be kept with a case as something else."""
        return self.page.reason in _REFUSED

    @property
    def suggested(self) -> bool:
        """One key files it."""
        return self.page.application_id is not None and not self.refused


def keep(desk: Desk, pages: Sequence[bytes], source: str = FILE) -> Written[tuple[str, ...]]:
    """Put pages into the tray before anybody looks at them, durable; their ids. The same bytes again are one page.

    ``source``: ``file``, or ``device``, whose pages are cut out and straightened when they are filed.

    Raises UserError ``scan_*``: then none is kept.
    """
    desk.require(Act.CASES)
    types = [capture.media_type_of(content) for content in pages]
    with desk.store.scans.filing:
        puts = desk.store.scans.put_all(pages)
        with desk.store.write(Point.TRAY) as uow:
            known = {each.sha256: each.id for each in uow.tray.all()}
            new = {put.sha256: _row(desk, put, kind, source) for put, kind in zip(puts, types, strict=True)}
            added = [row for sha256, row in new.items() if sha256 not in known]
            uow.tray.add(*added)
            for row in added:
                uow.audit.add("tray_kept", row.id, desk.operator.id)
    known.update({row.sha256: row.id for row in added})
    return Written(tuple(dict.fromkeys(known[put.sha256] for put in puts)), TOUCHED)


@dataclass(frozen=True)
class Added:
    """Of files put in: how many pages are in the tray now, and which files were refused, and why."""

    pages: int
    refused: tuple[tuple[str, StationError], ...] = ()


def keep_files(desk: Desk, paths: Sequence[Path]) -> Written[Added]:
    """The same for files, PDF and TIFF page by page; one that cannot be read does not stop the others."""
    desk.require(Act.CASES)
    pages, refused = 0, []
    for path in paths:
        try:
            pages += len(keep(desk, paper_files.read_file(path).pages).value)
        except StationError as error:
            refused.append((path.name, error))
    return Written(Added(pages, tuple(refused)), TOUCHED)


def _row(desk: Desk, put: PutScan, media_type: str, source: str) -> TrayRecord:
    return TrayRecord(
        id=str(uuid4()),
        sha256=put.sha256,
        size=put.size,
        media_type=media_type,
        file_name=put.name,
        reason=UNSORTED,
        added_at=desk.now(),
        operator_id=desk.operator.id,
        source=source,
    )


def waiting(desk: Desk) -> tuple[TrayRow, ...]:
    """In the order they came."""
    with desk.store.read() as uow:
        return tuple(_shown(uow, each) for each in uow.tray.all())


def _shown(uow: UnitOfWork, page: TrayRecord) -> TrayRow:
    if page.application_id is None:
        return TrayRow(page)
    record = uow.applications.get(page.application_id)
    return TrayRow(page, record.reference, record.content.applicant.get("name", ""))


def count(desk: Desk) -> int:
    with desk.store.read() as uow:
        return uow.tray.count()


def picture(desk: Desk, tray_id: str) -> bytes:
    """The page as it came. Raises UserError ``tray_page_unknown``."""
    with desk.store.read() as uow:
        page = uow.tray.get(tray_id)
    return desk.store.scans.get(page.file_name)


def cases(desk: Desk, text: str) -> list[LedgerRow]:
    """Open cases to file a page to, by reference, name, pinyin or number."""
    with desk.store.read() as uow:
        return uow.applications.find(LedgerQuery(text=text, states=_OPEN, limit=_MANY))


def file_page(desk: Desk, tray_id: str, application_id: str, kind: ScanKind) -> Written[str]:
    """File a page to a case as the clerk says; the case's reference. A paper of our own goes as a form to its own case
    only, and not where it was printed for another revision or edited since.

    Raises UserError ``tray_page_unknown``, ``tray_not_read_yet``, ``paper_*``, ``scan_*``, ``scans_too_many``,
    ``not_editable``.
    """
    desk.require(Act.CASES)
    with desk.store.read() as uow:
        page = uow.tray.get(tray_id)
        code = read_code(page.code) if page.code else None
        if kind is ScanKind.FORM and code is not None:
            _check_paper(desk, uow, code, application_id)
        elif kind is ScanKind.FORM and page.reason == UNSORTED and uow.settings.get("reading_enabled"):
            raise UserError("tray_not_read_yet")  # its code may say that it is another case's
    return put_into(desk, page, application_id, kind, code if kind is ScanKind.FORM else None)


def _check_paper(desk: Desk, uow: UnitOfWork, code: PaperCode, application_id: str) -> None:
    judged = judge(desk, uow, code)
    if judged.application_id != application_id and judged.application_id is not None:
        raise UserError("paper_of_other_case", reference=code.reference)
    if judged.problem is not None and judged.problem.code not in _CLERK_DECIDES:
        raise judged.problem


def put_into(desk: Desk, page: TrayRecord, application_id: str, kind: ScanKind, code: PaperCode | None) -> Written[str]:
    """The page becomes one of the case's; then it leaves the tray. Cut short in between, it is in both, and doing it
    again adds nothing. One page at a time: the clerk and the sorter may want the same one, for two cases.

    Raises UserError ``tray_page_unknown``: it was filed meanwhile.
    """
    with desk.store.scans.filing:
        return _put_into(desk, page, application_id, kind, code)


def _put_into(
    desk: Desk, page: TrayRecord, application_id: str, kind: ScanKind, code: PaperCode | None
) -> Written[str]:
    with desk.store.read() as uow:
        uow.tray.get(page.id)
    content = desk.store.scans.get(page.file_name)
    if page.source == DEVICE:
        changed = add_device_pages(desk, application_id, [DevicePage(content, kind, once=True)]).changed
    else:
        filed = capture.add_scans(desk, application_id, [(kind, content)])
        changed = filed.changed | _put_reading(desk, page, filed.value[0])
    with desk.store.write(Point.TRAY) as uow:
        uow.tray.remove(page.id)
        if code is not None:
            uow.prints.note_came(code.whole, code.page, desk.now(), desk.operator.id)
        uow.audit.add("tray_filed", page.id, desk.operator.id, application=application_id, kind=kind.value)
        reference = uow.applications.get(application_id).reference
    return Written(reference, TOUCHED | changed)


def _put_reading(desk: Desk, page: TrayRecord, scan: ScanRecord) -> Changed:
    """What was read in the tray need not be read again."""
    if not page.documents:
        return Changed()
    return put_reading(desk, ScanReading(scan.id, desk.now(), page.documents))


def discard(desk: Desk, tray_ids: Sequence[str]) -> Written[None]:
    """Throw pages away for good: their rows, and their bytes where no case has them. A lead's word, on record."""
    desk.require(Act.DISCARD)
    with desk.store.scans.filing:
        with desk.store.write(Point.TRAY) as uow:
            pages = [uow.tray.get(each) for each in tray_ids]
            for page in pages:
                uow.tray.remove(page.id)
                uow.audit.add("tray_discarded", page.id, desk.operator.id)
            unneeded = {page.file_name for page in pages if not uow.tray.is_needed(page.file_name)}
        desk.store.scans.erase(unneeded)
    return Written(None, TOUCHED)
