"""All about one case, beside the table of 台账; taking it back and handing it over are confirmed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.pages.lists.hand_over import HandOver
from ui.theme import number_font, px, space
from ui.widgets.buttons import KeyButton, PrimaryButton, SmallButton
from ui.widgets.card import Card
from ui.widgets.state import StateTag, TruthLight, truth_of
from ui.widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.models.case_detail import CaseDetail, Judgement

_ASK = "确定撤回这一件？撤回后不能再改回来，材料和记录都保留。"
_ASKED = "撤回申请已发出，等中心答复。"


class CasePane(QWidget):
    """Signals: ``reveal_asked(application id)``, ``withdraw_asked(application id)``, ``hand_over_asked(application
    id, name)``, ``export_asked(reference, name)``. Attribute: ``open`` (button).
    """

    reveal_asked = Signal(str)
    withdraw_asked = Signal(str)
    hand_over_asked = Signal(str, str)
    export_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(px(310) + space(38))
        self._detail: CaseDetail | None = None
        self._who, self._numbers = Card(), Grid()
        self._name, self._truth = Text("", "title", wrap=True), TruthLight()
        self._kind = Text("", "note", wrap=True)
        self._more, self._facts = Card("申报"), Grid()
        self.reveal = SmallButton("显示全号", "Alt+N", "reveal")
        self.export = SmallButton("导出", "Alt+X", "export")
        self._judged, self._back = Card("判断"), Card("退回补正")
        self._trouble, self._past = Card("没有送到中心"), Card("经过")
        self._cards = (self._who, self._back, self._trouble, self._judged, self._more, self._past)
        self.open = PrimaryButton("打开  Enter", "", "open")
        self.withdraw = KeyButton("撤回", "Alt+W", "withdraw")
        self.hand_over = KeyButton("移交", "Alt+H", "hand_over")
        self._takers: tuple[str, ...] = ()
        self._to_whom = HandOver()
        self._question = Confirm(_ASK, "确定撤回", "不撤回")
        self._lay_out()
        self.reveal.clicked.connect(self._ask_reveal)
        self.withdraw.clicked.connect(self._ask_withdraw)
        self.hand_over.clicked.connect(self._ask_to_whom)
        self.export.clicked.connect(self._ask_export)
        self._to_whom.chosen.connect(self._give)
        self._to_whom.cancelled.connect(self._end_question)
        self._question.confirmed.connect(self._confirm)
        self._question.cancelled.connect(self._end_question)
        self.show_case(None)

    # ---- what is shown

    def show_case(self, detail: CaseDetail | None) -> None:
        """Another case, or newer facts of the same one; the revealed numbers stay only with their own case."""
        same = self._detail is not None and detail is not None and self._detail.application_id == detail.application_id
        before, self._detail = self._detail, detail
        if detail is not None and detail == before:
            return
        for each in (*self._cards, self.open, self.withdraw, self.hand_over):
            each.setVisible(detail is not None)
        if detail is None or not same:
            self._end_question()
        if detail is None:
            return
        self._show_who(detail, keep_numbers=same and not self.reveal.isEnabled())
        _fill(self._judged, detail.judgements)
        _say(self._back, detail.returned, "wrong")
        _say(self._trouble, detail.troubles, "wrong")
        _past(self._past, detail)
        self.open.setVisible(not self._asking)
        self.withdraw.setVisible(detail.can_withdraw and not self._asking)
        self.hand_over.setVisible(self._can_hand_over and not self._asking)

    def offer_takers(self, names: Sequence[str]) -> None:
        """Who can be given a case; the button is there only where that is somebody else."""
        self._takers = tuple(names)
        self.hand_over.setVisible(self._can_hand_over and not self._asking)

    @property
    def _asking(self) -> bool:
        return self._question.isVisible() or self._to_whom.isVisible()

    @property
    def _can_hand_over(self) -> bool:
        return self._detail is not None and self._detail.can_hand_over and bool(self._others())

    def _others(self) -> list[str]:
        return [each for each in self._takers if self._detail is None or each != self._detail.holder]

    def show_numbers(self, application_id: str, numbers: Sequence[tuple[str, str]]) -> None:
        """The full numbers, while this case is shown."""
        if self._detail is not None and self._detail.application_id == application_id:
            self._numbers.put(numbers)
            self.reveal.setEnabled(False)

    def hide_numbers(self) -> None:
        if self._detail is not None:
            self._numbers.put(self._detail.numbers)
            self.reveal.setEnabled(True)

    def cancel(self) -> bool:
        """Esc: end the question, if one is asked."""
        asked = self._asking
        if asked:
            self._end_question()
        return asked

    # ---- what the clerk does

    def _ask_reveal(self) -> None:
        if self._detail is not None:
            self.reveal_asked.emit(self._detail.application_id)

    def _ask_export(self) -> None:
        if self._detail is not None:
            self.export_asked.emit(self._detail.reference, self._detail.name)

    def _ask_withdraw(self) -> None:
        self._hide_buttons()
        self._question.ask()

    def _ask_to_whom(self) -> None:
        self._hide_buttons()
        self._to_whom.offer(self._others())
        self._to_whom.ask()

    def _hide_buttons(self) -> None:
        for each in (self.withdraw, self.hand_over, self.open):
            each.hide()

    def _give(self, name: str) -> None:
        if self._detail is not None:
            self.hand_over_asked.emit(self._detail.application_id, name)
        self._end_question()

    def _confirm(self) -> None:
        if self._detail is not None:
            self.withdraw_asked.emit(self._detail.application_id)
        self._end_question()

    def _end_question(self) -> None:
        focus: QWidget | None = self.focusWidget()
        had_focus = focus is not None and any(
            each.isAncestorOf(focus) for each in (self._question, self._to_whom) if each.isVisible()
        )
        self._question.hide()
        self._to_whom.hide()
        if self._detail is not None:
            self.open.show()
            self.withdraw.setVisible(self._detail.can_withdraw)
            self.hand_over.setVisible(self._can_hand_over)
            if had_focus:
                (self.withdraw if self._detail.can_withdraw else self.open).setFocus()

    # ---- drawing

    def _show_who(self, detail: CaseDetail, *, keep_numbers: bool) -> None:
        self._name.setText(detail.name or "（未填姓名）")
        self._tag.set_state(detail.state)
        self._truth.set_truth(truth_of(detail.state))
        kind = f"{detail.kind}\n{detail.reference}"
        self._kind.setText(f"{kind}\n{_ASKED}" if detail.withdrawing else kind)
        self._facts.put(detail.facts)
        if not keep_numbers:
            self._numbers.put(detail.numbers)
            self.reveal.setEnabled(True)
        self.reveal.setVisible(bool(detail.numbers))

    def _lay_out(self) -> None:
        from station_app.domain.application import State

        self._tag = StateTag(State.DRAFT)
        head = QHBoxLayout()
        head.addWidget(self._name, 1)
        head.addWidget(self._tag, 0, Qt.AlignmentFlag.AlignTop)
        self._who.body.addLayout(head)
        for each in (self._truth, self._kind, self._numbers):
            self._who.body.addWidget(each)
        small = QHBoxLayout()
        small.addWidget(self.reveal)
        small.addWidget(self.export)
        small.addStretch(1)
        self._who.body.addLayout(small)
        self._more.body.addWidget(self._facts)
        inside = QWidget()
        inside.setProperty("role", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, space(4), 0)
        column.setSpacing(space(12))
        for card in self._cards:
            column.addWidget(card)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setObjectName("case_scroll")
        scroll.setWidget(inside)
        buttons = QHBoxLayout()
        buttons.addWidget(self.withdraw)
        buttons.addWidget(self.hand_over)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(space(12))
        whole.addWidget(scroll, 1)
        whole.addWidget(self._question)
        whole.addWidget(self._to_whom)
        whole.addLayout(buttons)
        whole.addWidget(self.open)


class Confirm(Card):
    """A question where the button was: nothing lies over the page. Signals: ``confirmed()``, ``cancelled()``."""

    confirmed = Signal()
    cancelled = Signal()

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self.set_tone("attention")
        self.body.addWidget(Text(question, "text", wrap=True))
        self._yes = KeyButton(yes, "Alt+Y", "confirm")
        self._no = KeyButton(f"{no}  Esc", "", "cancel")
        row = QHBoxLayout()
        row.addWidget(self._yes)
        row.addWidget(self._no)
        self.body.addLayout(row)
        self._yes.clicked.connect(self.confirmed)
        self._no.clicked.connect(self.cancelled)
        self.hide()

    def ask(self) -> None:
        """Show; the safe answer has the focus."""
        self.show()
        self._no.setFocus(Qt.FocusReason.OtherFocusReason)


class Grid(QWidget):
    """Names at the left, values beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(12))
        self._grid.setVerticalSpacing(space(4))
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[Text, Text]] = []

    def put(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show these pairs; widgets are used again."""
        while len(self._rows) < len(pairs):
            name, value = Text("", "label"), Text("", "text", wrap=True)
            value.setFont(number_font(value.font()))
            value.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            self._grid.addWidget(name, len(self._rows), 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, len(self._rows), 1)
            self._rows.append((name, value))
        for place, (name, value) in enumerate(self._rows):
            shown = place < len(pairs)
            name.setText(pairs[place][0] if shown else "")
            value.setText(pairs[place][1] if shown else "")
            name.setVisible(shown)
            value.setVisible(shown)

    def values(self) -> list[str]:
        """What stands at the right, for tests and screen readers."""
        return [value.text() for _, value in self._rows if value.text()]


def _clear(card: Card) -> None:
    while card.body.count():
        card.body.takeAt(0).widget().deleteLater()


def _fill(card: Card, judgements: Sequence[Judgement]) -> None:
    _clear(card)
    for each in judgements:
        card.body.addWidget(Text(each.side, "label"))
        card.body.addWidget(Text(each.words, "text", tone=each.tone, wrap=True))
        for reason in each.reasons:
            card.body.addWidget(Text(reason, "note", wrap=True))
    card.setVisible(bool(judgements))


def _say(card: Card, sentences: Sequence[str], tone: str) -> None:
    _clear(card)
    for each in sentences:
        card.body.addWidget(Text(each, "text", wrap=True))
    card.set_tone(tone)  # type: ignore[arg-type]
    card.setVisible(bool(sentences))


def _past(card: Card, detail: CaseDetail) -> None:
    _clear(card)
    for revision in detail.revisions:
        card.body.addWidget(Text(revision, "note", tone="ok" if "✓" in revision else "attention", wrap=True))
    for when, words in detail.history:
        card.body.addWidget(Text(f"{when}　{words}", "note", wrap=True))
    card.setVisible(bool(detail.revisions or detail.history))
