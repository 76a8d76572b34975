"""The card of the ways out: one focus stop; Up and Down choose a line, Enter goes there, F9 reads its clause."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui.pages.intake.ways import Way
from ui.theme import space
from ui.widgets.buttons import KeyBadge, LinkButton
from ui.widgets.card import Card
from ui.widgets.styling import restyle
from ui.widgets.text import Text


class WaysCard(Card):
    """Signals: ``taken(Way)``: Enter or a click on a line; ``clause_wanted(Way)``; ``reached(QWidget)``: the line that
    should be in sight.
    """

    taken = Signal(object)
    clause_wanted = Signal(object)
    reached = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(" ", parent)
        self.setObjectName("ways")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header.addWidget(KeyBadge("Alt+W"))
        self.body.setSpacing(space(2))
        self._ways: tuple[Way, ...] = ()
        self._lines: list[_Line] = []
        self._at = 0
        self.hide()

    @property
    def ways(self) -> tuple[Way, ...]:
        return self._ways

    @property
    def current(self) -> Way | None:
        """The chosen line while the focus is here."""
        return self._ways[self._at] if self._ways and self.hasFocus() else None

    def show_ways(self, title: str, ways: Sequence[Way]) -> None:
        """Nothing is shown where there is nothing to say; nothing moves while the lines are the same."""
        self.set_title(title)
        if tuple(ways) != self._ways:
            self._build(tuple(ways))
        self.setVisible(bool(ways))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self._choose(min(max(self._at + step, 0), len(self._ways) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.taken.emit(self.current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._choose(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._draw(-1)

    def _build(self, ways: tuple[Way, ...]) -> None:
        for line in self._lines:
            self.body.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._ways, self._lines = ways, [self._line(way) for way in ways]
        for line in self._lines:
            self.body.addWidget(line)
        self._at = 0
        if self.hasFocus():
            self._choose(0)

    def _line(self, way: Way) -> _Line:
        line = _Line(way)
        line.clicked.connect(lambda: self.taken.emit(way))
        line.clause_wanted.connect(lambda: self.clause_wanted.emit(way))
        return line

    def _choose(self, at: int) -> None:
        if self._lines:
            self._at = at
            self._draw(at)
            self.setAccessibleDescription(f"{self._ways[at].words}{self._ways[at].why}")
            self.reached.emit(self._lines[at])

    def _draw(self, at: int) -> None:
        for number, line in enumerate(self._lines):
            restyle(line, "current", "true" if number == at else "")


class _Line(QFrame):
    """What is said, why, and the link into the text."""

    clicked = Signal()
    clause_wanted = Signal()

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.setProperty("role", "way")
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(4), space(6), space(4))
        column.setSpacing(space(1))
        leads = way.field or way.plan is not None
        column.addWidget(Text(f"{'→' if leads else '·'} {way.words}", "text", wrap=True))
        if way.why:
            column.addWidget(Text(way.why, "note", wrap=True))
        if way.clause is not None:
            link = LinkButton(f"{way.year} 年方案 {way.clause.place} · 看原文", "", "way_clause")
            link.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            link.setToolTip(way.clause.quote)
            link.clicked.connect(self.clause_wanted)
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()
