"""The right side of the page: where the case stands, the assessment, what is missing, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from station_app.domain.application import State
from station_app.plans import Verdict
from ui.pages.intake.cards import ConsentBox, InsistCard, NoteCard, ReturnedCard
from ui.pages.intake.compare_card import CompareCard
from ui.pages.intake.missing import MissingList
from ui.pages.intake.ways_card import WaysCard
from ui.theme import px, space
from ui.widgets.assessment_panel import AMOUNTS, AssessmentPanel
from ui.widgets.buttons import KeyButton, LinkButton, PrimaryButton
from ui.widgets.card import Card, CardTone
from ui.widgets.state import TruthLight, truth_of
from ui.widgets.text import Text

if TYPE_CHECKING:
    from datetime import date

    from ui.pages.intake.draft import Draft
    from ui.pages.intake.judgement import Judgement

_SAID: dict[State, tuple[str, CardTone, str]] = {
    State.QUEUED: ("✓ 已入队", "ok", "联网后自动发送，不用等待。收到中心回执后，这里会变为“已接收”。"),
    State.RECEIVED: ("✓ 中心已收到", "ok", "回执已保存，等待审核。"),
    State.APPROVED: ("✓ 已批准", "ok", "等待划拨到本人互助服务卡。"),
    State.PAID: ("✓ 已划拨", "ok", "助推资金已划拨到本人互助服务卡。"),
    State.REJECTED: ("✕ 未通过", "wrong", "审核未通过，这一件已办结。"),
    State.WITHDRAWN: ("－ 已撤回", "", "这一件已撤回，不再办理。"),
}


_WAITING = "填写后立即显示是否符合条件、金额和依据。"
_BEGIN = (
    "1　按 F2 查会员，Alt+R 读身份证，或直接填写\n2　按 F12 扫描，F6 从文件添加，也可拖入\n"
    "3　按 F8 打印，请本人签字\n4　按 Ctrl+Enter 提交，联网后自动发送\n\n"
)
_LOW = 860  # units
_WIDTH, _NARROW = 348, 280  # grows less than the text, so that the form keeps its room


class SidePane(QWidget):
    """Signals: ``field_wanted(name)``, ``clause_wanted(Clause)``, ``open_fields_wanted()``, ``note_followed(target)``,
    ``consent_given(bool)``, ``notice_wanted()``, ``reason_edited(text)``, ``print_wanted()``, ``submit_wanted()``,
    ``next_wanted()``."""

    field_wanted = Signal(str)
    clause_wanted = Signal(object)
    open_fields_wanted = Signal()
    note_followed = Signal(str)
    consent_given = Signal(bool)
    notice_wanted = Signal()
    reason_edited = Signal(str)
    print_wanted = Signal()
    submit_wanted = Signal()
    next_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(_width(_WIDTH))
        self.assessment = AssessmentPanel()
        self.ways = WaysCard()
        self.returned = ReturnedCard()
        self.insist = InsistCard()
        self.compare = CompareCard()
        self.compare.shown.connect(self._make_room)
        self.missing = MissingList()
        self.consent = ConsentBox("已当面告知，本人同意")
        self.consent.setObjectName("consent")
        self._status = Card(" ")
        self._status_words = Text("", "text", wrap=True)
        self._truth = TruthLight()
        self._notes: list[Card] = []
        self._known_notes: tuple[NoteCard, ...] | None = None
        self._shown: object = None
        self._labels: Mapping[str, str] = {}
        self._missing_card = Card("还差")
        self._materials_card = Card("请本人带来")
        self._materials = Text("", "text", wrap=True)
        self._deadline = Text("", "note", wrap=True)
        self._build()
        self._connect()

    # ---- what is shown

    def show_case(self, draft: Draft, judged: Judgement) -> None:
        """Everything that follows from the draft and its judgement."""
        self._show_status(draft)
        self.returned.show_returned(draft.returned, draft.opened)
        self._show_assessment(draft, judged)
        self.missing.show_missing(judged.missing, self._labels)
        self._missing_card.setVisible(draft.editable and draft.begun)
        self._missing_card.set_title(_readiness(draft, judged))
        self.missing.setVisible(bool(judged.missing))
        self._deadline.setText(_deadline_words(judged, draft.content.applied_on))
        self.consent.setChecked(bool(draft.consent))
        for part in (self._consent_row, self._submit):
            part.setVisible(draft.editable)
        self._next.setVisible(not draft.editable)
        self._print.set_words("打印" if draft.editable else "打印回执")

    def show_notes(self, notes: Sequence[NoteCard]) -> None:
        """Cards between the assessment and what is missing."""
        if tuple(notes) == self._known_notes:
            return
        self._known_notes = tuple(notes)
        for card in self._notes:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        at = self._column.indexOf(self.ways) + 1
        self._notes = [self._note(note) for note in notes]
        for offset, card in enumerate(self._notes):
            self._column.insertWidget(at + offset, card)
            card.show()  # now: its key is to work at once

    def name_fields(self, labels: Mapping[str, str]) -> None:
        """The names that the plan itself gives to fields."""
        self._labels = labels

    def show_materials(self, materials: Sequence[str]) -> None:
        """What the worker must bring, as the plan says; empty: nothing is asked for any more."""
        self._materials.setText("\n".join(f"· {each}" for each in materials))
        self._materials_card.setVisible(bool(materials))

    def start(self, reason: str) -> None:
        """Another case: its reason, if it has one already."""
        self.insist.reason.set_value(reason)
        self.insist.setVisible(bool(reason))

    def go_on(self) -> None:
        """Submitted: the focus goes to what comes next."""
        self._next.setVisible(True)
        self._next.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_reason(self, reason: str) -> None:
        """Open the panel for the worker's reason and put the focus there."""
        self.insist.reason.set_value(reason)
        self.insist.show()
        self.insist.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def stops(self) -> list[QWidget]:
        """The stops of Tab on this side, in order."""
        return [
            self.ways,
            self.missing,
            *self.compare.stops(),
            self.insist.reason,
            self.consent,
            self._print,
            self._submit,
            self._next,
        ]

    def leave_room(self, together: int, form: int) -> None:
        """Beside a form that needs ``form`` pixels, of so many for both: narrower where the form would be cut off."""
        narrow = together - _width(_WIDTH) < form
        self.setFixedWidth(_width(_NARROW if narrow else _WIDTH))
        self._notice.set_words("告知书" if narrow else "个人信息告知书")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """On a low screen the card at the bottom leaves little: what to do comes before the plan's own words."""
        self.assessment.set_tight(self.compare.isVisibleTo(self) and self.height() < px(_LOW))

    def set_busy(self, busy: bool) -> None:
        """While a submission is being written nothing is pressed twice."""
        self._submit.setEnabled(not busy)

    # ---- inside

    def _build(self) -> None:
        self._status.body.addWidget(self._status_words)
        self._status.body.addWidget(self._truth)
        self._missing_card.body.setSpacing(space(4))
        self._missing_card.body.addWidget(self.missing)
        self._missing_card.body.addWidget(self._deadline)
        self._materials.setObjectName("materials")
        self._materials_card.body.addWidget(self._materials)
        inside = QWidget()
        inside.setProperty("role", "scrolled")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(12))
        for card in (self._status, self.returned, self.assessment, self.ways, self._missing_card, self._materials_card):
            self._column.addWidget(card)
        self._column.addStretch(1)
        self.insist.hide()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(space(10))
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self.compare)
        whole.addWidget(self.insist)
        self._consent_row = self._make_consent_row()
        whole.addWidget(self._consent_row)
        whole.addLayout(self._make_buttons())

    def _make_consent_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.consent, 1)
        self._notice = link = LinkButton("个人信息告知书", "Alt+G", "notice")
        link.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        link.clicked.connect(self.notice_wanted)
        layout.addWidget(link)
        return row

    def _make_buttons(self) -> QHBoxLayout:
        self._print = KeyButton("打印", "F8", "print")
        self._submit = PrimaryButton("提交", "Ctrl+Enter", "submit")
        self._next = PrimaryButton("下一件  F3", "", "next_case")  # the window itself hears F3
        row = QHBoxLayout()
        row.setSpacing(space(12))
        row.addWidget(self._print, 2)
        row.addWidget(self._submit, 3)
        row.addWidget(self._next, 3)
        return row

    def _connect(self) -> None:
        self.missing.wanted.connect(self.field_wanted)
        self.ways.reached.connect(lambda line: self._scroll.ensureWidgetVisible(line, 0, space(8)))
        self.returned.wanted.connect(self.field_wanted)
        self.returned.open_wanted.connect(self.open_fields_wanted)
        self.assessment.clause_wanted.connect(self.clause_wanted)
        self.insist.edited.connect(self.reason_edited)
        self.consent.clicked.connect(self.consent_given)
        self._print.clicked.connect(self.print_wanted)
        self._submit.clicked.connect(self.submit_wanted)
        self._next.clicked.connect(self.next_wanted)

    def _show_status(self, draft: Draft) -> None:
        said = _SAID.get(draft.state)
        self._status.setVisible(said is not None)
        if said is None:
            return
        title, tone, words = said
        self._status.set_title(title)
        self._status.set_tone(tone)
        self._status_words.setText(f"受理号 {draft.reference}\n{words}")
        self._truth.set_truth(truth_of(draft.state))

    def _show_assessment(self, draft: Draft, judged: Judgement) -> None:
        content = draft.content
        shown = (
            content.plan, content.category, content.applied_on, judged.assessment, draft.begun, draft.history is None
        )  # fmt: skip
        if shown == self._shown:
            return
        self._shown = shown
        self.insist.setVisible(self.insist.isVisible() and judged.ineligible and draft.editable)
        if judged.assessment is None or not draft.begun:  # an empty form is not judged, whatever the day
            words = _WAITING if draft.begun else _BEGIN + _deadline_words(judged, content.applied_on)
            self.assessment.wait(content.plan, words)
            return
        amount = next((each for each in judged.assessment.findings if each.code in AMOUNTS), None)
        label = str(amount.params.get("label", "")) if amount else ""
        basis = f"{label}，划拨至本人互助服务卡" if label else ""
        if judged.assessment.verdict is Verdict.NEEDS_REVIEW and basis:
            basis = f"审核通过后：{basis}"
        clause = amount.clause if amount else None
        self.assessment.show_assessment(content.plan, judged.assessment, basis, clause)

    def _note(self, note: NoteCard) -> Card:
        card = Card(note.title)
        card.set_tone(note.tone)
        if note.words:
            card.body.addWidget(Text(note.words, "text", wrap=True))
        if note.action:
            link = LinkButton(note.action, note.key, "note")
            link.clicked.connect(lambda: self.note_followed.emit(note.target))
            card.body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        return card


def _width(units: int) -> int:
    return (px(units) + 2 * space(units)) // 3


def _readiness(draft: Draft, judged: Judgement) -> str:
    if judged.missing:
        return "还差"
    return "改好退回的各项，再提交" if draft.returned else "✓ 资料齐全，可以提交"


def _deadline_words(judged: Judgement, applied_on: date | None) -> str:
    """What counts is the day of applying; today matters only while there is time left."""
    if judged.deadline is None or judged.days_left is None or judged.days_early is None:
        return "本方案没有写明申报截止日期"
    if judged.days_early < 0:
        day = f"申报日 {applied_on} " if applied_on else ""
        return f"申报截止 {judged.deadline}，{day}已过 {-judged.days_early} 天。以前收的材料，按 Alt+D 改申报日"
    if judged.days_left < 0:
        return f"申报截止 {judged.deadline}，申报日 {applied_on} 在截止之前，没有逾期"
    if judged.days_left == 0:
        return f"申报截止 {judged.deadline}，今天是最后一天"
    return f"申报截止 {judged.deadline}，还有 {judged.days_left} 天"
