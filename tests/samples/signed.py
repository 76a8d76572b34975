"""Printed papers with something written on them: names of many hands, days, nothing. The same seed, the same hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtGui import QImage, QTextLine

from station_app.papers import Sheet
from tests.samples.scanned import Pixels
from ui.paper import page_images
from ui.paper.marks import Mark, Words
from ui.paper.pages import lay_out

DPI = 200
_MM = DPI / 25.4
_UNITS = 100  # of the layout, for a millimetre
Place = tuple[float, float]  # millimetres from the page's corner: a character's left, the middle of its line


@dataclass(frozen=True)
class Pen:
    """``width`` in millimetres; ``tone``: how dark, 0 black; ``colour``: blue, green, red on top of it."""

    width: float = 0.5
    tone: int = 40
    colour: tuple[int, int, int] = (0, 0, 0)


BALL_PEN, BLUE_PEN = Pen(), Pen(0.4, 50, (120, 20, 0))
PENCIL = Pen(0.3, 165)
PENS = (BALL_PEN, BLUE_PEN, Pen(1.1, 20), PENCIL)


@dataclass(frozen=True)
class Printed:
    """A page from the printer; where the signature's label begins and ends, and where its 年 stands."""

    pixels: Pixels
    label: Place
    end: Place
    year: Place


def printed(sheet: Sheet) -> Printed:
    """The page that is signed, at 200 dpi."""
    image = page_images(sheet, DPI)[0].convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    marks = lay_out(sheet).marks(1)
    places = _place(marks, "申", "人签字"), _place(marks, "：", "人签字"), _place(marks, "年", "日")
    return Printed(np.ascontiguousarray(pixels[:, :, ::-1]), *places)


def signed(paper: Printed, seed: int, pen: Pen = BALL_PEN, *, size: float = 7.0) -> Pixels:
    """With a name of two or three characters after the label; ``size``: of a character, millimetres."""
    chance = np.random.default_rng(seed)
    pixels = paper.pixels.copy()
    x, y = paper.end
    x += chance.uniform(4, 28)
    for _ in range(int(chance.integers(2, 4))):
        _character(pixels, (x, y - size / 2 + chance.uniform(-1.0, 1.5)), size, pen, chance)
        x += size * chance.uniform(0.8, 1.2)
    return pixels


def dated(paper: Printed, seed: int, pen: Pen = BALL_PEN) -> Pixels:
    """A day written before 年, 月 and 日, and no name."""
    chance = np.random.default_rng(seed)
    pixels = paper.pixels.copy()
    x, y = paper.year
    for place in (x - 7.0, x + 4.5, x + 13.0):
        _character(pixels, (place, y - 2.0), 4.0, pen, chance)
    return pixels


def _place(marks: Sequence[Mark], character: str, inside: str) -> Place:
    for mark in marks:
        if isinstance(mark, Words):
            line = mark.layout.lineAt(mark.line)
            start, length = line.textStart(), line.textLength()
            text = mark.layout.text()[start : start + length]
            if character in text and inside in text and text.strip().endswith(("日", "：")):
                across = _across(line, start + text.index(character)) - line.position().x()
                return (mark.x + across) / _UNITS, (mark.y + line.height() / 2) / _UNITS
    raise AssertionError(character)


def _across(line: QTextLine, at: int) -> float:
    found: object = line.cursorToX(at)
    return float(found[0] if isinstance(found, tuple) else found)  # type: ignore[arg-type]


def _character(pixels: Pixels, corner: Place, size: float, pen: Pen, chance: np.random.Generator) -> None:
    """Some strokes inside a square, curved a little."""
    colour = [min(255, pen.tone + each) for each in pen.colour]
    ink = np.full_like(pixels, 255)
    for _ in range(int(chance.integers(3, 8))):
        start, end = chance.uniform(0, 1, 2), chance.uniform(0, 1, 2)
        bend = (start + end) / 2 + chance.uniform(-0.15, 0.15, 2)
        steps = np.linspace(0, 1, 12)[:, None]
        curve = (1 - steps) ** 2 * start + 2 * steps * (1 - steps) * bend + steps**2 * end
        points = ((curve * size + np.array(corner)) * _MM * 8).astype(np.int32)
        thick = max(1, round(pen.width * _MM * chance.uniform(0.7, 1.2)))
        cv2.polylines(ink, [points], isClosed=False, color=colour, thickness=thick, lineType=cv2.LINE_AA, shift=3)
    np.minimum(pixels, ink, out=pixels)
