"""Whether the place for the signature on one of our own papers is empty.

The place is known from the sheet: right of its label, left of 年, a little above and below; lengths come from the
page's code, whose size is known. What counts is ink beyond the printed rule. It is called missing only where that is
sure: a page without code or label, one too pale, too noisy or cut there says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station_app.papers.reading.kinds import squeezed
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Line, Point
from station_app.papers.reading.sides import Quad

# millimetres of the printed sheet (ui.paper: faces, pieces, pages)
CODE = 15.0  # the code's side
CHARACTER = 4.233  # a character of 12 points
_LABEL = "人签字"  # 申请人签字：
_ABOVE, _BELOW = 6.5, 3.5  # of the label's middle: free of print on form and sheet
_GAP = 1.5  # behind the label's colon
_YEAR = 2.2  # characters before 年, where the year is written
_FARTHEST = 75.0  # of the label's end, where no 年 was read
_LEAST = 30.0  # a shorter place cannot be judged
_DOTS = 8.0  # pixels for a millimetre while looking
_RULE = 12.0  # a printed line is at least so long...
_RULE_HALF = 0.6  # ...and with its shadow at most twice so thick
_SPECK, _TRACE = 0.25, 1.2  # mm²: dirt; and all ink that an empty place may have
_STROKE = 2.2  # a piece of ink so long is a stroke
_FAINT, _NOISES = 14.0, 5.0  # grey levels, and spreads of the paper's own noise, by which ink is darker
_NOISY, _DARK = 9.0, 110.0  # spread of noise and brightness of paper that let nothing be seen


@dataclass(frozen=True)
class _Place:
    """From a picture's corner: where the label ends, which way its line runs (radians), how long the place is (mm)."""

    start: Point
    angle: float
    length: float
    scale: float  # pixels of the picture for a millimetre


def is_missing(picture: Picture, lines: Sequence[Line], code: Quad) -> bool:
    """``lines``: as they were recognised; ``code``: the corners of the page's code, in the picture."""
    place = _place(lines, code)
    if place is None:
        return False
    around = _cut(picture, place)
    return around is not None and _is_empty(around)


def _place(lines: Sequence[Line], code: Quad) -> _Place | None:
    label = next((line for line in lines if _LABEL in squeezed(line.text)), None)
    side = (_apart(code[0], code[1]) + _apart(code[3], code[2])) / 2
    if label is None or side < 20:
        return None
    scale = side / CODE
    angle = float(np.arctan2(code[1][1] - code[0][1], code[1][0] - code[0][0]))
    text = squeezed(label.text)
    end = label.left + (text.index(_LABEL) + len(_LABEL) + 0.6) * CHARACTER * scale  # the colon stands at its left
    middle = label.middle if label.height < 2 * CHARACTER * scale else label.bottom - CHARACTER * scale
    slope = np.tan(angle)
    start = (end + _GAP * scale, middle + (end - (label.left + label.right) / 2) * slope)
    years = [line for line in lines if line is not label and "年" in line.text and line.left > end]
    beside = [line for line in years if abs(line.middle - (start[1] + (line.left - end) * slope)) < 5 * scale]
    right = min((_year(line) for line in beside), default=end + _FARTHEST * scale)
    length = min((right - start[0]) / scale - _YEAR * CHARACTER, _FARTHEST)
    return _Place(start, angle, length, scale) if length >= _LEAST else None


def _year(line: Line) -> float:
    """Where 年 stands in a piece that may begin before it."""
    text = squeezed(line.text)
    return line.left + (line.right - line.left) * text.index("年") / max(len(text), 1)


def _apart(one: Point, other: Point) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _cut(picture: Picture, place: _Place) -> NDArray[Any] | None:
    """The place, straight, at one scale, the darkest of its colours; None where part of it is outside the picture."""
    along = np.array([np.cos(place.angle), np.sin(place.angle)])
    down = np.array([-along[1], along[0]])
    top = np.array(place.start) - down * _ABOVE * place.scale
    corners = [top, top + along * place.length * place.scale, top + down * (_ABOVE + _BELOW) * place.scale]
    height, width = picture.shape[:2]
    far = corners[1] + corners[2] - corners[0]
    if any(not (0 <= x < width and 0 <= y < height) for x, y in (*corners, far)):
        return None
    size = (round(place.length * _DOTS), round((_ABOVE + _BELOW) * _DOTS))
    target = np.array([(0, 0), (size[0], 0), (0, size[1])], np.float32)
    matrix = cv2.getAffineTransform(np.array(corners, np.float32), target)
    return np.asarray(cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_AREA).min(axis=2), np.uint8)


def _is_empty(grey: NDArray[Any]) -> bool:
    """Whether nothing but the printed rule is there; false where that cannot be told."""
    paper = cv2.medianBlur(cv2.dilate(grey, np.ones((15, 15), np.uint8)), 41).astype(np.float32)
    darker = paper - cv2.GaussianBlur(grey, (0, 0), 1.2).astype(np.float32)
    usual = float(np.median(darker))
    noise = 1.48 * float(np.median(np.abs(darker - usual)))
    if noise > _NOISY or float(np.median(paper)) < _DARK:
        return False
    ink = (darker - usual > max(_FAINT, _NOISES * noise)).astype(np.uint8)
    ink[_rules(ink)] = 0
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    pieces = [stats[each] for each in range(1, count) if stats[each, cv2.CC_STAT_AREA] > _SPECK * _DOTS**2]
    longest = max((max(each[cv2.CC_STAT_WIDTH], each[cv2.CC_STAT_HEIGHT]) for each in pieces), default=0)
    area = sum(int(each[cv2.CC_STAT_AREA]) for each in pieces)
    return longest < _STROKE * _DOTS and area < _TRACE * _DOTS**2


def _rules(ink: NDArray[Any]) -> NDArray[Any]:
    """The rows of a printed line, along its whole length."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 9), np.uint8))
    long = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, round(_RULE * _DOTS)), np.uint8))
    thick = 2 * round(_RULE_HALF * _DOTS) + 1
    return np.asarray(cv2.dilate(long, np.ones((thick, 3), np.uint8)) > 0)
