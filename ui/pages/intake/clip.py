"""The piece of a page that a value was read from, upright. Runs on the reader thread: no QPixmap, no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, QRect
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter, QPolygonF, QTransform

from station_app.services import capture

if TYPE_CHECKING:
    from station_app.domain.reading import Corners
    from station_app.services.desk import Desk

_HEIGHT = 72  # pixels of the piece
_LONGEST = 1100
_MARGIN = 0.25  # of the box's height, on each side
_SEEN_IN = 24  # pixels of height in which single characters are looked for
_INK = 0.12  # of a column: so much of it is ink where a character stands


@dataclass(frozen=True)
class Clip:
    """``image`` is null where the page cannot be shown. ``characters``: from left to right, as shares of the width,
    where as many were made out as were read; else empty."""

    image: QImage
    characters: tuple[tuple[float, float], ...] = ()


def clip_of(desk: Desk, scan_id: str, box: Corners, count: int) -> Clip:
    """``box``: in pixels of the page's bytes, clockwise from the text's own top left; ``count``: of its characters."""
    image = cut_out(capture.read_scan(desk, scan_id), box)
    if image.isNull():
        return Clip(image)
    found = characters(image)
    return Clip(image, tuple(found) if len(found) == count else ())


def cut_out(content: bytes, box: Corners) -> QImage:
    """The box with a margin, straight and upright; null when Qt cannot read it."""
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(False)  # boxes are told in the pixels that the bytes store
    near = _around(box, QRect(QPoint(0, 0), reader.size()))
    reader.setClipRect(near)
    part = reader.read()
    del reader  # before its buffer
    return QImage() if part.isNull() else _straight(part, near, box)


def _around(box: Corners, page: QRect) -> QRect:
    polygon = QPolygonF([QPointF(x, y) for x, y in box])
    more = round(_side(box, 1) * (_MARGIN + 0.1)) + 2
    near: QRect = polygon.boundingRect().toAlignedRect().adjusted(-more, -more, more, more)
    return near.intersected(page) if page.isValid() else near


def _side(box: Corners, at: int) -> float:
    (x, y), (u, v) = box[at], box[at + 1]
    return float(((x - u) ** 2 + (y - v) ** 2) ** 0.5)


def _straight(part: QImage, near: QRect, box: Corners) -> QImage:
    """The box laid flat: its top edge is the picture's."""
    long, high = max(_side(box, 0), 1.0), max(_side(box, 1), 1.0)
    scale = min(_HEIGHT / (high * (1 + 2 * _MARGIN)), _LONGEST / (long + 2 * _MARGIN * high))
    margin, width, height = _MARGIN * high * scale, long * scale, high * scale
    flat = QPolygonF([QPointF(margin + x * width, margin + y * height) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))])
    lies = QPolygonF([QPointF(x - near.x(), y - near.y()) for x, y in box])
    turn = QTransform()
    if not QTransform.quadToQuad(lies, flat, turn):
        return part
    image = QImage(round(width + 2 * margin), round(height + 2 * margin), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(turn)
    painter.drawImage(0, 0, part)
    painter.end()
    return image


def characters(image: QImage) -> list[tuple[float, float]]:
    """Where characters stand side by side, as shares of the width: runs of columns with ink in them."""
    small = image.scaledToHeight(_SEEN_IN * 2).convertToFormat(QImage.Format.Format_Grayscale8)
    width, height = small.width(), small.height()
    line, pixels = small.bytesPerLine(), bytes(small.constBits())
    top, bottom = height // 5, height - height // 5
    rows = [pixels[y * line : y * line + width] for y in range(top, bottom)]
    whole = [each for row in rows for each in row]
    level = _threshold(whole)
    light = sum(each >= level for each in whole) * 2 < len(whole)  # light characters on a dark card
    inked = [sum((row[x] >= level) is light for row in rows) / len(rows) > _INK for x in range(width)]
    inked = [
        here or (0 < x < width - 1 and inked[x - 1] and inked[x + 1]) for x, here in enumerate(inked)
    ]  # a hair inside one
    found, at = [], 0
    for there, run in groupby(inked):
        length = len(list(run))
        if there and length > 1:
            found.append((at / width, (at + length) / width))
        at += length
    return found


def _threshold(values: Sequence[int]) -> int:
    """What parts ink from ground: Otsu's threshold, the one that leaves two groups of the least spread."""
    counts = [0] * 256
    for each in values:
        counts[each] += 1
    whole, total = len(values), sum(value * count for value, count in enumerate(counts))
    best, level, below, weight = -1.0, 128, 0.0, 0
    for value, count in enumerate(counts):
        weight += count
        below += value * count
        if 0 < weight < whole:
            apart = below / weight - (total - below) / (whole - weight)
            spread = weight * (whole - weight) * apart * apart
            if spread > best:
                best, level = spread, value + 1
    return level
