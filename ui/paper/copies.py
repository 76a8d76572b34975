"""What leaves the program with a page of a case on it: drawn anew, the watermark in its pixels; the original is clean.

``watermarked`` is the only way out for a scanned page. It needs a QGuiApplication, for its fonts; any thread will do.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, ImageSequence
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from ui.theme.fonts import FAMILIES

if TYPE_CHECKING:
    from datetime import date

_DPI = 200
_MM = _DPI / 25.4
_SHORT, _LONG = round(210 * _MM), round(297 * _MM)  # A4
_MARGIN = 10 * _MM
_GAP = 8 * _MM  # between two pictures on one page
_SLANT = -28.0  # degrees
_LETTER, _ROW, _AFTER = 4.6 * _MM, 27.0 * _MM, 16.0 * _MM  # height of the words; from row to row; behind them
_DARK, _LIGHT = QColor(70, 70, 80, 82), QColor(255, 255, 255, 70)  # seen on white paper, and on a dark picture
_FOOT = 2.6 * _MM


def words_of(purpose: str, day: date, clerk: str) -> str:
    """``仅供申诉使用，他用无效　2024-05-15　王芳``."""
    return f"仅供{purpose}使用，他用无效　{day.isoformat()}　{clerk}"


def watermarked(pictures: Sequence[Image.Image], words: str, foot: str) -> Image.Image:
    """An A4 page at 200 dpi with one or two pictures under each other and ``words`` all over it; lies where a single
    picture lies. ``foot``: small, at the bottom.
    """
    lies = len(pictures) == 1 and pictures[0].width > pictures[0].height
    page = QImage(*((_LONG, _SHORT) if lies else (_SHORT, _LONG)), QImage.Format.Format_RGB888)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.TextAntialiasing)
    for box, picture in zip(_boxes(page, len(pictures)), pictures, strict=True):
        _draw(painter, box, picture)
    _write_foot(painter, page, foot)
    _write_all_over(painter, page, words)
    painter.end()
    stride = page.bytesPerLine()
    return Image.frombuffer("RGB", (page.width(), page.height()), bytes(page.constBits()), "raw", "RGB", stride, 1)


def pictures_of(content: bytes, rotation: int) -> Iterator[Image.Image]:
    """The pages of a picture file, upright, no larger than they are printed."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.draft("RGB", (_LONG, _LONG))
        for frame in ImageSequence.Iterator(opened):
            upright = ImageOps.exif_transpose(_on_white(frame))
            turned = upright.rotate(-rotation, expand=True) if rotation else upright
            turned.thumbnail((_LONG, _LONG), Image.Resampling.LANCZOS)
            yield turned


def _on_white(frame: Image.Image) -> Image.Image:
    """Transparent parts are white, as paper is."""
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        seen = frame.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", frame.size, "white"), seen).convert("RGB")
    return frame.convert("RGB")


def _boxes(page: QImage, number: int) -> list[QRectF]:
    inside = QRectF(_MARGIN, _MARGIN, page.width() - 2 * _MARGIN, page.height() - 2 * _MARGIN - 2 * _FOOT)
    if number == 1:
        return [inside]
    height = (inside.height() - _GAP) / 2
    return [QRectF(inside.x(), inside.y() + place * (height + _GAP), inside.width(), height) for place in (0, 1)]


def _draw(painter: QPainter, box: QRectF, picture: Image.Image) -> None:
    scale = min(box.width() / picture.width, box.height() / picture.height)
    width, height = picture.width * scale, picture.height * scale
    data = picture.tobytes()
    image = QImage(data, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888)
    painter.drawImage(QRectF(box.center().x() - width / 2, box.center().y() - height / 2, width, height), image)


def _font(height: float) -> QFont:
    font = QFont(list(FAMILIES))
    font.setPixelSize(round(height))
    return font


def _write_foot(painter: QPainter, page: QImage, foot: str) -> None:
    painter.setFont(_font(_FOOT))
    painter.setPen(QColor(90, 90, 90))
    below = QRectF(_MARGIN, page.height() - _MARGIN - _FOOT, page.width() - 2 * _MARGIN, 2 * _FOOT)
    painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, foot)


def _write_all_over(painter: QPainter, page: QImage, words: str) -> None:
    """In slanted rows, each begun elsewhere, so that no cut-out of some size is without it."""
    font = _font(_LETTER)
    step = QFontMetricsF(font).horizontalAdvance(words) + _AFTER
    reach = page.width() + page.height()
    painter.setFont(font)
    painter.translate(page.width() / 2, page.height() / 2)
    painter.rotate(_SLANT)
    for number, down in enumerate(_steps(reach, _ROW)):
        for across in _steps(reach, step):
            at = QPointF(across + (number % 3) * step / 3, down)
            for shift, colour in ((1.5, _LIGHT), (0.0, _DARK)):
                painter.setPen(colour)
                painter.drawText(at + QPointF(shift, shift), words)
    painter.resetTransform()


def _steps(reach: float, step: float) -> list[float]:
    number = int(reach / step / 2) + 1
    return [place * step for place in range(-number, number + 1)]
