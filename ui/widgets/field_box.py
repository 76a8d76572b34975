"""An editor with its name above and one reserved line below, so that nothing moves when something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ui.messages import label as label_of
from ui.theme import space
from ui.widgets.styling import restyle
from ui.widgets.text import ElidedText, Text, Tone

ProblemTone = Literal["wrong", "attention"]


@dataclass(frozen=True)
class Beside:
    """What a scan says of a field: ``words``, or ``shorter`` where there is no room for them. ``wrong`` and
    ``attention``: the field says something else; ``offer`` and ``look``: it is empty, and ``ghost`` stands in it until
    something is typed or taken.
    """

    words: str
    shorter: str = ""
    tone: Literal["wrong", "attention", "look", "offer"] = "wrong"
    ghost: str = ""


class FieldBox(QWidget):
    """One field. ``name``: the bare name, which becomes the editor's object name. ``beside``: problem and hint stand
    right of the name instead of below the editor, for pages that are short of height. ``required``: marked with a star.

    The line shows, in this order: what a scan says against the value, the problem, what a scan offers, the hint.
    Attributes: ``name``, ``editor``.
    """

    def __init__(
        self,
        name: str,
        editor: QWidget,
        label: str | None = None,
        parent: QWidget | None = None,
        *,
        beside: bool = False,
        required: bool = False,
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.editor = editor
        self._hint = ""
        self._problem = ""
        self._tone: ProblemTone = "wrong"
        self._beside: Beside | None = None
        self._placeholder = editor.placeholderText() if isinstance(editor, QLineEdit) else ""
        self._label = Text(label_of(name) if label is None else label, "label")
        self._label.setBuddy(editor)
        self._line = ElidedText("", "note", tone="soft")
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        editor.setProperty("problem", "")
        editor.setObjectName(name)
        editor.setAccessibleName(self._label.text())
        if required:
            self._label.setText(f"{self._label.text()} *")
        self._lay_out(beside)
        self.setFocusProxy(editor)

    @property
    def problem(self) -> str:
        """The sentence that stands under the editor, empty when all is well."""
        return self._problem

    def set_problem(self, sentence: str | None, tone: ProblemTone = "wrong") -> None:
        """Say what is wrong (None: nothing is), in words the clerk can say to the worker."""
        self._problem = sentence or ""
        self._tone = tone
        self._show()

    def set_beside(self, beside: Beside | None) -> None:
        """What a scan says of this field (None: nothing that matters)."""
        if beside != self._beside:
            self._beside = beside
            if isinstance(self.editor, QLineEdit):
                self.editor.setPlaceholderText(beside.ghost if beside and beside.ghost else self._placeholder)
            self._show()

    def set_hint(self, text: str) -> None:
        """A quiet note under the editor while nothing is wrong."""
        self._hint = text
        self._show()

    def set_label(self, text: str) -> None:
        self._label.setText(text)
        self.editor.setAccessibleName(text)

    def _lay_out(self, beside: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(1))
        head = QHBoxLayout()
        head.setSpacing(space(8))
        head.addWidget(self._label)
        column.addLayout(head)
        column.addWidget(self.editor)
        if beside:
            head.addWidget(self._line, 1)
        else:
            column.addWidget(self._line)

    def _show(self) -> None:
        words, shorter, tone, against = self._said()
        self._line.say_fitting(words, shorter, tone)
        if self.editor.property("problem") != against:
            restyle(self.editor, "problem", against)
        self.editor.setAccessibleDescription(words)

    def _said(self) -> tuple[str, str, Tone, ProblemTone | Literal[""]]:
        """Words, shorter ones, their tone, and what the editor's border says."""
        beside = self._beside
        if beside is not None and beside.tone in ("wrong", "attention"):
            return beside.words, beside.shorter, beside.tone, beside.tone
        if self._problem:
            return self._problem, "", self._tone, self._tone
        if beside is not None:
            ghost = "" if isinstance(self.editor, QLineEdit) else f"{beside.ghost}　"
            return f"{ghost}{beside.words}", beside.shorter, "attention" if beside.tone == "look" else "", ""
        return self._hint, "", "soft", ""
