"""Signed and unsigned papers as a scanner sees them: missing is said of the empty ones, and of nothing else."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from station_app.domain.application import Category
from station_app.papers import application_form, confirmation_sheet
from station_app.papers.reading.shapes import Line
from station_app.papers.reading.sides import Quad
from station_app.papers.reading.signature import is_missing
from tests.samples.scanned import Pixels
from tests.samples.signed import BALL_PEN, DPI, PENCIL, PENS, Pen, Place, Printed, dated, printed, signed
from tests.unit.papers.paper_cases import paper_case

pytestmark = pytest.mark.usefixtures("qapp")
_Matrix: TypeAlias = NDArray[Any]  # 2 x 3, from the printed page to the scanned one
_MM = DPI / 25.4
_SCANS = ("plain", "skewed", "noisy", "grey", "pale", "coarse")


@cache
def _paper(which: str) -> Printed:
    if which == "form":
        return printed(application_form(paper_case(Category.SOCIAL_WORKER)))
    return printed(confirmation_sheet(paper_case()))


def _scan(page: Pixels, how: str, seed: int) -> tuple[Pixels, _Matrix]:
    """The page as it comes from the scanner."""
    chance = np.random.default_rng(seed)
    height, width = page.shape[:2]
    turn, scale = chance.uniform(-1, 1) * (3.0 if how == "skewed" else 0.6), 0.72 if how == "coarse" else 0.985
    matrix: _Matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, scale)
    matrix[:, 2] += chance.uniform(-6, 6, 2)
    light: Pixels = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=(255, 255, 255))
    if how == "grey":
        light = light * 0.72 + 30 + np.linspace(-18, 18, width)[None, :, None]
    if how == "pale":
        light = 255 - (255 - light) * 0.7
    light = light + chance.normal(0, {"noisy": 14, "grey": 6}.get(how, 2.5), light.shape[:2])[:, :, None]
    _, packed = cv2.imencode(".jpg", light.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8), matrix


def _missing(paper: Printed, page: Pixels, how: str, seed: int) -> bool:
    picture, matrix = _scan(page[_first_row(paper) :], how, seed)
    (found,) = zxingcpp.read_barcodes(picture)
    at = found.position
    a, b, c, d = ((float(p.x), float(p.y)) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
    return is_missing(picture, [_label(paper, matrix), _line(paper, "年", paper.year, 4.2, matrix)], (a, b, c, d))


def _first_row(paper: Printed) -> int:
    """The upper part of the page is nowhere looked at."""
    return round((paper.end[1] - 25) * _MM)


def _label(paper: Printed, matrix: _Matrix) -> Line:
    return _line(paper, "申请人签字：", paper.label, 25.4, matrix)


def _line(paper: Printed, text: str, at: Place, width: float, matrix: _Matrix) -> Line:
    """As the recogniser says it: an upright box around the printed words."""
    (x, y), half = at, 2.6
    corners = np.array([(x, y - half), (x + width, y - half), (x + width, y + half), (x, y + half)]) * _MM - (
        0,
        _first_row(paper),
    )
    seen = corners @ matrix[:, :2].T + matrix[:, 2]
    return Line(text, 0.99, *(float(each) for each in (*seen.min(axis=0), *seen.max(axis=0))))


@pytest.mark.parametrize("how", _SCANS)
@pytest.mark.parametrize("which", ["form", "sheet"])
def test_an_empty_line_is_missing_and_a_day_alone_is_no_signature(which: str, how: str) -> None:
    paper = _paper(which)
    for seed in range(2):
        assert _missing(paper, paper.pixels, how, seed)
        assert _missing(paper, dated(paper, seed), how, seed)


@pytest.mark.parametrize("how", _SCANS)
@pytest.mark.parametrize("which", ["form", "sheet"])
def test_no_signature_is_ever_overlooked(which: str, how: str) -> None:
    paper = _paper(which)
    for seed, pen in enumerate((*PENS, PENCIL, BALL_PEN)):
        assert not _missing(paper, signed(paper, seed, pen), how, seed), (pen, seed)


@pytest.mark.parametrize("which", ["form", "sheet"])
def test_a_small_one_in_hard_pencil_is_seen(which: str) -> None:
    paper = _paper(which)
    for seed in range(6):
        assert not _missing(paper, signed(paper, seed, Pen(0.25, 185), size=4.0), "plain", seed)


def test_what_cannot_be_seen_is_not_called_missing() -> None:
    paper = _paper("sheet")
    noise = np.random.default_rng(1).normal(0, 60, paper.pixels.shape[:2])[:, :, None]
    page, band = paper.pixels.copy(), slice(round((paper.end[1] - 8) * _MM), round((paper.end[1] + 8) * _MM))
    page[band] = (page * 0.4 + 60 + noise).clip(0, 255)[band].astype(np.uint8)
    assert not _missing(paper, page, "plain", 1)


def test_a_page_without_its_label_or_cut_there_says_nothing() -> None:
    paper = _paper("sheet")
    picture, matrix = _scan(paper.pixels[_first_row(paper) :], "plain", 1)
    code: Quad = ((1200.0, 400.0), (1318.0, 400.0), (1318.0, 518.0), (1200.0, 518.0))
    label = _label(paper, matrix)
    assert is_missing(picture, [label], code)
    assert not is_missing(picture, [_line(paper, "经办人：", paper.label, 17, matrix)], code)
    assert not is_missing(picture[:, :800], [label], code)
