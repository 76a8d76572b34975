"""Originals and readings in a real store: they are kept, swept, backed up and erased with the pages they belong to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from station_app.domain.application import ScanKind
from station_app.domain.reading import Cut, DocumentReading, ReadField, ScanReading
from station_app.durable import Point
from station_app.errors import BugError, UserError
from station_app.store import Store
from station_app.store.records import OriginalRecord, ScanRecord
from station_app.store.snapshot import snapshot_of
from tests.integration.store.conftest import HandClock, record

_CORNERS = ((1.0, 2.0), (30.0, 2.0), (30.0, 20.0), (1.0, 20.0))
_ORIGINAL = OriginalRecord("original-1", "case-1", "ab" * 32, 9, "image/png", "the-original", "2024-05-15T06:30:00Z")
_PAGE = ScanRecord(
    id="scan-1",
    application_id="case-1",
    kind=ScanKind.ID_FRONT,
    sha256="cd" * 32,
    size=5,
    media_type="image/jpeg",
    file_name="the-cut",
    added_at="2024-05-15T06:30:00Z",
    original_id="original-1",
    cut=Cut(_CORNERS, 90),
)
_READ = ScanReading(
    "scan-1",
    "2024-05-15T06:31:00Z",
    (DocumentReading(ScanKind.ID_FRONT, {"name": ReadField("某某", 0.97, _CORNERS)}, _CORNERS, ("glare",)),),
)


@pytest.fixture
def cut(store: Store) -> Store:
    """A case with an original, a page cut out of it, and what was read off that."""
    with store.write(Point.DRAFT) as uow:
        uow.applications.add(record())
        uow.originals.add(_ORIGINAL)
        uow.scans.add(_PAGE)
        uow.readings.put(_READ)
    return store


def test_what_is_put_in_comes_out(cut: Store) -> None:
    with cut.read() as uow:
        assert uow.originals.of("case-1") == [_ORIGINAL]
        assert uow.originals.with_bytes("case-1", "ab" * 32) == _ORIGINAL
        assert uow.originals.with_bytes("case-2", "ab" * 32) is None
        assert uow.scans.of("case-1") == [_PAGE]
        assert uow.readings.of("case-1") == {"scan-1": _READ}
        assert uow.readings.next_unread() is None
        with pytest.raises(UserError, match="scan_unknown"):
            uow.originals.get("another")


def test_the_files_of_originals_are_known_like_those_of_pages(cut: Store) -> None:
    with cut.read() as uow:
        assert uow.scans.all_file_names() == {"the-original", "the-cut"}
        assert uow.scans.references_with(["the-original"]) == [record().reference]
    with snapshot_of(cut) as snapshot:
        assert snapshot.pages == ("the-cut", "the-original")


def test_an_original_is_never_changed_and_never_goes(cut: Store, clock: HandClock) -> None:
    for statement in (
        "UPDATE originals SET file_name = 'another'",
        "DELETE FROM originals",
        "UPDATE scans SET original_id = NULL",
        "UPDATE scans SET cut = NULL",
    ):
        with pytest.raises(BugError, match="_frozen"), cut.write(Point.DRAFT) as uow:
            uow.connection.exec_driver_sql(statement)
    with pytest.raises(BugError, match="original_not_erasable"), cut.write(Point.DRAFT) as uow:
        uow.originals.erase("case-1", clock())


def test_a_page_names_an_original_of_its_own_case(cut: Store) -> None:
    with pytest.raises(BugError, match="original_unknown"), cut.write(Point.DRAFT) as uow:
        uow.scans.add(replace(_PAGE, id="scan-2", original_id="another"))


def test_a_cut_stands_where_its_page_stood_and_gives_the_place_back(cut: Store) -> None:
    with cut.write(Point.SCAN_ROW) as uow:
        uow.scans.add(replace(_PAGE, id="scan-2", kind=ScanKind.CARD))
        uow.scans.remove("scan-1")
        uow.scans.add(replace(_PAGE, id="scan-3", replaces="scan-1"))
        assert [each.id for each in uow.scans.of("case-1")] == ["scan-3", "scan-2"]
        uow.scans.remove("scan-3")
        uow.scans.put_back("scan-1")
        assert [each.id for each in uow.scans.of("case-1")] == ["scan-1", "scan-2"]


def test_the_newest_unread_page_of_an_open_case_is_read_next(cut: Store) -> None:
    with cut.write(Point.SCAN_ROW) as uow:
        uow.scans.add(replace(_PAGE, id="scan-2", added_at="2024-05-15T06:40:00Z"))
        uow.scans.add(replace(_PAGE, id="scan-3", added_at="2024-05-15T06:50:00Z"))
        found = uow.readings.next_unread()
        assert found is not None
        assert found.id == "scan-3"
        uow.scans.remove("scan-3")
        uow.readings.put(ScanReading("scan-2", "2024-05-15T06:51:00Z", failure="reading_failed"))
        assert uow.readings.next_unread() is None
        assert uow.readings.of("case-1")["scan-2"].failure == "reading_failed"
        uow.readings.put(replace(_READ, scan_id="scan-2"))
        assert uow.readings.of("case-1")["scan-2"] == replace(_READ, scan_id="scan-2")
        uow.readings.forget(["scan-1", "scan-2"])
        assert uow.readings.of("case-1") == {}


def test_readings_go_with_the_case(cut: Store) -> None:
    with cut.write(Point.RETENTION) as uow:
        uow.readings.erase("another")
        assert uow.readings.of("case-1") == {"scan-1": _READ}
        uow.readings.erase("case-1")
        assert uow.readings.of("case-1") == {}
