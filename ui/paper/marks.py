"""What a laid-out page is made of; every mark draws itself, in paper units from the page's top left corner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTextLayout

from station_app.papers import PaperCode, modules

INK = QColor(0, 0, 0)


class Mark(Protocol):
    """``page`` and ``pages`` count from 1."""

    def moved(self, x: float, y: float) -> Mark: ...

    def draw(self, painter: QPainter, page: int, pages: int) -> None: ...


@dataclass(frozen=True)
class Words:
    """One line of a laid-out text; ``x`` and ``y`` are the line's own top left."""

    layout: QTextLayout
    line: int
    x: float
    y: float

    def moved(self, x: float, y: float) -> Words:
        return replace(self, x=self.x + x, y=self.y + y)

    def draw(self, painter: QPainter, page: int, pages: int) -> None:
        line = self.layout.lineAt(self.line)
        painter.setPen(INK)
        line.draw(painter, QPointF(self.x, self.y) - line.position())


@dataclass(frozen=True)
class Rule:
    """A straight line; ``weight`` is its thickness."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float

    def moved(self, x: float, y: float) -> Rule:
        return replace(self, x1=self.x1 + x, x2=self.x2 + x, y1=self.y1 + y, y2=self.y2 + y)

    def draw(self, painter: QPainter, page: int, pages: int) -> None:
        painter.setPen(QPen(INK, self.weight, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        painter.drawLine(QLineF(self.x1, self.y1, self.x2, self.y2))


@dataclass(frozen=True)
class Box:
    """A box to tick, ``size`` wide; ``ticked`` draws the tick too."""

    x: float
    y: float
    size: float
    ticked: bool = False

    def moved(self, x: float, y: float) -> Box:
        return replace(self, x=self.x + x, y=self.y + y)

    def draw(self, painter: QPainter, page: int, pages: int) -> None:
        painter.setPen(QPen(INK, self.size / 12))
        painter.drawRect(QRectF(self.x, self.y, self.size, self.size))
        if self.ticked:
            corner = QPointF(self.x + self.size * 0.42, self.y + self.size * 0.78)
            painter.setPen(QPen(INK, self.size / 8))
            painter.drawLine(QPointF(self.x + self.size * 0.18, self.y + self.size * 0.52), corner)
            painter.drawLine(corner, QPointF(self.x + self.size * 0.84, self.y + self.size * 0.22))


@dataclass(frozen=True)
class Qr:
    """The page's code, ``size`` wide, its quiet zone not counted. One path, so that no seams show between squares."""

    code: PaperCode
    x: float
    y: float
    size: float

    def moved(self, x: float, y: float) -> Qr:
        return replace(self, x=self.x + x, y=self.y + y)

    def draw(self, painter: QPainter, page: int, pages: int) -> None:
        matrix = modules(str(self.code.on(page, pages)))
        square = self.size / len(matrix)
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        for down, row in enumerate(matrix):
            for across, dark in enumerate(row):
                if dark:
                    path.addRect(self.x + across * square, self.y + down * square, square, square)
        painter.fillPath(path, INK)
