"""What leaves the program with a page on it: watermarked all over, still readable, the original untouched."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from station_app.domain.application import ScanKind
from station_app.services.copies import CaseCopy, Copied
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of
from tests.unit.papers.paper_cases import REFERENCE, paper_case
from ui.paper.case_file import case_pdf
from ui.paper.copies import pictures_of, watermarked, words_of

pytestmark = pytest.mark.usefixtures("qapp")
_WORDS = words_of("区总复核", date(2024, 5, 15), "王芳")


def _copy(*kinds: ScanKind, receipt: bool = False) -> CaseCopy:
    from station_app.papers import receipt as receipt_sheet

    scans = scans_of(person(7), case(7))
    pages = tuple(Copied(kind, scans.get(kind, scans[ScanKind.CERTIFICATE]), 0) for kind in kinds)
    sheet = receipt_sheet(paper_case()) if receipt else None
    return CaseCopy(REFERENCE, "区总复核", date(2024, 5, 15), "王芳", pages, sheet, 0)


def _grey(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(picture.convert("L"), dtype=np.float64)


def test_the_words_say_purpose_day_and_clerk() -> None:
    for each in ("区总复核", "2024-05-15", "王芳"):
        assert each in _WORDS


@pytest.mark.parametrize("colour", ["white", (128, 128, 128), (20, 20, 20)])
def test_no_part_of_a_page_is_without_the_watermark(colour: str | tuple[int, int, int]) -> None:
    plain = Image.new("RGB", (1000, 1400), colour)
    with_words, without = _grey(watermarked([plain], _WORDS, "")), _grey(watermarked([plain], "", ""))
    changed = np.abs(with_words - without) > 8
    height, width = changed.shape
    for top in range(120, height - 420, 300):
        for left in range(120, width - 720, 300):
            assert changed[top : top + 300, left : left + 600].any(), (top, left)
    assert changed.mean() < 0.12, "what is under it stays readable"


def test_what_is_under_the_words_keeps_its_contrast() -> None:
    dark = Image.new("RGB", (1000, 1400), "black")
    under = _grey(watermarked([dark], _WORDS, ""))
    light = _grey(watermarked([Image.new("RGB", (1000, 1400), "white")], _WORDS, ""))
    inside = (slice(300, -300), slice(300, -300))
    assert under[inside].max() + 60 < light[inside].min()


def test_one_picture_lies_as_it_lies_and_two_stand_under_each_other() -> None:
    lying = Image.new("RGB", (1400, 900), "grey")
    assert watermarked([lying], _WORDS, "").size == (2339, 1654)
    assert watermarked([lying, lying], _WORDS, "").size == (1654, 2339)


def test_turned_pages_come_upright() -> None:
    marked = Image.new("RGB", (300, 200), "white")
    marked.paste((255, 0, 0), (0, 0, 60, 60))
    packed = io.BytesIO()
    marked.save(packed, "PNG")
    (turned,) = pictures_of(packed.getvalue(), 90)
    assert turned.size == (200, 300)
    assert turned.getpixel((190, 10)) == (255, 0, 0), "clockwise: what was at the left top is at the right"


def test_a_case_is_one_file_with_a_bookmark_for_each_kind() -> None:
    kinds = (ScanKind.FORM, ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.CERTIFICATE, ScanKind.OTHER)
    content, pages = case_pdf(_copy(*kinds, ScanKind.OTHER, receipt=True))
    reader = PdfReader(io.BytesIO(content))
    marks = {each.title: reader.get_destination_page_number(each) for each in reader.outline}  # type: ignore[union-attr, arg-type]
    assert marks == {
        "申请表（签字）": 0,
        "身份证（两面）": 1,
        "互助服务卡": 2,
        "证书": 3,
        "其他材料": 4,
        "受理回执": 6,
    }
    assert pages == len(reader.pages) == 7
    assert reader.metadata is not None
    assert reader.metadata.title == REFERENCE


def test_the_pages_are_pictures_with_nothing_under_the_watermark() -> None:
    content, _ = case_pdf(_copy(ScanKind.ID_FRONT, ScanKind.ID_BACK))
    (page,) = PdfReader(io.BytesIO(content)).pages
    assert len(page.images) == 1
    assert page.extract_text() == ""
    assert len(content) < 1_200_000


def test_a_side_without_its_other_stands_alone() -> None:
    content, pages = case_pdf(_copy(ScanKind.ID_FRONT, ScanKind.ID_FRONT, ScanKind.ID_BACK))
    assert pages == 2
    assert len(PdfReader(io.BytesIO(content)).outline) == 1
