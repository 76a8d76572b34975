"""F12 in 受理: real scans into a real case; every page that has come stays, whatever becomes of the device."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from station_app.devices.job import ScanJob
from station_app.devices.scanner import Source
from station_app.domain.application import ScanKind, State
from station_app.services import devices, intake, settings, submission
from station_app.services.desk import Desk
from tests.integration.devices.conftest import SCANNER, SLOW, Configure
from tests.integration.devices.fake_escl import FakeScanner, serving
from tests.integration.devices.processes import of_drivers
from tests.integration.ui.devices.conftest import (
    ENDLESS,
    chosen_scanner,
    have_scanners,
    remember,
    said,
    wait_for,
)  # fmt: skip
from tests.unit.ui.intake.conftest import focused, press, put_page, settle, write
from tests.unit.ui.intake.pages import begin, complete, stored
from ui.pages.intake import IntakePage

pytestmark = pytest.mark.usefixtures("dots")


def kinds(page: IntakePage) -> list[ScanKind]:
    """Of the pages that the store has."""
    return [scan.kind for scan in intake.open_case(page.context.desk, page.draft.application_id or "").scans]


def test_one_page_begins_the_case_where_there_is_none(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    remember(desk, Source.FLATBED)
    press(Qt.Key.Key_F12)
    settle(qtbot, page)
    (record,) = stored(desk)
    assert record.state is State.DRAFT
    assert kinds(page) == [ScanKind.OTHER]  # until it is read
    assert [scan.original_id is None for scan in page.draft.scans] == [False]
    assert page.draft.reference == record.reference


def test_a_stack_is_filed_sheet_by_sheet_while_the_clerk_types(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    backend(read_delay="true", read_delay_duration="20000")
    remember(desk)
    page.open(begin(desk))
    settle(qtbot, page)
    words = said(page)
    page.form.go_to("employer")
    press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "已收" in page.form._scan_help.text())
    qtbot.waitUntil(lambda: len(page.draft.scans) >= 1)
    press(Qt.Key.Key_End)
    write("（分部）")
    wait_for(qtbot, words, "扫完了，10 页都已存好")
    settle(qtbot, page)
    qtbot.waitUntil(lambda: len(page.draft.scans) >= len(kinds(page)))
    assert kinds(page) == [scan.kind for scan in page.draft.scans] == [ScanKind.OTHER] * 10
    assert str(page.draft.content.value("employer")).endswith("（分部）")


def test_the_page_is_what_the_mark_stands_on(qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure) -> None:
    remember(desk)
    page.open(begin(desk))
    settle(qtbot, page)
    page._go_to("scan.certificate")
    press(Qt.Key.Key_F12)
    settle(qtbot, page)
    assert kinds(page) == [ScanKind.CERTIFICATE, *[ScanKind.OTHER] * 9]


def test_where_nothing_is_read_pages_go_where_something_is_missing(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    settings.change(desk, "reading_enabled", value=False)
    remember(desk)
    page.open(begin(desk))
    settle(qtbot, page)
    press(Qt.Key.Key_F12)
    settle(qtbot, page)
    needed = [ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CARD, ScanKind.CERTIFICATE, ScanKind.FORM]
    assert kinds(page) == [*needed, *[ScanKind.OTHER] * 5]


def test_on_a_case_that_is_submitted_the_pages_travel_after_it(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure, tmp_path: Path
) -> None:
    application_id = complete(desk, tmp_path)
    submission.submit(desk, application_id, "本人坚持")
    remember(desk, Source.FLATBED)
    page.open(application_id)
    settle(qtbot, page)
    words = said(page)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "扫完了，1 页")
    settle(qtbot, page)
    assert len(kinds(page)) == 5
    with desk.store.read() as uow:
        assert [row.kind for row in uow.outbox.open_rows()] == ["submit", "add_scans"]


def test_a_second_key_says_that_one_is_under_way_and_esc_calls_it_off(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure, dots: list[int]
) -> None:
    backend(**SLOW)
    remember(desk)
    dots[0] = ENDLESS
    words = said(page)
    press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "scanimage" in of_drivers())
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "扫描还在进行")
    press(Qt.Key.Key_Escape)
    wait_for(qtbot, words, "扫描已取消")
    settle(qtbot, page)
    assert of_drivers() == {}
    assert stored(desk) == []  # nothing came, so nothing was begun


@pytest.mark.parametrize("killed", ["scanimage", "python"])
def test_pages_stay_when_the_driver_is_killed_and_the_next_run_works(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure, killed: str
) -> None:
    backend(**SLOW)
    remember(desk)
    words = said(page)
    press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: len(page.draft.scans) >= 1)
    next(each for name, each in of_drivers().items() if name.startswith(killed)).kill()
    wait_for(qtbot, words, "驱动程序中途退出")
    settle(qtbot, page)
    before = kinds(page)
    assert before
    backend()
    remember(desk, Source.FLATBED)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "扫完了，1 页")
    assert kinds(page)[: len(before)] == before


def test_a_driver_that_hangs_is_ended_and_the_pages_stay(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "ScanJob", partial(ScanJob, silence=8.0))
    backend(**SLOW)
    remember(desk)
    words = said(page)
    press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: len(page.draft.scans) >= 1)
    for each in of_drivers().values():
        os.kill(each.pid, signal.SIGSTOP)
    page.form.go_to("employer")
    write("ab")  # the window answers meanwhile
    assert page.draft.content.value("employer") == "ab"
    wait_for(qtbot, words, "很久没有动静")
    settle(qtbot, page)
    assert kinds(page)
    assert of_drivers() == {}


def test_a_device_that_is_unplugged_is_told_and_used_again_when_it_is_back(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    remember(desk, Source.FLATBED, "sane:test:7")
    words = said(page)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "扫描仪没有回应")
    settle(qtbot, page)
    have_scanners(8)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "扫完了，1 页")
    assert chosen_scanner(desk) == "sane:test:7"


@pytest.mark.parametrize(("status", "part"), [("JAMMED", "卡纸"), ("NO_DOCS", "没有纸"), ("COVER_OPEN", "盖子")])
def test_what_the_device_has_against_it_is_said(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure, status: str, part: str
) -> None:
    backend(read_status_code=f'"SANE_STATUS_{status}"')
    remember(desk)
    words = said(page)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, part)
    settle(qtbot, page)
    assert stored(desk) == []


def test_the_only_scanner_is_taken_and_never_asked_for_again(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    have_scanners(1)
    words = said(page)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "扫完了，1 页")
    assert chosen_scanner(desk) == SCANNER
    assert not page._hardware.scans._choice.isVisible()


def test_of_several_the_clerk_chooses_by_key(qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure) -> None:
    words = said(page)
    press(Qt.Key.Key_F12)
    choice = page._hardware.scans._choice
    qtbot.waitUntil(choice.isVisible)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wait_for(qtbot, words, "扫完了，1 页")
    settle(qtbot, page)
    assert chosen_scanner(desk) == "sane:test:1"


def test_with_no_scanner_the_clerk_is_told_what_to_do(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    have_scanners(0)
    words = said(page)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "按 F6 添加")
    settle(qtbot, page)


def test_another_source_for_this_once(qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure) -> None:
    remember(desk, Source.FLATBED)
    words = said(page)
    press(Qt.Key.Key_F12, Qt.KeyboardModifier.ShiftModifier)
    choice = page._hardware.scans._choice
    qtbot.waitUntil(lambda: len(choice.list.scanners) == 2)
    assert choice.list.current is not None
    assert choice.list.current.id == SCANNER
    press(Qt.Key.Key_Tab)
    assert focused().objectName() == "scanner_source"
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Return)
    wait_for(qtbot, words, "扫完了，10 页")
    settle(qtbot, page)
    assert settings.read_all(desk)["scanner_source"] == "flatbed"


def test_the_window_closes_in_the_middle_of_a_run(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    backend(**SLOW)
    remember(desk)
    press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: len(page.draft.scans) >= 1)
    page.leave()
    page.context.tasks.finish()
    page.context.tasks.drop_queries()
    assert of_drivers() == {}
    assert kinds(page)


def test_a_run_goes_on_where_the_clerk_has_gone_to_another_case(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    backend(**SLOW)
    remember(desk)
    page.open(begin(desk, 3))
    settle(qtbot, page)
    first = page.draft
    words = said(page)
    press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: len(first.scans) >= 1)
    page.new_case()
    wait_for(qtbot, words, f"{first.reference}：扫完了，10 页")
    assert len(stored(desk)) == 1
    assert not page.draft.begun


def test_a_closed_case_takes_no_page(qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure) -> None:
    remember(desk)
    page.open(begin(desk))
    settle(qtbot, page)
    assert page.draft.application_id is not None
    submission.withdraw(desk, page.draft.application_id)
    page.open(page.draft.application_id)
    page.table.reload()
    settle(qtbot, page)
    words = said(page)
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "不能")
    assert of_drivers() == {}


def test_pages_appear_on_a_page_that_was_made_anew_in_the_middle(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure
) -> None:
    backend(**SLOW)
    remember(desk)
    page.open(begin(desk, 3))
    settle(qtbot, page)
    press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: len(page.draft.scans) >= 1)
    page.leave()
    page.context.tasks.finish()
    again = IntakePage(page.context, page.window())
    again.restore(page.keep())
    delete(page)
    again.show()
    qtbot.waitUntil(lambda: len(again.draft.scans) == 10)
    settle(qtbot, again)
    shown = [tile.place.scan_id for tile in again.form.strip._tiles if tile.place.scan_id]
    assert shown == [scan.id for scan in again.draft.scans]


def test_esc_calls_off_a_run_that_began_before_another_theme(
    qtbot: QtBot, page: IntakePage, desk: Desk, backend: Configure, dots: list[int]
) -> None:
    backend(**SLOW)
    remember(desk)
    dots[0] = ENDLESS
    page.open(begin(desk, 3))
    settle(qtbot, page)
    press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: "scanimage" in of_drivers())
    page.leave()
    page.context.tasks.finish()
    window, context, kept = page.window(), page.context, page.keep()
    delete(page)
    again = put_page(qtbot, context, window)
    again.restore(kept)
    words = said(again)
    assert again.form._stop.isVisible()
    press(Qt.Key.Key_F12)
    wait_for(qtbot, words, "扫描还在进行")
    press(Qt.Key.Key_Escape)
    wait_for(qtbot, words, "扫描已取消")
    settle(qtbot, again)
    assert not again.form._stop.isVisible()
    assert of_drivers() == {}


def test_a_network_scanner_that_jams_and_goes_on(qtbot: QtBot, page: IntakePage, desk: Desk) -> None:
    fake = FakeScanner(fails_after=2, adf_then="Jam")
    words = said(page)
    with serving(fake) as root:
        remember(desk, Source.FEEDER, f"escl:{root}")
        press(Qt.Key.Key_F12)
        wait_for(qtbot, words, "这次收到 2 页，都已存好")
        assert any("卡纸" in each for each in words)
        settle(qtbot, page)
        fake.fails_after, fake.adf = None, "Loaded"
        press(Qt.Key.Key_F12)
        wait_for(qtbot, words, "扫完了")
        settle(qtbot, page)
    assert len(kinds(page)) > 2
