"""Pages made out of pages by the real child: small enough, straight, and still readable."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import cv2
import numpy as np
import pytest
from PIL import Image

from station_app.domain.application import Category, ScanKind
from station_app.domain.reading import DocumentReading
from station_app.errors import UserError
from station_app.papers.reader import CutPart, Reader
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import certificate, id_back, id_front, service_card
from tests.samples.scanned import Scanned, camera, flatbed, photocopied, pixels_of

pytestmark = pytest.mark.slow
_TODAY = date(2024, 5, 15)
_ONE = person(20)
FRONT, BACK, CARD, CERTIFICATE = ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.CERTIFICATE


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        reader.read_page(flatbed([], 1, dpi=100).png(), _TODAY)
        yield reader


def _opened(part: CutPart) -> Image.Image:
    picture = Image.open(io.BytesIO(part.content))
    assert picture.format == "JPEG"
    return picture


def _again(reader: Reader, part: CutPart) -> DocumentReading:
    (read,) = reader.read_page(part.content, _TODAY)
    return read


@pytest.mark.parametrize("make", [id_front, id_back, service_card])
def test_a_colour_side_at_300_dpi_is_small_and_still_readable(reader: Reader, make: object) -> None:
    assert callable(make)
    page = flatbed([pixels_of(make(_ONE))], 3)
    (part,) = reader.cut(page.png(), _TODAY).parts
    with _opened(part) as picture:
        assert len(part.content) <= 250_000
        assert picture.mode == "RGB"
        assert abs(max(picture.size) - 1011) <= 10  # 85.6 mm
        assert abs(picture.info["dpi"][0] - 300) <= 3
    again = _again(reader, part)
    assert again.kind is part.reading.kind
    assert {name: each.value for name, each in again.fields.items()} == {
        name: each.value for name, each in part.reading.fields.items()
    }
    assert all(again.sure(name) for name in ("id_number", "card_no", "valid_to") if name in again.fields)


def test_boxes_lie_on_the_text_in_the_cut_and_on_the_page(reader: Reader) -> None:
    """The number stands in the lowest row of a card, from a third of its width on."""
    page = camera(pixels_of(id_front(_ONE)), 3, width=3840, turns=1)
    found = reader.cut(page.png(), _TODAY)
    for reading in (found.documents[0], found.parts[0].reading):
        box = reading.fields["id_number"].box
        assert box is not None
        unit = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
        matrix = cv2.getPerspectiveTransform(np.array(reading.corners, np.float32), unit)
        (left, top), _, (right, bottom), _ = cv2.perspectiveTransform(np.array([box], np.float64), matrix)[0]
        assert 0.25 < left < 0.40 < 0.70 < right < 0.80
        assert 0.80 < top < bottom < 0.95


def test_copies_of_both_sides_without_outlines_are_parted(reader: Reader) -> None:
    glass = flatbed([pixels_of(id_front(_ONE)), pixels_of(id_back(_ONE))], 3, ground=250)
    front, back = reader.cut(photocopied(glass, 0.6).png(), _TODAY).parts
    assert (front.reading.kind, back.reading.kind) == (FRONT, BACK)
    assert _again(reader, front).value("id_number") == _ONE.id_number
    assert _again(reader, back).value("valid_to") == "2036-05-20"


@pytest.mark.parametrize("turns", [0, 2])
def test_a_sheet_that_fills_the_page_is_kept_whole_and_upright(reader: Reader, turns: int) -> None:
    facts = case(20, Category.VOCATIONAL)["certificate"]
    paper = pixels_of(certificate(_ONE, Category.VOCATIONAL, facts))
    whole = Scanned(np.ascontiguousarray(np.rot90(cv2.resize(paper, None, fx=2, fy=2), turns)), ())
    (part,) = reader.cut(whole.jpeg(), _TODAY).parts
    with _opened(part) as picture:
        assert (picture.width > picture.height) == (paper.shape[1] > paper.shape[0])
        assert len(part.content) <= 1_000_000
    assert part.reading.kind is CERTIFICATE
    assert _again(reader, part).value("number") == str(facts["number"])


def test_an_empty_page_is_kept_whole_and_marked(reader: Reader) -> None:
    (part,) = reader.cut(flatbed([], 1, dpi=150).png(), _TODAY).parts
    assert (part.reading.kind, part.reading.defects) == (None, ("blank",))
    with _opened(part) as picture:
        assert max(abs(1240 - picture.width), abs(1754 - picture.height)) <= 1


def test_what_is_no_picture_is_said(reader: Reader) -> None:
    with pytest.raises(UserError, match="scan_unreadable"):
        reader.cut(b"MZ no picture", _TODAY)
