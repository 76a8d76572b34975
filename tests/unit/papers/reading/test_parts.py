"""Where a page without outlines is parted into documents."""

from __future__ import annotations

import numpy as np

from station_app.papers.reading.parts import clusters
from station_app.papers.reading.shapes import Box

_PORTRAIT, _LANDSCAPE = np.zeros((3500, 2480, 3), np.uint8), np.zeros((2480, 3500, 3), np.uint8)


def _rows(*tops: float) -> list[Box]:
    return [(300.0, top, 1400.0, top + 100) for top in tops]


def _turned(boxes: list[Box]) -> list[Box]:
    return [(top, left, bottom, right) for left, top, right, bottom in boxes]


def test_two_papers_one_below_the_other() -> None:
    upper, lower = _rows(300, 500, 900, 1150), _rows(2000, 2200, 2400, 2600)
    assert clusters([*upper, *lower], _PORTRAIT) == [upper, lower]


def test_the_same_page_lying_on_its_side() -> None:
    left, right = _turned(_rows(300, 500, 900, 1150)), _turned(_rows(2000, 2200, 2400, 2600))
    assert clusters([*left, *right], _LANDSCAPE) == [left, right]


def test_a_title_far_above_its_text_is_no_paper_of_its_own() -> None:
    upper, lower = _rows(300, 450, 900, 1100), _rows(2000, 2200, 2400)
    assert clusters([*upper, *lower], _PORTRAIT) == [upper, lower]  # the first two stand 350 above the rest


def test_too_little_text_is_one_document() -> None:
    boxes = _rows(300, 2000)
    assert clusters(boxes, _PORTRAIT) == [boxes]
