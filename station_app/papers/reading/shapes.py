"""Boxes of text on a page, and the rows they stand in. Pure; coordinates in pixels, y downwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

_TALL = 1.4  # of the usual height
_HUGE = 2.5  # times the usual height: a single character so high is none of its row
_THIN, _SHORT_THIN, _FEW = 0.4, 0.5, 3  # of its box that a straight piece of text fills at least; characters
_COPY = re.compile("仅供|样本|测试|复印|无效|使用|副本|水印|样张|COPY|SAMPLE|VOID")

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
_HALF_WIDTH, _WIDE_FROM = 0.55, 0x2E80  # of a Chinese character: digits and letters; the first that is as wide


Pieces: TypeAlias = NDArray[Any]  # float32, pieces of text x 4 corners x 2: each clockwise from its upper left on


def boxes_of(pieces: Pieces) -> list[Box]:
    """Upright ones, around slanted pieces."""
    return [
        (float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())) for xs, ys in pieces.transpose(0, 2, 1)
    ]


@dataclass(frozen=True)
class Line:
    """A piece of text as it was recognised. ``score``: the recogniser's own, 0 to 1."""

    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def box(self) -> Box:
        return self.left, self.top, self.right, self.bottom

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Row:
    """Pieces side by side, from left to right."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)

    @property
    def box(self) -> Box:
        return box_around([line.box for line in self.lines])

    @property
    def score(self) -> float:
        return min(line.score for line in self.lines)

    @property
    def top(self) -> float:
        return min(line.top for line in self.lines)

    @property
    def bottom(self) -> float:
        return max(line.bottom for line in self.lines)


def box_around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of them."""
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def without_watermarks(lines: Sequence[Line]) -> list[Line]:
    """Without what is printed aslant across a page, again and again or in words that say what the copy is for."""
    usual = sorted(line.height for line in lines)[len(lines) // 4] if lines else 0.0  # most may be such
    slanted = [line for line in lines if line.height > _TALL * usual and _is_aslant(line)]
    over = {line for line in slanted if _COPY.search(line.text) or _is_repeated(line, slanted)}
    return [line for line in lines if line not in over]


def _is_aslant(line: Line) -> bool:
    """Whether its box is far too high for its characters; a date or a number is none of what this is about."""
    fills = (line.right - line.left) / (sum(map(_width, line.text)) * line.height)
    return fills < (_THIN if len(line.text) > _FEW else _SHORT_THIN) and sum(map(str.isdigit, line.text)) < _FEW


def _is_repeated(line: Line, others: Sequence[Line]) -> bool:
    pairs = {line.text[at : at + 2] for at in range(len(line.text) - 1)}
    return any(pair in other.text for other in others if other is not line for pair in pairs)


def _width(character: str) -> float:
    return _HALF_WIDTH if ord(character) < _WIDE_FROM else 1.0


def part_of(row: Row, start: int, end: int) -> tuple[float, Box]:
    """Score and place of some characters of a row, counted without blanks: of a piece that holds others too only its
    share. At least one of them is there.
    """
    found: list[tuple[float, Box]] = []
    at = 0
    for line in row.lines:
        places = [place for place, each in enumerate(line.text) if not each.isspace()]
        first, last = max(start - at, 0), min(end - at, len(places))
        if first < last:
            found.append((line.score, _share(line, places[first], places[last - 1] + 1)))
        at += len(places)
    return min(score for score, _ in found), box_around([box for _, box in found])


def _share(line: Line, first: int, last: int) -> Box:
    """By the widths that characters have in print, half a character more where others stand beside."""
    widths = [_width(each) for each in line.text]
    unit = (line.right - line.left) / sum(widths)
    left = line.left + (sum(widths[:first]) - 0.5) * unit if first else line.left
    right = line.left + (sum(widths[:last]) + 0.5) * unit if last < len(widths) else line.right
    return left, line.top, right, line.bottom


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Group by height on the page: a piece belongs to the row whose middle lies within half its height. A character
    of a watermark, several times as high as the print, is a row of its own.
    """
    usual = sorted(line.height for line in lines)[len(lines) // 2] if lines else 0.0
    apart = [line for line in lines if line.height > _HUGE * usual and len(line.text) <= _FEW]
    rows = _rows([line for line in lines if line not in apart]) + [Row((line,)) for line in apart]
    return sorted(rows, key=lambda row: min(line.middle for line in row.lines))


def _rows(lines: Sequence[Line]) -> list[Row]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: each.middle):
        here = rows[-1] if rows else []
        reach = 0.5 * min(line.height, sum(each.height for each in here) / len(here)) if here else 0.0
        if here and abs(line.middle - sum(each.middle for each in here) / len(here)) <= reach:
            here.append(line)
        else:
            rows.append([line])
    return [Row(tuple(sorted(row, key=lambda each: each.left))) for row in rows]
