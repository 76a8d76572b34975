"""A small button that says as much as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.widgets.buttons import SmallButton


class FittingButton(SmallButton):
    """Shows the longest of its wordings that fits; the longest of all is its tool tip."""

    def __init__(self, key: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__("", key, name, parent)
        self.setProperty("plain", "true")
        self._wordings: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_wordings(self, wordings: Sequence[str]) -> None:
        """The longest first."""
        if tuple(wordings) != self._wordings:
            self._wordings = tuple(wordings)
            self.setToolTip(wordings[0])
            self._choose()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return self._size_of(self._wordings[0])

    def minimumSizeHint(self) -> QSize:
        return self._size_of(self._wordings[-1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()

    def _choose(self) -> None:
        fitting = (words for words in self._wordings if self._size_of(words).width() <= self.width())
        self.set_words(next(fitting, self._wordings[-1]))
        self.setAccessibleName(self._wordings[0])

    def _size_of(self, words: str) -> QSize:
        size = super().sizeHint()
        metrics = self.fontMetrics()
        extra = metrics.horizontalAdvance(self.with_key(words)) - metrics.horizontalAdvance(self.text())
        return QSize(size.width() + extra, size.height())
