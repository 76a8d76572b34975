"""The left of the page: applicant, certificate, scans, one card each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from station_app.domain.application import Category, FieldReturn
from ui.messages import label, table
from ui.pages.intake.editors import as_editor
from ui.pages.intake.fields import FieldGrid
from ui.pages.intake.shape import FieldShape, shapes
from ui.theme import px, space
from ui.widgets.buttons import KeyButton, SmallButton
from ui.widgets.card import Card
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.fitting_button import FittingButton
from ui.widgets.number_edit import NumberEdit
from ui.widgets.picker import PickerEdit
from ui.widgets.scan_strip import ScanStrip
from ui.widgets.text import ElidedText
from ui.widgets.toggle import TruthToggle

if TYPE_CHECKING:
    from station_app.plans import Plan
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.judgement import Judgement
    from ui.widgets.field_box import Beside

_STRIP_HELP = "← → 选　Enter 看　R 转　T 换　N 说明　1-6 类别　Delete 移除"
_STRIP_SHORT = "Enter 看　R 转　N 说明"  # beside four buttons on the smallest screen; the rest stands in the tip


_NARROW = 600  # units


class FormPane(QScrollArea):
    """Signals: ``edited(name, value, unfinished text)``, ``left(name)``, ``entered(name)``,
    ``category_chosen(Category)``, ``facts_wanted()``, ``files_wanted()``, ``camera_wanted()``, ``arrived_wanted()``,
    ``paste_wanted()``, ``scan_wanted()``, ``scan_stopped()``, ``ended()``: Enter in the last field;
    ``cut(name, most)``: what was typed is longer than the ``most`` characters of its field;
    ``reflow_wanted()``: the width has changed so much that the case must be shown anew.

    Attributes: ``strip`` (ScanStrip), ``editors`` by name; ``paste_picture``: files the picture on the clipboard and
    answers whether there was one, so that Ctrl+V in a line pastes text only when there is none.
    """

    edited = Signal(str, object, str)
    left = Signal(str)
    entered = Signal(str)
    category_chosen = Signal(object)
    facts_wanted = Signal()
    files_wanted = Signal()
    camera_wanted = Signal()
    arrived_wanted = Signal()
    paste_wanted = Signal()
    scan_wanted = Signal()
    scan_stopped = Signal()
    ended = Signal()
    cut = Signal(str, int)
    reflow_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.strip = ScanStrip()
        self.category = ChoiceRow()
        self.category.setObjectName("category")
        self.category.setAccessibleName(label("category"))
        self.editors: dict[str, QWidget] = {}
        self.paste_picture: Callable[[], bool] = lambda: False
        self._built_for: tuple[object, ...] = ()
        self._grids: list[FieldGrid] = []
        self._applicant = Card("申请人")
        self._certificate = Card("证书")
        self._facts = FittingButton("Alt+D", "facts")
        self._scan_help = ElidedText("", "note", tone="soft")
        self._progress = ""
        inside = QWidget()
        inside.setProperty("role", "scrolled")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(11))
        for card in (self._applicant, self._certificate, self._scans_card()):
            self._column.addWidget(card)
        self._column.addStretch(1)
        self.setWidget(inside)
        self._certificate.header.insertWidget(1, self.category)
        self._certificate.header.addWidget(self._facts)
        self.category.edited.connect(self.category_chosen)
        self.category.installEventFilter(self)
        self._facts.clicked.connect(self.facts_wanted)
        self.strip.installEventFilter(self)
        for signal in (self.strip.moved, self.strip.shown):
            signal.connect(self._help)

    # ---- what is shown

    def show_case(self, draft: Draft, plan: Plan, judged: Judgement) -> None:
        """Values, locks and problems; the fields are built anew only when plan or category change."""
        self._build(plan, draft.content.category)
        content = draft.content
        self.category.set_value(content.category)
        self.category.set_locked(draft.locked("category"))
        channel = table("labels").get(f"channel.{content.channel}", content.channel)
        day = content.applied_on.isoformat() if content.applied_on else "未填"
        plan_words = f"{content.plan} 年方案"
        self._facts.set_wordings(
            (
                f"{plan_words} · {channel} · 申报日 {day}",
                f"{plan_words} · {channel} · {day}",
                f"{plan_words} · {day}",
                f"{content.plan} 年 · {day}",
                day,
            )
        )
        for grid in self._grids:
            grid.show_content(content, draft.unfinished)
            grid.set_locked(draft.locked)
        self.show_judgement(draft, judged)

    def show_judgement(self, draft: Draft, judged: Judgement) -> None:
        """Only what stands beside the fields, after a keystroke."""
        notes = {each.field: _note(each) for each in draft.returned}
        for grid in self._grids:
            grid.show_relevant(draft.content)
            grid.mark_returned(notes)
            grid.show_problems(judged)

    def show_progress(self, words: str) -> None:
        """How the scanner's run stands; empty: there is none."""
        self._progress = words
        self._scan.setVisible(not words)
        self._stop.setVisible(bool(words))
        self._help()

    def show_beside(self, words: Mapping[str, Beside]) -> None:
        """What the scans say of fields, by name."""
        for grid in self._grids:
            grid.show_beside(words)

    def show_arrived(self, count: int) -> None:
        """So many files of the watched folder can be taken."""
        self._arrived.setVisible(count > 0)
        self._arrived.set_wordings((f"放进 {count} 个新文件", f"新文件 {count}", f"新到 {count}"))

    def go_to(self, name: str) -> bool:
        """Put the focus on a field (or ``category``, ``scans``); False when there is none of that name here."""
        widget = {"category": self.category, "scans": self.strip}.get(name) or self.editors.get(name)
        if widget is None:
            return False
        for grid in self._grids:
            grid.reveal(name)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ensureWidgetVisible(widget, space(20), space(40))
        return True

    def focused_field(self) -> str:
        """The field that has the focus, empty while none has."""
        return next((name for name, editor in self.editors.items() if editor.hasFocus()), "")

    def stops(self) -> list[QWidget]:
        """The stops of Tab on this side, in order."""
        if not self._grids:
            return [self.category, self.strip]
        applicant, certificate = self._grids
        return [*applicant.stops(), self.category, self._facts, *certificate.stops(), self.strip]

    # ---- Enter goes on

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self.ensureWidgetVisible(watched, space(20), space(40))
            self._help()
            self.entered.emit(watched.objectName())
        elif kind == QEvent.Type.FocusOut and watched is self.strip:
            self._help(away=True)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched is not self.strip:
            if event.matches(QKeySequence.StandardKey.Paste):
                return self.paste_picture()
            return self._go_on(watched, event)
        return False

    def _help(self, away: bool = False) -> None:
        """The run of the scanner; else, on the strip, what to do about this page, else the keys."""
        place = self.strip.current()
        if self._progress:
            self._scan_help.say(self._progress, "accent")
        elif away or not self.strip.hasFocus() or place is None:
            self._scan_help.say("")
        elif place.advice:
            self._scan_help.say_fitting(place.advice, place.short, "wrong" if place.tone == "wrong" else "attention")
        else:
            self._scan_help.say_fitting(_STRIP_HELP, _STRIP_SHORT, "soft")

    def _go_on(self, watched: QObject, event: QKeyEvent) -> bool:
        held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or held:
            return False
        if isinstance(watched, PickerEdit):
            watched.accept_entry()
        self._step_from(watched, -1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        return True

    def _step_from(self, watched: QObject, by: int) -> None:
        stops = self.stops()
        at = stops.index(watched) + by if watched in stops else len(stops)
        while 0 <= at < len(stops):
            if self._worth_a_stop(stops[at]):
                stops[at].setFocus(Qt.FocusReason.TabFocusReason)
                return
            at += by
        if by > 0:
            self.ended.emit()

    @staticmethod
    def _worth_a_stop(widget: QWidget) -> bool:
        """Enter passes over what is answered and seldom changed; Tab reaches it."""
        if not widget.isVisible() or not widget.isEnabled() or isinstance(widget, KeyButton):
            return False
        if isinstance(widget, TruthToggle | ChoiceBox):
            return as_editor(widget).value() is None and widget.property("truth") != ""
        return not getattr(widget, "isReadOnly", lambda: False)()

    # ---- building

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._built_for and self._built_for[-1] != self._narrow():
            self.reflow_wanted.emit()

    def _narrow(self) -> bool:
        """Whether a card number would not fit a third of the width."""
        return self.isVisible() and self.width() < px(_NARROW)

    def _build(self, plan: Plan, category: Category) -> None:
        wanted = (plan.year, plan.version, category, self._narrow())
        if wanted == self._built_for:
            return
        focused = self.window().focusWidget()
        kept = focused.objectName() if focused in self.editors.values() else ""
        self._built_for = wanted
        self.category.set_choices([Choice(each, words.label) for each, words in plan.categories.items()])
        self._rebuild_grids(plan, category)
        if kept in self.editors:
            self.editors[kept].setFocus()

    def _rebuild_grids(self, plan: Plan, category: Category) -> None:
        for old in self._grids:
            old.discard()
        self.editors = {}
        fields = plan.categories[category].fields if category in plan.categories else ()
        applicant = self._grid(plan, (*shapes(fields, "applicant", category), *shapes(fields, "member", category)))
        certificate = self._grid(plan, shapes(fields, "certificate", category))
        while self._applicant.header.count() > 2:
            self._applicant.header.takeAt(2)
        self._applicant.header.addLayout(applicant.slim)
        self._applicant.body.addWidget(applicant)
        certificate.place_slim()
        self._certificate.body.addWidget(certificate)
        self._grids = [applicant, certificate]
        for grid in self._grids:
            grid.show()  # now, not with the next event: the focus may want to go there at once

    def _grid(self, plan: Plan, shaped: tuple[FieldShape, ...]) -> FieldGrid:
        grid = FieldGrid(shaped, plan, self._narrow())
        grid.edited.connect(self.edited)
        grid.left.connect(self.left)
        for widget in grid.editors.values():
            widget.installEventFilter(self)
            if isinstance(widget, QLineEdit):
                widget.inputRejected.connect(partial(self._say_cut, widget))
        self.editors.update(grid.editors)
        return grid

    def _say_cut(self, line: QLineEdit) -> None:
        self.cut.emit(line.objectName(), line.longest if isinstance(line, NumberEdit) else line.maxLength())

    def _scans_card(self) -> Card:
        card = Card("扫描件")
        card.header.insertWidget(1, self._scan_help, 100)
        self._scan = SmallButton("扫描  F12", "", "scan_device")
        self._stop = SmallButton("取消  Esc", "", "scan_stop")
        add = SmallButton("从文件添加", "F6", "scan_files")
        paste = SmallButton("粘贴  Ctrl+V", "", "scan_paste")
        shoot = SmallButton("拍摄", "Shift+F6", "scan_camera")
        self._scan.setToolTip("Shift+F12 换扫描仪、换进纸方式")
        self._arrived = FittingButton("Alt+F", "scan_arrived")
        self._arrived.setProperty("plain", "")
        self._arrived.hide()
        wanted = (
            (self._arrived, self.arrived_wanted),
            (self._scan, self.scan_wanted),
            (self._stop, self.scan_stopped),
            (add, self.files_wanted),
            (shoot, self.camera_wanted),
            (paste, self.paste_wanted),
        )
        for button, signal in wanted:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(signal)
            card.header.addWidget(button)
        self._stop.hide()
        card.body.addWidget(self.strip)
        return card


def _note(each: FieldReturn) -> str:
    return table("states").get(f"return_{each.code}", each.code)
