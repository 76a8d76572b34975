"""方案原文: the plan's whole text, open at the clause that decides."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from ui.theme import current_tokens
from ui.widgets.overlay import Overlay
from ui.widgets.text import Text


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Where the quotation stands, white space aside; None when it does not."""
    letters = [re.escape(each) for each in quote if not each.isspace()]
    match = re.search(r"\s*".join(letters), text) if letters else None
    return match.span() if match else None


class PlanText(Overlay):
    """F9. Arrow keys and PageUp/PageDown read on, Esc closes."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, " ", 900, 640)
        self.setObjectName("plan_text")
        self._place_note = Text("", "note")
        self._text = QPlainTextEdit()
        self._text.setObjectName("plan_text_view")
        self._text.setReadOnly(True)
        self.card.header.addWidget(self._place_note)
        self.card.header.addWidget(Text("Esc 关闭", "note"))
        self.card.body.addWidget(self._text, 1)

    def show_text(self, title: str, text: str, quote: str = "", place: str = "") -> None:
        """Open the text at the quotation, which stands highlighted."""
        self.card.set_title(title)
        self._place_note.setText(f"依据：{place}" if place else "")
        self._text.setPlainText(text)
        self.open_over(self._text)
        self._highlight(find_quote(text, quote) if quote else None)

    @property
    def highlighted(self) -> str:
        """The text that stands highlighted."""
        selections = self._text.extraSelections()
        return selections[0].cursor.selectedText() if selections else ""  # type: ignore[attr-defined]

    def _highlight(self, span: tuple[int, int] | None) -> None:
        if span is None:
            self._text.setExtraSelections([])
            return
        tokens = current_tokens()
        cursor = QTextCursor(self._text.document())
        cursor.setPosition(span[0])
        cursor.setPosition(span[1], QTextCursor.MoveMode.KeepAnchor)
        selection = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setBackground(QColor(tokens.attention_on))
        look.setForeground(QColor(tokens.attention))
        look.setFontUnderline(True)
        selection.cursor = cursor  # type: ignore[attr-defined]
        selection.format = look  # type: ignore[attr-defined]
        at = QTextCursor(cursor)
        at.setPosition(span[0])
        self._text.setTextCursor(at)
        self._text.centerCursor()
        self._text.setExtraSelections([selection])
