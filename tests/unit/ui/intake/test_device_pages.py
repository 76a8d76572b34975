"""A scanner's pages for a submitted case while the window closes: none is lost, and nobody waits for page work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from station_app.devices.run import Run
from station_app.devices.scanner import Page
from station_app.domain.application import State
from station_app.papers.reader import Reader
from station_app.services import intake, submission
from station_app.services.desk import Desk, Written
from tests.samples.pdfs import jpeg_page
from tests.unit.ui.intake.pages import complete
from ui.pages.intake.device_pages import Filed, Target, scan_into
from ui.pages.intake.draft import Draft
from ui.tasks import Hand

_SHEETS = [jpeg_page(colour, size=(300, 300)) for colour in ("red", "green")]


class _Feeder:
    """Two sheets; with the first of them somebody closes the window."""

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is left of it."""

    def __iter__(self) -> Iterator[Page]:
        for sheet in _SHEETS:
            self._close()
            yield Page(sheet, "image/jpeg")

    def cancel(self) -> None:
        """It goes on to its end: what has left the glass is in its memory."""


def _written(change: Callable[[], Written[Any]]) -> Any:
    return change().value


def test_pages_that_have_come_when_the_window_closes_are_filed_whole_and_travel(desk: Desk, tmp_path: Path) -> None:
    application_id = complete(desk, tmp_path)
    submission.submit(desk, application_id, "本人坚持")
    view = intake.open_case(desk, application_id)
    assert view.record.state is State.QUEUED
    reader, told = Reader(), list[Filed]()
    run: Run[Any] = Run(lambda: _Feeder(reader.close))
    assert scan_into(desk, Target.of(Draft.of(view)), run, reader, Hand(told.append, _written)) == 2
    assert reader.process is None
    new = [scan for each in told for scan in each.scans]
    assert [desk.store.scans.get(scan.file_name) for scan in new] == _SHEETS
    with desk.store.read() as uow:
        assert [row.kind for row in uow.outbox.of(application_id)] == ["submit", "add_scans", "add_scans"]
        assert not {scan.id for scan in new} & uow.readings.of(application_id).keys()
