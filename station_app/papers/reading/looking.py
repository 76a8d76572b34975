"""A look at a whole page: where text is, which outlines hold it, and what none of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station_app.papers.reading.finding import Outline, outlines
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.seals import without_seals
from station_app.papers.reading.shapes import Box, Pieces, boxes_of
from station_app.papers.reading.sides import Quad

if TYPE_CHECKING:  # its library is loaded when something is read
    from station_app.papers.reading.text import Recogniser

WORTH = 3  # pieces of text that make a document
_FAR, _NEAR = 640, 960  # pixels of the longer side: enough to find papers; to tell what lies beside them
_MUCH = 6  # pieces of text: no paper stands out around them, and a closer look would show none either
_ENOUGH = 0.85  # of the pixels in which letters are wanted
_MARGIN = 0.6  # of a letter's height around text that has no outline


@dataclass(frozen=True)
class Look:
    """``scale``: pixels that were looked at for one of the page; ``found``: outlines with some text in them."""

    pieces: Pieces
    scale: float
    found: tuple[Outline, ...] = ()
    boxes: tuple[Box, ...] = field(default=(), repr=False)

    @property
    def outside(self) -> list[Box]:
        """Text that no outline holds."""
        return [box for box in self.boxes if not any(is_inside(each.quad, box) for each in self.found)]

    def letters_in(self, quad: Quad, to_paper: NDArray[Any], wanted: float) -> Pieces | None:
        """The text of a paper, in the pixels of its straightened picture (``to_paper`` leads there from the page); None
        where it was not looked at closely enough. ``wanted``: pixels of its longer side.
        """
        if self.scale * length(quad) < _ENOUGH * wanted:
            return None
        inside = [at for at, box in enumerate(self.boxes) if is_inside(quad, box)]
        if not inside:
            return None
        corners = self.pieces[inside].reshape(-1, 1, 2)
        return np.asarray(cv2.perspectiveTransform(corners, to_paper).reshape(-1, 4, 2), np.float32)


def looked(page: Picture, recogniser: Recogniser) -> Look:
    """From afar, which shows most papers; closer where text lies beside them or none is seen."""
    far = _look(page, recogniser, _FAR)
    if far.found and len(far.outside) < WORTH:
        return far
    if far.found or len(far.boxes) < _MUCH:
        return _look(page, recogniser, _NEAR)
    return _text(page, recogniser, _NEAR)


def _look(page: Picture, recogniser: Recogniser, longest: int) -> Look:
    there = _text(page, recogniser, longest)
    around = outlines(page, there.boxes) if there.boxes else []
    found = [each for each in around if sum(is_inside(each.quad, box) for box in there.boxes) >= WORTH]
    return Look(there.pieces, there.scale, tuple(found), there.boxes)


def _text(page: Picture, recogniser: Recogniser, longest: int) -> Look:
    scale = min(1.0, longest / max(page.shape[:2]))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    pieces = recogniser.find(without_seals(small)) / np.float32(scale)
    return Look(pieces, scale, boxes=tuple(boxes_of(pieces)))


def is_inside(quad: Quad, box: Box) -> bool:
    """By the middle of the box."""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return cv2.pointPolygonTest(np.array(quad, np.float32), middle, measureDist=False) >= 0


def length(quad: Quad) -> float:
    """Of its longer side."""
    a, b, c = (np.array(each) for each in quad[:3])
    return max(float(np.hypot(*(b - a))), float(np.hypot(*(c - b))))


def around(boxes: Sequence[Box], page: Picture) -> Quad:
    """A box around text that has no outline of its own."""
    margin = _MARGIN * sorted(min(c - a, d - b) for a, b, c, d in boxes)[len(boxes) // 2]
    left, top = max(0.0, min(b[0] for b in boxes) - margin), max(0.0, min(b[1] for b in boxes) - margin)
    right = min(page.shape[1] - 1.0, max(b[2] for b in boxes) + margin)
    bottom = min(page.shape[0] - 1.0, max(b[3] for b in boxes) + margin)
    return (left, top), (right, top), (right, bottom), (left, bottom)
