"""Where documents lie on a page: outlines of four corners that stand out from what is under them.

A flatbed's lid and a desk differ from a card; a white form on a white lid does not, and then the page is the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Point

Quad = tuple[Point, Point, Point, Point]  # clockwise; which corner is first says nothing yet
_LOOK = 1000  # pixels of the longer side while looking
_SMALLEST, _LARGEST = 0.02, 0.97  # of the page's area
_SOLID = 0.90  # of the smallest box around an outline that it must fill
_FLATTEST = 3.2  # longer side to shorter
_SAME = 0.5  # of the smaller one's area: two outlines of one document
_FIRM, _LOOSE = 0.75, 0.45  # of an outline's sides that lie on edges
_NEAR = 0.012  # of the page's longer side: an edge that lies on the page's own


@dataclass(frozen=True)
class Outline:
    """``cut``: an edge of it lies on the edge of the page, so part of the document may be outside. ``seen``: it stands
    out from the page; False: it is only where the text is, or the whole page.
    """

    quad: Quad
    cut: bool = False
    seen: bool = True


def outlines(page: Picture) -> list[Outline]:
    """The documents that stand out, from the top of the page downwards; none where nothing does."""
    height, width = page.shape[:2]
    scale = min(1.0, _LOOK / max(height, width))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    edges = _edges(small)
    found = _without_doubles([*_by_colour(small), *_quads(edges)], edges)
    placed = [Outline(_scaled(quad, 1 / scale), _is_cut(quad, small.shape[1], small.shape[0])) for quad in found]
    return sorted(placed, key=lambda each: min(y for _, y in each.quad))


def _by_colour(page: Picture) -> list[Quad]:
    """What differs from the colour along the page's edges."""
    edge = np.concatenate(
        [page[:6].reshape(-1, 3), page[-6:].reshape(-1, 3), page[:, :6].reshape(-1, 3), page[:, -6:].reshape(-1, 3)]
    )
    ground = np.median(edge, axis=0)
    spread = np.median(np.abs(edge - ground))
    distance = np.abs(page.astype(np.int16) - ground.astype(np.int16)).max(axis=2).astype(np.uint8)
    mask = (cv2.GaussianBlur(distance, (5, 5), 0) > max(18, 4 * spread)).astype(np.uint8) * 255
    return _quads(np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), np.uint8))


def _edges(page: Picture) -> NDArray[Any]:
    grey = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    return np.asarray(cv2.morphologyEx(cv2.Canny(grey, 20, 60), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), np.uint8)


def _quads(mask: NDArray[Any]) -> list[Quad]:
    area = mask.shape[0] * mask.shape[1]
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        hull = cv2.convexHull(contour)
        size = cv2.contourArea(hull)
        if not _SMALLEST * area < size < _LARGEST * area:
            continue
        quad = _quad_of(hull, size)
        if quad is not None:
            found.append(quad)
    return found


def _quad_of(hull: NDArray[Any], size: float) -> Quad | None:
    """Four corners of an outline: its own where it has four, else those of the smallest box around it."""
    around = cv2.arcLength(hull, closed=True)
    own = next(
        (
            each
            for tolerance in (0.02, 0.03, 0.05)
            if len(each := cv2.approxPolyDP(hull, tolerance * around, closed=True)) == 4
        ),
        None,
    )
    box = cv2.boxPoints(cv2.minAreaRect(hull))
    corners = own.reshape(4, 2).astype(float) if own is not None else box
    if size < _SOLID * cv2.contourArea(corners.astype(np.float32)):
        return None
    if own is None and size < _SOLID * cv2.contourArea(box):
        return None
    quad = _clockwise([(float(x), float(y)) for x, y in corners])
    sides = [np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise((*quad, quad[0]))]
    if max(sides) > _FLATTEST * max(min(sides), 1.0):
        return None
    return quad


def _clockwise(corners: Sequence[Point]) -> Quad:
    """From the top left of the page, as it is seen."""
    centre = (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)
    turned = sorted(corners, key=lambda each: float(np.arctan2(each[1] - centre[1], each[0] - centre[0])))
    first = min(range(4), key=lambda at: turned[at][0] + turned[at][1])
    a, b, c, d = (*turned[first:], *turned[:first])
    return a, b, c, d


def _without_doubles(quads: Sequence[Quad], edges: NDArray[Any]) -> list[Quad]:
    """Of outlines that lie over each other the largest whose sides lie on edges of the picture."""
    firm = {quad: _support(quad, edges) for quad in quads}
    kept: list[Quad] = []
    for quad in sorted(quads, key=lambda each: (firm[each] < _FIRM, -_area(each))):
        if firm[quad] >= _LOOSE and all(
            _shared(quad, other) < _SAME * min(_area(quad), _area(other)) for other in kept
        ):
            kept.append(quad)
    return kept


def _support(quad: Quad, edges: NDArray[Any]) -> float:
    """The share of its sides that lies on edges."""
    line = np.zeros_like(edges)
    cv2.polylines(line, [np.array(quad, np.int32)], isClosed=True, color=255, thickness=3)
    on = cv2.dilate(edges, np.ones((5, 5), np.uint8))
    return float(np.count_nonzero(np.bitwise_and(line, on))) / max(int(np.count_nonzero(line)), 1)


def _area(quad: Quad) -> float:
    return float(cv2.contourArea(np.array(quad, np.float32)))


def _shared(one: Quad, other: Quad) -> float:
    area, _ = cv2.intersectConvexConvex(np.array(one, np.float32), np.array(other, np.float32))
    return float(area)


def _scaled(quad: Quad, by: float) -> Quad:
    a, b, c, d = ((x * by, y * by) for x, y in quad)
    return a, b, c, d


def _is_cut(quad: Quad, width: int, height: int) -> bool:
    near = _NEAR * max(width, height)
    at_left = sum(x <= near for x, _ in quad)
    at_right = sum(x >= width - 1 - near for x, _ in quad)
    at_top = sum(y <= near for _, y in quad)
    at_bottom = sum(y >= height - 1 - near for _, y in quad)
    return max(at_left, at_right, at_top, at_bottom) >= 2


# ---- straight out of the page


def straightened(page: Picture, quad: Quad, longest: int) -> tuple[Picture, NDArray[Any]]:
    """The document as if it had been seen from above, at most ``longest`` pixels long, never larger than it is; and the
    matrix that leads from it back to the page.
    """
    a, b, c, d = (np.array(each) for each in quad)
    width = max(float(np.linalg.norm(b - a)), float(np.linalg.norm(c - d)))
    height = max(float(np.linalg.norm(d - a)), float(np.linalg.norm(c - b)))
    scale = min(1.0, longest / max(width, height, 1.0))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    target = np.array([(0, 0), (size[0] - 1, 0), (size[0] - 1, size[1] - 1), (0, size[1] - 1)], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(quad, np.float32), target)
    picture = cv2.warpPerspective(
        page, matrix, size, flags=cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return picture, np.linalg.inv(matrix)


def turned(picture: Picture, turns: int) -> Picture:
    """By quarter turns against the clock."""
    return np.ascontiguousarray(np.rot90(picture, turns))


def corner_first(quad: Quad, turns: int) -> Quad:
    """The same corners, from the document's own top left, given how it must be turned to stand upright."""
    a, b, c, d = (*quad[turns:], *quad[:turns])
    return a, b, c, d
