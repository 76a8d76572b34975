"""受理: everything about one case on one screen, the assessment always in sight."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station_app.domain.application import ScanKind
from ui.pages.intake.case_facts import CaseFacts
from ui.pages.intake.compare_desk import CompareDesk
from ui.pages.intake.draft import INSISTENCE, Draft
from ui.pages.intake.files import FileChooser
from ui.pages.intake.form import FormPane
from ui.pages.intake.gate import cards_of, notes_of
from ui.pages.intake.hardware import Hardware
from ui.pages.intake.missing import words_of
from ui.pages.intake.plan_switch import PLAN_BACK
from ui.pages.intake.presenter import CONSENT
from ui.pages.intake.printing import PrintChoice
from ui.pages.intake.reading import Reading
from ui.pages.intake.scans import ScanDesk
from ui.pages.intake.shelf import Shelf
from ui.pages.intake.side import SidePane
from ui.pages.intake.submitting import Submitting
from ui.pages.intake.table import CaseTable, Kept, saved_at
from ui.pages.intake.top import TopBar
from ui.pages.intake.ways_desk import WaysDesk
from ui.theme import px, space
from ui.widgets.page import Page

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.plans import Clause
    from station_app.store.records import ApplicationRecord
    from ui.context import Context
    from ui.pages.intake.device_scans import UnderWay

_FORM = 500  # units of width, below which its fields do not fit


@dataclass(frozen=True)
class KeptPage:
    """What a page made anew goes on with: the case on the table, and the scan that goes on."""

    case: Kept
    under_way: UnderWay | None


class IntakePage(Page):
    """The page of one case.

    Keys: F2 lookup, F6 files, F7 open fields, F8 print, F9 plan, F12 scan, Shift+F12 choose the scanner, Alt+R ID card,
    Alt+W ways out, Ctrl+Enter submit, Ctrl+S.

    Attributes: ``table`` (CaseTable), ``top``, ``form``, ``side``: its parts.
    """

    name = "intake"

    def __init__(
        self, context: Context, parent: QWidget | None = None, steady: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(context, parent)
        desk, tasks = context.desk, context.tasks
        self.table = CaseTable(desk, tasks, steady, context.standing, self)
        self.top = TopBar(desk, tasks)
        self.form = FormPane()
        self.side = SidePane()
        self._lay_out()
        self._reading = Reading(self, context)
        self._ways = WaysDesk(self.side.ways, self.table.presenter, lambda: desk.plans, self)
        self._facts = CaseFacts(self)
        self._print = PrintChoice(self, context)
        shelf = Shelf(desk, tasks, self.table.saver, self)
        self._scans = ScanDesk(self, shelf, self.form.strip, FileChooser(self, tasks), context)
        self._hardware = Hardware(self, self.table, self.top, self.form, shelf)
        self._submitting = Submitting(self.table.presenter, self.table.saver, self)
        self._compare = CompareDesk(context, self.table, self.form, self.side.compare)
        self._soon = QTimer(self)  # a handful of pages is shown once, and keys come between
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(lambda: self._show(whole=False))
        self._connect_table()
        self._connect_parts()
        self._connect_side()
        self._keys()
        self.setAcceptDrops(True)
        self.table.lay(self.draft)
        self.table.read_settings()

    # ---- what the window asks

    @property
    def draft(self) -> Draft:
        """The case on the table."""
        return self.table.draft

    def arrive(self) -> None:
        self._focus_case()

    def again(self) -> None:
        self.new_case()

    def show_case(self, application_id: str) -> None:
        self.open(application_id)

    def new_case(self) -> None:
        """Put an empty form on the table; what was there is written and waits in 待办."""
        self.table.new_case()
        self._focus_case()

    def open(self, application_id: str, focus_field: str | None = None) -> None:
        """Show a case, with the focus in this field or where work goes on."""
        self.table.open(application_id, focus_field or "")

    def flush(self) -> None:
        """Begin to write all that is unsaved; ``Tasks.finish`` waits for it."""
        self.table.saver.flush()

    def leave(self) -> None:
        self.flush()

    @property
    def unsaved(self) -> bool:
        return not self.table.saver.clean

    def keep(self) -> KeptPage:
        focus = self.focusWidget()
        case = self.table.keep(focus.objectName() if focus is not None else "")
        return KeptPage(case, self._hardware.hand_over())

    def restore(self, kept: object) -> None:
        assert isinstance(kept, KeptPage)
        self.table.take_over(kept.case)
        self._hardware.take_over(kept.under_way)
        if not self._go_to(kept.case.focus):
            self.arrive()

    # ---- showing

    def _put(self) -> None:
        draft = self.draft
        self.side.start(draft.insisted if draft.editable else "")
        at = saved_at(draft)
        if at is None:
            self.top.say_new()
        else:
            self.top.say_earlier(at)
        self._show(whole=True)

    def _show(self, whole: bool) -> None:
        draft, judged = self.draft, self.table.judge()
        if whole:
            self.form.show_case(draft, self.table.presenter.plan, judged)
            self.side.name_fields(self.table.presenter.field_labels())
            self._scans.show_case(draft)
        else:
            self.form.show_judgement(draft, judged)
        self.top.show_case(draft)
        self.side.show_materials(self.table.presenter.materials())
        self.side.show_case(draft, judged)
        self._compare.look(draft, judged.compared)
        self._scans.tell(notes_of(draft, judged.compared, self._compare.enabled, self.context.desk.today()))
        self._ways.look(draft, judged)
        self.side.show_notes([*cards_of(draft), *self._ways.note(), *self.table.notes(judged)])

    def _show_plan(self) -> None:
        """F9: at the clause of the way that is looked at, else at the one that decides."""
        way = self.side.ways.current
        if way is not None and way.clause is not None:
            self._ways.read(way)
        else:
            self._reading.show_plan(self.table.presenter.plan, self.side.assessment.clause)

    def _show_clause(self, year: int, clause: Clause) -> None:
        self._reading.show_plan(self.context.desk.plans.get(year), clause)

    def _switched(self) -> None:
        """The case is under another plan; its line may be gone, so the focus goes where work goes on."""
        self.table.refresh()
        self._focus_case()

    def _follow(self, target: str) -> None:
        if target == PLAN_BACK:
            self._ways.back()
        elif not self._hardware.follow(target):
            self.open(target)

    def _ask_facts(self) -> None:
        if self.draft.editable and not self.draft.submitting:
            self._facts.ask(self.draft.content, self.context.desk.plans.years, bool(self.draft.revision))

    # ---- submitting

    def _submit(self) -> None:
        self.say("", "")  # what was asked for the last time
        self.table.presenter.leave()
        self._show(whole=True)
        self._submitting.start(self.table.judge())

    def _mend(self, field: str, count: int) -> None:
        self.table.leave_field(field)
        self.say(f"还差 {count} 项，{self.side.compare.verb(field)}：{words_of(field)}", "")
        self._go_to(field)

    def _say_cut(self, name: str, most: int) -> None:
        self.say(f"{words_of(name)}最多 {most} 个字，后面的没有录入，请核对", "attention")

    def _submit_begun(self) -> None:
        self.side.set_busy(True)
        self._show(whole=True)

    def _submitted(self, draft: Draft, record: ApplicationRecord) -> None:
        self.side.set_busy(False)
        if draft is self.draft:
            self.table.reload()
            self.side.go_on()
        else:
            self.say(f"{record.reference} 已入队，联网后自动发送", "ok")

    def _not_submitted(self, draft: Draft, error: StationError) -> None:
        self.side.set_busy(False)
        self.fail(error)
        if draft is self.draft:
            self._show(whole=True)
            self._go_to(error.field or "")

    # ---- focus and keys

    def _go_to(self, name: str) -> bool:
        """Put the focus where this field, scan or other thing to mend stands."""
        beside = {CONSENT: self.side.consent, INSISTENCE: self.side.insist.reason, "lookup": self.top.lookup}
        if name.startswith("scan."):
            self.form.strip.go_to(ScanKind(name.removeprefix("scan.")))
            return self.form.go_to("scans")
        if name in beside:
            beside[name].setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        if name in ("plan", "channel", "applied_on"):
            self._ask_facts()
            return True
        return bool(name) and self.form.go_to(name)

    def _focus_case(self, field: str = "") -> None:
        """Where work goes on in the case on the table."""
        if not self.isVisible():
            return
        if not self.draft.begun:
            self._go_to(field or "lookup")
        elif not self.draft.editable:
            self.side.go_on()
        else:
            presenter = self.table.presenter
            self._go_to(field or presenter.first_returned() or presenter.first_missing() or "name")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.side.leave_room(self.width() - 2 * space(16) - space(14), px(_FORM))

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks the page's own order and comes round; Qt's chain loses its way when fields are built anew."""
        stops = [self.top.lookup, *self.form.stops(), *self.side.stops()]
        usable = [each for each in stops if each.isVisibleTo(self) and each.isEnabled()]
        now = self.focusWidget()
        at = usable.index(now) if now in usable else -1 if forward else 0
        usable[(at + (1 if forward else -1)) % len(usable)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not (event.matches(QKeySequence.StandardKey.Paste) and self._scans.paste()):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A picture on the clipboard goes to the scans wherever the focus is; text goes into the line."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return event.matches(QKeySequence.StandardKey.Paste) and self._scans.paste()
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._scans.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        place = self.form.strip.place_at(self.mapToGlobal(event.position().toPoint()))
        self._scans.take(event.mimeData(), place.kind if place else None)
        event.acceptProposedAction()

    # ---- building

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setContentsMargins(space(16), space(12), space(16), space(12))
        middle.setSpacing(space(14))
        middle.addWidget(self.form, 1)
        middle.addWidget(self.side)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top)
        whole.addLayout(middle, 1)

    def _connect_table(self) -> None:
        table = self.table
        table.put.connect(self._put)
        table.changed.connect(self._show)
        table.opened.connect(self._focus_case)
        table.saved.connect(self.top.say_saved)
        table.unsaved.connect(self.top.say_unsaved)
        self.context.bridge.changed.connect(table.hear)
        self._submitting.mend_wanted.connect(self._mend)
        self._submitting.reason_wanted.connect(lambda: self.side.ask_reason(self.draft.insisted))
        self._submitting.waiting.connect(lambda: self.say("正在核对历年资助，请稍候再提交", "attention"))
        self._submitting.begun.connect(self._submit_begun)
        self._submitting.done.connect(self._submitted)
        self._submitting.failed.connect(self._not_submitted)

    def _connect_parts(self) -> None:
        table, form, scans = self.table, self.form, self._scans
        self.top.lookup.taken.connect(table.take_member)
        self.top.lookup.typed.connect(table.take_typed)
        form.edited.connect(table.edit)
        form.left.connect(table.leave_field)
        form.cut.connect(self._say_cut)
        form.category_chosen.connect(table.choose_category)
        form.facts_wanted.connect(self._ask_facts)
        scans.serve(form)
        form.reflow_wanted.connect(lambda: self._show(whole=True), Qt.ConnectionType.QueuedConnection)
        self.top.lookup.installEventFilter(self)
        self.side.insist.reason.installEventFilter(self)
        self._facts.chosen.connect(table.choose_facts)
        scans.changed.connect(self._soon.start)
        scans.settled.connect(self.settled)
        for part in (table, scans, self._compare, self._print):
            part.said.connect(self.say)
        self._compare.known.connect(lambda: self._show(whole=False))
        for failed in (table.trouble, self._print.failed, self._reading.failed):
            failed.connect(self.fail)

    def _connect_side(self) -> None:
        side, table = self.side, self.table
        side.field_wanted.connect(self._go_to)
        side.clause_wanted.connect(lambda clause: self._show_clause(self.draft.content.plan, clause))
        side.open_fields_wanted.connect(table.open_fields)
        side.note_followed.connect(self._follow)
        side.consent_given.connect(table.give_consent)
        side.reason_edited.connect(table.give_reason)
        side.notice_wanted.connect(lambda: self._reading.show_notice(table.presenter.plan))
        self._ways.field_wanted.connect(self._go_to)
        self._ways.clause_wanted.connect(self._show_clause)
        self._ways.switched.connect(self._switched)
        side.print_wanted.connect(lambda: self._print.ask_about(table))
        side.submit_wanted.connect(self._submit)
        side.next_wanted.connect(self.new_case)

    def _keys(self) -> None:
        ways = self.side.ways
        keys = {"F2": lambda: self._go_to("lookup"), "F9": self._show_plan, "Ctrl+S": self.flush}
        keys["Alt+W"] = lambda: ways.isVisible() and ways.setFocus(Qt.FocusReason.ShortcutFocusReason)
        for key, act in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(act)
