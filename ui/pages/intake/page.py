"""受理: everything about one case on one screen, the assessment always in sight."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station_app.domain.application import Category, Channel, ScanKind
from station_app.events import Changed, Kind
from station_app.papers.confirmation import notice
from station_app.services import intake, settings, setup
from station_app.services.desk import BEIJING, Written
from ui.messages import label, sentence
from ui.pages.intake.case_facts import CaseFacts
from ui.pages.intake.draft import INSISTENCE, Draft
from ui.pages.intake.files import FileChooser
from ui.pages.intake.form import FormPane
from ui.pages.intake.person import Notes, Person
from ui.pages.intake.plan_text import PlanText
from ui.pages.intake.presenter import CONSENT, IntakePresenter, Judgement
from ui.pages.intake.printing import PrintChoice
from ui.pages.intake.saver import Saver
from ui.pages.intake.scans import ScanDesk
from ui.pages.intake.shelf import Shelf
from ui.pages.intake.side import SidePane
from ui.pages.intake.submitting import Submitting
from ui.pages.intake.top import TopBar
from ui.theme import space
from ui.widgets.page import Page

if TYPE_CHECKING:
    from station_app.domain.member import Member
    from station_app.errors import StationError
    from station_app.plans import Clause
    from station_app.services.intake import CaseView
    from station_app.store.records import ApplicationRecord
    from ui.context import Context


@dataclass(frozen=True)
class Kept:
    """What a page made anew (another theme) goes on with."""

    draft: Draft
    unsaved: tuple[Draft, ...]
    focus: str


class IntakePage(Page):
    """The page of one case. Keys: F2 lookup, F6 files, F7 open fields, F8 print, F9 plan, Ctrl+Enter submit, Ctrl+S."""

    name = "intake"

    def __init__(
        self,
        context: Context,
        parent: QWidget | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(context, parent)
        desk, tasks = context.desk, context.tasks
        self._default_year = desk.plans.years[-1]
        self.presenter = IntakePresenter(lambda: desk.plans, desk.today, steady)
        self.saver = Saver(desk, tasks, self, steady)
        self.top = TopBar(desk, tasks)
        self.form = FormPane()
        self.side = SidePane()
        self._notes = Notes(desk, tasks, self)
        self._submitting = Submitting(self.presenter, self.saver, self)
        self._lay_out()
        self._plan_text = PlanText(self)
        self._facts = CaseFacts(self)
        self._print = PrintChoice(self, context)
        self._scans = ScanDesk(self, Shelf(desk, tasks, self.saver, self), self.form.strip, FileChooser(self, tasks))
        self._connect()
        self._keys()
        self.setAcceptDrops(True)
        self._put_on_table(self.presenter.draft)
        self._read_settings()

    # ---- what the window asks

    @property
    def draft(self) -> Draft:
        """The case on the table."""
        return self.presenter.draft

    def arrive(self) -> None:
        self._focus_case()

    def again(self) -> None:
        self.new_case()

    def show_case(self, application_id: str) -> None:
        self.open(application_id)

    def new_case(self) -> None:
        """Put an empty form on the table; what was there is written and waits in 待办."""
        self.saver.flush()
        self._put_on_table(self.presenter.blank(self._default_year))
        self._focus_lookup()

    def open(self, application_id: str, focus_field: str | None = None) -> None:
        """Show a case; with unsaved changes in memory these are shown, never older rows of the store."""
        self.saver.flush()
        known = [self.draft, *self.saver.unsaved()]
        here = next((draft for draft in known if draft.application_id == application_id and draft.editable), None)
        if here is not None:
            self._put_on_table(here)
            self._focus_case(focus_field)
            return
        work = partial(intake.open_case, self.context.desk, application_id)
        self.context.tasks.query(self, work, partial(self._opened, focus_field), self.fail, key="open")

    def flush(self) -> None:
        """Begin to write all that is unsaved; ``Tasks.finish`` waits for it."""
        self.saver.flush()

    def leave(self) -> None:
        self.flush()

    @property
    def unsaved(self) -> bool:
        return not self.saver.clean

    def keep(self) -> Kept:
        focus = self.focusWidget()
        return Kept(self.draft, self.saver.unsaved(), focus.objectName() if focus is not None else "")

    def restore(self, kept: object) -> None:
        assert isinstance(kept, Kept)
        for draft in kept.unsaved:
            self.saver.watch(draft)
        self._put_on_table(kept.draft)
        if not self._go_to(kept.focus):
            self.arrive()

    # ---- the case on the table

    def _put_on_table(self, draft: Draft) -> None:
        self.presenter.start(draft)
        self.side.start(draft.insisted if draft.editable else "")
        self._notes.forget()
        self._show_all()
        if draft.saved_at:
            self.top.say_earlier(datetime.fromisoformat(draft.saved_at).astimezone(BEIJING))
        else:
            self.top.say_new()
        if draft.begun:
            self._ask_history()

    def _opened(self, focus_field: str | None, view: CaseView) -> None:
        self._put_on_table(Draft.of(view))
        if self.isVisible():
            self._focus_case(focus_field)

    def _show_all(self) -> Judgement:
        judged = self.presenter.judge()
        self.form.show_case(self.draft, self.presenter.plan, judged)
        self.side.name_fields(self.presenter.field_labels())
        self._scans.show_case(self.draft)
        self._show_beside(judged)
        return judged

    def _show_beside(self, judged: Judgement) -> None:
        self.top.show_case(self.draft)
        self.side.show_case(self.draft, judged)
        self.side.show_notes(self._notes.cards(self.draft))

    def _changed(self, whole: bool = False) -> None:
        """The clerk changed something: judge it at once, write it within two seconds."""
        self.saver.watch(self.draft)
        if whole:
            self._show_all()
            return
        judged = self.presenter.judge()
        self.form.show_judgement(self.draft, judged)
        self._show_beside(judged)

    # ---- what the clerk does

    def _edited(self, name: str, value: object, unfinished: str) -> None:
        if self.draft.locked(name):
            return
        before = self.presenter.id_number()
        self.presenter.set_value(name, value, unfinished)
        number = self.presenter.id_number()
        if name == "id_number" and number != before:
            self.draft.history = () if number is None else None
            self._ask_history()
        self._changed(whole=name in ("id_number", "card_no"))

    def _left(self, name: str) -> None:
        if name not in self.draft.left:
            self.presenter.leave(name)
            self.form.show_judgement(self.draft, self.presenter.judge())

    def _category_chosen(self, category: Category) -> None:
        self.presenter.set_category(category)
        self._changed(whole=True)

    def _facts_chosen(self, year: int, channel: Channel, applied_on: date) -> None:
        self.presenter.set_facts(year, channel, applied_on)
        self._changed(whole=True)

    def _member_taken(self, member: Member) -> None:
        if not self.draft.editable or not self.presenter.fits(member):
            left = self.draft.reference
            self.new_case()
            if left:
                self.say(f"已为{member.name}另开新件；{left} 留在待办", "")
        self.presenter.take_member(member)
        self.draft.history = None
        self._changed(whole=True)
        self._ask_history()
        self._go_to("position" if self.draft.content.value("employer") else "employer")

    def _typed_instead(self, text: str) -> None:
        """Nobody in the roster: what was typed goes where it belongs."""
        if self.draft.begun:
            self.new_case()
        name = "id_number" if text[:1].isdigit() else "name"
        if not text.isascii() or name == "id_number":
            self.presenter.set_value(name, text)
            self._changed(whole=True)
            self._ask_history()
        self._go_to(name)

    def _consent_given(self, given: bool) -> None:
        consent = self.presenter.confirm_consent(given)
        self.saver.record_consent(self.draft, consent, lambda _: None)
        self._show_beside(self.presenter.judge())

    def _reason_edited(self, reason: str) -> None:
        self.presenter.set_insistence(reason)
        self._changed()

    def _open_fields(self) -> None:
        if self.draft.returned and not self.draft.opened:
            self.presenter.open_fields()
            self._show_all()
            self.say("其他字段已放开；改动的地方审核人会看到", "")

    def _show_plan(self, clause: Clause | None = None) -> None:
        clause = clause or self.side.assessment.clause
        plan = self.presenter.plan
        quote, place = (clause.quote, clause.place) if clause else ("", "")
        self._plan_text.show_text(plan.title, plan.text, quote, place)

    def _show_notice(self) -> None:
        """The notice on personal data, to be read with the worker."""
        work = partial(setup.identity, self.context.desk)
        self.context.tasks.query(self, work, self._notice_known, self.fail, key="notice")

    def _notice_known(self, identity: dict[str, str]) -> None:
        title, items = notice(self.presenter.plan, identity["station_name"])
        self._plan_text.show_text(title, "\n\n".join(f"{head}\n{text}" for head, text in items))

    def _ask_facts(self) -> None:
        if self.draft.editable and not self.draft.submitting:
            self._facts.ask(self.draft.content, self.context.desk.plans.years, bool(self.draft.revision))

    # ---- submitting and printing

    def _submit(self) -> None:
        self._submitting.start(self._show_all())

    def _mend(self, field: str, count: int) -> None:
        self.presenter.leave(field)
        self._show_all()
        self.say(f"还差 {count} 项，先补：{label(field)}", "attention")
        self._go_to(field)

    def _submit_begun(self) -> None:
        self.side.set_busy(True)
        self._show_all()

    def _submitted(self, draft: Draft, record: ApplicationRecord) -> None:
        self.side.set_busy(False)
        self.say(f"{record.reference} 已入队，联网后自动发送", "ok")
        if draft is self.draft:
            self._reload(draft)
            self.side.go_on()

    def _not_submitted(self, draft: Draft, error: StationError) -> None:
        self.side.set_busy(False)
        self.fail(error)
        if draft is self.draft:
            self._show_all()
            self._go_to(error.field or "")

    def _ask_print(self) -> None:
        """Behind the save on the writer thread, so that the paper shows what stands in the form."""
        draft = self.draft
        if not draft.begun:
            self.say("先录入，再打印", "attention")
            return
        self.saver.flush()
        self.context.tasks.command(self, _after_the_saves, lambda _: self._print_now(draft))

    def _print_now(self, draft: Draft) -> None:
        if draft is self.draft and draft.reference:
            self._print.ask(draft.reference, "打印" if draft.editable else "打印回执")

    # ---- what comes from elsewhere

    def _ask_history(self) -> None:
        number = self.presenter.id_number()
        if number is None:
            self.draft.history = ()
            self._notes.forget()
        elif self.draft.editable:
            self._notes.ask(self.draft, number)

    def _person_known(self, draft: Draft, person: Person) -> None:
        if draft is not self.draft or not self.presenter.history_known(person.id_number, person.history):
            return
        filled = self.presenter.complete_from(person.member) if person.member and draft.editable else ()
        if filled:
            self.say("已按会员名册补全：" + "、".join(label(name) for name in filled), "")
        if not draft.autosave.clean:
            self.saver.watch(draft)
        self._show_all()

    def _saved(self, draft: Draft, view: CaseView) -> None:
        self._notes.save_failed(draft, None)
        if draft is self.draft:
            self.top.say_saved(self.context.desk.clock().astimezone(BEIJING))
            self._show_beside(self.presenter.judge())

    def _save_failed(self, draft: Draft, error: StationError) -> None:
        self._notes.save_failed(draft, error)
        self.say(f"{sentence(error)} 内容还在屏幕上，正在不断重试保存，请不要关机。", "wrong")
        if draft is self.draft:
            self.top.say_unsaved()
            self._show_beside(self.presenter.judge())

    def _save_refused(self, draft: Draft, error: StationError) -> None:
        self.fail(error)
        self._reload(draft)

    def _reload(self, draft: Draft) -> None:
        if draft.application_id is None:
            return
        work = partial(intake.open_case, self.context.desk, draft.application_id)
        self.context.tasks.query(self, work, partial(self._reloaded, draft), self.fail, key="reload")

    def _reloaded(self, draft: Draft, view: CaseView) -> None:
        if draft is self.draft:
            self._put_on_table(Draft.of(view))

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.SETTINGS):
            self._read_settings()
        if changed.touches(Kind.PLANS):
            self._show_all()
        if changed.touches(Kind.APPLICATIONS) and not self.draft.editable:
            self._reload(self.draft)

    def _read_settings(self) -> None:
        self.context.tasks.query(self, partial(settings.read_all, self.context.desk), self._settings_known)

    def _settings_known(self, known: dict[str, settings.Value]) -> None:
        year = known["default_plan"]
        assert isinstance(year, int)
        if year in self.context.desk.plans.years:
            self._default_year = year
        if not self.draft.begun and self.draft.content.plan != self._default_year:
            self._put_on_table(self.presenter.blank(self._default_year))

    # ---- focus and keys

    def _go_to(self, name: str) -> bool:
        """Put the focus where this field, scan or other thing to mend stands."""
        if name.startswith("scan."):
            self.form.strip.go_to(ScanKind(name.removeprefix("scan.")))
            return self.form.go_to("scans")
        beside = {CONSENT: self.side.consent, INSISTENCE: self.side.insist.reason, "lookup": self.top.lookup}
        if name in beside:
            beside[name].setFocus()
            return True
        if name in ("plan", "channel", "applied_on"):
            self._ask_facts()
            return True
        return bool(name) and self.form.go_to(name)

    def _focus_case(self, field: str | None = None) -> None:
        """Where work goes on in the case on the table."""
        if not self.draft.begun:
            self._focus_lookup()
        elif not self.draft.editable:
            self.side.go_on()
        else:
            self._go_to(field or self.presenter.first_returned() or "name")

    def _focus_lookup(self) -> None:
        self.top.lookup.setFocus(Qt.FocusReason.OtherFocusReason)

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

    def _connect(self) -> None:
        self.top.lookup.taken.connect(self._member_taken)
        self.top.lookup.typed.connect(self._typed_instead)
        self.form.edited.connect(self._edited)
        self.form.left.connect(self._left)
        self.form.category_chosen.connect(self._category_chosen)
        self.form.facts_wanted.connect(self._ask_facts)
        self.form.files_wanted.connect(self._scans.ask_files)
        self.form.paste_wanted.connect(self._scans.paste)
        self.form.paste_picture = self._scans.paste
        for line in (self.top.lookup, self.side.insist.reason):
            line.installEventFilter(self)
        self.form.reflow_wanted.connect(self._show_all, Qt.ConnectionType.QueuedConnection)
        self._facts.chosen.connect(self._facts_chosen)
        self._scans.changed.connect(lambda: self._show_beside(self.presenter.judge()))
        self._scans.said.connect(self.say)
        self._print.done.connect(lambda words: self.say(words, "ok"))
        self._print.failed.connect(self.fail)
        side = self.side
        side.field_wanted.connect(self._go_to)
        side.clause_wanted.connect(self._show_plan)
        side.open_fields_wanted.connect(self._open_fields)
        side.note_followed.connect(self.open)
        side.consent_given.connect(self._consent_given)
        side.reason_edited.connect(self._reason_edited)
        side.notice_wanted.connect(self._show_notice)
        side.print_wanted.connect(self._ask_print)
        side.submit_wanted.connect(self._submit)
        side.next_wanted.connect(self.new_case)
        self._submitting.mend_wanted.connect(self._mend)
        self._submitting.reason_wanted.connect(lambda: self.side.ask_reason(self.draft.insisted))
        self._submitting.waiting.connect(lambda: self.say("正在核对历年资助，请稍候再提交", "attention"))
        self._submitting.begun.connect(self._submit_begun)
        self._submitting.done.connect(self._submitted)
        self._submitting.failed.connect(self._not_submitted)
        self._notes.known.connect(self._person_known)
        self._notes.failed.connect(self.fail)
        self.saver.saved.connect(self._saved)
        self.saver.failed.connect(self._save_failed)
        self.saver.refused.connect(self._save_refused)
        self.context.bridge.changed.connect(self._on_changed)

    def _keys(self) -> None:
        for key, act in (
            ("F2", self._focus_lookup),
            ("F9", self._show_plan),
            ("Ctrl+S", self.saver.flush),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)


def _after_the_saves() -> Written[None]:
    """Writes nothing; its answer comes when all saves before it are done."""
    return Written(None, Changed())
