"""Text that no outline holds, parted into what may be papers of their own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from station_app.papers.reading.looking import WORTH
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box

_BAND = 0.08  # of the page's height: an empty band that parts documents


def clusters(boxes: Sequence[Box], page: Picture) -> list[list[Box]]:
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
    while (few := next((at for at, part in enumerate(parts) if len(part) < WORTH), None)) is not None and gaps:
        gap = min((each for each in (few - 1, few) if 0 <= each < len(gaps)), key=lambda each: gaps[each])
        parts[gap : gap + 2] = [parts[gap] + parts[gap + 1]]
        del gaps[gap]
    return parts
