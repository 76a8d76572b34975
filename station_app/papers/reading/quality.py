"""What is wrong with a page before anybody reads it: each defect by its name."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Line, without_watermarks


class Defect(StrEnum):
    """As they stand in the answer; the last four only where the case is known."""

    BLUR = "blur"
    GLARE = "glare"
    CUT_EDGE = "cut_edge"
    TOO_SMALL = "too_small"
    EXPIRED = "expired"
    SIGNATURE_MISSING = "signature_missing"
    BLANK = "blank"
    WRONG_SIDE = "wrong_side"
    WRONG_DOCUMENT = "wrong_document"
    WRONG_PERSON = "wrong_person"
    PAGE_MISSING = "page_missing"


DOUBTFUL = frozenset({Defect.BLUR, Defect.GLARE, Defect.CUT_EDGE, Defect.TOO_SMALL})
_LEAST_HEIGHT = 15.0  # pixels of text in the given picture
_LEAST_PRINT = 17.0  # of its smaller print, boxes around which are wide: a title is read where nothing else is
_LEAST_CARD = 400  # pixels: 120 to the inch
_EDGE = 0.004  # of the longer side: text so near the edge may go on outside
_SHARP, _SOFT = 0.28, 0.45  # of the contrast that an edge must make within one pixel, at _LETTER height; where the
_READABLE = 0.93  # ...recogniser itself is in doubt, more
_LETTER = 32
_BURNT, _PALE = 248, 26  # brightness and saturation of a reflection
_GLARE = 0.012  # of the document's area
_RING, _SOFT_RING = 0.02, 0.35  # of the longer side around a patch; how far a reflection still lights it there
_SQUARE = 0.88  # of the box around it that a square patch fills; a round one fills 0.79
_PRINT, _PRINTED = 110, 0.002  # grey of what is printed; how much of a patch it is at least where it can be read
_PALE_PAPER = 35  # grey levels between paper and burnt: so little light from one side makes


def is_too_small(lines: Sequence[Line], scale: float, card: float = 0.0) -> bool:
    """``scale``: pixels of the given picture for one of the straightened one; ``card``: of the longer side of a card
    whose outline is known, whose smallest print is known with it.
    """
    if 0 < card < _LEAST_CARD:
        return True
    heights = sorted(line.height * scale for line in lines)
    if not heights:
        return False
    return heights[len(heights) // 2] < _LEAST_HEIGHT or heights[len(heights) // 4] < _LEAST_PRINT


def is_cut(lines: Sequence[Line], width: int, height: int) -> bool:
    near = _EDGE * max(width, height)
    return any(
        line.left < near or line.top < near or line.right > width - near or line.bottom > height - near
        for line in without_watermarks(lines)  # those run over the edge
    )


def is_blurred(picture: Picture, lines: Sequence[Line]) -> bool:
    """Inside the text only: how steep its strokes are, measured at one size of letters and after the noise is out.
    Across and down: what was moved is sharp along one of them.
    """
    found = [each for line in lines if (each := _steepness(picture, line)) is not None]
    if not found:
        return False
    steep, doubtful = min(np.median(found, axis=0)), sum(line.score for line in lines) / len(lines) < _READABLE
    return bool(steep < (_SOFT if doubtful else _SHARP))


def _steepness(picture: Picture, line: Line) -> tuple[float, float] | None:
    crop = picture[int(line.top) : int(line.bottom) + 1, int(line.left) : int(line.right) + 1]
    if crop.shape[0] < 8 or crop.shape[1] < 8:
        return None
    scale = _LETTER / crop.shape[0]
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    grey = cv2.medianBlur(grey, 3)
    dark, bright = np.percentile(grey, (3, 97))
    if bright - dark < 20:
        return None
    across, down = (np.abs(np.diff(grey.astype(np.int16), axis=axis)) for axis in (1, 0))
    contrast = bright - dark
    return float(np.percentile(across, 98) / contrast), float(np.percentile(down, 98) / contrast)


def has_glare(picture: Picture) -> bool:
    """A burnt-out patch on a document that is not white itself. The white ground of a photograph is none: it is square
    and its edges are hard; nor is white paper that light falls on from one side.
    """
    hsv = cv2.cvtColor(cv2.GaussianBlur(picture, (5, 5), 0), cv2.COLOR_BGR2HSV)
    paper = float(np.median(hsv[:, :, 2]))
    if paper >= _BURNT - 6:
        return False
    burnt = ((hsv[:, :, 2] >= _BURNT) & (hsv[:, :, 1] <= _PALE)).astype(np.uint8)
    solid = np.asarray(cv2.morphologyEx(burnt, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)), np.uint8)
    count, patches, stats, _ = cv2.connectedComponentsWithStats(solid)
    large = [each for each in range(1, count) if stats[each, cv2.CC_STAT_AREA] > _GLARE * burnt.size]
    if not large:
        return False
    lit = _lit_from_the_edge(solid)
    found = [((patches == each).astype(np.uint8), bool(lit[patches == each].any())) for each in large]
    return any(
        _is_reflection(patch, hsv[:, :, 2], paper, at_edge) and not (at_edge and _is_printed(patch, picture))
        for patch, at_edge in found
    )


def _lit_from_the_edge(burnt: NDArray[Any]) -> NDArray[Any]:
    """What is burnt from the page's edge on, over the lines and letters in between."""
    reach = _reach(burnt)
    joined = cv2.morphologyEx(burnt, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, parts, _, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8))
    lit = [each for each in range(1, count) if _at_edge((parts == each).astype(np.uint8))]
    return np.isin(parts, lit)


def _is_printed(patch: NDArray[Any], picture: Picture) -> bool:
    """Whether print is still there: light that hides nothing, beside a shadow."""
    hull = cv2.fillConvexPoly(np.zeros_like(patch), _hull(patch), 1)
    inside = cv2.erode(hull, np.ones((9, 9), np.uint8)) > 0
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return bool(inside.any() and float(np.mean(grey[inside] < _PRINT)) > _PRINTED)


def _at_edge(patch: NDArray[Any]) -> bool:
    left, top, width, height = cv2.boundingRect(patch)
    reach = _reach(patch)
    return min(left, top) <= reach or left + width + reach >= patch.shape[1] or top + height + reach >= patch.shape[0]


def _reach(patch: NDArray[Any]) -> int:
    return max(3, round(_RING * float(max(patch.shape))))


def _hull(patch: NDArray[Any]) -> NDArray[Any]:
    contours, _ = cv2.findContours(patch, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(cv2.convexHull(max(contours, key=cv2.contourArea)))


def _is_reflection(patch: NDArray[Any], bright: NDArray[Any], paper: float, at_edge: bool) -> bool:
    reach = _reach(patch)
    ring = cv2.dilate(patch, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) - patch
    soft = float(np.median(bright[ring > 0])) > paper + _SOFT_RING * (255 - paper) if ring.any() else False
    if _BURNT - paper < _PALE_PAPER and at_edge:
        return False
    return soft or not _is_square(patch)


def _is_square(patch: NDArray[Any]) -> bool:
    hull = _hull(patch)
    _, (across, down), _ = cv2.minAreaRect(hull)
    return cv2.contourArea(hull) > _SQUARE * across * down
