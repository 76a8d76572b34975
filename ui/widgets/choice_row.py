"""A row of choices of which one holds: arrow keys and number keys choose, Enter goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ui.theme import space
from ui.widgets.styling import restyle

_CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


@dataclass(frozen=True)
class Choice:
    """A value of the record and the words for it. ``shown`` False: no button until it is chosen by its key."""

    value: object
    label: str
    shown: bool = True


class ChoiceRow(QWidget):
    """One focus stop. ``edited`` carries the chosen value; nothing is chosen until the clerk chooses.

    Number keys mean the values where these are single digits (level 2 is 2), else the places in the row.
    """

    edited = Signal(object)

    def __init__(self, choices: Sequence[Choice] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(space(6))
        self._row.addStretch(1)
        self._value: object = None
        self._locked = False
        self._offered: tuple[Choice, ...] = ()
        self._choices: tuple[Choice, ...] = ()  # and what is no choice but stands in the record
        self._buttons: list[QPushButton] = []
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Other choices; the value stays and shows only if it is among them."""
        if tuple(choices) == self._offered:
            return
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._offered = tuple(choices)
        self._choices, self._buttons = (), []
        for choice in choices:
            self._add(choice)
        self.set_value(self._value)

    def choices(self) -> tuple[Choice, ...]:
        return self._choices

    def value(self) -> object:
        return self._value

    def set_value(self, value: object) -> None:
        """A value that is not among the choices (an older spelling) gets a button of its own while it holds."""
        self._value = value
        if value is not None and all(choice.value != value for choice in self._choices):
            self._add(Choice(value, str(value), shown=False))
        self._draw()

    def set_locked(self, locked: bool) -> None:
        """Locked: shown, reachable, not to be changed."""
        self._locked = locked
        self._draw()

    def sizeHint(self) -> QSize:
        return self._row.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(
            Qt.Key(event.key())
        )
        digit = event.key() - Qt.Key.Key_0
        keyed = self._keyed(digit) if 0 <= digit <= 9 and not event.modifiers() & _CTRL_ALT else None
        if step is not None:
            self._choose(self._neighbour(step))
        elif keyed is not None:
            self._choose(keyed)
        else:
            super().keyPressEvent(event)

    def step(self, by: int) -> None:
        """Choose the neighbour, as the arrow keys do."""
        self._choose(self._neighbour(by))

    def _keyed(self, digit: int) -> Choice | None:
        if all(type(each.value) is int and 0 <= each.value <= 9 for each in self._choices):
            return next((each for each in self._choices if each.value == digit), None)
        shown = [each for each in self._choices if each.shown]
        return shown[digit - 1] if 1 <= digit <= len(shown) else None

    def _neighbour(self, step: int) -> Choice | None:
        shown = [each for each in self._choices if each.shown]
        at = next((at for at, each in enumerate(shown) if each.value == self._value), None)
        if not shown:
            return None
        if at is None:
            return shown[0 if step > 0 else -1]
        return shown[min(max(at + step, 0), len(shown) - 1)]

    def _choose(self, choice: Choice | None) -> None:
        if self._locked or choice is None or not self.isEnabled():
            return
        chosen = choice.value
        if chosen != self._value:
            self._value = chosen
            self._draw()
            self.edited.emit(chosen)

    def _add(self, choice: Choice) -> None:
        self._choices = (*self._choices, choice)
        self._buttons.append(self._button(choice))

    def _button(self, choice: Choice) -> QPushButton:
        button = QPushButton(choice.label, self)
        button.setProperty("choice", "true")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._click(choice))
        self._row.insertWidget(self._row.count() - 1, button)
        return button

    def _click(self, choice: Choice) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._choose(choice)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring(True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring(False)
        super().focusOutEvent(event)

    def _ring(self, on: bool) -> None:
        for button in self._buttons:
            restyle(button, "ring", "true" if on else "")

    def _draw(self) -> None:
        for choice, button in zip(self._choices, self._buttons, strict=True):
            button.setChecked(choice.value == self._value)
            button.setVisible(choice.shown or button.isChecked())
            button.setEnabled(not self._locked or button.isChecked())
        label = next((each.label for each in self._choices if each.value == self._value), "未选")
        self.setAccessibleDescription(label)
