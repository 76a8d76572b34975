"""待办: urgent first, words that say what to do, keys for everything, live without losing one's place."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.domain.application import Category, Content, FieldReturn, ReturnCode, State
from station_app.durable import Point
from station_app.events import Changed, Events, Kind
from station_app.services import elsewhere, intake, todo
from station_app.services.todo import Need
from station_app.store.records import OutboxState
from sync.wire import StateChange
from tests.unit.ui.todo.fixtures import Shower, focused, press
from tests.unit.ui.todo.world import NOTE, World
from ui.models.lines import Heading, Line
from ui.models.todo_lines import detail, summary, todo_entries
from ui.pages.lists.line_list import LineList
from ui.pages.todo import TodoPage


def lines(page: TodoPage) -> list[Line]:
    return [entry for entry in page.list.lines.entries if isinstance(entry, Line)]


def shown(qtbot: QtBot, show: Shower, world: World) -> TodoPage:
    page = show(TodoPage, world)
    assert isinstance(page, TodoPage)
    qtbot.waitUntil(lambda: bool(lines(page)))
    return page


def test_the_most_urgent_stands_first_each_group_under_its_heading(world: World) -> None:
    entries = todo_entries(todo.todo(world.desk), world.clock(), world.desk.operator.id)
    headings = [entry.text.split("\u3000")[0] for entry in entries if isinstance(entry, Heading)]
    assert headings == ["退回补正", "没有送到中心", "填好了，还没提交", "没填完"]
    needs = [entry.data.need for entry in entries if isinstance(entry, Line)]  # type: ignore[attr-defined]
    assert needs == [*[Need.RETURNED] * 2, *[Need.UNDELIVERED] * 2, Need.READY, *[Need.DRAFT] * 2]


def test_a_returned_case_carries_the_field_and_the_reviewers_words(world: World) -> None:
    row = next(each for each in todo.todo(world.desk) if each.application_id == world.cases["returned"].id)
    said = detail(row)
    assert said.sentences == (f"互助服务卡卡号：与证件不一致，请核对（{NOTE}）",)
    assert "互助服务卡卡号" in said.next_step


def test_no_line_shows_a_full_number(world: World) -> None:
    rows = todo.todo(world.desk)
    told = " ".join(
        entry.spoken for entry in todo_entries(rows, world.clock(), world.desk.operator.id) if isinstance(entry, Line)
    )
    told += " ".join(f"{detail(row).subtitle} {' '.join(detail(row).sentences)}" for row in rows)
    for record in world.cases.values():
        number = record.content.applicant.get("id_number")
        assert not number or number not in told
    assert "********" in told


def test_every_line_has_a_sign_words_and_a_next_step(world: World) -> None:
    rows = todo.todo(world.desk)
    for entry in todo_entries(rows, world.clock(), world.desk.operator.id):
        assert isinstance(entry, Heading) or (entry.sign and entry.detail and entry.when)
    assert all(detail(row).next_step and detail(row).sentences for row in rows)
    assert summary(rows) == "退回 2 · 未送达 2 · 待提交 1 · 草稿 2"


def test_the_focus_is_on_the_first_line_and_enter_opens_it(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    assert isinstance(focused(), LineList)
    with qtbot.waitSignal(page.open_case) as opened:
        press(Qt.Key.Key_Return)
    assert opened.args == [world.cases["returned"].id]


def test_arrow_keys_pass_over_headings(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    seen = []
    for _ in range(7):
        current = page.list.current()
        assert current is not None
        seen.append(current.key)
        press(Qt.Key.Key_Down)
    assert seen == [line.key for line in lines(page)]


def test_a_change_elsewhere_appears_and_the_choice_stays(
    qtbot: QtBot, show: Shower, world: World, events: Events
) -> None:
    page = shown(qtbot, show, world)
    for _ in range(4):
        press(Qt.Key.Key_Down)
    before = page.list.current()
    assert before is not None
    assert before.key.startswith(world.cases["ready"].id)
    world.move(world.cases["received"].id, State.RETURNED, returned=(FieldReturn("phone", ReturnCode.INVALID),))
    events.send(Changed.of(Kind.APPLICATIONS))
    qtbot.waitUntil(lambda: len(lines(page)) == 8)
    after = page.list.current()
    assert after is not None
    assert after.key == before.key
    assert page.list.selectedIndexes()[0].row() == page.list.currentIndex().row()


def test_what_does_not_concern_it_is_not_asked_for(qtbot: QtBot, show: Shower, world: World, events: Events) -> None:
    page = shown(qtbot, show, world)
    before = page.list.lines.entries
    intake.save_content(world.desk, world.cases["draft"].id, world.cases["paid"].content)
    events.send(Changed.of(Kind.SETTINGS, Kind.MEMBERS))
    qtbot.wait(150)
    assert page.list.lines.entries is before


def test_a_case_that_is_gone_leaves_the_choice_on_its_neighbour(
    qtbot: QtBot, show: Shower, world: World, events: Events
) -> None:
    page = shown(qtbot, show, world)
    world.move(world.cases["returned"].id, State.WITHDRAWN)
    events.send(Changed.of(Kind.APPLICATIONS))
    qtbot.waitUntil(lambda: len(lines(page)) == 6)
    current = page.list.current()
    assert current is not None
    assert current.key.startswith(world.cases["returned_scan"].id)


def test_alt_r_puts_a_quarantined_op_back_into_the_queue(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    current = page.list.current()
    assert current is not None
    assert current.key.startswith(world.cases["quarantined"].id)
    with qtbot.waitSignal(page.notice):
        press(Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    with world.desk.store.read() as uow:
        states = {row.state for row in uow.outbox.of(world.cases["quarantined"].id)}
    assert states == {OutboxState.WAITING}


def test_a_forked_op_offers_no_retry(qtbot: QtBot, show: Shower, world: World) -> None:
    row = next(each for each in todo.todo(world.desk) if each.application_id == world.cases["forked"].id)
    assert not detail(row).can_retry
    assert "技协" in detail(row).next_step


def test_an_empty_page_says_how_to_begin_and_enter_begins(qtbot: QtBot, show: Shower, bare: World) -> None:
    page = show(TodoPage, bare)
    qtbot.waitUntil(lambda: focused().objectName() == "action.begin")
    with qtbot.waitSignal(page.go) as gone:
        press(Qt.Key.Key_Return)
    assert gone.args == ["intake"]


def test_a_page_made_again_stands_where_the_old_one_stood(qtbot: QtBot, show: Shower, world: World) -> None:
    first = shown(qtbot, show, world)
    press(Qt.Key.Key_Down)
    kept = first.keep()
    second = show(TodoPage, world)
    assert isinstance(second, TodoPage)
    second.restore(kept)
    qtbot.waitUntil(lambda: (second.list.current() or lines(first)[0]).key == kept[0])


def test_times_are_beijings() -> None:
    from ui.models.times import full_words, moment_words, size_words

    now = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)
    assert moment_words("2024-05-14T16:05:00Z", now) == "00:05"
    assert moment_words("2024-05-14T15:59:00Z", now) == "昨天 23:59"
    assert moment_words("2024-01-02T01:00:00Z", now) == "1月2日 09:00"
    assert moment_words("2023-12-31T15:00:00Z", now) == "2023年12月31日"
    assert full_words("2024-05-14T16:05:00Z") == "2024-05-15 00:05"
    assert [size_words(each) for each in (0, 1, 999_999, 1_500_000)] == ["0 KB", "1 KB", "1000 KB", "1.5 MB"]


def test_a_long_list_of_what_is_missing_does_not_heighten_the_window(qtbot: QtBot, show: Shower, bare: World) -> None:
    intake.new_case(bare.desk, Content(2024, Category.VOCATIONAL))
    page = shown(qtbot, show, bare)
    assert page.minimumSizeHint().height() <= 500
    assert page.layout().minimumSize().height() <= 500


def test_home_and_end_pass_over_headings(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    press(Qt.Key.Key_End)
    last = page.list.current()
    assert last is not None
    assert last.data.need is Need.DRAFT  # type: ignore[attr-defined]
    press(Qt.Key.Key_Home)
    first = page.list.current()
    assert first is not None
    assert first.data.need is Need.RETURNED  # type: ignore[attr-defined]


def _told(world: World, reference: str) -> None:
    change = StateChange(seq=1, reference=reference, revision=1, state="received", at="2024-05-15T06:00:00Z")
    with world.desk.store.write(Point.APPLY) as uow:
        elsewhere.note(uow, change, here=False)


def test_what_only_the_server_has_stands_there_until_it_is_noted(qtbot: QtBot, show: Shower, world: World) -> None:
    before = todo.count(world.desk)
    _told(world, "CY001-24-A000777-I")
    assert todo.count(world.desk) == before + 1
    page = shown(qtbot, show, world)
    (line,) = (each for each in lines(page) if each.aside == "CY001-24-A000777-I")
    assert page.list.choose(line.key)
    with qtbot.assertNotEmitted(page.open_case):
        press(Qt.Key.Key_Return)
    qtbot.waitUntil(page._pane.noted.isVisible)
    assert not page._pane.open.isVisible()
    press(Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    page.context.tasks.finish()
    assert todo.count(world.desk) == before
