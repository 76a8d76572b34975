"""What is known of the person behind an ID number: paid before, in the roster, another case under way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from station_app.domain.application import CLOSED
from station_app.errors import StationError
from station_app.services import intake, ledger, members
from station_app.store.records import LedgerQuery, LedgerRow
from ui.messages import sentence, state_word
from ui.pages.intake import chip
from ui.pages.intake.cards import NoteCard

if TYPE_CHECKING:
    from station_app.domain.member import Member
    from station_app.plans import Grant
    from station_app.services.desk import Desk
    from sync.standing import Standing
    from ui.context import StandingHandle
    from ui.pages.intake.draft import Draft
    from ui.tasks import Tasks

_MOST = 20


@dataclass(frozen=True)
class Person:
    """The answer about one ID number. ``others``: cases of the same person that are not closed."""

    id_number: str
    history: tuple[Grant, ...]
    member: Member | None
    others: tuple[LedgerRow, ...]


def person_of(desk: Desk, id_number: str, application_id: str) -> Person:
    """Everything in one go, on the reader thread; the case on the table itself does not count."""
    rows = ledger.find(desk, LedgerQuery(text=id_number, limit=_MOST))
    others = tuple(row for row in rows if row.id_number == id_number and row.state not in CLOSED)
    history = intake.history_of(desk, id_number, application_id)
    return Person(id_number, history, members.by_id_number(desk, id_number), others)


class Notes(QObject):
    """Asks about the person and keeps the cards that stand beside the assessment.

    Signal: ``known(Draft, Person)``.
    """

    known = Signal(object, object)
    failed = Signal(object)

    def __init__(
        self, desk: Desk, tasks: Tasks, standing: StandingHandle | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._standing = standing
        self._person: Person | None = None
        self._trouble: dict[int, tuple[Draft, StationError]] = {}

    def ask(self, draft: Draft, id_number: str) -> None:
        """Ask the store about this person; an older question is dropped."""
        work = partial(person_of, self._desk, id_number, draft.application_id or "")
        self._tasks.query(self, work, partial(self._answered, draft), self.failed.emit, key="person")

    def ask_server(self, id_number: str, plan: int) -> None:
        """Ask what the person has elsewhere; the answer comes by way of the store, or never."""
        if self._standing is not None:
            self._standing.ask(id_number, plan)

    def forget(self) -> None:
        """No person is on the table."""
        self._person = None

    def save_failed(self, draft: Draft, error: StationError | None) -> None:
        """Remember (or with None forget) that this draft could not be written."""
        if error is None:
            self._trouble.pop(id(draft), None)
        else:
            self._trouble[id(draft)] = (draft, error)

    def cards(self, now: Draft, assessed: bool) -> list[NoteCard]:
        """What to tell beside this case. ``assessed``: there is a verdict, and it tells of cases elsewhere itself."""
        cards = [_trouble_card(draft, error, draft is now) for draft, error in self._trouble.values()]
        member = self._person.member if self._person is not None else None
        cards += chip.cards(now.content, now.chip, member, self._desk.today(), now.editable)
        if self._person is not None:
            cards += [_other_card(row) for row in self._person.others if row.id != now.application_id][:2]
            cards += self._standing_cards(self._person, now, assessed)
        return cards

    def _standing_cards(self, person: Person, now: Draft, assessed: bool) -> list[NoteCard]:
        """What the server said of this person under this plan, once it has."""
        told = self._standing.latest if self._standing is not None and now.editable else None
        if told is None or (told.id_number, told.plan) != (person.id_number, now.content.plan):
            return []
        return [] if told.applied and assessed else [_standing_card(told)]

    def _answered(self, draft: Draft, person: Person) -> None:
        self._person = person
        self.known.emit(draft, person)


def _trouble_card(draft: Draft, error: StationError, here: bool) -> NoteCard:
    which = "这一件" if here else draft.reference or "刚才的新件"
    return NoteCard("✕ 还没有存下", f"{which}：{sentence(error)} 正在不断重试，请不要关机。", "wrong")


def _standing_card(told: Standing) -> NoteCard:
    if not told.applied:
        return NoteCard("✓ 中心已核对：别处没有申报", "", "ok")
    done = "领取过助推资金" if told.paid else "申报，还没有发放"
    return NoteCard("！中心核对：别处有一件", f"此人已在别处按 {told.plan} 年方案{done}。详情请打技协电话核对。")


def _other_card(row: LedgerRow) -> NoteCard:
    words = f"{row.reference}（{state_word(row.state)}，{row.plan} 年方案）。同一年度只能享受一次，先看清再办。"
    return NoteCard("！此人还有一件在办", words, "attention", "打开那一件", row.id)
