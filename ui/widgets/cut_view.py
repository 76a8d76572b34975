"""A picture with four corners to move, by mouse or by key, until they lie on the paper's."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QWidget

from ui.theme import current_tokens, px, space
from ui.widgets.picture_view import PictureView

_STEPS = 800  # of the picture's longer side, with an arrow key
_FAST = 10
_ROOM = 0.94
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CutView(PictureView):
    """Signal: ``confirmed(four (x, y), turn)``: Enter; in the picture's pixels, clockwise from the top left, and by how
    many degrees it was turned meanwhile.

    While corners are set: Tab (``step``) goes to the next, arrow keys move it, with Shift fast, R (``turn_once``)
    turns, Enter (``confirm``) confirms; ``undo`` takes back one move or turn.
    """

    confirmed = Signal(object, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._corners: list[QPointF] = []
        self._before: list[tuple[list[QPointF], int]] = []
        self._at = 0
        self._held = False

    @property
    def cutting(self) -> bool:
        return bool(self._corners)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        return tuple((each.x(), each.y()) for each in self._corners)

    def start_cutting(self, image: QImage, corners: Sequence[tuple[float, float]] | None) -> None:
        """``corners`` None: the whole picture's."""
        self.show_image(image, 0)
        if not image.isNull():
            self._corners = [QPointF(x, y) for x, y in corners] if corners else self._whole()
            self._before, self._at = [], 0
            self._say_corner()
        self.update()

    def stop_cutting(self) -> None:
        self._corners, self._before, self._held = [], [], False
        self.setAccessibleDescription("")
        self.update()

    def step(self, by: int) -> None:
        """Go to the next corner."""
        self._at = (self._at + by) % len(self._corners)
        self._say_corner()
        self.update()

    def undo(self) -> None:
        """As before the last move or turn; with none left, the whole picture."""
        self._corners, rotation = self._before.pop() if self._before else (self._whole(), self._rotation)
        if rotation != self._rotation:
            self.turn(rotation)
        self.update()

    def turn_once(self) -> None:
        """A quarter clockwise."""
        self._remember()
        self.turn((self._rotation + 90) % 360)

    def confirm(self) -> None:
        self.confirmed.emit(self.corners, self._rotation)

    # ---- hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self.cutting:
            super().keyPressEvent(event)
        elif key in _ARROWS:
            far = max(self._pixmap.width(), self._pixmap.height()) / _STEPS
            far *= _FAST if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            x, y = _ARROWS[key]
            turned = QTransform().rotate(-self._rotation).map(QPointF(x * far, y * far))
            self._remember()
            self._move(self._corners[self._at] + turned)
        elif key == Qt.Key.Key_R:
            self.turn_once()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirm()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self._nearest(event.position())
        if near is None:
            super().mousePressEvent(event)
        else:
            self._at, self._held = near, True
            self._remember()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held and self.cutting:
            back, _ = self.to_view().inverted()
            self._move(back.map(event.position()))
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = False
        super().mouseReleaseEvent(event)

    # ---- inside

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.cutting:
            return
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = [self.to_view().map(each) for each in self._corners]
        for colour, width in ((tokens.surface, space(4)), (tokens.accent, space(2))):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawPolygon(QPolygonF(points))
        for at, point in enumerate(points):
            chosen = at == self._at
            painter.setPen(QPen(QColor(tokens.surface), space(2)))
            painter.setBrush(QColor(tokens.wrong if chosen else tokens.accent))
            size = px(9 if chosen else 6)
            painter.drawEllipse(point, size, size)

    def _scale(self) -> float:
        """A little smaller while corners are set, so that those on the picture's edge can be seen and held."""
        return super()._scale() * (_ROOM if self.cutting else 1.0)

    def _whole(self) -> list[QPointF]:
        right, bottom = self._pixmap.width() - 1.0, self._pixmap.height() - 1.0
        return [QPointF(0, 0), QPointF(right, 0), QPointF(right, bottom), QPointF(0, bottom)]

    def _remember(self) -> None:
        self._before.append((list(self._corners), self._rotation))

    def _move(self, point: QPointF) -> None:
        """Never off the picture."""
        x = min(max(point.x(), 0.0), self._pixmap.width() - 1.0)
        y = min(max(point.y(), 0.0), self._pixmap.height() - 1.0)
        self._corners[self._at] = QPointF(x, y)
        self.update()

    def _nearest(self, point: QPointF) -> int | None:
        """The corner under the mouse."""
        away = [(self.to_view().map(each) - point).manhattanLength() for each in self._corners]
        at = min(range(len(away)), key=away.__getitem__, default=None)
        return at if at is not None and away[at] <= px(24) else None

    def _say_corner(self) -> None:
        names = ("左上角", "右上角", "右下角", "左下角")
        self.setAccessibleDescription(f"正在移动{names[self._at]}")
