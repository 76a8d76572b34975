"""What the server says of the person at the counter: in the verdict as soon as it is known, and nobody waits for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import Category
from station_app.durable import Point
from station_app.events import Events
from station_app.services import roster
from station_app.services.desk import Desk
from sync.standing import Standing
from sync.wire import GrantChange, StandingAnswer
from tests.unit.ui.intake.conftest import put_page, sample, settle, write
from tests.unit.ui.intake.pages import begin
from ui.context import Context
from ui.pages.intake import IntakePage


@dataclass
class Server:
    """Stands in for the thread that asks: it keeps the questions, and answers when the test says so."""

    desk: Desk
    events: Events
    asked: list[tuple[str, int]] = field(default_factory=list)
    latest: Standing | None = None

    def ask(self, id_number: str, plan: int) -> None:
        self.latest = None
        self.asked.append((id_number, plan))

    def answer(self, *grants: GrantChange) -> None:
        id_number, plan = self.asked[-1]
        paid = any(each.year_paid for each in grants)
        told = StandingAnswer(epoch="e", seq=1, applied=bool(grants), paid=paid, grants=list(grants))
        changed = roster.take_standing(self.desk, id_number, told)
        self.latest = Standing(id_number, plan, told.applied, told.paid)
        self.events.send(changed)


def asking(qtbot: QtBot, context: Context, window: QWidget) -> tuple[IntakePage, Server]:
    with context.desk.store.write(Point.SYNC_STATE) as uow:
        uow.facts.set("epoch", "e")
    server = Server(context.desk, context.events)
    return put_page(qtbot, replace(context, standing=server), window), server


def told(page: IntakePage) -> list[str]:
    return [f"{each.title} {each.words}" for each in page.table.notes(page.table.judge())]


def grant(id_number: str, year_paid: int | None) -> GrantChange:
    category = Category.VOCATIONAL.value
    return GrantChange(seq=1, grant_no=7, id_number=id_number, plan=2024, category=category, year_paid=year_paid)


def test_the_verdict_turns_with_its_clause_when_the_answer_comes(
    qtbot: QtBot, context: Context, window: QWidget, desk: Desk
) -> None:
    page, server = asking(qtbot, context, window)
    page.open(begin(desk, 3))
    settle(qtbot, page)
    person, _ = sample(3)
    assert server.asked == [(person.id_number, 2024)]
    before = page.table.judge().assessment
    assert before is not None
    assert before.verdict.value == "eligible"  # nobody has waited for the server
    server.answer(grant(person.id_number, 2024))
    qtbot.waitUntil(lambda: (now := page.table.judge().assessment) is not None and now.verdict.value == "ineligible")
    assert page.side.assessment.clause is not None
    assert told(page) == []  # said once
    settle(qtbot, page)
    assert len(server.asked) == 1  # an answer asks no new question


def test_nothing_elsewhere_is_said_too_and_only_of_this_person_and_plan(
    qtbot: QtBot, context: Context, window: QWidget, desk: Desk
) -> None:
    page, server = asking(qtbot, context, window)
    page.open(begin(desk, 3))
    settle(qtbot, page)
    assert told(page) == []
    server.answer()
    qtbot.waitUntil(lambda: len(told(page)) == 1)
    assert "别处没有申报" in told(page)[0]
    draft = page.draft.content
    page.table.choose_facts(2017, draft.channel, draft.applied_on or desk.today())
    settle(qtbot, page)
    assert told(page) == []
    assert server.asked[-1][1] == 2017


def test_while_there_is_no_verdict_a_card_tells(qtbot: QtBot, context: Context, window: QWidget, desk: Desk) -> None:
    page, server = asking(qtbot, context, window)
    page.open(begin(desk, 3, level=None))
    settle(qtbot, page)
    server.answer(grant(server.asked[-1][0], None))
    qtbot.waitUntil(lambda: len(told(page)) == 1)
    assert "别处按 2024 年方案申报，还没有发放" in told(page)[0]


def test_a_number_that_is_half_typed_is_nobodys(qtbot: QtBot, context: Context, window: QWidget, desk: Desk) -> None:
    page, server = asking(qtbot, context, window)
    person, _ = sample(4)
    page.form.go_to("id_number")
    write(person.id_number[:17])
    settle(qtbot, page)
    assert server.asked == []
    write(person.id_number[17:])
    settle(qtbot, page)
    assert server.asked == [(person.id_number, 2024)]
