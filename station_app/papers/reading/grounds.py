"""Where papers may lie on a page: masks of what differs from the ground under it, looked at in several ways.

Each way fails on some desk: one colour is wrong for stripes, edges for wood, a fitted slope of light for a white card
on a white desk. Their outlines are guesses only; ``sides`` says which of them lie on edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.shapes import Box

Mask = NDArray[Any]  # uint8, 0 or 255
_RIM = 0.015  # of the longer side: the page's rim shows the ground
_COLOURS = 4  # of a patterned ground
_LEVELS = (9, 16, 28)  # grey levels by which paper differs from a ground of uneven light
_APART = (14, 26)  # from each of the ground's colours
_EDGES = ((8, 24), (20, 60), (50, 150))
_SLOPES = 6  # a surface of second degree
_COARSE = 128  # places along each side where it is computed: it is smooth
_CUT_OUT = 240  # pixels of the longer side while parting paper and ground by their mixtures of colours


def masks(page: Picture) -> Iterator[Mask]:
    """From the cheapest to the dearest."""
    smooth = cv2.medianBlur(page, 5)
    yield from _over_light(smooth)
    yield from _over_colours(smooth)
    yield from _enclosed(smooth)


def cut_out(page: Picture, boxes: Sequence[Box]) -> Mask:
    """What looks like the surroundings of the text (``boxes``) rather than like the page's rim."""
    scale = _CUT_OUT / max(page.shape[:2])
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    state = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    for left, top, right, bottom in boxes:
        grown = 0.8 * min(right - left, bottom - top)
        a, b = int((left - grown) * scale), int((top - grown) * scale)
        c, d = int((right + grown) * scale) + 1, int((bottom + grown) * scale) + 1
        state[max(b, 0) : d, max(a, 0) : c] = cv2.GC_PR_FGD
    state[_rim(small)] = cv2.GC_BGD
    if not (state == cv2.GC_PR_FGD).any():
        return np.zeros(page.shape[:2], np.uint8)
    cv2.setRNGSeed(1)  # the same answer each time
    cv2.grabCut(small, state, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    likely = np.isin(state, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255
    paper = cv2.morphologyEx(likely, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return np.asarray(cv2.resize(paper, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_NEAREST), np.uint8)


def _over_light(page: Picture) -> Iterator[Mask]:
    """Against one colour under light that falls off smoothly."""
    distance = _largest(cv2.absdiff(page, _surface(page)))
    for level in _LEVELS:
        yield _closed(distance > level)


def _surface(page: Picture) -> Picture:
    """A surface of second degree through the rim, for each colour; what differs from it much is left out again."""
    height, width = page.shape[:2]
    ys, xs = np.nonzero(_rim(page))
    rows, seen = _terms(xs[::7] / width, ys[::7] / height), page[ys[::7], xs[::7]].astype(np.float32)
    used = np.ones(len(rows), bool)
    factors = np.zeros((_SLOPES, 3), np.float32)
    for _ in range(3):
        factors = np.linalg.lstsq(rows[used], seen[used], rcond=None)[0].astype(np.float32)
        off = np.abs(seen - rows @ factors).max(axis=1)
        used = off <= max(float(np.median(off)) * 3, 6.0)
    ys, xs = np.mgrid[:_COARSE, :_COARSE]
    coarse = _terms((xs + 0.5) / _COARSE, (ys + 0.5) / _COARSE) @ factors
    smooth = cv2.resize(coarse.clip(0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(smooth)


def _terms(across: NDArray[Any], down: NDArray[Any]) -> NDArray[Any]:
    """Of shares of the page's width and height."""
    x, y = (across - 0.5).astype(np.float32), (down - 0.5).astype(np.float32)
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _largest(colours: NDArray[Any]) -> NDArray[Any]:
    """Of each pixel's channels; numpy takes twenty times as long for it."""
    one, two, three = cv2.split(colours)
    return np.asarray(cv2.max(cv2.max(one, two), three))


def _over_colours(page: Picture) -> Iterator[Mask]:
    """Against each of a pattern's colours."""
    seen = page[_rim(page)][::5].astype(np.float32)
    cv2.setRNGSeed(1)
    labels = np.zeros((len(seen), 1), np.int32)
    _, _, colours = cv2.kmeans(seen, _COLOURS, labels, (3, 12, 1.0), 2, cv2.KMEANS_PP_CENTERS)
    distance = np.full(page.shape[:2], 255, np.uint8)
    for colour in colours:
        cv2.min(distance, _largest(cv2.absdiff(page, np.array([*np.rint(colour), 0.0]))), distance)
    for level in _APART:
        mask = cv2.medianBlur((distance > level).astype(np.uint8) * 255, 7)
        yield _closed(mask > 0)


def _enclosed(page: Picture) -> Iterator[Mask]:
    """By edges, from the faintest on."""
    grey = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    for low, high in _EDGES:
        yield _closed(cv2.Canny(grey, low, high) > 0)


def _closed(found: NDArray[Any]) -> Mask:
    return np.asarray(
        cv2.morphologyEx(found.astype(np.uint8) * 255, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), np.uint8
    )


def _rim(page: Picture) -> NDArray[Any]:
    width = max(3, round(_RIM * max(page.shape[:2])))
    rim = np.ones(page.shape[:2], bool)
    rim[width:-width, width:-width] = False
    return rim
