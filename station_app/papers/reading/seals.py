"""What stands under the red seal of a certificate: that strip of the page is read once more by its red light alone, in
which the seal is as bright as the paper. A number that a seal hides the end of reads as a shorter one, and surely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station_app.domain.application import ScanKind
from station_app.papers.reading.kinds import kind_of
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box, Line
from station_app.papers.reading.text import FOUND_IN, Read, Recogniser

_RED, _BRIGHT = 35, 110  # levels by which red leads; its least
_JOIN = 90  # parts of the longer side: letters and ring of a seal stand so close
_LEAST, _MOST = 0.1, 0.45  # of the longer side: a seal's width, and no character of a title's
_ROUND = 1.43  # its sides apart at most
_INK = 0.08  # of its box that is red at least
_UNDER = (110.0, 205.0)  # red light of print under a seal and of paper under it
_SAME = 0.5  # of the smaller of two pieces that the other covers
_WIDER = 1.15  # what a seal cut off is so much narrower
_SHORTER = 0.8
_WORD = 4  # characters: of fewer are a seal's own letters


class SealReader(Recogniser):
    """Reads certificates as they lie and again under their seals."""

    def read(self, picture: Picture, found_in: int = FOUND_IN, *, as_it_lies: bool = False) -> Read:
        """As ``Recogniser.read``."""
        found = super().read(picture, found_in, as_it_lies=as_it_lies)
        if kind_of(found.lines) is not ScanKind.CERTIFICATE:
            return found
        straight = np.ascontiguousarray(np.rot90(picture, found.turns))
        seals = seals_on(straight)
        if not seals:
            return found
        top, bottom = _strip(found.lines, seals, straight.shape[0])
        again = super().read(without_red(straight[top:bottom]), as_it_lies=True)  # its few words would mislead
        lower = [replace(line, top=line.top + top, bottom=line.bottom + top) for line in again.lines]
        return replace(found, lines=tuple(merged(found.lines, lower, seals)))


def seals_on(picture: Picture) -> list[Box]:
    """Round red marks, neither frames nor titles."""
    longest = max(picture.shape[:2])
    reach = max(3, longest // _JOIN)
    joined = cv2.morphologyEx(_red(picture), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8))
    found = []
    for left, top, width, height, area in stats[1:count].tolist():
        is_size = min(width, height) > _LEAST * longest and max(width, height) < _MOST * longest
        if is_size and 1 / _ROUND < width / height < _ROUND and area > _INK * width * height:
            found.append((float(left), float(top), float(left + width), float(top + height)))
    return found


def without_red(strip: Picture) -> Picture:
    """By its red light alone; print under the ink as dark as elsewhere."""
    light = strip[:, :, 2].astype(np.float32)
    paper = float(np.percentile(light, 80))
    dark, bright = _UNDER
    inked = cv2.dilate(_red(strip), np.ones((3, 3), np.uint8)) > 0
    clear = np.where(inked, (light - dark) * paper / (bright - dark), light).clip(0, paper)
    return np.asarray(cv2.cvtColor(clear.astype(np.uint8), cv2.COLOR_GRAY2BGR))


def _red(picture: Picture) -> NDArray[Any]:
    blue, green, red = (picture[:, :, each].astype(np.int16) for each in range(3))
    return ((red - np.maximum(blue, green) > _RED) & (red > _BRIGHT)).astype(np.uint8)


def _strip(lines: Sequence[Line], seals: Sequence[Box], height: int) -> tuple[int, int]:
    """From the first to the last row that a seal touches, with all of their lines."""
    top, bottom = min(seal[1] for seal in seals), max(seal[3] for seal in seals)
    over = [line for line in lines if line.top < top < line.bottom or line.top < bottom < line.bottom]
    top = min([top, *(line.top - 4 for line in over)])
    bottom = max([bottom, *(line.bottom + 4 for line in over)])
    return max(0, int(top)), min(height, int(bottom))


def merged(before: Sequence[Line], again: Sequence[Line], seals: Sequence[Box]) -> list[Line]:
    """Of what was read before everything that no seal touches; the letters of the seals themselves are left out."""
    kept = list(before)
    for line in again:
        same = [each for each in kept if _covered(each.box, line.box) > _SAME]
        if not same and _touched(line, seals):
            kept.append(line)
        elif same and _is_better(line, same, seals):
            kept = [*(each for each in kept if each not in same), line]
    return [line for line in kept if line in again or len(line.text.strip()) >= _WORD or not _is_inside(line, seals)]


def _is_better(line: Line, same: Sequence[Line], seals: Sequence[Box]) -> bool:
    """Where a seal touches what was read before, or hid its end; never a shorter text for several."""
    if len(same) > 1 and len(line.text) < _SHORTER * sum(len(each.text) for each in same):
        return False
    width = sum(each.right - each.left for each in same)
    was_cut = _touched(line, seals) and line.right - line.left > _WIDER * width
    return was_cut or any(_touched(each, seals) for each in same)


def _covered(one: Box, other: Box) -> float:
    width, height = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))


def _touched(line: Line, seals: Sequence[Box]) -> bool:
    return any(_covered(line.box, seal) > 0 for seal in seals)


def _is_inside(line: Line, seals: Sequence[Box]) -> bool:
    return any(s[0] <= line.left and line.right <= s[2] and s[1] <= line.top and line.bottom <= s[3] for s in seals)
