"""The clerk's hands: keys to whatever has the focus, and patience. Nothing here reaches a widget without the focus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

_LOOK_EVERY_MS = 10
_PATIENCE_SECONDS = 60.0
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


class StuckError(RuntimeError):
    """Something the journey waits for did not come."""


@dataclass(frozen=True)
class Hands:
    """``pace``: milliseconds between two keys, and twenty times that to look; 0 where nobody watches."""

    pace: int = 0

    def focus(self) -> QWidget:
        """What the next key goes to."""
        widget = QApplication.focusWidget()
        if widget is None:
            raise StuckError("nothing has the focus")
        return widget

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        """One key, down and up."""
        QTest.keyClick(self.focus(), key, modifiers)
        self.rest(self.pace)

    def write(self, text: str) -> None:
        """Type: ASCII key by key, everything else as an input method commits it, word by word."""
        for run in _runs(text):
            if run.isascii():
                for character in run:
                    QTest.keyClick(self.focus(), ord(character))
                    self.rest(self.pace)
            else:
                commit = QInputMethodEvent()
                commit.setCommitString(run)
                QApplication.sendEvent(self.focus(), commit)
                self.rest(self.pace * 4)

    def rewrite(self, text: str) -> None:
        """Put ``text`` in the place of what stands there."""
        self.press(Qt.Key.Key_A, CTRL)
        self.write(text)

    def look(self) -> None:
        """Let the picture settle; where somebody watches, long enough to read it."""
        self.rest(max(self.pace * 20, 30))

    def rest(self, milliseconds: int) -> None:
        """Let the program go on for a while."""
        if milliseconds <= 0:
            return
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def until(self, holds: Callable[[], object], what: str, seconds: float = _PATIENCE_SECONDS) -> None:
        """Let the program go on until something holds; raises StuckError after ``seconds``."""
        loop = QEventLoop()
        end = monotonic() + seconds
        timer = QTimer()
        timer.timeout.connect(lambda: loop.quit() if holds() or monotonic() > end else None)
        timer.start(_LOOK_EVERY_MS)
        if not holds():
            loop.exec()
        timer.stop()
        if not holds():
            raise StuckError(f"waited {seconds:g} s for: {what}")

    def until_focus(self, name: str) -> None:
        """Until the focus is in the widget of this object name."""
        self.until(lambda: _focus_name() == name, f"the focus in {name} (it is in {_focus_name() or 'nothing'})", 20)


def _focus_name() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def _runs(text: str) -> list[str]:
    """The text in runs of ASCII and of everything else."""
    runs: list[str] = []
    for character in text:
        if runs and runs[-1].isascii() == character.isascii():
            runs[-1] += character
        else:
            runs.append(character)
    return runs
