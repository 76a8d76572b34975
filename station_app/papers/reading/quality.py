"""What is wrong with a page before anybody reads it: each defect by its name."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import cv2
import numpy as np

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Line


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
_EDGE = 0.004  # of the longer side: text so near the edge may go on outside
_SHARP, _SOFT = 0.28, 0.45  # of the contrast that an edge must make within one pixel, at _LETTER height; where the
_READABLE = 0.93  # ...recogniser itself is in doubt, more
_LETTER = 32
_BURNT, _PALE = 248, 26  # brightness and saturation of a reflection
_GLARE = 0.012  # of the document's area


def is_too_small(lines: Sequence[Line], scale: float) -> bool:
    """``scale``: pixels of the given picture for one of the straightened one."""
    heights = sorted(line.height for line in lines)
    return bool(heights) and heights[len(heights) // 2] * scale < _LEAST_HEIGHT


def is_cut(lines: Sequence[Line], width: int, height: int) -> bool:
    near = _EDGE * max(width, height)
    return any(
        line.left < near or line.top < near or line.right > width - near or line.bottom > height - near
        for line in lines
    )


def is_blurred(picture: Picture, lines: Sequence[Line]) -> bool:
    """Inside the text only: how steep its strokes are, measured at one size of letters and after the noise is out."""
    found = [each for line in lines if (each := _steepness(picture, line)) is not None]
    if not found:
        return False
    steep, doubtful = float(np.median(found)), sum(line.score for line in lines) / len(lines) < _READABLE
    return steep < (_SOFT if doubtful else _SHARP)


def _steepness(picture: Picture, line: Line) -> float | None:
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
    steps = np.abs(np.diff(grey.astype(np.int16), axis=1))
    return float(np.percentile(steps, 98) / (bright - dark))


def has_glare(picture: Picture) -> bool:
    """A burnt-out patch on a document that is not white itself."""
    hsv = cv2.cvtColor(cv2.GaussianBlur(picture, (5, 5), 0), cv2.COLOR_BGR2HSV)
    if np.median(hsv[:, :, 2]) >= _BURNT - 6:
        return False
    burnt = ((hsv[:, :, 2] >= _BURNT) & (hsv[:, :, 1] <= _PALE)).astype(np.uint8)
    solid = cv2.morphologyEx(burnt, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid)
    largest = max((int(stats[each, cv2.CC_STAT_AREA]) for each in range(1, count)), default=0)
    return largest > _GLARE * burnt.size
