"""Buttons with their key printed on them. (The name ``Qt`` is imported late, as in ``text``.)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent


class KeyBadge(QLabel):
    """A key's name in a small box."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        from PySide6.QtCore import Qt

        super().__init__(key, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)


class KeyButton(QPushButton):
    """A button whose key is printed on it and works while it is visible and enabled, whatever has the focus.

    ``name``: the object name becomes ``action.NAME``. ``key`` as printed: ``F8``, ``Ctrl+Enter``; empty: none.
    """

    def __init__(self, text: str, key: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.set_words(text)
        self.setAutoDefault(False)
        if name:
            self.setObjectName(f"action.{name}")
        for sequence in key_sequences(key):
            QShortcut(sequence, self).activated.connect(self.click)

    def set_words(self, text: str) -> None:
        """Other words before the same key."""
        self.setText(self.with_key(text))
        self.setAccessibleName(text)

    def with_key(self, text: str) -> str:
        """The words as they are printed, the key behind them."""
        return f"{text}  {self._key}" if self._key else text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the focused button, as Space does."""
        from PySide6.QtCore import Qt

        alone = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if alone and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class PrimaryButton(KeyButton):
    """The one thing to do next on this page."""

    def __init__(self, text: str, key: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, key, name, parent)
        self.setProperty("primary", "true")


class SmallButton(KeyButton):
    """A small button in a card's heading."""

    def __init__(self, text: str, key: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, key, name, parent)
        self.setProperty("small", "true")


class LinkButton(KeyButton):
    """Words that lead somewhere: 看原文 F9."""

    def __init__(self, text: str, key: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, key, name, parent)
        self.setProperty("link", "true")


def key_sequences(key: str) -> tuple[QKeySequence, ...]:
    """The sequences of a printed key; Enter means both of the keyboard's."""
    if not key:
        return ()
    if key.endswith("Enter"):
        return (QKeySequence(key), QKeySequence(key.removesuffix("Enter") + "Return"))
    return (QKeySequence(key),)
