"""A closed list that opens: for choices that are too long for a row of buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from ui.widgets.choice_row import Choice


class ChoiceBox(QComboBox):
    """``edited`` carries the chosen value. Arrow keys choose; Enter is left to the form."""

    edited = Signal(object)

    def __init__(self, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = tuple(choices)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.addItems([choice.label for choice in self._choices])
        self.setCurrentIndex(-1)
        self.activated.connect(lambda at: self.edited.emit(self._choices[at].value))

    def value(self) -> object:
        at = self.currentIndex()
        return self._choices[at].value if at >= 0 else None

    def set_value(self, value: object) -> None:
        values = [choice.value for choice in self._choices]
        self.setCurrentIndex(values.index(value) if value in values else -1)

    def set_locked(self, locked: bool) -> None:
        """Locked: shown, not to be changed."""
        self.setEnabled(not locked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # turning the wheel over a form must not change a case
