"""Paints one picture, turned and zoomed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPixmap, QTransform, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui.theme import current_tokens, px

STEP = 1.25
_LARGEST = 8.0  # times the size that fits


class PictureView(QWidget):
    """Paints one picture, turned and zoomed. ``zoom`` 1.0: the whole page fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("扫描件")
        self.setMinimumSize(px(200), px(160))
        self._pixmap = QPixmap()
        self._words = ""
        self._rotation = 0
        self._middle = QPointF(0.0, 0.0)  # of the view, from the picture's middle, in view pixels
        self._grip: QPoint | None = None
        self.zoom = 1.0

    def show_image(self, image: QImage, rotation: int) -> None:
        self._pixmap = QPixmap.fromImage(image)
        self._words = "这一页无法在这里显示，原件已保存" if image.isNull() else ""
        self._rotation = rotation
        self.fit()

    def say(self, words: str) -> None:
        """Words in place of a picture."""
        self._pixmap = QPixmap()
        self._words = words
        self.update()

    def turn(self, rotation: int) -> None:
        self._rotation = rotation
        self.fit()

    def fit(self) -> None:
        self.zoom = 1.0
        self._middle = QPointF(0.0, 0.0)
        self.update()

    def zoom_by(self, factor: float) -> None:
        zoom = min(max(self.zoom * factor, 1.0), _LARGEST)
        self._middle *= zoom / self.zoom
        self.zoom = zoom
        self.pan(0, 0)

    def pan(self, x: float, y: float) -> None:
        """Move the view over the page, no further than its edge."""
        room_x, room_y = self._room()
        moved = self._middle + QPointF(x, y)
        self._middle = QPointF(min(max(moved.x(), -room_x), room_x), min(max(moved.y(), -room_y), room_y))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.sunken))
        if self._pixmap.isNull():
            painter.setPen(QColor(tokens.soft_text))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setTransform(self.to_view())
        painter.drawPixmap(0, 0, self._pixmap)

    def to_view(self) -> QTransform:
        """From the picture's pixels to the widget's."""
        middle = QPointF(self.rect().center()) - self._middle
        scale = self._scale()
        return (
            QTransform()
            .translate(middle.x(), middle.y())
            .rotate(self._rotation)
            .scale(scale, scale)
            .translate(-self._pixmap.width() / 2, -self._pixmap.height() / 2)
        )

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(STEP if event.angleDelta().y() > 0 else 1 / STEP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            now = event.position().toPoint()
            self.pan(self._grip.x() - now.x(), self._grip.y() - now.y())
            self._grip = now

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def _scale(self) -> float:
        width, height = self._pixmap.width(), self._pixmap.height()
        if self._rotation % 180:
            width, height = height, width
        return min(self.width() / max(width, 1), self.height() / max(height, 1)) * self.zoom

    def _room(self) -> tuple[float, float]:
        width, height = self._pixmap.width(), self._pixmap.height()
        if self._rotation % 180:
            width, height = height, width
        scale = self._scale()
        return max(width * scale - self.width(), 0) / 2, max(height * scale - self.height(), 0) / 2
