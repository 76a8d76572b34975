"""A message that lies over the page's lower edge, so that nothing below or above it moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ui.theme import px, space
from ui.widgets.buttons import SmallButton
from ui.widgets.styling import restyle
from ui.widgets.text import Text

BannerTone = Literal["", "ok", "attention", "wrong"]
_SIGNS: Mapping[str, str] = {"": "●", "ok": "✓", "attention": "！", "wrong": "✕"}
_SHOWN_MS = 8_000


class Banner(QFrame):
    """One message at a time over ``host``; good news goes away by itself, a failure stays until Esc or the next one."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._sign = Text("", "heading")
        self._words = Text("", "text", wrap=True)
        self._close = SmallButton("知道了", "Esc", "banner_close")
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.clicked.connect(self.hide)
        self._tone: BannerTone = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(space(16), space(10), space(12), space(10))
        row.setSpacing(space(12))
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        host.installEventFilter(self)
        self.hide()

    def say(self, words: str, tone: BannerTone = "") -> None:
        """Show a message in place of the one before; no words take it away."""
        self._tone = tone
        if not words:
            self.hide()
            return
        self._sign.say(_SIGNS[tone], "accent" if tone == "" else tone)
        self._words.setText(words)
        restyle(self, "tone", tone)
        self._place()
        self.show()
        self.raise_()
        if tone in ("", "ok"):
            self._timer.start(_SHOWN_MS)
        else:
            self._timer.stop()

    def unsay(self, words: str) -> None:
        """What these words were about is over; any others stay."""
        if words and self.words == words:
            self.hide()

    def leave_page(self) -> None:
        """Another page: a hint for the one before says nothing there; good and bad news stay."""
        if not self._tone:
            self.hide()

    @property
    def words(self) -> str:
        """What is being said; empty while nothing is."""
        return self._words.text() if self.isVisibleTo(self._host) else ""

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        margin = space(16)
        width = min(self._host.width() * 3 // 5, px(620))
        layout = self.layout()
        height = max(layout.heightForWidth(width), self.sizeHint().height()) if layout else self.sizeHint().height()
        self.setGeometry(margin, self._host.height() - height - margin, width, height)
