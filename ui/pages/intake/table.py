"""The case on the table: what the clerk does to it, what the store answers. No widgets; the page shows what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from station_app.domain.application import Category, Channel
from station_app.errors import StationError
from station_app.events import Changed, Kind
from station_app.plans import preview
from station_app.plans.diff import same_answer
from station_app.services import intake, ledger, settings
from station_app.services.desk import BEIJING, Written
from ui.messages import label, sentence
from ui.pages.intake.draft import Draft
from ui.pages.intake.judgement import Judgement
from ui.pages.intake.person import Notes, Person
from ui.pages.intake.presenter import IntakePresenter
from ui.pages.intake.saver import Saver
from ui.plan_words import answer_words

if TYPE_CHECKING:
    from station_app.domain.member import Member
    from station_app.services.desk import Desk
    from station_app.services.intake import CaseView
    from ui.context import StandingHandle
    from ui.pages.intake.cards import NoteCard
    from ui.tasks import Tasks


@dataclass(frozen=True)
class Kept:
    """What a page made anew (another theme) goes on with."""

    draft: Draft
    unsaved: tuple[Draft, ...]
    focus: str


class CaseTable(QObject):
    """Signals: ``put()``: another case lies here; ``changed(whole)``: show the case, all of it or what follows from a
    keystroke; ``opened(field)``: a case was put and the focus goes to ``field``, or where work goes on if empty;
    ``said(words, tone)`` and ``trouble(StationError)``: for the banner; ``saved(datetime)``; ``unsaved()``.

    Attributes: ``presenter``, ``saver``.
    """

    put = Signal()
    changed = Signal(bool)
    opened = Signal(str)
    said = Signal(str, str)
    trouble = Signal(object)
    saved = Signal(object)
    unsaved = Signal()

    def __init__(
        self,
        desk: Desk,
        tasks: Tasks,
        steady: Callable[[], float],
        standing: StandingHandle | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._default_year = desk.plans.years[-1]
        self._failing = False
        self.presenter = IntakePresenter(lambda: desk.plans, desk.today, steady)
        self._judged_by = self.presenter.plan
        self.saver = Saver(desk, tasks, self, steady)
        self._notes = Notes(desk, tasks, standing, self)
        self._notes.known.connect(self._person_known)
        self._notes.failed.connect(self._person_unknown)
        self.saver.saved.connect(self._saved)
        self.saver.failed.connect(self._save_failed)
        self.saver.refused.connect(self._save_refused)

    @property
    def draft(self) -> Draft:
        return self.presenter.draft

    def judge(self) -> Judgement:
        self._judged_by = self.presenter.plan
        return self.presenter.judge()

    def notes(self, judged: Judgement) -> list[NoteCard]:
        """The cards beside the assessment."""
        return self._notes.cards(self.draft, judged.assessment is not None)

    # ---- which case

    def new_case(self) -> None:
        """An empty form; what lay here is written and waits in 待办."""
        self.saver.flush()
        self.lay(self.presenter.blank(self._default_year))

    def open(self, application_id: str, field: str = "") -> None:
        """Show a case; with unsaved changes in memory these are shown, never older rows of the store."""
        self.saver.flush()
        known = [self.draft, *self.saver.unsaved()]
        here = next((draft for draft in known if draft.application_id == application_id and draft.editable), None)
        if here is not None:
            self.lay(here)
            self.opened.emit(field)
            return
        work = partial(intake.open_case, self._desk, application_id)
        self._tasks.query(self, work, partial(self._read, field), self.trouble.emit, key="open")

    def lay(self, draft: Draft) -> None:
        """Put this case on the table."""
        self.presenter.start(draft)
        self._notes.forget()
        self.put.emit()
        if draft.begun:
            self._ask_person()

    def keep(self, focus: str) -> Kept:
        return Kept(self.draft, self.saver.unsaved(), focus)

    def take_over(self, kept: Kept) -> None:
        """Go on with what an older page kept."""
        for draft in kept.unsaved:
            self.saver.watch(draft)
        self.lay(kept.draft)

    def reload(self) -> None:
        """Read the case again: it was submitted, or sync has moved it."""
        if self.draft.application_id is not None:
            work = partial(intake.open_case, self._desk, self.draft.application_id)
            self._tasks.query(self, work, partial(self._reread, self.draft), self.trouble.emit, key="reload")

    # ---- what the clerk does

    def edit(self, name: str, value: object, unfinished: str) -> None:
        """A keystroke in a field."""
        if self.draft.locked(name):
            return
        before = self.presenter.id_number()
        self.presenter.set_value(name, value, unfinished)
        number = self.presenter.id_number()
        if number != before:
            self.draft.history = None if number else ()
            self._ask_person()
        self._touched(whole=name in ("id_number", "card_no", "has_card"))

    def leave_field(self, name: str) -> None:
        """The focus has left a field: its problem may show."""
        if name not in self.draft.left:
            self.presenter.leave(name)
            self.changed.emit(False)

    def choose_category(self, category: Category) -> None:
        self.presenter.set_category(category)
        self._touched(whole=True)

    def choose_facts(self, year: int, channel: Channel, applied_on: date) -> None:
        another = year != self.draft.content.plan
        self.presenter.set_facts(year, channel, applied_on)
        self._touched(whole=True)
        if another and self.draft.history is not None:
            self._ask_person()

    def refresh(self) -> None:
        """The case was changed as a whole."""
        self._touched(whole=True)

    def take_member(self, member: Member) -> None:
        """Somebody from the roster; another person than the one on the table gets a case of their own."""
        if not self.draft.editable or not self.presenter.fits(member):
            left = self.draft.reference
            self.new_case()
            if left:
                self.said.emit(f"已为{member.name}另开新件；{left} 留在待办", "")
        self.presenter.take_member(member)
        self.draft.history = None
        self._touched(whole=True)
        self._ask_person()
        self.opened.emit("position" if self.draft.content.value("employer") else "employer")

    def take_typed(self, text: str) -> None:
        """Nobody in the roster: what was typed goes where it belongs; nothing typed: on in the form."""
        if not text:
            self.opened.emit("" if self.draft.begun else "name")
            return
        if self.draft.begun:
            self.new_case()
        name = "id_number" if text[:1].isdigit() else "name"
        if name == "id_number" or not text.isascii():
            self.edit(name, text, "")
            self.changed.emit(True)
        self.opened.emit(name)

    def give_consent(self, given: bool) -> None:
        consent = self.presenter.confirm_consent(given)
        self.saver.record_consent(self.draft, consent)
        self._touched()

    def give_reason(self, reason: str) -> None:
        self.presenter.set_insistence(reason)
        self._touched()

    def open_fields(self) -> None:
        """F7: open the fields that the reviewer did not name."""
        if self.draft.returned and not self.draft.opened:
            self.presenter.open_fields()
            self.changed.emit(True)
            self.said.emit("其他字段已放开；改动的地方审核人会看到", "")

    def after_saves(self, done: Callable[[], None]) -> None:
        """Write what is unsaved, then go on: what reads the store after it reads what stands in the form."""
        self.saver.flush()
        self._tasks.command(self, _nothing_more, lambda _: done())

    # ---- what comes from elsewhere

    def hear(self, changed: Changed) -> None:
        """Something was written, here or by sync."""
        if changed.touches(Kind.SETTINGS):
            self.read_settings()
        if changed.touches(Kind.PLANS):
            self._say_plan_changed()
            self.changed.emit(True)
        if changed.touches(Kind.APPLICATIONS) and not self.draft.editable:
            self.reload()
        if changed.touches(Kind.GRANTS):
            self._look_person_up()

    def read_settings(self) -> None:
        self._tasks.query(self, partial(settings.read_all, self._desk), self._settings_known, key="settings")

    # ---- inside

    def _say_plan_changed(self) -> None:
        """Another version of the plan is in force; what was entered stays as it is."""
        draft, before, now = self.draft, self._judged_by, self.presenter.plan
        if not (draft.editable and draft.begun) or now is before or now.year != before.year:
            return
        answers = [preview(plan, draft.content, draft.history or ()).assessment for plan in (before, now)]
        news = f"{now.year} 年方案有了第 {now.version} 版，"
        if same_answer(*answers):
            self.said.emit(f"{news}这一件的结果没有变", "")
        else:
            self.said.emit(
                f"{news}这一件的结果变了：{' → '.join(map(answer_words, answers))}；填的都没有动", "attention"
            )

    def _touched(self, whole: bool = False) -> None:
        """Judged at once, written within two seconds."""
        self.saver.watch(self.draft)
        self.changed.emit(whole)

    def _read(self, field: str, view: CaseView) -> None:
        note = partial(ledger.opened, self._desk, view.record.id)
        self._tasks.command(self, note, None, self.trouble.emit)
        self.lay(Draft.of(view))
        self.opened.emit(field)

    def _reread(self, draft: Draft, view: CaseView) -> None:
        if draft is not self.draft or (draft.editable and not draft.autosave.clean):
            return
        if draft.state is view.record.state:
            draft.know(view)
            self.changed.emit(True)
        else:
            self.lay(Draft.of(view))

    def _ask_person(self) -> None:
        """Another person may lie here: ask the store, and the server if there is a line to it."""
        number = self.presenter.id_number()
        if number is None:
            self.draft.history = ()
            self._notes.forget()
        elif self.draft.editable:
            self._notes.ask_server(number, self.draft.content.plan)
            self._look_person_up()

    def _look_person_up(self) -> None:
        number = self.presenter.id_number()
        if number is not None and self.draft.editable:
            self._notes.ask(self.draft, number)

    def _person_known(self, draft: Draft, person: Person) -> None:
        if draft is not self.draft or not self.presenter.history_known(person.id_number, person.history):
            return
        filled = self.presenter.complete_from(person.member) if person.member and draft.editable else ()
        if filled:
            self.said.emit("已按会员名册补全：" + "、".join(label(name) for name in filled), "")
        if not draft.autosave.clean:
            self.saver.watch(draft)
        self.changed.emit(True)

    def _person_unknown(self, error: StationError) -> None:
        """The question failed; submitting asks the store again, so the case need not wait for it."""
        self.draft.history = self.draft.history or ()
        self.trouble.emit(error)

    def _saved(self, draft: Draft, _: CaseView) -> None:
        self._notes.save_failed(draft, None)
        if self._failing and self.saver.clean:
            self._failing = False
            self.said.emit("已经存上了，刚才的内容都在", "ok")
        if draft is self.draft:
            self.saved.emit(self._desk.clock().astimezone(BEIJING))
            self.changed.emit(False)

    def _save_failed(self, draft: Draft, error: StationError) -> None:
        self._failing = True
        self._notes.save_failed(draft, error)
        self.said.emit(f"{sentence(error)} 内容还在屏幕上，正在不断重试保存，请不要关机。", "wrong")
        if draft is self.draft:
            self.unsaved.emit()
            self.changed.emit(False)

    def _save_refused(self, draft: Draft, error: StationError) -> None:
        self.trouble.emit(error)
        if draft is self.draft:
            draft.autosave.succeeded()
            self.reload()

    def _settings_known(self, known: dict[str, settings.Value]) -> None:
        year = int(known["default_plan"])
        if year in self._desk.plans.years:
            self._default_year = year
        if not self.draft.begun and self.draft.content.plan != self._default_year:
            self.lay(self.presenter.blank(self._default_year))


def saved_at(draft: Draft) -> datetime | None:
    """When the store last wrote this case, Beijing time; None for one that it does not hold."""
    return datetime.fromisoformat(draft.saved_at).astimezone(BEIJING) if draft.saved_at else None


def _nothing_more() -> Written[None]:
    """Writes nothing; its answer comes when all writes before it are done."""
    return Written(None, Changed())
