"""A stack through the real child: papers are filed by their codes, the rest waits; killed in between, it goes on."""

from __future__ import annotations

import cv2
import pytest

from station_app.domain.application import ScanKind
from station_app.papers import Paper
from station_app.services import papers, sorting, tray
from station_app.services.signed_papers import note_printed
from tests.integration.reading.conftest import Working
from tests.samples.people import person
from tests.samples.pictures import id_front
from tests.samples.scanned import flatbed, pixels_of
from tests.samples.signed import printed, signed

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]


def _scanned(pixels: object, seed: int) -> bytes:
    big = cv2.resize(pixels, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)  # type: ignore[call-overload]
    return flatbed([big], seed, dpi=200, skew=1.0, ground=252).jpeg()


def test_a_stack_is_sorted_and_a_page_that_is_filed_is_not_read_again(working: Working, empty: bytes) -> None:
    desk, record = working.desk, working.record
    sheet = papers.sheet(desk, record.id, Paper.SHEET)
    note_printed(desk, sheet)
    paper = printed(sheet)
    stack = [
        _scanned(signed(paper, 3), 5),
        empty,
        _scanned(paper.pixels, 6),
        flatbed([pixels_of(id_front(person(7)))], 7).jpeg(),
    ]
    tray.keep(desk, stack)
    working.worker.start()
    working.until(lambda: len(working.worker.stack.outcomes) == 4)
    first, blank, unsigned, front = sorting.with_missing(desk, working.worker.stack.outcomes)
    assert (first.problem, first.reference, first.missing) == (None, record.reference, (2,))
    assert [each.problem.code for each in (blank, unsigned, front) if each.problem] == [
        "tray_blank",
        "paper_not_signed",
        "tray_suggested",
    ]
    assert (front.application_id, front.kind) == (record.id, ScanKind.ID_FRONT)
    (filed,) = working.scans()
    assert filed.kind is ScanKind.FORM
    assert desk.store.scans.get(filed.file_name) == stack[0], "as it came"
    assert filed.id in working.readings()
    tray.file_page(desk, front.tray_id, record.id, ScanKind.ID_FRONT)
    assert [each.kind for each in working.scans()] == [ScanKind.FORM, ScanKind.ID_FRONT]


def test_a_page_of_a_device_is_cut_out_once_it_is_filed(working: Working) -> None:
    desk, record = working.desk, working.record
    page = flatbed([pixels_of(id_front(person(7)))], 7).png()
    tray.keep(desk, [page], tray.DEVICE)
    working.worker.start()
    working.until(lambda: len(working.worker.stack.outcomes) == 1)
    (outcome,) = working.worker.stack.outcomes
    assert outcome.application_id == record.id
    working.events.send(tray.file_page(desk, outcome.tray_id, record.id, ScanKind.ID_FRONT).changed)
    working.until(lambda: len(working.scans()) == 1 and working.scans()[0].cut is not None)
    (scan,) = working.scans()
    assert (scan.kind, scan.media_type) == (ScanKind.ID_FRONT, "image/jpeg")
    assert scan.size < 250_000
