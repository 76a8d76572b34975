"""A page large: zoom, turn, walk to the next one, all by key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui.theme import current_tokens, px, space
from ui.widgets.buttons import SmallButton
from ui.widgets.overlay import Overlay
from ui.widgets.text import Text

_STEP = 1.25
_LARGEST = 8.0  # times the size that fits
_NO_KEYS = Qt.FocusPolicy.NoFocus


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
        painter.translate(QPointF(self.rect().center()) - self._middle)
        painter.rotate(self._rotation)
        scale = self._scale()
        painter.scale(scale, scale)
        painter.drawPixmap(QPointF(-self._pixmap.width() / 2, -self._pixmap.height() / 2), self._pixmap)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)

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


class ScanViewer(Overlay):
    """Signals: ``rotate_wanted(scan id)``, ``replace_wanted(scan id)``, ``remove_wanted(scan id)``,
    ``step_wanted(-1 or 1)``. Keys: + - 0, arrow keys, R, T, Delete, PageUp and PageDown, Esc."""

    rotate_wanted = Signal(str)
    replace_wanted = Signal(str)
    remove_wanted = Signal(str)
    step_wanted = Signal(int)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, " ", 1180, 700)
        self.setObjectName("scan_viewer")
        self.scan_id = ""
        self._fixed = False
        self._count = Text("", "note")
        self.view = PictureView(self.card)
        self.view.setObjectName("scan_view")
        self.card.header.addWidget(self._count)
        self._tools = [self._tool(*each) for each in self._actions()]
        self.card.body.addWidget(self.view, 1)

    def show_page(self, scan_id: str, title: str, count: str, fixed: bool) -> None:
        """Open on this page; its picture follows. ``fixed``: it can only be looked at."""
        self.scan_id = scan_id
        self._fixed = fixed
        self.card.set_title(title)
        self._count.setText(count)
        for name, tool in self._tools:
            tool.setVisible(not fixed or name not in ("rotate", "replace", "remove"))
        self.view.say("正在打开…")
        if not self.isVisible():
            self.open_over(self.view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._keys().get(Qt.Key(event.key()))
        if action is not None:
            action()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _keys(self) -> dict[Qt.Key, Callable[[], None]]:
        far = space(60)
        view = self.view
        return {
            Qt.Key.Key_Plus: lambda: view.zoom_by(_STEP),
            Qt.Key.Key_Equal: lambda: view.zoom_by(_STEP),
            Qt.Key.Key_Minus: lambda: view.zoom_by(1 / _STEP),
            Qt.Key.Key_0: view.fit,
            Qt.Key.Key_Left: lambda: view.pan(-far, 0),
            Qt.Key.Key_Right: lambda: view.pan(far, 0),
            Qt.Key.Key_Up: lambda: view.pan(0, -far),
            Qt.Key.Key_Down: lambda: view.pan(0, far),
            Qt.Key.Key_PageDown: lambda: self.step_wanted.emit(1),
            Qt.Key.Key_PageUp: lambda: self.step_wanted.emit(-1),
            Qt.Key.Key_R: self._rotate,
            Qt.Key.Key_T: self._replace,
            Qt.Key.Key_Delete: self._remove,
        }

    def _rotate(self) -> None:
        if not self._fixed:
            self.rotate_wanted.emit(self.scan_id)

    def _replace(self) -> None:
        if not self._fixed:
            self.replace_wanted.emit(self.scan_id)

    def _remove(self) -> None:
        if not self._fixed:
            self.remove_wanted.emit(self.scan_id)

    def _actions(self) -> list[tuple[str, str, str, Callable[[], None]]]:
        return [
            ("larger", "放大", "＋", lambda: self.view.zoom_by(_STEP)),
            ("smaller", "缩小", "－", lambda: self.view.zoom_by(1 / _STEP)),
            ("rotate", "旋转", "R", self._rotate),
            ("replace", "替换", "T", self._replace),
            ("remove", "移除", "Delete", self._remove),
            ("close_viewer", "关闭", "Esc", self.dismiss),
        ]

    def _tool(self, name: str, words: str, key: str, act: Callable[[], None]) -> tuple[str, SmallButton]:
        button = SmallButton(f"{words}  {key}", "", name)  # the key is heard by the sheet, not by the button
        button.setFocusPolicy(_NO_KEYS)
        button.clicked.connect(act)
        self.card.header.addWidget(button)
        return name, button
