"""Where a case stands: a word with a sign, and the truth light."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from station_app.domain.application import State
from ui.messages import state_word
from ui.theme import space
from ui.widgets.styling import restyle
from ui.widgets.text import Text, Tone

SIGNS: Mapping[State, tuple[str, Tone]] = {
    State.DRAFT: ("○", ""),
    State.QUEUED: ("↑", "attention"),
    State.RECEIVED: ("✓", "ok"),
    State.RETURNED: ("↩", "wrong"),
    State.APPROVED: ("✓", "ok"),
    State.REJECTED: ("✕", "wrong"),
    State.PAID: ("✓", "ok"),
    State.WITHDRAWN: ("－", ""),
}


def state_text(state: State) -> str:
    """Sign and word, for cells of a table: ``↩ 退回补正``."""
    return f"{SIGNS[state][0]} {state_word(state)}"


class StateTag(QLabel):
    """The state of a case as sign and word on its colour."""

    def __init__(self, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.set_state(state)

    def set_state(self, state: State) -> None:
        self.setText(state_text(state))
        restyle(self, "tone", SIGNS[state][1])


class Truth(StrEnum):
    """Who holds the case for sure."""

    LOCAL = "local"  # only this PC
    RECEIVED = "received"  # a signed receipt is here
    REVIEWED = "reviewed"
    PAID = "paid"


_TRUTH_OF: Mapping[State, Truth] = {
    State.RECEIVED: Truth.RECEIVED,
    State.RETURNED: Truth.REVIEWED,
    State.APPROVED: Truth.REVIEWED,
    State.REJECTED: Truth.REVIEWED,
    State.PAID: Truth.PAID,
}
_STEPS = tuple(Truth)


def truth_of(state: State) -> Truth:
    """What the state proves; a state comes only with the server's signed receipt or its later word."""
    return _TRUTH_OF.get(state, Truth.LOCAL)


def truth_text(truth: Truth) -> str:
    """Dots and word, for cells of a table: ``●●○○ 中心已收到``."""
    reached = _STEPS.index(truth) + 1
    return f"{'●' * reached}{'○' * (len(_STEPS) - reached)} {state_word(f'truth_{truth}')}"


class TruthLight(QWidget):
    """Four dots and a word: only on this PC, received, reviewed, paid."""

    def __init__(self, truth: Truth = Truth.LOCAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dots = Text("", "note")
        self._word = Text("", "note")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space(8))
        row.addWidget(self._dots)
        row.addWidget(self._word)
        row.addStretch(1)
        self.set_truth(truth)

    def set_truth(self, truth: Truth) -> None:
        dots, word = truth_text(truth).split(" ", 1)
        self._dots.say(dots, "attention" if truth is Truth.LOCAL else "ok")
        self._word.say(word)
        self.setAccessibleName(word)
