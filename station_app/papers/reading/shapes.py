"""Boxes of text on a page, and the rows they stand in. Pure; coordinates in pixels, y downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


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


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Group by height on the page: a piece belongs to the row whose middle lies within half its height."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: each.middle):
        here = rows[-1] if rows else []
        reach = 0.5 * min(line.height, sum(each.height for each in here) / len(here)) if here else 0.0
        if here and abs(line.middle - sum(each.middle for each in here) / len(here)) <= reach:
            here.append(line)
        else:
            rows.append([line])
    return [Row(tuple(sorted(row, key=lambda each: each.left))) for row in rows]
