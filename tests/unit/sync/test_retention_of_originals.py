"""Originals and readings go with the scans of a paid case, not earlier, and a picture that another case needs stays."""

from __future__ import annotations

import pytest

from station_app.domain.application import Content, ScanKind
from station_app.domain.reading import Cut, DocumentReading
from station_app.durable import Point
from station_app.errors import BugError, UserError
from station_app.papers.reader import CutPage, CutPart
from station_app.services import capture, intake, retention, submission
from station_app.services.page_work import put_parts
from station_app.store.records import ApplicationRecord
from station_app.store.snapshot import snapshot_of
from tests.samples.cases import case
from tests.unit.sync.stations import Station, page
from tests.unit.sync.test_retention import files, heard, paid

_CORNERS = ((0.0, 0.0), (7.0, 0.0), (7.0, 7.0), (0.0, 7.0))
_KINDS = (ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.CERTIFICATE)


class _Scanning(Station):
    """Its pages come from a scanner."""

    def submit(self, number: int, size: int = 2_000) -> ApplicationRecord:
        begun = intake.new_case(self.desk, Content.from_json(case(number))).value.record
        for kind in _KINDS:
            device = capture.DevicePage(page(f"{number} {kind} whole", size), kind)
            (whole,) = capture.add_device_pages(self.desk, begun.id, [device]).value
            put_parts(self.desk, whole, _cut(page(f"{number} {kind}", size)))
        return submission.submit(self.desk, begun.id).value


def _cut(content: bytes) -> CutPage:
    read = DocumentReading(None, {}, _CORNERS)
    return CutPage((read,), (CutPart(content, Cut(_CORNERS), read),))


@pytest.fixture
def scanning(here: Station) -> Station:
    return _Scanning(here.desk, here.clock, here.server_key)


@pytest.fixture
def due(scanning: Station) -> ApplicationRecord:
    record = paid(scanning)
    scanning.clock.on(days=120)
    heard(scanning)
    return record


def test_they_go_with_the_scans(scanning: Station, due: ApplicationRecord) -> None:
    assert len(files(scanning)) == 8
    with scanning.desk.store.read() as uow:
        assert len(uow.readings.of(due.id)) == 8
        scan = uow.scans.of(due.id)[0]
    retention.erase_due(scanning.desk)
    assert files(scanning) == []
    with scanning.desk.store.read() as uow:
        assert {each.erased_at for each in uow.originals.of(due.id)} == {scanning.desk.now()}
        assert uow.readings.of(due.id) == {}
        assert uow.scans.all_file_names() == set()
    with snapshot_of(scanning.desk.store) as snapshot:
        assert snapshot.pages == ()
    with pytest.raises(UserError, match="scan_erased"):
        capture.read_original(scanning.desk, scan.id)


def test_an_original_that_is_a_page_elsewhere_stays(scanning: Station, due: ApplicationRecord) -> None:
    fresh = intake.new_case(scanning.desk, Content.from_json(case(5))).value.record
    shared = page(f"1 {ScanKind.CARD} whole", 2_000)
    scan = capture.add_scan(scanning.desk, fresh.id, ScanKind.CARD, shared).value
    retention.erase_due(scanning.desk)
    assert len(files(scanning)) == 1
    assert capture.read_scan(scanning.desk, scan.id) == shared


def test_a_page_that_is_an_original_elsewhere_stays(scanning: Station, due: ApplicationRecord) -> None:
    fresh = intake.new_case(scanning.desk, Content.from_json(case(5))).value.record
    shared = page(f"1 {ScanKind.CARD}", 2_000)
    (whole,) = capture.add_device_pages(scanning.desk, fresh.id, [capture.DevicePage(shared)]).value
    put_parts(scanning.desk, whole, _cut(page("something else", 900)))
    retention.erase_due(scanning.desk)
    assert len(files(scanning)) == 2
    assert capture.read_original(scanning.desk, whole.id) == shared


def test_the_store_itself_refuses_to_erase_an_original_too_early(scanning: Station, due: ApplicationRecord) -> None:
    with scanning.desk.store.write(Point.DRAFT) as uow:
        uow.connection.exec_driver_sql("DROP TRIGGER receipts_stay")
        uow.connection.exec_driver_sql("DELETE FROM receipts")
    with pytest.raises(BugError, match="original_not_erasable"), scanning.desk.store.write(Point.RETENTION) as uow:
        uow.originals.erase(due.id, scanning.clock())
