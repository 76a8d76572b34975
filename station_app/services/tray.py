"""待归档: pages that wait to be filed. None leaves but into a case, or by a lead's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from station_app.domain.application import CLOSED, ScanKind, State
from station_app.domain.operator import Act
from station_app.domain.reading import ScanReading
from station_app.durable import Point
from station_app.errors import StationError, UserError
from station_app.events import Changed, Kind
from station_app.papers.reader import Reader
from station_app.services import capture, retention
from station_app.services.cutting import DevicePage, add_device_pages
from station_app.services.desk import Desk, Written
from station_app.services.filing import Kept, filing, keep_file
from station_app.services.page_work import put_reading
from station_app.services.paper_files import Pictures
from station_app.services.scan_checks import codes_of
from station_app.services.signed_papers import refusal
from station_app.store import UnitOfWork
from station_app.store.records import LedgerQuery, LedgerRow, ScanRecord, TrayRecord

FILE, DEVICE = "file", "device"  # where a page came from
UNSORTED = "tray_unsorted"  # nobody has looked at it yet
BLANK = "tray_blank"
TOUCHED = Changed.of(Kind.TRAY)
_OPEN = frozenset(State) - CLOSED
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


@dataclass(frozen=True)
class KeptPages:
    """``ids`` of pages in the tray; ``again``: so many of those put in were there already, or twice among them."""

    ids: tuple[str, ...]
    again: int = 0


def keep(desk: Desk, pages: Sequence[bytes], source: str = FILE, file: bytes | None = None) -> Written[KeptPages]:
    """Put pages into the tray before anybody looks at them, durable. The same bytes again are one page.

    ``source``: ``file``, or ``device``, whose pages are cut out and straightened when they are filed. ``file``: the
    PDF or TIFF that they were taken out of, kept as long as one of them waits, and with the cases they go to.

    Raises UserError ``scan_*``: then none is kept.
    """
    desk.require(Act.CASES)
    with filing(desk, pages, [] if file is None else [file], Point.TRAY) as (uow, kept):
        known = {each.sha256: each.id for each in uow.tray.all()}
        came, whole = kept[: len(pages)], kept[len(pages) :]
        new = {each.put.sha256: each for each in came if each.put.sha256 not in known}
        file_id = keep_file(uow, whole[0], desk.now()) if new and whole else None
        added = [_row(desk, each, source, file_id) for each in new.values()]
        uow.tray.add(*added)
        for row in added:
            uow.audit.add("tray_kept", row.id, desk.operator.id)
    known.update({row.sha256: row.id for row in added})
    ids = tuple(dict.fromkeys(known[each.put.sha256] for each in came))
    return Written(KeptPages(ids, len(came) - len(added)), TOUCHED)


@dataclass(frozen=True)
class Added:
    """Of files put in: how many pages came into the tray, how many lay there ``again``, byte for byte; and which files
    were refused, and why.
    """

    pages: int = 0
    again: int = 0
    refused: tuple[tuple[str, StationError], ...] = ()

    def __add__(self, more: Added) -> Added:
        return Added(self.pages + more.pages, self.again + more.again, self.refused + more.refused)


def keep_pictures(desk: Desk, found: Pictures) -> Written[Added]:
    """The same for what a file holds."""
    kept = keep(desk, found.pages, file=found.file).value
    return Written(Added(len(found.pages) - kept.again, kept.again), TOUCHED)


def _row(desk: Desk, kept: Kept, source: str, file_id: str | None) -> TrayRecord:
    put = kept.put
    return TrayRecord(
        id=str(uuid4()),
        sha256=put.sha256,
        size=put.size,
        media_type=kept.media_type,
        file_name=put.name,
        reason=UNSORTED,
        added_at=desk.now(),
        operator_id=desk.operator.id,
        source=source,
        file_id=file_id,
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


def file_page(
    desk: Desk, tray_id: str, application_id: str, kind: ScanKind, reader: Reader | None = None
) -> Written[str]:
    """File a page to a case as the clerk says; the case's reference. A paper of our own goes as a form to its own case
    only, and not where it was printed for another revision or edited since.

    Raises UserError ``tray_page_unknown``, ``tray_not_read_yet``, ``paper_*``, ``scan_*``, ``scans_too_many``,
    ``not_editable``; EnvironmentFault ``reading_failed``: somebody has closed ``reader``, the page waits on.
    """
    desk.require(Act.CASES)
    with desk.store.read() as uow:
        page = uow.tray.get(tray_id)
        if kind is ScanKind.FORM:
            _check_form(desk, uow, page, application_id)
    return put_into(desk, page, application_id, kind, reader)


def _check_form(desk: Desk, uow: UnitOfWork, page: TrayRecord, application_id: str) -> None:
    """All papers on the page must be this case's."""
    if page.reason == UNSORTED and uow.settings.get("reading_enabled"):
        raise UserError("tray_not_read_yet")  # its code may say that it is another case's
    for code in codes_of(page.documents):
        if (problem := refusal(desk, uow, code, application_id)) is not None:
            raise problem


def put_into(
    desk: Desk,
    page: TrayRecord,
    application_id: str,
    kind: ScanKind,
    reader: Reader | None = None,
) -> Written[str]:
    """The page becomes one of the case's; then it leaves the tray. Cut short in between, it is in both, and doing it
    again adds nothing. One page at a time: the clerk and the sorter may want the same one, for two cases.

    Raises UserError ``tray_page_unknown``: it was filed meanwhile.
    """
    with desk.store.scans.filing:
        return _put_into(desk, page, application_id, kind, reader)


def _put_into(
    desk: Desk,
    page: TrayRecord,
    application_id: str,
    kind: ScanKind,
    reader: Reader | None,
) -> Written[str]:
    with desk.store.read() as uow:
        uow.tray.get(page.id)
    content = desk.store.scans.get(page.file_name)
    if page.source == DEVICE:
        pages = [DevicePage(content, kind, once=True)]
        changed = add_device_pages(desk, application_id, pages, reader=reader).changed
    else:
        filed = capture.add_scans(desk, application_id, [(kind, content)])
        changed = filed.changed | _put_reading(desk, page, filed.value[0])
    with desk.store.write(Point.TRAY) as uow:
        uow.tray.remove(page.id)
        if page.file_id is not None:
            uow.paper_files.link(page.file_id, application_id)
        for code in codes_of(page.documents) if kind is ScanKind.FORM else ():
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
    """Throw pages away for good: their rows, and their bytes where no case has them; what they came in goes with the
    last of its pages. A lead's word, on record.
    """
    desk.require(Act.DISCARD)
    with desk.store.scans.filing:
        with desk.store.write(Point.TRAY) as uow:
            pages = [uow.tray.get(each) for each in tray_ids]
            for page in pages:
                uow.tray.remove(page.id)
                uow.audit.add("tray_discarded", page.id, desk.operator.id)
            retention.leave(uow, {*(page.file_name for page in pages), *uow.paper_files.erase_unclaimed(desk.now())})
        retention.take_files(desk)
    return Written(None, TOUCHED)
