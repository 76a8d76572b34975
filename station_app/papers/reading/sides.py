"""Four sides laid exactly on the edges of a picture, and how much of each lies on one.

A guess of four corners is moved, side by side, to the strongest step of colour near it: a straight line through the
steps of its middle part, so that round corners, a thumb and a shadow do not matter. Corners are where the lines meet.
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
from station_app.papers.reading.shapes import Box, Point

Quad = tuple[Point, Point, Point, Point]  # clockwise; which corner is first says nothing yet
_SAMPLES = 48  # along one side
_FEWEST = 16  # places that say something of a side
_ENDS = 0.08  # of a side at both ends, where corners are round
_EXACT, _WIDE = (6,), (14, 7)  # pixels to both sides: of a guess that is one already; of a rough one, then a better
_SURE = 0.88  # of all sides lies on edges
_STEP = 3  # pixels that are averaged on each side of an edge
_CLEAR = 4.0  # grey levels that an edge must differ by...
_ABOVE_NOISE = 3.0  # ...and spreads of the picture's own noise
_ON = 2.0  # pixels from the line: such a step lies on it
_MARGIN = 0.035  # of the way to the middle
_STRIP = 0.01  # of the way to the middle: just inside
_NEXT = 12  # places to both sides of one along a margin
_RIM, _AT_RIM = 3.0, 0.5  # pixels: a side that runs along the page's own edge; for so much of it that counts
_MOST_AT_RIM, _CLEARLY = 2, 0.7  # sides there; and of each other side, that lies on an edge
_OF_ONE_COLOUR = 4.0  # grey levels between both margins
_ROUNDS = 3  # of fitting a line without what lies far from it


@dataclass(frozen=True)
class Laid:
    """``sides``: the share of each side, from the first corner on, that lies on an edge. ``unrest``: grey levels that
    colours differ by along the inner margin: few on paper, many where the sides only follow a pattern of the table.
    ``contrast``: grey levels by which the inner margin differs from the outer one: few about a frame drawn on paper.
    ``strip``: those by which it differs from what is just inside a side: many where a strip of the table is.
    """

    quad: Quad
    sides: tuple[float, float, float, float]
    unrest: float = 0.0
    contrast: float = 0.0
    strip: float = 0.0

    @property
    def support(self) -> float:
        return sum(self.sides) / 4

    @property
    def at_rim(self) -> int:
        """How many sides run along the page's own edge."""
        return self.sides.count(_AT_RIM)

    @property
    def goes_on(self) -> bool:
        """Whether it may go on outside the page: the sides that are there must then be clear."""
        return self.at_rim <= _MOST_AT_RIM and min((s for s in self.sides if s != _AT_RIM), default=0.0) > _CLEARLY

    @property
    def is_framed(self) -> bool:
        """Whether the same goes on outside: a frame drawn on paper."""
        return self.contrast < _OF_ONE_COLOUR

    @property
    def weakest(self) -> float:
        return min(self.sides)


def laid(guess: Quad, picture: NDArray[Any], noise: float) -> Laid | None:
    """``picture``: as ``looked_at`` makes it; None where the lines make no four corners near the guess. The edges next
    to it come first: a frame drawn on the paper is often the stronger step.
    """
    exact = _laid(guess, picture, noise, _EXACT)
    return exact if exact is not None and exact.support > _SURE else _laid(guess, picture, noise, _WIDE)


def _laid(guess: Quad, picture: NDArray[Any], noise: float, reaches: Sequence[int]) -> Laid | None:
    quad = guess
    shares: list[float] = []
    for reach in reaches:
        ends = list(pairwise((*quad, quad[0])))
        found = [_side(np.array(a), np.array(b), picture, reach, noise) for a, b in ends]
        shares = [share for _, share in found]
        lines = [line for line, _ in found]
        corners = [_meeting(lines[at - 1], lines[at]) for at in range(4)]
        if any(each is None for each in corners):
            return None
        moved = tuple(each for each in corners if each is not None)
        if max(np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(moved, quad, strict=True)) > 4 * reach:
            return None
        quad = (moved[0], moved[1], moved[2], moved[3])
    inner, outer = _margin(quad, picture, _MARGIN), _margin(quad, picture, -_MARGIN)
    between = np.abs(np.median(inner, axis=0) - np.median(outer, axis=0)).max(axis=1)
    strip = np.abs(_margin(quad, picture, _STRIP) - inner).max(axis=2).mean(axis=0)
    told = _unrest(inner), float(np.median(between)), float(strip.max())
    return Laid(quad, (shares[0], shares[1], shares[2], shares[3]), *told)


def _unrest(margin: NDArray[Any]) -> float:
    """Against what is next to each place: the edge of a shadow across paper is one step, a pattern has many."""
    around = np.pad(margin, ((_NEXT, _NEXT), (0, 0), (0, 0)), mode="edge")
    local = np.median(np.lib.stride_tricks.sliding_window_view(around, 2 * _NEXT + 1, axis=0), axis=-1)
    return float(np.abs(margin - local).max(axis=2).mean(axis=0).max())


def _margin(quad: Quad, picture: NDArray[Any], inwards: float) -> NDArray[Any]:
    """Colours along the four sides, so far from them towards the middle."""
    corners = np.array(quad)
    moved = corners + (corners.mean(axis=0) - corners) * inwards
    ways = np.linspace(0.05, 0.95, _SAMPLES)[:, None, None]
    points = (moved + (np.roll(moved, -1, axis=0) - moved) * ways).astype(np.float32)
    xs, ys = points[:, :, 0], points[:, :, 1]
    # a slice of the channels would be copied whole, each time
    return np.asarray(cv2.remap(picture, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))[:, :, :3]


def noise_of(picture: NDArray[Any]) -> float:
    """How much neighbours differ where nothing is: the middle of the differences, as a spread."""
    return float(np.median(np.abs(np.diff(picture[::2, ::2, :3], axis=1)))) * 1.05


def looked_at(picture: Picture, text: Sequence[Box]) -> NDArray[Any]:
    """The picture as ``laid`` takes it: float32, four channels; the last says where text is: it has edges, too,
    and none of them is a paper's.
    """
    letters = np.zeros(picture.shape[:2], np.uint8)
    for left, top, right, bottom in text:
        cv2.rectangle(letters, (int(left) - 2, int(top) - 2), (int(right) + 2, int(bottom) + 2), 255, cv2.FILLED)
    return np.dstack([cv2.GaussianBlur(picture, (3, 3), 0), letters]).astype(np.float32)


_Line = tuple[NDArray[Any], NDArray[Any]]  # a point and a direction


def _side(
    start: NDArray[Any], end: NDArray[Any], picture: NDArray[Any], reach: int, noise: float
) -> tuple[_Line, float]:
    """The line of the steps beside a guessed side, and the share of the side where there is one."""
    length = max(float(np.linalg.norm(end - start)), 1.0)
    along = (end - start) / length
    if _is_at_rim(start, end, picture):
        return (start, along), _AT_RIM
    across = np.array([-along[1], along[0]])
    places = np.linspace(_ENDS, 1 - _ENDS, _SAMPLES) * length
    steps, covered = _steps(start, along, across, places, picture, reach)
    best = steps.argmax(axis=1)
    size = steps[np.arange(_SAMPLES), best]
    clear = size > max(_CLEAR, _ABOVE_NOISE * noise / np.sqrt(_STEP))
    offsets = best - reach
    slope, shift, on = _fitted(places, offsets, clear)
    first = start + across * shift
    direction = along + across * slope
    told = max(_SAMPLES - int((covered & ~on).sum()), _FEWEST)
    return (first, direction / np.linalg.norm(direction)), float(on.sum()) / told


def _is_at_rim(start: NDArray[Any], end: NDArray[Any], picture: NDArray[Any]) -> bool:
    """Where a paper goes on outside."""
    far = np.array([picture.shape[1], picture.shape[0]]) - 1 - _RIM
    both = np.stack([start, end])
    return bool((both <= _RIM).all(axis=0).any() or (both >= far).all(axis=0).any())


def _steps(
    start: NDArray[Any],
    along: NDArray[Any],
    across: NDArray[Any],
    places: NDArray[Any],
    picture: NDArray[Any],
    reach: int,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """How much colour changes, for each place along a side and each distance from it; and which places text covers: a
    box around slanted text reaches over the edge of its paper.
    """
    far = reach + _STEP
    distances = np.arange(-far, far + 1)
    points = start + along * places[:, None, None] + across * distances[None, :, None]
    seen = cv2.remap(
        picture,
        points[:, :, 0].astype(np.float32),
        points[:, :, 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    colours, letters = seen[:, :, :3], seen[:, _STEP : _STEP + 2 * reach + 1, 3] > 0
    total = np.concatenate([np.zeros_like(colours[:, :1]), np.cumsum(colours, axis=1)], axis=1)
    at = np.arange(_STEP, _STEP + 2 * reach + 1)
    before, after = total[:, at] - total[:, at - _STEP], total[:, at + 1 + _STEP] - total[:, at + 1]
    return np.where(letters, 0.0, np.abs(after - before).max(axis=2) / _STEP), letters[:, reach]


def _fitted(places: NDArray[Any], offsets: NDArray[Any], clear: NDArray[Any]) -> tuple[float, float, NDArray[Any]]:
    """The straight line that most of the clear steps lie on: slope, shift, and which do."""
    none = np.zeros(len(places), bool)
    if np.count_nonzero(clear) < 6:
        return 0.0, 0.0, none
    slope, shift = _voted(places[clear], offsets[clear])
    on = none
    for _ in range(_ROUNDS):
        on = clear & (np.abs(offsets - slope * places - shift) <= _ON)
        if np.count_nonzero(on) < 6:
            return 0.0, 0.0, none
        slope, shift = (float(each) for each in np.polyfit(places[on], offsets[on], 1))
    return slope, shift, on


def _voted(places: NDArray[Any], offsets: NDArray[Any]) -> tuple[float, float]:
    """Of all lines through two of the steps that lie well apart, the one that most others lie on."""
    one, other = np.triu_indices(len(places), k=1)
    apart = places[other] - places[one] > (places[-1] - places[0]) / 3
    one, other = one[apart], other[apart]
    if not len(one):
        return 0.0, float(np.median(offsets))
    slopes = (offsets[other] - offsets[one]) / (places[other] - places[one])
    shifts = offsets[one] - slopes * places[one]
    on = np.abs(offsets[None, :] - slopes[:, None] * places[None, :] - shifts[:, None]) <= _ON
    best = int(on.sum(axis=1).argmax())
    return float(slopes[best]), float(shifts[best])


def _meeting(one: _Line, other: _Line) -> Point | None:
    cross = float(one[1][0] * other[1][1] - one[1][1] * other[1][0])
    if abs(cross) < 0.2:  # nearly parallel
        return None
    between = other[0] - one[0]
    far = float(between[0] * other[1][1] - between[1] * other[1][0]) / cross
    x, y = one[0] + one[1] * far
    return float(x), float(y)


def quad_around(hull: NDArray[Any]) -> Sequence[Quad]:
    """Guesses of four corners for a convex outline: its own where it has four, else the smallest box around it."""
    length = cv2.arcLength(hull, closed=True)
    guesses = [cv2.boxPoints(cv2.minAreaRect(hull))]
    for tolerance in (0.02, 0.035, 0.05, 0.08):
        own = cv2.approxPolyDP(hull, tolerance * length, closed=True)
        if len(own) == 4:
            guesses.insert(0, own.reshape(4, 2))
            break
    return [clockwise([(float(x), float(y)) for x, y in each]) for each in guesses]


def clockwise(corners: Sequence[Point]) -> Quad:
    """From the top left of the page, as it is seen."""
    centre = (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)
    turned = sorted(corners, key=lambda each: float(np.arctan2(each[1] - centre[1], each[0] - centre[0])))
    first = min(range(4), key=lambda at: turned[at][0] + turned[at][1])
    a, b, c, d = (*turned[first:], *turned[:first])
    return a, b, c, d
