"""What was read off the pages of a case, for the clerk to compare with what was typed."""

from __future__ import annotations

from dataclasses import replace

from station_app.domain.application import EDITABLE, ScanKind
from station_app.domain.reading import DocumentReading, ScanReading
from station_app.services.desk import Desk
from station_app.services.reading_worker import ReadingWorker
from station_app.services.scan_checks import codes_of
from station_app.services.signed_papers import contradiction
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord

__all__ = ["ReadingWorker", "readings_of"]


def readings_of(desk: Desk, application_id: str) -> dict[str, ScanReading]:
    """By the page's id; a page that nobody has read yet has none. Boxes are in pixels of the page's own bytes.

    While the case is being written a form among them that is not of this case, or says something else than the case as
    it stands, has the reason among its defects (``paper_*``): it may have been filed before the edit, or by hand.
    """
    with desk.store.read() as uow:
        record, found = uow.applications.get(application_id), uow.readings.of(application_id)
        if record.state in EDITABLE:
            forms = [
                each.id for each in uow.scans.of(application_id) if each.kind is ScanKind.FORM and each.id in found
            ]
            found |= {each: _compared(desk, uow, record, found[each]) for each in forms}
    return found


def _compared(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, reading: ScanReading) -> ScanReading:
    def told(document: DocumentReading) -> DocumentReading:
        problems = [contradiction(desk, uow, code, record) for code in codes_of([document])]
        return replace(document, defects=(*document.defects, *(each.code for each in problems if each is not None)))

    return replace(reading, documents=tuple(told(each) for each in reading.documents))
