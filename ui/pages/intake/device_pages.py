"""Pages from a scanner into a case, each filed as soon as it has come. Runs beside the window; no widget here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from station_app.domain.application import EDITABLE, ScanKind, required_scans
from station_app.events import Changed
from station_app.services import cutting, intake, settings
from station_app.services.desk import Written
from ui.pages.intake.pictures import assign

if TYPE_CHECKING:
    from station_app.devices.job import ScanJob
    from station_app.devices.run import Run
    from station_app.devices.scanner import Page
    from station_app.domain.application import Content
    from station_app.papers.reader import Reader
    from station_app.services.desk import Desk
    from station_app.services.intake import CaseView
    from station_app.services.scanning import Search
    from station_app.store.records import ScanRecord
    from ui.pages.intake.draft import CaseHandle, Draft
    from ui.tasks import Hand


@dataclass(frozen=True)
class Target:
    """Where the pages go: a case, or one that begins with the first of them. ``kind``: what the first page is."""

    handle: CaseHandle
    content: Content
    unfinished: Mapping[str, str]
    kind: ScanKind | None = None

    @classmethod
    def of(cls, draft: Draft, kind: ScanKind | None = None) -> Target:
        return cls(draft.handle, draft.content, draft.loose_ends, kind)


@dataclass(frozen=True)
class Filed:
    """A page that is in the case now. ``begun``: the case as it began with this page."""

    scans: tuple[ScanRecord, ...]
    begun: CaseView | None = None


def scan_into(desk: Desk, target: Target, run: Run[ScanJob], reader: Reader, hand: Hand) -> int:
    """Tell each page that is filed; the number of them. Raises as ``ScanJob`` and ``cutting.add_device_pages``."""
    pages = 0
    with reader, run.job() as job:
        for page in job:
            case = hand.write(partial(_begin, desk, target))
            filing = partial(_file, desk, case, page, None if pages else target.kind, reader)
            # of a case that is submitted the page work is done first: here, and not where others wait to write
            work = filing if case.view.record.state in EDITABLE else partial(_hand_over, filing())
            hand.tell(hand.write(work))
            pages += 1
    return pages


def look_for_scanners(search: Search, hand: Hand) -> None:
    """Tell each scanner, and each fault of a driver, as soon as it is known."""
    for each in search:
        hand.tell(each)


@dataclass(frozen=True)
class _Case:
    """``new``: it has begun just now."""

    view: CaseView
    new: bool


def _begin(desk: Desk, target: Target) -> Written[_Case]:
    """On the writer thread, among the writes that keep what is typed: the case, begun where there is none."""
    if target.handle.application_id is not None:
        return Written(_Case(intake.open_case(desk, target.handle.application_id), new=False), Changed())
    written = intake.new_case(desk, target.content, target.unfinished)
    target.handle.application_id = written.value.record.id
    return Written(_Case(written.value, new=True), written.changed)


def _file(desk: Desk, case: _Case, page: Page, wanted: ScanKind | None, reader: Reader) -> Written[Filed]:
    record = case.view.record
    kind = wanted or _guess(desk, case.view)
    written = cutting.add_device_pages(desk, record.id, [cutting.DevicePage(page.content, kind)], reader=reader)
    return Written(Filed(written.value, case.view if case.new else None), written.changed)


def _guess(desk: Desk, view: CaseView) -> ScanKind:
    """Pages that are read say themselves what they are; where none is read, what is missing comes first."""
    if settings.read_all(desk)["reading_enabled"]:
        return ScanKind.OTHER
    there = [scan.kind for scan in view.scans if not scan.removed]
    return assign(1, there, None, required_scans(view.record.content))[0]


def _hand_over(written: Written[Filed]) -> Written[Filed]:
    """What was written elsewhere is told like a write of this thread."""
    return written
