"""One page, start to end: outlines, straight and upright, kind, fields, defects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from station_app.domain.application import ScanKind
from station_app.domain.reading import DocumentReading, ReadField
from station_app.errors import UserError
from station_app.papers.code import read_code
from station_app.papers.reading.fields import Field, fields_of
from station_app.papers.reading.finding import Outline, corner_first, straightened
from station_app.papers.reading.kinds import kind_of, marks_of
from station_app.papers.reading.looking import WORTH, Look, around, length, looked
from station_app.papers.reading.parts import clusters
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.quality import Defect, has_glare, is_blurred, is_cut, is_too_small
from station_app.papers.reading.seals import without_seals
from station_app.papers.reading.shapes import Box, Line, Pieces
from station_app.papers.reading.sides import Quad
from station_app.papers.reading.signature import is_missing

if TYPE_CHECKING:  # its library is loaded when something is read
    from station_app.papers.reading.text import Read, Recogniser

_CARD, _SHEET = 1100, 1800  # pixels of the longer side that are read...
_CARD_LETTERS, _SHEET_LETTERS = 800, 960  # ...and in which letters are found
_CARD_SHARE = 0.45  # of the page's area: a smaller document is read as a card
_RULED = 0.1  # of an outline: text beside it reaches so far into it only if both are parts of one sheet
_SIDES = (ScanKind.ID_FRONT, ScanKind.ID_BACK)
_CARDS = (*_SIDES, ScanKind.CARD)
Matrix: TypeAlias = NDArray[Any]  # 3 x 3, from a straightened picture to its page
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
    return sorted(
        _Page(page, recogniser, occupations, today).documents(), key=lambda each: min(y for _, y in each.corners)
    )


@dataclass(frozen=True)
class _Page:
    picture: Picture
    recogniser: Recogniser
    occupations: Sequence[str]
    today: date

    def documents(self) -> list[Document]:
        look = looked(self.picture, self.recogniser)
        found, outside = list(look.found), look.outside
        if not look.boxes:
            return [Document(ScanKind.OTHER, whole_of(self.picture), defects=(Defect.BLANK,))]
        if not found or len(outside) > len(look.boxes) / 2:
            return self._without_outlines(look)
        if len(outside) >= 2 * WORTH:
            rest = around(outside, self.picture)
            if any(_overlap(each.quad, rest) > _RULED for each in found):  # the ruled lines of a table on a sheet
                return self._without_outlines(look)
            found.append(Outline(rest, seen=False))
        return [each for outline in found for each in self._read(outline, look)]

    def _without_outlines(self, look: Look) -> list[Document]:
        """A photocopy, or a sheet on a ground of its own colour: what stands far apart is looked at apart, and counts
        as several documents only if each is a known one.
        """
        parts = clusters(look.boxes, self.picture)
        if len(parts) > 1:
            read = [each for part in parts for each in self._read(self._region(part), look)]
            kinds = [each.kind for each in read]
            if ScanKind.OTHER not in kinds and len(set(kinds)) == len(kinds):  # half a certificate is one by its words
                return read
        read = self._read(self._region(look.boxes), look)
        if len(read) == 1 and read[0].kind in _SHEETS:
            return [replace(read[0], corners=upright(whole_of(self.picture), read[0].corners))]
        return read

    def _region(self, boxes: Sequence[Box]) -> Outline:
        """The page, or the part of it where the text is, when that is small: it is read with more pixels."""
        quad = around(boxes, self.picture)
        return Outline(quad if self._is_small(quad) else whole_of(self.picture), seen=False)

    def _is_small(self, quad: Quad) -> bool:
        height, width = self.picture.shape[:2]
        return bool(cv2.contourArea(np.array(quad, np.float32)) < _CARD_SHARE * height * width)

    def _read(self, outline: Outline, look: Look) -> list[Document]:
        longest, letters = (_CARD, _CARD_LETTERS) if self._is_small(outline.quad) else (_SHEET, _SHEET_LETTERS)
        quad = outline.quad
        picture, back = straightened(self.picture, quad, longest)
        read = self._text_of(picture, look.letters_in(quad, np.linalg.inv(back), letters), letters)
        if read.turns:
            quad = corner_first(quad, read.turns)
            picture, back = straightened(self.picture, quad, longest)
        if not read.lines:
            return [Document(ScanKind.OTHER, quad, defects=(Defect.BLANK,), seen=outline.seen)]
        if (parts := _two_sides(read.lines)) is not None:
            return [
                self._document(picture, back, Outline(_placed(lines, back, picture), seen=False), lines)
                for lines in parts
            ]
        whole = replace(outline, quad=quad)
        return [replace(self._document(picture, back, whole, read.lines), slant=read.slant)]

    def _text_of(self, picture: Picture, pieces: Pieces | None, longest: int) -> Read:
        """``pieces``: where its text is, if that is known."""
        clear = without_seals(picture)
        return self.recogniser.read(clear, self.recogniser.find(clear, longest) if pieces is None else pieces)

    def _document(self, picture: Picture, back: Matrix, outline: Outline, lines: Sequence[Line]) -> Document:
        return _document(picture, back, outline, lines, self.occupations, self.today)


def whole_of(page: Picture) -> Quad:
    """The page's own corners."""
    height, width = page.shape[:2]
    return (0.0, 0.0), (width - 1.0, 0.0), (width - 1.0, height - 1.0), (0.0, height - 1.0)


def upright(quad: Quad, like: Quad) -> Quad:
    """The same corners, from that on which lies as the first of ``like``, whose top side says which way up it is."""
    (ax, ay), (bx, by) = like[:2]
    return corner_first(quad, round(math.atan2(by - ay, bx - ax) / (math.pi / 2)) % 4)


def _overlap(one: Quad, other: Quad) -> float:
    """The share of the first that lies under the second."""
    area, _ = cv2.intersectConvexConvex(np.array(one, np.float32), np.array(other, np.float32))
    return float(area) / max(cv2.contourArea(np.array(one, np.float32)), 1.0)


# ---- one paper


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


def _placed(lines: Sequence[Line], back: Matrix, picture: Picture) -> Quad:
    """Where a part of a straightened picture lies on its page."""
    return _on_page(_bounds([each.box for each in lines], picture), back)


def _on_page(box: Box, back: Matrix) -> Quad:
    """``back``: the matrix from the straightened picture to its page."""
    left, top, right, bottom = box
    points = np.array([[(left, top), (right, top), (right, bottom), (left, bottom)]], np.float32)
    placed = cv2.perspectiveTransform(points, back)[0]
    a, b, c, d = ((float(x), float(y)) for x, y in placed)
    return a, b, c, d


def _bounds(boxes: Sequence[Box], picture: Picture) -> Box:
    quad = around(boxes, picture)
    return quad[0][0], quad[0][1], quad[2][0], quad[2][1]


def _document(
    picture: Picture,
    back: Matrix,
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
    scale = length(outline.quad) / max(picture.shape[:2])
    blurred = is_blurred(picture, lines)
    is_card = outline.seen and not outline.cut and kind in _CARDS
    found = {
        Defect.BLUR: blurred,
        Defect.GLARE: has_glare(picture),
        Defect.CUT_EDGE: outline.cut or is_cut(lines, picture.shape[1], picture.shape[0]),
        Defect.TOO_SMALL: is_too_small(lines, max(scale, 1.0), length(outline.quad) if is_card else 0.0),
        Defect.EXPIRED: _is_expired(kind, fields, today),
        Defect.SIGNATURE_MISSING: code is not None and not blurred and is_missing(picture, lines, code.quad),
    }
    placed = {
        name: ReadField(each.value, each.confidence, each.box and _on_page(each.box, back))
        for name, each in fields.items()
    }
    defects = tuple(defect for defect, there in found.items() if there)
    return Document(kind, outline.quad, placed, defects, outline.seen)


def _is_expired(kind: ScanKind, fields: dict[str, Field], today: date) -> bool:
    until = fields.get("valid_to") if kind is ScanKind.ID_BACK else None
    return until is not None and until.value[:1].isdigit() and until.value < today.isoformat()


@dataclass(frozen=True)
class _Code:
    """``quad``: the corners of the first in the picture."""

    fields: dict[str, Field]
    quad: Quad


def _code_on(picture: Picture) -> _Code | None:
    """The code that this program prints on its papers, wherever it stands. Where a second paper lies on the first, both
    codes are told, parted by a blank: which of them is meant nobody can know.
    """
    texts: dict[str, Quad] = {}
    references = set()
    for found in zxingcpp.read_barcodes(picture):
        try:
            references.add(read_code(found.text).reference)
        except UserError:
            continue
        at = found.position
        a, b, c, d = ((float(p.x), float(p.y)) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
        texts.setdefault(found.text, (a, b, c, d))
    if not texts:
        return None
    fields = {"qr": Field(" ".join(sorted(texts)), 1.0)}
    if len(references) == 1:  # else the one that is printed, if any
        fields["reference"] = Field(references.pop(), 1.0)
    return _Code(fields, next(iter(texts.values())))
