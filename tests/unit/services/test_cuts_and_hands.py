"""Page work beside the clerk's hands: what stands in a page's place, what a page given back leaves, how many fit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from station_app.domain.application import ScanKind
from station_app.domain.reading import Corners, Cut, DocumentReading
from station_app.durable import Point
from station_app.errors import UserError
from station_app.papers.reader import CutPage, CutPart, Reader
from station_app.services import capture, intake, submission
from station_app.services.capture import DevicePage
from station_app.services.desk import Desk
from station_app.services.page_work import put_parts
from station_app.store.records import ApplicationRecord, ScanRecord
from sync.wire import MAX_SCANS
from tests.samples.pictures import jpeg
from tests.unit.services.conftest import complete
from tests.unit.sync.stations import page

FRONT, BACK, OTHER = ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.OTHER
WHOLE: Corners = ((0.0, 0.0), (59.0, 0.0), (59.0, 79.0), (0.0, 79.0))


def _picture(red: int) -> bytes:
    from PIL import Image

    return jpeg(Image.new("RGB", (60, 80), (red, 200, 200)))


SHEET, BAD = _picture(10), _picture(20)


class _Sides(Reader):
    """Finds both sides of a card on every page but one, over which it fails."""

    def cut(self, content: bytes, today: object) -> CutPage:
        if content == BAD:
            raise UserError("scan_unreadable")
        found = [DocumentReading(kind, {}, WHOLE) for kind in (FRONT, BACK)]
        parts = [CutPart(_picture(100 + at), Cut(WHOLE), each) for at, each in enumerate(found)]
        return CutPage(tuple(found), tuple(parts))

    def cut_by_hand(self, content: bytes, cut: Cut) -> bytes:
        return _picture(150)


def _cut(desk: Desk, record: ApplicationRecord) -> tuple[ScanRecord, ScanRecord, ScanRecord]:
    """A sheet, and the two sides that took its place."""
    (whole,) = capture.add_device_pages(desk, record.id, [DevicePage(SHEET)]).value
    put_parts(desk, whole, _Sides().cut(SHEET, desk.today()))
    front, back = [each for each in _pages(desk, record) if each.replaces == whole.id]
    return whole, front, back


def _pages(desk: Desk, record: ApplicationRecord) -> list[ScanRecord]:
    return list(intake.open_case(desk, record.id).scans)


@pytest.mark.parametrize(
    "change",
    [
        lambda desk, scan: capture.remove_scan(desk, scan.id),
        lambda desk, scan: capture.rename_scan(desk, scan.id, OTHER),
        lambda desk, scan: capture.replace_scan(desk, scan.id, _picture(77)),
        lambda desk, scan: capture.remark_scan(desk, scan.id, "只有这一张"),
        lambda desk, scan: capture.cut_scan(desk, scan.id, WHOLE, reader=_Sides()),
    ],
    ids=["remove", "rename", "replace", "remark", "cut"],
)
def test_what_a_hand_does_to_a_page_that_was_cut_meanwhile_is_refused_not_lost(
    desk: Desk, change: Callable[[Desk, ScanRecord], object]
) -> None:
    """Else the parts of the wrong person's sheet would stay beside the page that was to replace it."""
    record = complete(desk)
    whole, *_ = _cut(desk, record)
    before = _pages(desk, record)
    with pytest.raises(UserError, match="scan_gone"):
        change(desk, whole)
    assert _pages(desk, record) == before


def test_a_page_that_was_taken_out_of_what_was_sent_does_not_come_back_by_its_kind(desk: Desk) -> None:
    record = complete(desk)
    first, *others = _pages(desk, record)
    with desk.store.write(Point.SCAN_ROW) as uow:
        uow.scans.freeze(record.id, 1)
    capture.remove_scan(desk, first.id)
    with pytest.raises(UserError, match="scan_gone"):
        capture.rename_scan(desk, first.id, OTHER)
    assert [each.id for each in _pages(desk, record)] == [each.id for each in others]


def test_a_sheet_that_comes_back_takes_what_was_cut_out_of_its_parts_with_it(desk: Desk) -> None:
    record = complete(desk)
    before = _pages(desk, record)
    whole, front, back = _cut(desk, record)
    capture.cut_scan(desk, front.id, WHOLE, 90, reader=_Sides())
    assert capture.uncut_scan(desk, back.id).value.id == whole.id
    assert [each.id for each in _pages(desk, record)] == [*(each.id for each in before), whole.id]


def test_pages_that_stay_whole_count_beside_those_that_were_parted(desk: Desk) -> None:
    record = complete(desk)
    there = len(_pages(desk, record))
    more = [(ScanKind.CERTIFICATE, page(str(at), 700)) for at in range(MAX_SCANS - 2 - there)]
    capture.add_scans(desk, record.id, more)
    submission.submit(desk, record.id, "本人坚持")
    with pytest.raises(UserError, match="scans_too_many"):
        capture.add_device_pages(desk, record.id, [DevicePage(SHEET), DevicePage(BAD)], reader=_Sides())
    assert len(_pages(desk, record)) == MAX_SCANS - 2
