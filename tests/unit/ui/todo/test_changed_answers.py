"""待办 after a new version of a plan: whose answer changed, from what to what, until the clerk has taken note."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.events import Events
from station_app.services import todo
from station_app.services.todo import Need, TodoRow
from tests.samples.packs import PASSED, receive_pack
from tests.unit.ui.todo.fixtures import Shower, press
from tests.unit.ui.todo.world import World
from ui.models.lines import Heading, Line
from ui.models.todo_lines import detail, summary, todo_entries
from ui.pages.todo import TodoPage

ALT = Qt.KeyboardModifier.AltModifier


def changed(world: World) -> dict[str, TodoRow]:
    rows = todo.todo(world.desk)
    names = {record.id: name for name, record in world.cases.items()}
    return {names[row.application_id]: row for row in rows if row.need is Need.ANSWER_CHANGED}


def test_drafts_and_queued_cases_are_listed_with_both_answers(world: World) -> None:
    receive_pack(world.desk, deadline=PASSED)
    rows = changed(world)
    assert rows.keys() >= {"queued", "waiting", "ready", "draft"}
    assert not rows.keys() & {"paid", "received", "returned", "returned_scan"}
    entries = todo_entries(todo.todo(world.desk), world.clock(), world.desk.operator.id)
    assert f"方案有新版本，结果变了\u3000{len(rows)} 件" in [each.text for each in entries if isinstance(each, Heading)]
    line = next(each for each in entries if isinstance(each, Line) and each.data is not None and each.title)
    assert line.detail
    told = next(each for each in entries if isinstance(each, Line) and rows["ready"] == each.data)
    assert told.detail == "符合，1000 元 → 不符合" or told.detail.endswith("→ 不符合")
    assert f"结果变了 {len(rows)}" in summary(todo.todo(world.desk))


def test_the_pane_says_why_and_which_version_counts(world: World) -> None:
    receive_pack(world.desk, deadline=PASSED)
    rows = changed(world)
    draft, filed = detail(rows["ready"]), detail(rows["waiting"])
    assert draft.sentences[0].startswith("原来（第 1 版）：符合，")
    assert draft.sentences[1].startswith("现在（第 2 版）：不符合。")
    assert "2024-04-30" in draft.sentences[1] or "4 月 30 日" in draft.sentences[1]
    assert draft.sentences[2] == "草稿已按新版本重新判断。"
    assert filed.sentences[2] == "这一件已按第 1 版提交，仍按第 1 版办理。"
    assert all(each.can_acknowledge and each.can_open for each in (draft, filed))


def test_alt_k_takes_the_line_away(qtbot: QtBot, show: Shower, world: World, events: Events) -> None:
    receive_pack(world.desk, deadline=PASSED)
    page = show(TodoPage, world)
    assert isinstance(page, TodoPage)
    before = changed(world)
    row = before["waiting"]
    qtbot.waitUntil(lambda: page.list.choose(f"{row.need}/{row.reference}"))
    page.list.setFocus()
    press(Qt.Key.Key_K, ALT)
    qtbot.waitUntil(lambda: changed(world).keys() == before.keys() - {"waiting"})


def test_a_returned_case_is_not_asked_again(world: World) -> None:
    receive_pack(world.desk, deadline=PASSED)
    needs = {row.application_id: row.need for row in todo.todo(world.desk)}
    assert needs[world.cases["returned"].id] is Need.RETURNED
