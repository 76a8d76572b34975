"""同步: what waits, how the last pass went, what to do; offline is calm, keys do everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from station_app.domain.application import ScanKind
from station_app.durable import Point
from station_app.events import Changed, Events, Kind
from station_app.services import capture, passes, submission
from station_app.services.passes import PassReport
from station_app.store.records import OutboxState
from sync.progress import Progress, Step
from sync.worker import SyncStatus
from tests.samples.people import person
from tests.samples.pictures import jpeg, service_card
from tests.unit.ui.sync.handles import RememberingHandle
from tests.unit.ui.todo.fixtures import Shower, focused, press
from tests.unit.ui.todo.world import World
from ui.models.lines import Heading, Line
from ui.models.sync_lines import (
    headline,
    held_words,
    op_detail,
    progress_words,
    queue_entries,
    read_view,
    report_words,
    trouble_words,
)
from ui.models.times import duration_words
from ui.pages.sync import SyncPage
from ui.queue_truth import QueueTruth

ALT = Qt.KeyboardModifier.AltModifier
NOW = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)


def shown(qtbot: QtBot, show: Shower, world: World) -> SyncPage:
    page = show(SyncPage, world)
    assert isinstance(page, SyncPage)
    qtbot.waitUntil(lambda: bool(page.status.words.text()))
    return page


def told(widget: QWidget) -> str:
    labels = cast(list[QLabel], widget.findChildren(QLabel))
    return "\n".join(label.text() for label in labels if label.isVisibleTo(widget))


def test_the_queue_stands_in_groups_what_needs_a_person_first(world: World) -> None:
    world.mark(world.cases["waiting"].id, OutboxState.ACCEPTED)
    entries = queue_entries(read_view(world.desk, None), world.clock())
    headings = [each.text for each in entries if isinstance(each, Heading)]
    assert headings == ["要人处理\u30002 件", "已到中心，等回执\u30001 件", "等待发送\u30001 件"]
    lines = [each for each in entries if isinstance(each, Line)]
    assert all(line.sign and line.detail and line.title for line in lines)
    assert all("*" in line.note for line in lines)


def test_a_withdrawal_and_a_later_page_are_named_with_their_person(world: World) -> None:
    submission.withdraw(world.desk, world.cases["received"].id)
    page = jpeg(service_card(person(1)))
    capture.add_scan(world.desk, world.cases["queued"].id, ScanKind.FORM, page)
    view = read_view(world.desk, None)
    lines = [each for each in queue_entries(view, world.clock()) if isinstance(each, Line)]
    withdrawal = next(line for line in lines if line.aside == world.cases["received"].reference)
    assert withdrawal.note.endswith("撤回")
    assert any(line.note.endswith("补充扫描件") for line in lines)
    assert withdrawal.title == world.cases["received"].content.applicant["name"]


def test_the_last_pass_is_told_in_words() -> None:
    report = PassReport("2024-05-15T06:02:00Z", sent=2, blobs=8, received=2, bytes=3_210_000)
    assert report_words(report, NOW) == "上次 14:02：送出 2 件，扫描件 8 页（3.2 MB），收到回执 2 件。"
    assert report_words(PassReport("2024-05-14T06:02:00Z"), NOW) == "上次 昨天 14:02：没有新内容。"
    assert "F10" in report_words(None, NOW)


def test_offline_is_calm_and_says_nothing_is_lost() -> None:
    tone, words = headline(QueueTruth(waiting=3, failure="offline"))
    assert tone == "attention"
    assert words == "● 离线\u30003 件仅在本机，联网后自动发送"


def test_what_is_stuck_is_said_first() -> None:
    tone, words = headline(QueueTruth(waiting=3, stuck=2, failure="offline"))
    assert (tone, words) == ("wrong", "✕ 2 件没有发出去，要您处理")


def test_a_revoked_device_and_a_wrong_clock_say_what_to_do(world: World) -> None:
    report = PassReport(world.desk.now(), code="device_revoked", skew_seconds=4000, warnings=("server_restored",))
    passes.save_pass(world.desk, report, 0)
    said = trouble_words(read_view(world.desk, None))
    assert [each.split("。")[0] for each in said] == [
        "技协已停用这台电脑，不能再登录和受理",
        "服务器曾从备份恢复，本机正在重新报送已收件的申报",
        "电脑时间不准，请校准日期和时间",
    ]


def test_progress_says_how_much_is_left() -> None:
    words, done = progress_words(Progress(Step.SCANS, 1_800_000, 4_200_000, 3, 8))
    assert words == "正在送扫描件：3 / 8 页，还剩 2.4 MB"
    assert done == 428
    assert progress_words(Progress(Step.ASKING))[1] == -1
    assert progress_words(Progress(Step.SCANS, 10, 5, 1, 1))[1] == 1000  # a page sent again counts twice


def test_a_row_put_off_says_when_it_is_tried_again(world: World) -> None:
    row = next(each for each in passes.queue(world.desk) if each.state is OutboxState.WAITING)
    row = replace(row, last_code="server_error", next_try_at="2024-05-15T06:45:00Z")
    assert op_detail(row, None, NOW).sentences == (
        "服务器出错或正忙，不是本机的问题。程序会自动再试；14:45 后自动再送。",
    )


def test_enter_and_f10_sync_now(qtbot: QtBot, show: Shower, world: World, handle: RememberingHandle) -> None:
    page = shown(qtbot, show, world)
    assert focused().objectName() == "action.sync_now"
    press(Qt.Key.Key_Return)
    page.again()
    assert handle.asked == ["wake", "wake"]


def test_alt_p_pauses_and_goes_on_and_syncing_now_ends_a_pause(
    qtbot: QtBot, show: Shower, world: World, handle: RememberingHandle
) -> None:
    page = shown(qtbot, show, world)
    press(Qt.Key.Key_P, ALT)
    assert page.pause.text().startswith("继续")
    press(Qt.Key.Key_P, ALT)
    assert page.pause.text().startswith("暂停")
    press(Qt.Key.Key_P, ALT)
    press(Qt.Key.Key_Return)
    assert handle.asked == ["pause", "resume", "pause", "resume"]


def test_progress_appears_without_moving_the_list(
    qtbot: QtBot, show: Shower, world: World, handle: RememberingHandle, events: Events
) -> None:
    page = shown(qtbot, show, world)
    qtbot.wait(50)
    before = page.list.geometry()
    handle.status = SyncStatus(running=True, progress=Progress(Step.SCANS, 1_000_000, 4_000_000, 1, 8))
    events.send(Changed.of(Kind.SYNC))
    qtbot.waitUntil(lambda: "还剩 3.0 MB" in page.status.progress.text())
    bar = page.status.bar
    assert bar.isVisible()
    assert bar.value() == 250
    qtbot.wait(50)
    assert page.list.geometry() == before
    handle.status = SyncStatus()
    events.send(Changed.of(Kind.SYNC))
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert page.list.geometry() == before


def test_alt_r_sends_a_set_aside_case_again_and_wakes_the_worker(
    qtbot: QtBot, show: Shower, world: World, handle: RememberingHandle
) -> None:
    page = shown(qtbot, show, world)
    qtbot.waitUntil(lambda: page.list.current() is not None)
    page.list.setFocus()
    current = page.list.current()
    assert current is not None
    assert current.aside == world.cases["quarantined"].reference
    with qtbot.waitSignal(page.notice):
        press(Qt.Key.Key_R, ALT)
    assert handle.asked == ["wake"]
    row = next(each for each in passes.queue(world.desk) if each.reference == current.aside)
    assert row.state is OutboxState.WAITING


def test_a_fork_offers_no_retry(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    qtbot.waitUntil(lambda: page.list.current() is not None)
    page.list.setFocus()
    press(Qt.Key.Key_Down)
    assert not page.pane.retry.isVisible()
    assert "技协" in told(page.pane)


def test_enter_in_the_queue_opens_the_case(qtbot: QtBot, show: Shower, world: World) -> None:
    page = shown(qtbot, show, world)
    qtbot.waitUntil(lambda: page.list.current() is not None)
    page.list.setFocus()
    with qtbot.waitSignal(page.open_case) as opened:
        press(Qt.Key.Key_Return)
    assert opened.args == [world.cases["quarantined"].id]


def test_an_empty_queue_says_what_will_stand_here(qtbot: QtBot, show: Shower, bare: World) -> None:
    page = shown(qtbot, show, bare)
    assert "没有要发送的" in told(page)
    assert not page.pane.isVisible()


def test_what_arrives_leaves_the_queue_while_one_looks_on(
    qtbot: QtBot, show: Shower, world: World, events: Events
) -> None:
    page = shown(qtbot, show, world)
    qtbot.waitUntil(lambda: len(page.list.lines.line_rows()) == 4)
    world.mark(world.cases["waiting"].id, OutboxState.DONE)
    events.send(Changed.of(Kind.OUTBOX))
    qtbot.waitUntil(lambda: len(page.list.lines.line_rows()) == 3)


def choose_hours(world: World, when: str) -> None:
    with world.desk.store.write(Point.SETTING) as uow:
        uow.settings.set("scans_when", when)


def test_what_waits_for_its_hour_is_said_with_its_reason_and_can_go_now(
    qtbot: QtBot, show: Shower, world: World, handle: RememberingHandle
) -> None:
    choose_hours(world, "night")
    passes.save_pass(world.desk, PassReport(world.desk.now(), held=8, held_bytes=3_210_000), 0)
    page = shown(qtbot, show, world)
    assert page.status.held.text() == (
        "扫描件 8 页（3.2 MB）等到 20:00 再传（设置为夜间传送，到 7:00）。申报内容和状态照常收发。"
    )
    press(Qt.Key.Key_N, ALT)
    assert handle.asked == ["send_now"]
    choose_hours(world, "asked")
    words = held_words(read_view(world.desk, handle), world.clock())
    assert words.startswith("扫描件 8 页（3.2 MB）没有传：设置为按流量计费")
    choose_hours(world, "always")
    assert held_words(read_view(world.desk, handle), world.clock()) == ""


def test_the_time_left_is_no_more_exact_than_it_can_be_known() -> None:
    said = {seconds: duration_words(seconds) for seconds in (20, 61, 700, 3540, 3600, 4700, 7200)}
    assert list(said.values()) == [
        "不到 1 分钟", "约 2 分钟", "约 12 分钟", "约 59 分钟", "约 1 小时", "约 1 小时 20 分钟", "约 2 小时",
    ]  # fmt: skip
    words, _ = progress_words(Progress(Step.SCANS, 1_800_000, 4_200_000, 3, 8, seconds_left=700))
    assert words.endswith("还剩 2.4 MB，约 12 分钟")
