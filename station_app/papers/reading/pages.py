"""One page, start to end: outlines, straight and upright, kind, fields, defects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

from station_app.domain.application import ScanKind
from station_app.domain.reading import DocumentReading, ReadField
from station_app.errors import UserError
from station_app.papers.code import read_code
from station_app.papers.reading.fields import Field, fields_of
from station_app.papers.reading.finding import Outline, corner_first, outlines, straightened
from station_app.papers.reading.kinds import kind_of, marks_of
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.quality import Defect, has_glare, is_blurred, is_cut, is_too_small
from station_app.papers.reading.shapes import Box, Line, Point
from station_app.papers.reading.sides import Quad
from station_app.papers.reading.signature import is_missing

if TYPE_CHECKING:  # its library is loaded when something is read
    from station_app.papers.reading.text import Recogniser

_CARD, _SHEET = 1100, 1800  # pixels of the longer side that are read...
_CARD_LETTERS, _SHEET_LETTERS = 800, 1088  # ...and in which letters are found
_CARD_SHARE = 0.45  # of the page's area: a smaller document is read as a card
_LOOK = 960  # pixels of the longer side while looking for text outside outlines
_BAND = 0.08  # of the page's height: an empty band that parts documents
_RULED = 0.1  # of an outline: text beside it reaches so far into it only if both are parts of one sheet
_WORTH = 3  # pieces of text that make a document
_MARGIN = 0.6  # of a letter's height around text that has no outline
_SIDES = (ScanKind.ID_FRONT, ScanKind.ID_BACK)
_CARDS = (*_SIDES, ScanKind.CARD)
_SHEETS = (ScanKind.CERTIFICATE, ScanKind.FORM)  # where no edge of one is seen, it is as large as the page


@dataclass(frozen=True)
class Document:
    """``corners``: pixels of the page, clockwise from the document's own top left. ``seen``: as its outline's.
    ``slant``: radians by which its text runs downhill.
    """

    kind: ScanKind
    corners: Quad
    fields: dict[str, ReadField] = field(default_factory=dict)
    defects: tuple[Defect, ...] = ()
    seen: bool = False
    slant: float = 0.0

    def told(self) -> DocumentReading:
        """As it is told to everybody else."""
        kind = None if self.kind is ScanKind.OTHER else self.kind
        return DocumentReading(kind, self.fields, self.corners, tuple(each.value for each in self.defects))


def documents_on(page: Picture, recogniser: Recogniser, occupations: Sequence[str], today: date) -> list[Document]:
    """From the top downwards; a page with nothing to read is one blank document."""
    whole = _whole(page)
    boxes = _text_on(page, recogniser)
    if not boxes:
        return [Document(ScanKind.OTHER, whole.quad, defects=(Defect.BLANK,))]
    found = [each for each in outlines(page, boxes) if sum(_inside(each.quad, box) for box in boxes) >= _WORTH]
    outside = [box for box in boxes if not any(_inside(each.quad, box) for each in found)]
    if not found or len(outside) > len(boxes) / 2:
        return _without_outlines(page, boxes, whole, recogniser, occupations, today)
    if len(outside) >= 2 * _WORTH:
        rest = _around(outside, page)
        if any(_overlap(each.quad, rest) > _RULED for each in found):  # the ruled lines of a table on a sheet
            return _without_outlines(page, boxes, whole, recogniser, occupations, today)
        found.append(Outline(rest, seen=False))
    read = [each for outline in found for each in _read(page, outline, recogniser, occupations, today)]
    return sorted(read, key=lambda each: min(y for _, y in each.corners))


def _without_outlines(
    page: Picture, boxes: Sequence[Box], whole: Outline, recogniser: Recogniser, occupations: Sequence[str], today: date
) -> list[Document]:
    """A photocopy, or a sheet on a ground of its own colour: what stands far apart is looked at apart, and counts as
    several documents only if each is a known one.
    """
    parts = _clusters(boxes, page)
    if len(parts) > 1:
        read = [
            each for part in parts for each in _read(page, _region(part, page, whole), recogniser, occupations, today)
        ]
        kinds = [each.kind for each in read]
        if ScanKind.OTHER not in kinds and len(set(kinds)) == len(kinds):  # half a certificate is one by its words
            return read
    read = _read(page, _region(boxes, page, whole), recogniser, occupations, today)
    if len(read) == 1 and read[0].kind in _SHEETS:
        return [replace(read[0], corners=upright(whole.quad, read[0].corners))]
    return read


def _clusters(boxes: Sequence[Box], page: Picture) -> list[list[Box]]:
    """Boxes parted by wide empty bands across the text: across the page, or along it where it lies on its side."""
    on_side = sum(box[3] - box[1] > box[2] - box[0] for box in boxes) > len(boxes) / 2
    first, last, size = (0, 2, page.shape[1]) if on_side else (1, 3, page.shape[0])
    ordered = sorted(boxes, key=lambda box: box[first])
    parts, end = [[ordered[0]]], ordered[0][last]
    for box in ordered[1:]:
        if box[first] - end > _BAND * size:
            parts.append([])
        parts[-1].append(box)
        end = max(end, box[last])
    return _of_some(parts, first, last)


def _of_some(parts: list[list[Box]], first: int, last: int) -> list[list[Box]]:
    """Each of at least so many pieces as make a document: a smaller one belongs to what is nearest to it."""
    gaps = [min(b[first] for b in after) - max(b[last] for b in before) for before, after in pairwise(parts)]
    while (few := next((at for at, part in enumerate(parts) if len(part) < _WORTH), None)) is not None and gaps:
        gap = min((each for each in (few - 1, few) if 0 <= each < len(gaps)), key=lambda each: gaps[each])
        parts[gap : gap + 2] = [parts[gap] + parts[gap + 1]]
        del gaps[gap]
    return parts


def _region(boxes: Sequence[Box], page: Picture, whole: Outline) -> Outline:
    """The page, or the part of it where the text is, when that is small: it is read with more pixels."""
    quad = _around(boxes, page)
    area = cv2.contourArea(np.array(quad, np.float32))
    return Outline(quad, seen=False) if area < _CARD_SHARE * page.shape[0] * page.shape[1] else whole


def _whole(page: Picture) -> Outline:
    return Outline(whole_of(page), seen=False)


def whole_of(page: Picture) -> Quad:
    """The page's own corners."""
    height, width = page.shape[:2]
    return (0.0, 0.0), (width - 1.0, 0.0), (width - 1.0, height - 1.0), (0.0, height - 1.0)


def upright(quad: Quad, like: Quad) -> Quad:
    """The same corners, from that on which lies as the first of ``like``, whose top side says which way up it is."""
    (ax, ay), (bx, by) = like[:2]
    return corner_first(quad, round(math.atan2(by - ay, bx - ax) / (math.pi / 2)) % 4)


def _text_on(page: Picture, recogniser: Recogniser) -> list[Box]:
    scale = min(1.0, _LOOK / max(page.shape[:2]))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    return [(a / scale, b / scale, c / scale, d / scale) for a, b, c, d in recogniser.find(small)]


def _inside(quad: Quad, box: Box) -> bool:
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return cv2.pointPolygonTest(np.array(quad, np.float32), middle, measureDist=False) >= 0


def _overlap(one: Quad, other: Quad) -> float:
    """The share of the first that lies under the second."""
    area, _ = cv2.intersectConvexConvex(np.array(one, np.float32), np.array(other, np.float32))
    return float(area) / max(cv2.contourArea(np.array(one, np.float32)), 1.0)


def _around(boxes: Sequence[Box], page: Picture) -> Quad:
    """A box around text that has no outline of its own."""
    margin = _MARGIN * sorted(min(c - a, d - b) for a, b, c, d in boxes)[len(boxes) // 2]
    left, top = max(0.0, min(b[0] for b in boxes) - margin), max(0.0, min(b[1] for b in boxes) - margin)
    right = min(page.shape[1] - 1.0, max(b[2] for b in boxes) + margin)
    bottom = min(page.shape[0] - 1.0, max(b[3] for b in boxes) + margin)
    return (left, top), (right, top), (right, bottom), (left, bottom)


# ---- one outline


def _read(
    page: Picture, outline: Outline, recogniser: Recogniser, occupations: Sequence[str], today: date
) -> list[Document]:
    area = cv2.contourArea(np.array(outline.quad, np.float32))
    is_small = area < _CARD_SHARE * page.shape[0] * page.shape[1]
    longest, letters = (_CARD, _CARD_LETTERS) if is_small else (_SHEET, _SHEET_LETTERS)
    quad = outline.quad
    picture, back = straightened(page, quad, longest)
    read = recogniser.read(picture, letters)
    if read.turns:
        quad = corner_first(quad, read.turns)
        picture, back = straightened(page, quad, longest)
    if not read.lines:
        return [Document(ScanKind.OTHER, quad, defects=(Defect.BLANK,), seen=outline.seen)]
    if (parts := _two_sides(read.lines)) is not None:
        return [
            _document(picture, back, Outline(_placed(lines, back, picture), seen=False), lines, occupations, today)
            for lines in parts
        ]
    whole = replace(outline, quad=quad)
    return [replace(_document(picture, back, whole, read.lines, occupations, today), slant=read.slant)]


def _two_sides(lines: Sequence[Line]) -> tuple[list[Line], list[Line]] | None:
    """Both sides of an identity card copied on one sheet, without outlines: parted where the gap is widest."""
    marks = marks_of(lines)
    if any(marks[kind] < 4 for kind in _SIDES):
        return None
    ordered = sorted(lines, key=lambda each: each.middle)
    gaps = [(after.top - before.bottom, at) for at, (before, after) in enumerate(pairwise(ordered), 1)]
    for _, at in sorted(gaps, reverse=True)[:3]:
        upper, lower = ordered[:at], ordered[at:]
        if {kind_of(upper), kind_of(lower)} == set(_SIDES):
            return upper, lower
    return None


def _placed(lines: Sequence[Line], back: object, picture: Picture) -> Quad:
    """Where a part of a straightened picture lies on its page."""
    return _on_page(_bounds([each.box for each in lines], picture), back)


def _on_page(box: Box, back: object) -> Quad:
    """``back``: the matrix from the straightened picture to its page."""
    left, top, right, bottom = box
    points = np.array([[(left, top), (right, top), (right, bottom), (left, bottom)]], np.float32)
    placed = cv2.perspectiveTransform(points, np.asarray(back))[0]
    a, b, c, d = ((float(x), float(y)) for x, y in placed)
    return a, b, c, d


def _bounds(boxes: Sequence[Box], picture: Picture) -> Box:
    quad = _around(boxes, picture)
    return quad[0][0], quad[0][1], quad[2][0], quad[2][1]


def _document(
    picture: Picture,
    back: object,
    outline: Outline,
    lines: Sequence[Line],
    occupations: Sequence[str],
    today: date,
) -> Document:
    kind = kind_of(lines)
    fields = fields_of(kind, lines, occupations)
    code = _code_on(picture)
    if code is not None:
        kind = ScanKind.FORM
        fields = {**fields_of(kind, lines, occupations), **code.fields}
    scale = _length(outline.quad) / max(picture.shape[:2])
    blurred = is_blurred(picture, lines)
    is_card = outline.seen and not outline.cut and kind in _CARDS
    found = {
        Defect.BLUR: blurred,
        Defect.GLARE: has_glare(picture),
        Defect.CUT_EDGE: outline.cut or is_cut(lines, picture.shape[1], picture.shape[0]),
        Defect.TOO_SMALL: is_too_small(lines, max(scale, 1.0), _length(outline.quad) if is_card else 0.0),
        Defect.EXPIRED: _is_expired(kind, fields, today),
        Defect.SIGNATURE_MISSING: code is not None and not blurred and is_missing(picture, lines, code.quad),
    }
    placed = {
        name: ReadField(each.value, each.confidence, each.box and _on_page(each.box, back))
        for name, each in fields.items()
    }
    defects = tuple(defect for defect, there in found.items() if there)
    return Document(kind, outline.quad, placed, defects, outline.seen)


def _length(quad: Quad) -> float:
    return max(_apart(quad[0], quad[1]), _apart(quad[1], quad[2]))


def _apart(one: Point, other: Point) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _is_expired(kind: ScanKind, fields: dict[str, Field], today: date) -> bool:
    until = fields.get("valid_to") if kind is ScanKind.ID_BACK else None
    return until is not None and until.value[:1].isdigit() and until.value < today.isoformat()


@dataclass(frozen=True)
class _Code:
    """``quad``: its corners in the picture."""

    fields: dict[str, Field]
    quad: Quad


def _code_on(picture: Picture) -> _Code | None:
    """The code that this program prints on its papers, wherever it stands."""
    for found in zxingcpp.read_barcodes(picture):
        try:
            code = read_code(found.text)
        except UserError:
            continue
        at = found.position
        a, b, c, d = ((float(p.x), float(p.y)) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
        return _Code({"qr": Field(found.text, 1.0), "reference": Field(code.reference, 1.0)}, (a, b, c, d))
    return None
