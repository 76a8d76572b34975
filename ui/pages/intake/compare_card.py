"""One thing at a time that typed and read disagree on, or that was read and is not typed yet, with two keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from station_app.services.comparing import Difference, Told
from ui.pages.intake.compare_words import ADOPT, KEEP, card_words
from ui.theme import space
from ui.widgets.buttons import KeyButton
from ui.widgets.card import Card, CardTone
from ui.widgets.clip_view import ClipView, MarkedText
from ui.widgets.text import ElidedText, Text

if TYPE_CHECKING:
    from ui.pages.intake.clip import Clip


class CompareCard(Card):
    """Signals: ``adopted(Told)``, ``kept(Told)``, ``shown()``: it is there or gone. Attribute: ``told`` (shown now)."""

    adopted = Signal(object)
    kept = Signal(object)
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(" ", parent)
        self.setObjectName("compare")
        self.told: Told | None = None
        self.clip = ClipView()
        self._count = Text("", "note")
        self._count.setObjectName("compare_count")
        self._marked = MarkedText()
        self._detail = ElidedText("", "note")
        self._adopt = KeyButton("采用", ADOPT, "adopt")
        self._keep = KeyButton("保留", KEEP, "keep")
        self._adopt.clicked.connect(lambda: self.adopted.emit(self.told))
        self._keep.clicked.connect(lambda: self.kept.emit(self.told))
        self.header.addWidget(self._count)
        self.body.setSpacing(space(4))
        for part in (self.clip, self._marked, self._detail):
            self.body.addWidget(part)
        buttons = QHBoxLayout()
        buttons.setSpacing(space(8))
        buttons.addWidget(self._adopt, 1)
        buttons.addWidget(self._keep, 1)
        self.body.addLayout(buttons)
        self.hide()

    @property
    def field(self) -> str:
        """Which field it is about; empty while there is nothing."""
        return self.told.field if self.told is not None else ""

    def verb(self, field: str) -> str:
        """What is to be done first about this field."""
        return "先核对" if field == self.field else "先补"

    def show_told(self, told: Told | None, number: int, count: int) -> None:
        """Show this one, the ``number``-th of ``count``; None: there is nothing to say. Its picture follows."""
        if told != self.told:
            self.told = told
            self.clip.say("正在取图…" if told is not None and told.box is not None else "图上找不到这一处，请看扫描件")
        self.setVisible(told is not None)
        self.shown.emit()
        if told is None:
            return
        words = card_words(told)
        self.set_tone(_tone(told))
        self.set_title(f"{_SIGNS[_tone(told)]} {words.title}")
        self._count.setText(f"{number}/{count}" if count > 1 else "")
        self._marked.show_pieces(words.marked)
        self._detail.setText(words.detail)
        self._adopt.setVisible(bool(words.adopt))
        self._adopt.set_words(words.adopt or "采用")
        self._keep.set_words(words.keep)

    def show_clip(self, told: Told, clip: Clip) -> None:
        """The picture, if it is still the one that is wanted."""
        if told == self.told:
            places = told.read_places if isinstance(told, Difference) else ()
            frames = [clip.characters[at] for at in places if at < len(clip.characters)]
            self.clip.show_clip(clip.image, frames)

    def stops(self) -> list[QWidget]:
        return [self._adopt, self._keep]


_SIGNS: dict[CardTone, str] = {"wrong": "✕", "attention": "！", "": "●", "ok": "✓"}


def _tone(told: Told) -> CardTone:
    if isinstance(told, Difference):
        return "wrong" if told.sure else "attention"
    return "attention" if told.look else ""
