"""The piece of a page that a value was read from, with a frame around the characters that matter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import current_tokens, number_font, px, space
from ui.theme.tokens import LIGHT

_HEIGHT = 40  # units


class ClipView(QWidget):
    """As wide as there is room for and always as high, so that nothing moves when the picture comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("扫描件上的这一处")
        self._pixmap = QPixmap()
        self._frames: tuple[tuple[float, float], ...] = ()
        self._words = ""

    @property
    def filled(self) -> bool:
        """Whether a picture is shown."""
        return not self._pixmap.isNull()

    @property
    def frames(self) -> tuple[tuple[float, float], ...]:
        return self._frames

    def say(self, words: str) -> None:
        """Words in place of a picture."""
        self._pixmap, self._frames, self._words = QPixmap(), (), words
        self.update()

    def show_clip(self, image: QImage, frames: Sequence[tuple[float, float]]) -> None:
        """``frames``: from and to, as shares of the width."""
        self._pixmap, self._frames = QPixmap.fromImage(image), tuple(frames)
        self._words = "这一页无法在这里显示" if image.isNull() else ""
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(200), px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.sunken))
        if self._pixmap.isNull():
            painter.setPen(QColor(tokens.soft_text))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = self._place()
        painter.drawPixmap(place, self._pixmap, QRectF(self._pixmap.rect()))
        more = place.width() * 0.006
        frames = [
            (place.left() + start * place.width() - more, (end - start) * place.width() + 2 * more)
            for start, end in self._frames
        ]
        for colour, pen in ((LIGHT.surface, space(5)), (LIGHT.wrong, space(2))):  # seen on paper of any colour
            painter.setPen(QPen(QColor(colour), pen))
            for left, width in frames:
                painter.drawRect(QRectF(left, place.top() + 2, width, place.height() - 4))

    def _place(self) -> QRectF:
        size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )


class MarkedText(QWidget):
    """A value in one line, the pieces that differ in a frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._pieces: tuple[tuple[str, bool], ...] = ()
        self.setFont(number_font(self.font()))

    def show_pieces(self, pieces: Sequence[tuple[str, bool]]) -> None:
        self._pieces = tuple(pieces)
        words = "".join(text for text, _ in pieces)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(200), self.fontMetrics().height() + space(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        at, metrics = float(space(2)), painter.fontMetrics()
        room = self.width() - at
        whole = metrics.horizontalAdvance("".join(text for text, _ in self._pieces))
        if whole > room:
            painter.scale(max(room / whole, 0.6), 1)
        for text, differs in self._pieces:
            width = metrics.horizontalAdvance(text)
            painter.setPen(QColor(tokens.wrong if differs else tokens.text))
            painter.drawText(QRectF(at, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            if differs:
                painter.setPen(QPen(QColor(tokens.wrong), space(2)))
                painter.drawRect(QRectF(at - 1, space(1), width + 2, self.height() - space(2)))
            at += width
