"""Text broken into lines, in paper units."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextLayout, QTextOption

from station_app.papers import Align
from ui.paper.faces import Face, font, line_height
from ui.paper.marks import Words

_ALIGN = {
    Align.LEFT: Qt.AlignmentFlag.AlignLeft,
    Align.CENTRE: Qt.AlignmentFlag.AlignHCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight,
}


@dataclass(frozen=True)
class Lines:
    """A text in lines: one mark a line, each at its place from the text's top left."""

    marks: tuple[Words, ...]
    pitch: float
    width: float  # of the widest line

    @property
    def height(self) -> float:
        return self.pitch * len(self.marks)


def flow(text: str, face: Face, width: float, align: Align = Align.LEFT, *, balanced: bool = False) -> Lines:
    """Break ``text`` into lines no wider than ``width``, at any character if need be: nothing is ever cut.

    ``balanced``: lines of about the same length, for a title.
    """
    marks: list[Words] = []
    pitch, widest = line_height(face), 0.0
    for paragraph in text.split("\n"):
        narrow = _balanced_width(paragraph, face, width) if balanced else width
        layout = _broken(paragraph, face, narrow, align)
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            inset = (pitch - line.height()) / 2
            marks.append(Words(layout, number, line.x() + (width - narrow) / 2, pitch * len(marks) + inset))
            widest = max(widest, line.naturalTextWidth())
    return Lines(tuple(marks), pitch, widest)


def _broken(text: str, face: Face, width: float, align: Align) -> QTextLayout:
    layout = QTextLayout(text, font(face))
    option = QTextOption(_ALIGN[align])
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
    layout.endLayout()
    return layout


def _balanced_width(text: str, face: Face, width: float) -> float:
    """The narrowest width that needs no more lines than ``width`` does."""
    lines = _broken(text, face, width, Align.LEFT).lineCount()
    if lines == 1:
        return width
    low, high, step = width / lines, width, line_height(face) / 4
    while high - low > step:
        middle = (low + high) / 2
        if _broken(text, face, middle, Align.LEFT).lineCount() > lines:
            low = middle
        else:
            high = middle
    return high
