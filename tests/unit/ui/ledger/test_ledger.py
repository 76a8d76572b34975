"""台账: found by what a clerk types, all about a case beside it, full numbers only on the record."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import Category, State
from station_app.events import Changed, Events, Kind
from station_app.services import ledger, passes
from station_app.store.records import OutboxState
from tests.unit.ui.todo.fixtures import Shower, focused, press, type_text
from tests.unit.ui.todo.world import NOTE, World
from ui.models.case_detail import detail_of, full_numbers, read_detail
from ui.pages.ledger import LedgerPage
from ui.pages.lists.case_table import CaseTable

ALT = Qt.KeyboardModifier.AltModifier


def shown(qtbot: QtBot, show: Shower, world: World) -> LedgerPage:
    page = show(LedgerPage, world)
    assert isinstance(page, LedgerPage)
    qtbot.waitUntil(lambda: page.model.row_at(0) is not None)
    return page


def names(page: LedgerPage) -> list[str]:
    rows = [page.model.row_at(place) for place in range(page.model.rowCount())]
    return [row.name for row in rows if row is not None]


def told(page: LedgerPage) -> str:
    """Every visible word of the pane."""
    return "\n".join(label.text() for label in _labels(page.pane) if label.isVisibleTo(page))


def _labels(widget: QWidget) -> list[QLabel]:
    return cast(list[QLabel], widget.findChildren(QLabel))


def go_to(qtbot: QtBot, page: LedgerPage, application_id: str) -> None:
    place = page.model.find(application_id)
    assert place is not None
    page.table.choose(place)
    page.table.setFocus()
    qtbot.waitUntil(lambda: page.pane._detail is not None and page.pane._detail.application_id == application_id)


def test_all_cases_are_listed_the_last_changed_first(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    assert page.model.rowCount() == len(world.cases)
    first = page.model.row_at(0)
    assert first is not None
    assert first.id == world.cases["begun"].id


def test_a_name_typed_finds_the_case_and_enter_opens_it(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    record = world.cases["paid"]
    assert focused() is page.search
    type_text(record.content.applicant["name"])
    qtbot.waitUntil(lambda: names(page) == [record.content.applicant["name"]])
    with qtbot.waitSignal(page.open_case) as opened:
        press(Qt.Key.Key_Return)
    assert opened.args == [record.id]


def test_enter_twice_without_waiting_opens_what_was_typed_never_the_old_list(
    qtbot: QtBot, show: Shower, world: World
) -> None:
    page = shown(qtbot, show, world)
    wanted = page.model.row_at(page.model.rowCount() - 1)
    assert wanted is not None
    assert focused() is page.search
    type_text(wanted.reference)
    with qtbot.waitSignal(page.open_case) as opened:
        press(Qt.Key.Key_Return)
        press(Qt.Key.Key_Return)
    assert opened.args == [wanted.id]


def test_initials_reference_and_numbers_find_it_too(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    record = world.cases["received"]
    applicant = record.content.applicant
    for text in (record.reference.lower(), applicant["id_number"], applicant["card_no"], applicant["phone"]):
        page.search.clear()
        type_text(text)
        qtbot.waitUntil(lambda: names(page) == [applicant["name"]])


def test_filters_by_state_category_and_year_with_keys(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    press(Qt.Key.Key_S, ALT)
    assert focused() is page.states
    for _ in range(1 + list(State).index(State.RETURNED)):
        press(Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.model.rowCount() == len(world.cases))
    press(Qt.Key.Key_C, ALT)
    for _ in range(1 + list(Category).index(Category.COMPETITION)):
        press(Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert focused() is page.categories


def test_nothing_found_says_what_to_do(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    type_text("没有此人")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    words = " ".join(label.text() for label in _labels(page) if label.isVisibleTo(page))
    assert "没有找到" in words
    assert "Esc" in words


def test_down_goes_from_the_search_line_into_the_list(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    press(Qt.Key.Key_Down)
    assert isinstance(focused(), CaseTable)
    press(Qt.Key.Key_Down)
    assert page.table.currentIndex().row() == 1
    press(Qt.Key.Key_F2)
    assert focused() is page.search


def test_the_pane_tells_returns_revisions_receipts_and_history(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    go_to(qtbot, page, world.cases["returned"].id)
    qtbot.waitUntil(lambda: NOTE in told(page) and "已审核" in told(page))  # new labels show at the next turn
    words = told(page)
    assert "第 1 版" in words
    assert "✓ 回执" in words
    for step in ("建档（王芳）", "提交第 1 版（王芳）", "中心收到第 1 版", "退回："):
        assert step in words


def test_both_verdicts_stand_side_by_side(world: World) -> None:
    shown = ledger.show(world.desk, world.cases["received"].id)
    refused = {
        "verdict": "ineligible",
        "amount": None,
        "reasons": ["after_deadline"],
        "findings": [{"code": "after_deadline", "severity": "refuse", "field": "applied_on", "clause": None}],
    }
    judged = detail_of({**shown, "server_assessment": refused}, []).judgements
    assert [each.side for each in judged] == ["本站", "中心"]
    assert judged[0].words.startswith("✓ 符合助推条件")
    assert judged[1].words == "✕ 不符合助推条件"
    assert judged[1].reasons


def test_what_the_chip_said_is_told(world: World) -> None:
    shown = ledger.show(world.desk, world.cases["received"].id)
    assert "身份证芯片" not in dict(detail_of(shown, []).facts)
    facts = dict(detail_of({**shown, "from_chip": ["name", "id_number"]}, []).facts)
    assert facts["身份证芯片"] == "✓ 姓名、身份证号来自芯片"


def test_the_amount_and_the_day_of_payment_are_told(world: World) -> None:
    judged = read_detail(world.desk, world.cases["paid"].id).judgements
    assert judged[-1].words == "1,000 元，2024-05-15 划拨"


def test_full_numbers_come_only_through_the_audited_door(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    record = world.cases["paid"]
    go_to(qtbot, page, record.id)
    number = record.content.applicant["id_number"]
    grouped = full_numbers(record.content.applicant)[0][1]
    assert number not in told(page)
    assert grouped not in told(page)
    with world.desk.store.read() as uow:
        before = uow.audit.head()[0]
    press(Qt.Key.Key_N, ALT)
    qtbot.waitUntil(lambda: grouped in told(page))
    with world.desk.store.read() as uow:
        assert uow.audit.head()[0] == before + 1
    go_to(qtbot, page, world.cases["received"].id)
    assert grouped not in told(page)
    go_to(qtbot, page, record.id)
    assert grouped not in told(page)


def test_numbers_do_not_stay_on_a_page_that_is_left(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    record = world.cases["paid"]
    go_to(qtbot, page, record.id)
    grouped = full_numbers(record.content.applicant)[0][1]
    press(Qt.Key.Key_N, ALT)
    qtbot.waitUntil(lambda: grouped in told(page))
    page.leave()
    assert grouped not in told(page)


def test_taking_back_is_confirmed_in_place_and_the_safe_answer_has_the_focus(
    qtbot: QtBot, show: Shower, world: World
) -> None:
    page = shown(qtbot, show, world)
    go_to(qtbot, page, world.cases["ready"].id)
    press(Qt.Key.Key_W, ALT)
    assert focused().objectName() == "action.cancel"
    press(Qt.Key.Key_Escape)
    assert page.pane.withdraw.isVisible()
    assert world.read(world.cases["ready"].id).state is State.DRAFT
    press(Qt.Key.Key_W, ALT)
    with qtbot.waitSignal(page.notice):
        press(Qt.Key.Key_Y, ALT)
    assert world.read(world.cases["ready"].id).state is State.WITHDRAWN


def test_taking_back_what_the_centre_has_waits_for_its_word(
    qtbot: QtBot, show: Shower, world: World, events: Events
) -> None:
    page = shown(qtbot, show, world)
    record = world.cases["received"]
    go_to(qtbot, page, record.id)
    press(Qt.Key.Key_W, ALT)
    press(Qt.Key.Key_Y, ALT)
    qtbot.waitUntil(lambda: "撤回申请已发出" in told(page))
    assert world.read(record.id).state is State.RECEIVED
    assert not page.pane.withdraw.isVisible()
    assert any(row.kind == "withdraw" for row in passes.queue(world.desk))


def test_a_paid_case_cannot_be_taken_back(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    go_to(qtbot, page, world.cases["paid"].id)
    assert not page.pane.withdraw.isVisible()


def test_an_undelivered_case_says_why(world: World) -> None:
    world.mark(world.cases["queued"].id, OutboxState.REFUSED, "revision_gap")
    assert read_detail(world.desk, world.cases["queued"].id).troubles == (
        "服务器缺少前一版，这一版没有被接受。请联系技协。",
    )


def test_a_change_elsewhere_appears_and_the_chosen_case_stays_chosen(
    qtbot: QtBot, show: Shower, world: World, events: Events
) -> None:
    page = shown(qtbot, show, world)
    record = world.cases["received"]
    go_to(qtbot, page, record.id)
    world.move(record.id, State.APPROVED, amount=2000)
    events.send(Changed.of(Kind.APPLICATIONS))
    qtbot.waitUntil(lambda: "批准" in told(page))
    row = page.model.row_at(page.table.currentIndex().row())
    assert row is not None
    assert (row.id, row.state) == (record.id, State.APPROVED)
    assert page.table.currentIndex().row() == 0  # it moved to the top, and the choice with it


def test_a_page_made_again_asks_the_same(qtbot: QtBot, show: Shower, world: World) -> None:
    first = shown(qtbot, show, world)
    type_text(world.cases["paid"].content.applicant["name"])
    qtbot.waitUntil(lambda: first.model.rowCount() == 1)
    second = LedgerPage(first.context)
    qtbot.addWidget(second)
    second.restore(first.keep())
    second.resize(1218, 730)
    second.show()
    second.arrive()
    qtbot.waitUntil(lambda: second.model.rowCount() == 1)
    assert second.search.text() == first.search.text()
