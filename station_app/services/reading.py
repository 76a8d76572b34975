"""What was read off the pages of a case, for the clerk to compare with what was typed."""

from __future__ import annotations

from station_app.domain.reading import ScanReading
from station_app.services.desk import Desk
from station_app.services.reading_worker import ReadingWorker

__all__ = ["ReadingWorker", "readings_of"]


def readings_of(desk: Desk, application_id: str) -> dict[str, ScanReading]:
    """By the page's id; a page that nobody has read yet has none. Boxes are in pixels of the page's own bytes."""
    with desk.store.read() as uow:
        return uow.readings.of(application_id)
