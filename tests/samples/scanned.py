"""What a scanner or a camera makes of a drawn paper: laid on a ground, turned, tilted, lit, blurred; and where it lies.

Every defect has a strength from 0 (none) to 1 (hardly readable). The same seed makes the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels: TypeAlias = NDArray[Any]  # uint8, height x width x 3, blue green red
Corners = list[tuple[float, float]]  # clockwise from the paper's own top left


_EXPOSED = 0.86  # of full white: what a camera makes of paper


@dataclass(frozen=True)
class Scanned:
    """``corners``: of each paper on it, in the order in which they were given."""

    pixels: Pixels
    corners: tuple[Corners, ...]

    def png(self) -> bytes:
        done, content = cv2.imencode(".png", self.pixels)
        assert done
        return bytes(content)

    def jpeg(self, quality: int = 88) -> bytes:
        done, content = cv2.imencode(".jpg", self.pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        assert done
        return bytes(content)


def pixels_of(picture: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])


def flatbed(
    papers: Sequence[Pixels], seed: int, *, dpi: int = 300, skew: float = 2.0, ground: int = 236, turns: int = 0
) -> Scanned:
    """An A4 sheet's glass with papers on it, one below the other; papers are drawn at 300 dpi. ``skew``: degrees."""
    chance = np.random.default_rng(seed)
    width, height = round(2480 * dpi / 300), round(3508 * dpi / 300)
    page = np.full((height, width, 3), ground, np.uint8)
    corners = []
    room = height / max(len(papers), 1)
    for place, paper in enumerate(papers):
        scale = min(dpi / 300, 0.86 * width / paper.shape[1], 0.86 * room / paper.shape[0])
        centre = (width / 2 + chance.uniform(-0.05, 0.05) * width, room * (place + 0.5))
        matrix = _placing(paper, scale, chance.uniform(-skew, skew), centre)
        corners.append(_laid(page, paper, matrix))
    page = _noisy(page, chance, 3.0)
    return _turned(Scanned(page, tuple(corners)), turns)


def camera(
    paper: Pixels, seed: int, *, width: int = 2600, tilt: float = 0.06, turns: int = 0, ground: int = 96
) -> Scanned:
    """A desk seen from a phone or a document camera; ``tilt``: how far corners are off, as a share of the paper."""
    chance = np.random.default_rng(seed)
    height = round(width * 0.75)
    page = _desk(height, width, ground, chance)
    scale = 0.62 * min(width / paper.shape[1], height / paper.shape[0])
    size = np.array([paper.shape[1] * scale, paper.shape[0] * scale])
    centre = np.array([width / 2, height / 2]) + chance.uniform(-0.04, 0.04, 2) * width
    flat = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]) * size
    angle = np.radians(chance.uniform(-6, 6))
    spin = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    target = (flat @ spin + centre + chance.uniform(-tilt, tilt, (4, 2)) * size).astype(np.float32)
    source = np.array([(0, 0), (paper.shape[1], 0), (paper.shape[1], paper.shape[0]), (0, paper.shape[0])], np.float32)
    corners = _laid(page, (paper * _EXPOSED).astype(np.uint8), cv2.getPerspectiveTransform(source, target))
    return _turned(Scanned(_noisy(page, chance, 5.0), (corners,)), turns)


# ---- defects


def blurred(scanned: Scanned, strength: float) -> Scanned:
    """Out of focus."""
    sigma = strength * 6 * scanned.pixels.shape[1] / 2480
    return Scanned(cv2.GaussianBlur(scanned.pixels, (0, 0), max(sigma, 0.01)), scanned.corners)


def shaken(scanned: Scanned, strength: float) -> Scanned:
    """Moved while the shutter was open."""
    length = max(1, round(strength * 30 * scanned.pixels.shape[1] / 2480))
    kernel = np.zeros((length, length), np.float32)
    np.fill_diagonal(kernel, 1 / length)
    return Scanned(cv2.filter2D(scanned.pixels, -1, kernel), scanned.corners)


def glaring(scanned: Scanned, strength: float, seed: int) -> Scanned:
    """A lamp's reflection on the first paper."""
    chance = np.random.default_rng(seed)
    corners = np.array(scanned.corners[0])
    share = chance.uniform(0.25, 0.75, 2)
    centre = corners[0] + share[0] * (corners[1] - corners[0]) + share[1] * (corners[3] - corners[0])
    radius = strength * 0.35 * np.linalg.norm(corners[1] - corners[0])
    ys, xs = np.mgrid[: scanned.pixels.shape[0], : scanned.pixels.shape[1]]
    distance = np.hypot(xs - centre[0], (ys - centre[1]) * 1.3) / max(radius, 1)
    light = np.clip(1.35 - distance, 0, 1)[:, :, None]
    pixels = scanned.pixels + (255 - scanned.pixels.astype(np.float32)) * np.minimum(light * 1.6, 1)
    return Scanned(pixels.clip(0, 255).astype(np.uint8), scanned.corners)


def photocopied(scanned: Scanned, strength: float) -> Scanned:
    """Grey, hard, flecked."""
    grey = cv2.cvtColor(scanned.pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)
    hard = np.clip((grey - 128) * (1 + strength) + 128 + 30 * strength, 0, 255).astype(np.uint8)
    return Scanned(cv2.cvtColor(hard, cv2.COLOR_GRAY2BGR), scanned.corners)


def shrunk(scanned: Scanned, scale: float) -> Scanned:
    """Fewer pixels for the same."""
    pixels = cv2.resize(scanned.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Scanned(pixels, tuple([(x * scale, y * scale) for x, y in each] for each in scanned.corners))


def cut_off(scanned: Scanned, share: float) -> Scanned:
    """The right part of the first paper is outside."""
    xs = sorted(x for x, _ in scanned.corners[0])
    edge = round(xs[-1] - share * (xs[-1] - xs[0]))
    return Scanned(np.ascontiguousarray(scanned.pixels[:, :edge]), scanned.corners)


# ---- parts


def _placing(paper: Pixels, scale: float, degrees: float, centre: tuple[float, float]) -> NDArray[Any]:
    around = cv2.getRotationMatrix2D((paper.shape[1] / 2, paper.shape[0] / 2), degrees, scale)
    around[:, 2] += np.array(centre) - np.array([paper.shape[1] / 2, paper.shape[0] / 2])
    return np.vstack([around, [0, 0, 1]])


def _laid(page: Pixels, paper: Pixels, matrix: NDArray[Any]) -> Corners:
    """Put a paper on a page, in place; where its corners came to lie."""
    size = (page.shape[1], page.shape[0])
    seen = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_AREA)
    whole = np.full(paper.shape[:2], 255, np.uint8)
    mask = cv2.warpPerspective(whole, matrix, size)[:, :, None] / 255.0
    shadow = cv2.GaussianBlur(mask[:, :, 0].astype(np.float32), (0, 0), 7)
    page[:] = (page * (1 - 0.22 * shadow[:, :, None])).astype(np.uint8)
    page[:] = (seen * mask + page * (1 - mask)).astype(np.uint8)
    height, width = paper.shape[:2]
    points = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float32)
    return [(float(x), float(y)) for x, y in cv2.perspectiveTransform(points, matrix)[0]]


def _desk(height: int, width: int, ground: int, chance: np.random.Generator) -> Pixels:
    """Wood: darker and lighter along its grain."""
    rough = chance.normal(0, 10, (height // 40 + 1, width // 400 + 1)).astype(np.float32)
    grain = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    shade = np.linspace(-14, 14, width)[None, :]
    tone = np.array([0.75, 0.9, 1.1])
    wood: Pixels = np.clip((ground + grain + shade)[:, :, None] * tone, 0, 255).astype(np.uint8)
    return wood


def _noisy(page: Pixels, chance: np.random.Generator, strength: float) -> Pixels:
    noise = chance.normal(0, strength, page.shape[:2]).astype(np.float32)[:, :, None]
    noisy: Pixels = np.clip(page + noise, 0, 255).astype(np.uint8)
    return noisy


def _turned(scanned: Scanned, turns: int) -> Scanned:
    """By quarter turns against the clock."""
    pixels, corners = scanned.pixels, scanned.corners
    for _ in range(turns % 4):
        width = pixels.shape[1]
        pixels = np.rot90(pixels)
        corners = tuple([(y, width - 1 - x) for x, y in each] for each in corners)
    return Scanned(np.ascontiguousarray(pixels), corners)
