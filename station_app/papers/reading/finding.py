"""Where documents lie on a page: four corners whose sides lie on edges of the picture.

``grounds`` guesses where papers are, ``sides`` lays each guess on the edges near it; the best of those that lie over
each other are kept. A white form on a white lid has no edges, and then the page is the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station_app.papers.reading.grounds import cut_out, masks
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box
from station_app.papers.reading.sides import Laid, Quad, laid, looked_at, noise_of, quad_around

_LOOK = 1000  # pixels of the longer side while looking
_SMALLEST, _LARGEST = 0.012, 0.985  # of the page's area
_SOLID = 0.72  # of a guess that its outline must fill: a thumb or a shadow takes a part of it
_FLATTEST = 3.2  # longer side to shorter
_KNOWN = 8.0  # pixels: two guesses are one
_SAME = 0.5  # of the smaller one's area: two outlines of one document
_FIRM, _FIRM_SIDE = 0.88, 0.7  # of all sides, and of the weakest, that lies on edges: no better one is looked for
_LIKELY, _LIKELY_SIDE = 0.62, 0.28
_NEARLY = 0.12  # a larger outline may be so much less firm than one inside it
_WHOLE = 0.9  # of each side: it is there
_RESTLESS = 20.0  # grey levels along an outline's margin that are none of paper's
_CALM, _CALMER = 10.0, 3.0  # grey levels: so restless any paper may be, and so much more than one inside it
_MUCH, _STRIPS = 40.0, 250.0  # grey levels inside a side: so many weigh as much as any; as much as all sides
_FRAME = 0.55  # of the page: a frame on the sheet that is the page
_ONLY_A_FRAME = 0.3  # of all sides: so much firmer must it be than what lies around it
_WIDER = (1.08, 1.16, 1.26, 1.36)  # times as large: where the edge of a paper may be around a frame drawn on it
_WORTH = 3  # pieces of text that make a document
_NEAR = 0.012  # of the page's longer side: an edge that lies on the page's own


@dataclass(frozen=True)
class Outline:
    """``cut``: an edge of it lies on the edge of the page, so part of the document may be outside. ``seen``: it stands
    out from the page; False: it is only where the text is, or the whole page.
    """

    quad: Quad
    cut: bool = False
    seen: bool = True


def outlines(page: Picture, boxes: Sequence[Box] = ()) -> list[Outline]:
    """The documents that stand out, from the top of the page downwards; none where nothing does. ``boxes``: of text on
    the page, where it is known: then only what holds some is a document.
    """
    height, width = page.shape[:2]
    scale = min(1.0, _LOOK / max(height, width))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    text = [(a * scale, b * scale, c * scale, d * scale) for a, b, c, d in boxes]
    found = _best(_candidates(small, text), text)
    placed = [
        Outline(_scaled(each.quad, 1 / scale), _is_cut(each.quad, small.shape[1], small.shape[0])) for each in found
    ]
    return sorted(placed, key=lambda each: min(y for _, y in each.quad))


def _candidates(page: Picture, text: Sequence[Box]) -> list[Laid]:
    """Everything that may be a document, until what there is leaves no text outside."""
    seen = looked_at(page, text)
    noise = noise_of(seen)
    known: list[Quad] = []
    found: list[Laid] = []
    for mask in _masks(page, text):
        for guess in _guesses(mask, text):
            if any(_apart(guess, other) < _KNOWN for other in known):
                continue
            known.append(guess)
            found += _around_frames(laid(guess, seen, noise), seen, noise, page)
        if text and _is_enough(found, text):
            break
    return found


def _around_frames(there: Laid | None, seen: NDArray[Any], noise: float, page: Picture) -> list[Laid]:
    """What was found; and, where paper goes on outside it, what lies on edges further out."""
    if there is None or not _is_likely(there, page):
        return []
    wider = [laid(_grown(there.quad, by), seen, noise) for by in _WIDER] if there.is_framed else []
    return [there, *(each for each in wider if each is not None and _is_likely(each, page))]


def _masks(page: Picture, text: Sequence[Box]) -> Iterator[NDArray[Any]]:
    yield from masks(page)
    if text:
        yield cut_out(page, text)


def _guesses(mask: NDArray[Any], text: Sequence[Box]) -> Iterator[Quad]:
    area = mask.shape[0] * mask.shape[1]
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        hull = cv2.convexHull(contour)
        size = cv2.contourArea(hull)
        if not _SMALLEST * area < size < _LARGEST * area or (text and _held(hull, text) < _WORTH):
            continue
        for quad in quad_around(hull):
            if size > _SOLID * _area(quad) and _flatness(quad) < _FLATTEST:
                yield quad


def _is_likely(there: Laid, page: Picture) -> bool:
    height, width = page.shape[:2]
    if not all(-0.03 * width < x < 1.03 * width and -0.03 * height < y < 1.03 * height for x, y in there.quad):
        return False
    if there.support < _LIKELY or there.weakest < _LIKELY_SIDE or (there.at_rim and not there.goes_on):
        return False
    share = _area(there.quad) / (height * width)
    is_frame = share > _FRAME and there.is_framed
    return _flatness(there.quad) < _FLATTEST and _SMALLEST < share < _LARGEST and not is_frame


def _is_enough(found: Sequence[Laid], text: Sequence[Box]) -> bool:
    calm = [each for each in found if each.unrest < _RESTLESS and not each.is_framed]
    firm = [each for each in calm if each.support > _FIRM and each.weakest > _FIRM_SIDE]
    return bool(firm) and all(any(_inside(each.quad, box) for each in firm) for box in text)


def _best(found: Sequence[Laid], text: Sequence[Box]) -> list[Laid]:
    """Of outlines that lie over each other the largest that is about as firm as the firmest; but two documents beside
    each other are no third one.
    """
    kept: list[Laid] = []
    for each in sorted(found, key=_doubt):
        over = [other for other in kept if _lies_over(each, other)]
        if not over:
            kept.append(each)
        elif len(over) == 1 and _area(each.quad) > _area(over[0].quad) and _replaces(each, over[0]):
            kept[kept.index(over[0])] = each
    return kept


def _doubt(there: Laid) -> float:
    restless = max(there.unrest - _RESTLESS, 0.0) / _RESTLESS + min(there.strip, _MUCH) / _STRIPS
    return restless + (_ONLY_A_FRAME if there.is_framed else 0.0) - there.support


def _replaces(larger: Laid, firmer: Laid) -> bool:
    """Not where the firmer one's sides are all there and the larger one's are not."""
    calm = larger.unrest < max(firmer.unrest + _CALMER, _CALM) and larger.strip < firmer.strip + _CALMER
    nearly = _doubt(larger) < _doubt(firmer) + _NEARLY
    whole = larger.weakest > _WHOLE or firmer.weakest < _WHOLE or firmer.is_framed
    return calm and nearly and whole and larger.at_rim <= firmer.at_rim


def _lies_over(one: Laid, other: Laid) -> bool:
    return _shared(one.quad, other.quad) > _SAME * min(_area(one.quad), _area(other.quad))


def _inside(quad: Quad, box: Box) -> bool:
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return cv2.pointPolygonTest(np.array(quad, np.float32), middle, measureDist=False) >= 0


def _held(hull: NDArray[Any], text: Sequence[Box]) -> int:
    middles = [((a + c) / 2, (b + d) / 2) for a, b, c, d in text]
    return sum(cv2.pointPolygonTest(hull, middle, measureDist=False) >= 0 for middle in middles)


def _grown(quad: Quad, by: float) -> Quad:
    x, y = sum(each for each, _ in quad) / 4, sum(each for _, each in quad) / 4
    a, b, c, d = ((x + (each - x) * by, y + (other - y) * by) for each, other in quad)
    return a, b, c, d


def _flatness(quad: Quad) -> float:
    corners = np.array([*quad, quad[0]])
    sides = np.hypot(*np.diff(corners, axis=0).T)
    return float(max(sides) / max(min(sides), 1.0))


def _apart(one: Quad, other: Quad) -> float:
    return float(np.max(np.abs(np.array(one) - np.array(other))))


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
