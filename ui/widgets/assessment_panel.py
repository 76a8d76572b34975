"""助推条件判断, always in sight: verdict by sign and word, amount, clause by clause why."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station_app.plans import Severity, Verdict
from ui.messages import finding_sentence
from ui.theme import space
from ui.widgets.buttons import LinkButton
from ui.widgets.card import Card, CardTone
from ui.widgets.text import Text, Tone

if TYPE_CHECKING:
    from station_app.plans import Assessment, Clause, Finding

_TONES: dict[Verdict, CardTone] = {
    Verdict.ELIGIBLE: "ok",
    Verdict.INELIGIBLE: "wrong",
    Verdict.NEEDS_REVIEW: "attention",
}
_SIGNS = {Verdict.ELIGIBLE: "✓", Verdict.INELIGIBLE: "✕", Verdict.NEEDS_REVIEW: "！"}
_WORDS = {
    Verdict.ELIGIBLE: "符合 {year} 年助推条件",
    Verdict.INELIGIBLE: "不符合 {year} 年助推条件",
    Verdict.NEEDS_REVIEW: "需要审核后确定（{year} 年）",
}
_FINDING_SIGNS = {Severity.REFUSE: "✕", Severity.REVIEW: "！", Severity.INFO: "·"}
_SHORT_QUOTE = 34  # characters, two lines
AMOUNTS = frozenset({"amount", "amount_if_approved"})
_DECIDES = {
    Verdict.ELIGIBLE: Severity.INFO,
    Verdict.INELIGIBLE: Severity.REFUSE,
    Verdict.NEEDS_REVIEW: Severity.REVIEW,
}


class AssessmentPanel(Card):
    """Signal: ``clause_wanted(Clause)``: show the plan's full text there. The first clause shown answers F9."""

    clause_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(" ", parent)
        self.setObjectName("assessment")
        self.clause: Clause | None = None
        self._amount = Text("", "amount")
        self._basis = Text("", "note", wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(space(6))
        self._shown: list[QWidget] = []
        self._quotes: list[QWidget] = []
        self._tight = False
        self.body.setSpacing(space(4))
        self.body.addWidget(self._amount)
        self.body.addWidget(self._basis)
        self.body.addLayout(self._list)

    def wait(self, year: int, words: str) -> None:
        """Nothing can be said yet."""
        self.set_tone("")
        self.set_title(f"{year} 年方案")
        self._amount.hide()
        self._basis.setVisible(bool(words))
        self._basis.setText(words)
        self.clause = None
        self._clear()

    def show_assessment(self, year: int, assessment: Assessment, basis: str, first_clause: Clause | None) -> None:
        """``basis``: in a few words what the amount is for; ``first_clause``: the rule of the amount."""
        verdict = assessment.verdict
        self.set_tone(_TONES[verdict])
        self.set_title(f"{_SIGNS[verdict]} {_WORDS[verdict].format(year=year)}")
        self._show_amount(assessment)
        self._basis.setText(basis)
        self._basis.setVisible(bool(basis))
        self._clear()
        findings = _told(assessment)
        leading = first_clause if verdict is Verdict.ELIGIBLE else None
        self.clause = leading or next((each.clause for each in findings if each.clause), first_clause)
        if leading is not None:
            self._add_quote(leading, short=False)
        short = len({each.clause for each in findings if each.clause}) > 1
        for clause, together in groupby(findings, key=lambda each: each.clause):
            for finding in together:
                self._add_finding(finding)
            if clause is not None and clause != leading:
                self._add_quote(clause, short)

    def set_tight(self, tight: bool) -> None:
        """Whether the room is needed: then quotations stand only behind their links and on them."""
        self._tight = tight
        for quote in self._quotes:
            quote.setVisible(not tight)

    def _show_amount(self, assessment: Assessment) -> None:
        yuan = assessment.amount if assessment.amount is not None else assessment.amount_if_approved
        self._amount.setVisible(yuan is not None)
        if yuan is not None:
            tone: Tone = "ok" if assessment.verdict is Verdict.ELIGIBLE else "attention"
            self._amount.say(f"{yuan:,} 元", tone)

    def _add_finding(self, finding: Finding) -> None:
        self._add(Text(f"{_FINDING_SIGNS[finding.severity]} {finding_sentence(finding)}", "text", wrap=True))

    def _add_quote(self, clause: Clause, short: bool) -> None:
        """``short``: one of several, of which the beginning tells which it is; the whole stands behind the link."""
        cut = short and len(clause.quote) > _SHORT_QUOTE
        quote = Text(f"“{clause.quote[:_SHORT_QUOTE]}…”" if cut else f"“{clause.quote}”", "note", wrap=True)
        quote.setToolTip(clause.quote if cut else "")
        self._add(quote)
        self._quotes.append(quote)
        if self._tight:
            quote.hide()
        link = LinkButton(f"{clause.place} · 看原文{'  F9' if clause == self.clause else ''}", "", "clause")
        link.setToolTip(clause.quote)
        link.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        link.clicked.connect(self._leads_to(clause))
        self._add(link)

    def _leads_to(self, clause: Clause) -> Callable[[], None]:
        return lambda: self.clause_wanted.emit(clause)

    def _add(self, widget: QWidget) -> None:
        self._list.addWidget(
            widget, 0, Qt.AlignmentFlag.AlignLeft if isinstance(widget, LinkButton) else Qt.AlignmentFlag(0)
        )
        self._shown.append(widget)

    def _clear(self) -> None:
        for widget in self._shown:
            self._list.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._shown, self._quotes = [], []


def _told(assessment: Assessment) -> list[Finding]:
    """What decides comes first, by clause; information only where nothing refuses."""
    findings = [each for each in assessment.findings if each.code not in AMOUNTS]
    if assessment.verdict is Verdict.INELIGIBLE:
        findings = [each for each in findings if each.severity is not Severity.INFO]
    order = list(dict.fromkeys((each.severity is not _DECIDES[assessment.verdict], each.clause) for each in findings))
    return sorted(
        findings, key=lambda each: order.index((each.severity is not _DECIDES[assessment.verdict], each.clause))
    )
