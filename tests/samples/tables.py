"""Tables that papers lie on, and what a hand-held camera makes of them: tilted by degrees, lit from one side, shadows.

The same seed makes the same picture.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.samples.scanned import Corners, Pixels, Scanned

GROUNDS = ("dark", "white", "wood", "cloth", "stripes", "checks")


def shot(
    papers: list[Image.Image],
    seed: int,
    ground: str,
    *,
    width: int = 2600,
    tilt: float = 8.0,
    spin: float = 8.0,
    shadow: float = 0.0,
    quality: int = 88,
) -> Scanned:
    """Papers (RGBA) side by side; ``tilt`` and ``spin``: degrees at most; ``quality``: the camera's JPEG."""
    chance = np.random.default_rng(seed)
    height = width * 3 // 4
    page = _ground(ground, height, width, chance)
    room = width / max(len(papers), 1)
    corners = []
    for place, paper in enumerate(papers):
        size = chance.uniform(0.55, 0.8) * min(room / paper.width, height / paper.height) * max(paper.size)
        centre = room * (place + 0.5) + chance.uniform(-0.03, 0.03) * room, height * chance.uniform(0.46, 0.54)
        corners.append(_laid(page, paper, _seen(paper, size, centre, chance.uniform(-1, 1, 3) * (spin, tilt, tilt))))
    _light(page, chance, shadow)
    page = cv2.GaussianBlur(page, (0, 0), 0.6 * width / 2600) + chance.normal(0, 4, page.shape).astype(np.float32)
    done, coded = cv2.imencode(".jpg", page.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return Scanned(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)), tuple(corners))


def _ground(kind: str, height: int, width: int, chance: np.random.Generator) -> NDArray[Any]:
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    if kind == "stripes":
        angle, period = chance.uniform(0, math.pi), chance.uniform(30, 90)
        dark = np.sin((xs * math.cos(angle) + ys * math.sin(angle)) * 2 * math.pi / period) > 0
        return np.where(dark[:, :, None], chance.uniform(40, 120, 3), chance.uniform(130, 220, 3)).astype(np.float32)
    if kind == "checks":
        size = chance.uniform(50, 160)
        dark = (xs // size + ys // size) % 2 > 0
        return np.where(dark[:, :, None], 60.0, 140.0).astype(np.float32) * np.ones(3, np.float32)
    level, rough, cells, tone = {
        "dark": (40.0, 4.0, (60, 60), (1.0, 1.0, 1.0)),
        "white": (228.0, 3.0, (200, 200), (1.0, 1.0, 1.0)),
        "wood": (120.0, 14.0, (20, 500), (0.6, 0.85, 1.1)),
        "cloth": (130.0, 12.0, (12, 12), (1.1, 0.9, 0.7)),
    }[kind]
    coarse = chance.normal(0, rough, (height // cells[0] + 2, width // cells[1] + 2)).astype(np.float32)
    grain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray((level + grain)[:, :, None] * np.array(tone, np.float32))


def _seen(paper: Image.Image, size: float, centre: tuple[float, float], angles: Any) -> NDArray[Any]:
    """From the paper's pixels to the page's, through a lens at 2.2 times the paper's length."""
    spin, pitch, yaw = np.radians(angles)
    flat = np.array([(0, 0), (paper.width, 0), (paper.width, paper.height), (0, paper.height)], np.float32)
    at = (flat - np.array(paper.size) / 2) * size / max(paper.size)
    at = at @ np.array([(math.cos(spin), math.sin(spin)), (-math.sin(spin), math.cos(spin))])
    x, y = at[:, 0], at[:, 1] * math.cos(pitch)
    z = at[:, 1] * math.sin(pitch)
    x, z = x * math.cos(yaw) + z * math.sin(yaw), z * math.cos(yaw) - x * math.sin(yaw)
    near = 2.2 * size / (2.2 * size + z)
    there = np.stack([x * near, y * near], 1) + np.array(centre)
    return cv2.getPerspectiveTransform(flat, there.astype(np.float32))


def _laid(page: NDArray[Any], paper: Image.Image, matrix: NDArray[Any]) -> Corners:
    whole = np.asarray(paper.convert("RGBA"), np.float32)
    size = (page.shape[1], page.shape[0])
    seen = cv2.warpPerspective(np.ascontiguousarray(whole[:, :, 2::-1]) * 0.9, matrix, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ascontiguousarray(whole[:, :, 3]), matrix, size)[:, :, None] / 255
    shade = np.roll(cv2.GaussianBlur(mask, (0, 0), 9), (6, 6), (0, 1))[:, :, None]
    page *= 1 - 0.3 * shade
    page[:] = page * (1 - mask) + seen * mask
    ends = np.array([[(0, 0), (paper.width, 0), paper.size, (0, paper.height)]], np.float64)
    return [(float(x), float(y)) for x, y in cv2.perspectiveTransform(ends, matrix)[0]]


def _light(page: NDArray[Any], chance: np.random.Generator, shadow: float) -> None:
    """From one side; and somebody's shadow over a corner, where it is to be."""
    height, width = page.shape[:2]
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    angle = chance.uniform(0, 2 * math.pi)
    page *= (1 + 0.3 * ((xs / width - 0.5) * math.cos(angle) + (ys / height - 0.5) * math.sin(angle)))[:, :, None]
    if shadow:
        ends = np.array([(0, 0), (chance.integers(width // 3, width), 0), (0, chance.integers(height // 3, height))])
        dark = cv2.fillConvexPoly(np.zeros((height, width), np.float32), ends.astype(np.int32), 1.0)
        page *= 1 - shadow * cv2.GaussianBlur(dark, (0, 0), width / 60)[:, :, None]


def whole(paper: Image.Image, seed: int, dpi: int = 200) -> Scanned:
    """A sheet as large as the glass: it ends where the page ends."""
    chance = np.random.default_rng(seed)
    scale = dpi / 300
    flat = np.asarray(paper.convert("RGB"))[:, :, ::-1]
    pixels: Pixels = cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    noisy = (pixels + chance.normal(0, 2.5, pixels.shape)).clip(0, 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    return Scanned(noisy, ([(0.0, 0.0), (width - 1.0, 0.0), (width - 1.0, height - 1.0), (0.0, height - 1.0)],))


def fed(paper: Image.Image, seed: int, degrees: float = 3.0, dpi: int = 200) -> Scanned:
    """A sheet that a feeder drew in slanted, before its white roller: where it ends cannot be seen."""
    chance = np.random.default_rng(seed)
    straight = whole(paper, seed, dpi)
    height, width = straight.pixels.shape[:2]
    angle = degrees * chance.choice((-1, 1))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    pixels = cv2.warpAffine(straight.pixels, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=(250, 250, 250))
    corners = cv2.transform(np.array(straight.corners), matrix)[0]
    return Scanned(np.asarray(pixels, np.uint8), ([(float(x), float(y)) for x, y in corners],))
