"""A message that moves nothing: in the foot line's free middle where it fits, else over the page's lower edge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ui.theme import px, space
from ui.widgets.buttons import SmallButton
from ui.widgets.foot import Foot
from ui.widgets.styling import restyle
from ui.widgets.text import Text

BannerTone = Literal["", "ok", "attention", "wrong"]
_SIGNS: Mapping[str, str] = {"": "●", "ok": "✓", "attention": "！", "wrong": "✕"}
_SHOWN_MS = 8_000


class Banner(QFrame):
    """One message at a time; good news goes away by itself, a failure stays until Esc or the next one.

    ``host``: the page's place; ``foot``: the line below it, which has the same parent.
    """

    def __init__(self, host: QWidget, foot: Foot | None = None) -> None:
        super().__init__(host if foot is None else foot.parentWidget())
        self._host = host
        self._foot = foot
        self._sign = Text("", "heading")
        self._words = Text("", "text", wrap=True)
        self._close = SmallButton("知道了", "Esc", "banner_close")
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.clicked.connect(self.hide)
        self._tone: BannerTone = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self._row = row = QHBoxLayout(self)
        row.setSpacing(space(12))
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        host.installEventFilter(self)
        if foot is not None:
            foot.changed.connect(self._place)
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
        self.show()  # before its size is asked for: the style sheet comes with showing
        self._place()
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
        """In one line beside the truth of the queue, where there is room for it; what is longer covers the page."""
        line = self._foot.free_line() if self._foot is not None else QRect()
        self._row.setContentsMargins(space(12), 0, 0, 0)
        fits = self._wanted() <= line.width()
        restyle(self, "place", "line" if fits else "")
        if fits:
            line.setWidth(self._wanted())
            self.setGeometry(line)
            return
        self._row.setContentsMargins(space(16), space(10), space(12), space(10))
        margin, there = space(16), self._host.geometry() if self._foot is not None else self._host.rect()
        width = min(there.width() // 2, px(620))
        height = max(self._row.heightForWidth(width), self.sizeHint().height())
        self.setGeometry(there.left() + margin, there.bottom() + 1 - height - margin, width, height)

    def _wanted(self) -> int:
        """The width of everything in one line; more than any line where the words have several."""
        words = self._words.text()
        if "\n" in words:
            return 1 << 20
        parts = (self._sign.sizeHint().width(), self._words.fontMetrics().horizontalAdvance(words) + space(4))
        gaps = self._row.contentsMargins().left() + 2 * self._row.spacing()
        return sum(parts) + gaps + self._close.sizeHint().width() + 2 * self.frameWidth() + space(4)
