"""Pages from a scanner into a case, each filed as soon as it has come. Runs beside the window; no widget here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from station_app.domain.application import ScanKind, required_scans
from station_app.events import Changed
from station_app.services import capture, intake
from station_app.services.desk import Written
from ui.pages.intake.pictures import assign

if TYPE_CHECKING:
    from station_app.devices.job import ScanJob
    from station_app.devices.run import Run
    from station_app.devices.scanner import Page
    from station_app.domain.application import Content
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


def scan_into(desk: Desk, target: Target, run: Run[ScanJob], hand: Hand) -> int:
    """Tell each page that is filed; the number of them. Raises as ``ScanJob`` and ``capture.add_scans``."""
    pages = 0
    with run.job() as job:
        for page in job:
            kind = None if pages else target.kind
            hand.tell(hand.write(partial(_file, desk, target, page, kind)))
            pages += 1
    return pages


def look_for_scanners(search: Search, hand: Hand) -> None:
    """Tell each scanner, and each fault of a driver, as soon as it is known."""
    for each in search:
        hand.tell(each)


def _file(desk: Desk, target: Target, page: Page, wanted: ScanKind | None) -> Written[Filed]:
    """On the writer thread, among the writes that keep what is typed."""
    begun, changed = None, Changed()
    if target.handle.application_id is None:
        new = intake.new_case(desk, target.content, target.unfinished)
        begun, changed = new.value, new.changed
        target.handle.application_id = begun.record.id
    case = begun or intake.open_case(desk, str(target.handle.application_id))
    there = [scan.kind for scan in case.scans if not scan.removed]
    (kind,) = assign(1, there, wanted, required_scans(case.record.content))
    written = capture.add_scans(desk, case.record.id, [(kind, page.content)])
    return Written(Filed(written.value, begun), changed | written.changed)
