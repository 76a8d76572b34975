"""Pages made out of a page: every document straight and upright as a JPEG of a sensible size, and how it was cut.

A cut never makes a document larger than it is; what no outline shows keeps the whole page, or room around its text.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image

from station_app.domain.application import ScanKind
from station_app.domain.reading import Corners, Cut, DocumentReading
from station_app.papers.reading.finding import straightened, turned
from station_app.papers.reading.pages import Document, upright, whole_of
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.sides import Quad

_CARDS = (ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD)
_CARD_MM, _CARD_SHAPE = 85.6, (1.35, 1.85)  # ISO/IEC 7810 ID-1; longer side to shorter
_DPI = 300
_CARD_PIXELS = round(_CARD_MM / 25.4 * _DPI)
_SHEET_PIXELS = 2480  # of the longer side: A4 at 212 dpi
_CARD_BYTES, _SHEET_BYTES = 250_000, 1_000_000
_QUALITIES = (88, 80, 72, 64, 56)
_ROOM = 1.12  # times as large as the text it holds: what has no outline keeps its margin
_SLANTED, _TOO_SLANTED = math.radians(0.3), math.radians(5)
_INK, _MARGIN = 18, 0.02  # grey levels that printing differs by, and what is left around it: a share of the page
_COLOURED, _COLOURS = 14, 0.002  # spread of a pixel's channels, and the share of such pixels in a picture of colours


@dataclass(frozen=True)
class Part:
    """``content``: a JPEG. ``reading``: in its pixels; ``cut``: in those of the page."""

    content: bytes
    cut: Cut
    reading: DocumentReading


def cut_out(page: Picture, documents: Sequence[Document]) -> list[Part]:
    """One part for each document; a page with one that has no outline is kept whole, straight and upright."""
    if any(each.seen for each in documents):
        return [_part(page, each, each.corners if each.seen else _about(each.corners, _ROOM)) for each in documents]
    if len(documents) == 1:
        return [_part(page, documents[0], _whole(page, documents[0]))]
    ends = _ends_of_bands(page, documents)
    return [_part(page, each, _band(page, each, *end)) for each, end in zip(documents, ends, strict=True)]


def cut_by_hand(page: Picture, cut: Cut) -> bytes:
    """A JPEG of what lies between these corners, turned."""
    picture, _ = straightened(page, cut.corners, _SHEET_PIXELS)
    return encoded(turned(picture, -cut.turn // 90 % 4), _SHEET_BYTES)


def encoded(picture: Picture, most: int, dpi: int = 0) -> bytes:
    """A JPEG of at most so many bytes, if any quality fits it; grey where there is no colour."""
    image = Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))
    if not _has_colours(picture):
        image = image.convert("L")
    content = b""
    for quality in _QUALITIES:
        data = io.BytesIO()
        image.save(data, "JPEG", quality=quality, optimize=True, dpi=(dpi, dpi))
        content = data.getvalue()
        if len(content) <= most:
            break
    return content


# ---- one document


def _part(page: Picture, document: Document, quad: Quad) -> Part:
    is_card = document.kind in _CARDS and _CARD_SHAPE[0] < _shape(quad) < _CARD_SHAPE[1]
    picture, back = straightened(page, quad, _CARD_PIXELS if is_card else _SHEET_PIXELS)
    dpi = round(max(picture.shape[:2]) / _CARD_MM * 25.4) if is_card else 0
    content = encoded(picture, _CARD_BYTES if is_card else _SHEET_BYTES, dpi)
    return Part(content, Cut(quad), _moved(document.told(), np.linalg.inv(back)))


def _moved(reading: DocumentReading, matrix: object) -> DocumentReading:
    """The same reading in the pixels of another picture."""

    def placed(corners: Corners) -> Corners:
        points = cv2.perspectiveTransform(np.array([corners], np.float64), np.asarray(matrix))[0]
        a, b, c, d = ((float(x), float(y)) for x, y in points)
        return a, b, c, d

    fields = {name: replace(each, box=each.box and placed(each.box)) for name, each in reading.fields.items()}
    return replace(reading, fields=fields, corners=placed(reading.corners))


def _whole(page: Picture, document: Document) -> Quad:
    """The page, upright as the document on it is, and straight where its text runs slightly askew."""
    quad = upright(whole_of(page), document.corners)
    return _about(quad, angle=document.slant if _SLANTED < abs(document.slant) < _TOO_SLANTED else 0.0)


def _ends_of_bands(page: Picture, documents: Sequence[Document]) -> list[tuple[float, float]]:
    """Copies below one another without outlines: each has the page's whole width, as far as half way to the next."""
    spans = [(min(y for _, y in each.corners), max(y for _, y in each.corners)) for each in documents]
    between = [(upper[1] + lower[0]) / 2 for upper, lower in pairwise(spans)]
    return list(pairwise([0.0, *between, page.shape[0] - 1.0]))


def _band(page: Picture, document: Document, top: float, bottom: float) -> Quad:
    """What is printed between two heights, the photograph beside the text as well."""
    grey = cv2.cvtColor(page[int(top) : max(int(bottom), int(top) + 1)], cv2.COLOR_BGR2GRAY)
    ink = (cv2.absdiff(grey, np.full_like(grey, int(np.median(grey)))) > _INK).astype(np.uint8)
    left, up, width, height = cv2.boundingRect(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    x, y = _MARGIN * page.shape[1], _MARGIN * page.shape[0]
    left, right = max(left - x, 0.0), min(left + width + x, page.shape[1] - 1.0)
    above, below = max(top + up - y, top), min(top + up + height + y, bottom)
    return upright(((left, above), (right, above), (right, below), (left, below)), document.corners)


def _about(quad: Quad, scale: float = 1.0, angle: float = 0.0) -> Quad:
    """Scaled and turned about its own middle."""
    corners = np.array(quad)
    middle = corners.mean(axis=0)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    a, b, c, d = ((float(x), float(y)) for x, y in middle + scale * (corners - middle) @ turn.T)
    return a, b, c, d


def _shape(quad: Quad) -> float:
    a, b, c, d = quad
    across, down = math.dist(a, b) + math.dist(c, d), math.dist(a, d) + math.dist(b, c)
    return max(across, down) / max(min(across, down), 1.0)


def _has_colours(picture: Picture) -> bool:
    """A red stamp is little of a sheet and must stay red."""
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    spread = small.max(axis=2).astype(np.int16) - small.min(axis=2)
    return int(np.count_nonzero(spread > _COLOURED)) > _COLOURS * int(spread.size)
