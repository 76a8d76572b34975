"""Alt+R in 受理: the chip fills what is empty, is compared with the rest, and never takes its place by itself."""

from __future__ import annotations

import os
import signal
from functools import partial
from threading import Event

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from station_app.devices.id_chip import read_text
from station_app.devices.job import CardJob
from station_app.domain.identity import id_number_problem
from station_app.services import devices, intake
from station_app.services.desk import Desk
from tests.integration.devices.fake_id_reader import FakeReader, card_text, resident
from tests.integration.devices.processes import of_drivers
from tests.integration.ui.devices.conftest import Readers, readers, said, wait_for
from tests.samples.people import person
from tests.unit.ui.intake.conftest import focused, member, press, put_page, settle, write
from tests.unit.ui.intake.pages import begin, stored
from ui.pages.intake import IntakePage, chip_reading

__all__ = ["readers"]

ALT = Qt.KeyboardModifier.AltModifier


def read_card(page: IntakePage) -> None:
    press(Qt.Key.Key_R, ALT)


def sign(page: IntakePage, name: str) -> str:
    """What stands beside the field."""
    return str(page.form.editors[name].accessibleDescription())


def titles(page: IntakePage) -> list[str]:
    return [card._title.text() for card in page.side._notes]


def test_an_empty_form_is_filled_and_says_where_from(
    qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers
) -> None:
    readers.plug_in(FakeReader(resident(3), empty=1))
    words = said(page)
    read_card(page)
    wait_for(qtbot, words, "已读居民身份证，填入姓名、身份证号")
    settle(qtbot, page)
    who = person(3)
    assert page.draft.content.value("name") == who.name
    assert page.draft.content.value("id_number") == who.id_number
    assert sign(page, "name") == sign(page, "id_number") == "✓ 来自芯片"
    assert page.draft.content.value("card_no") == who.card_no  # of the roster's row for this number
    page.form.go_to("name")
    write("x")
    assert sign(page, "name") != "✓ 来自芯片"
    assert sign(page, "id_number") == "✓ 来自芯片"


def test_where_it_came_from_outlasts_a_restart(qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers) -> None:
    readers.plug_in(FakeReader(resident(3)))
    read_card(page)
    qtbot.waitUntil(lambda: bool(page.draft.chip))
    page.flush()
    settle(qtbot, page)
    (record,) = stored(desk)
    page.hide()
    again = put_page(qtbot, page.context, page.window())
    again.open(record.id)
    settle(qtbot, again)
    assert sign(again, "name") == "✓ 来自芯片"
    assert "photo" not in str(intake.open_case(desk, record.id).unfinished)


def test_what_was_typed_stays_and_the_difference_is_shown(
    qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers
) -> None:
    readers.plug_in(FakeReader(resident(3)))
    page.open(begin(desk, 3))
    settle(qtbot, page)
    page.form.go_to("name")
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    write("另一个")
    words = said(page)
    read_card(page)
    wait_for(qtbot, words, "姓名与填的不同，填的没有动")
    settle(qtbot, page)
    assert page.draft.content.value("name") == "另一个"
    assert "与芯片不同" in sign(page, "name")
    assert "！与身份证芯片不同" in titles(page)
    press(Qt.Key.Key_C, ALT)
    settle(qtbot, page)
    assert page.draft.content.value("name") == person(3).name
    assert "！与身份证芯片不同" not in titles(page)


def test_another_person_than_the_member_that_was_chosen(
    qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers
) -> None:
    readers.plug_in(FakeReader(resident(7)))
    page.table.take_member(member(3))
    settle(qtbot, page)
    words = said(page)
    read_card(page)
    wait_for(qtbot, words, "姓名、身份证号与填的不同")
    settle(qtbot, page)
    assert page.draft.content.value("id_number") == member(3).id_number


def test_the_roster_has_another_name(qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers) -> None:
    readers.plug_in(FakeReader(resident(3, name=(0, "新改的名"))))
    read_card(page)
    qtbot.waitUntil(lambda: "！名册里的姓名不同" in titles(page))
    settle(qtbot, page)


def test_a_card_that_is_over_is_said(qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers) -> None:
    readers.plug_in(FakeReader(resident(3, valid_to=(204, "20240514"))))
    read_card(page)
    qtbot.waitUntil(lambda: "！身份证已过期" in titles(page))
    settle(qtbot, page)


def _permit_number() -> str:
    """A number of a permit of 2017 whose check digit is right."""
    return next(each for digit in range(10) if id_number_problem(each := f"USA99019001011{digit}") is None)


_DATES = {"valid_from": (188, "20200102"), "valid_to": (204, "20400102")}
_BORN, _NUMBER = (36, "19900101"), person(5).id_number
_PERMITS = {
    "J": {"name": (0, "港澳台人"), "sex": (30, "1"), "birth": _BORN, "id_number": (122, _NUMBER)},
    "Y": {"name": (0, "外国人"), "sex": (30, "1"), "birth": _BORN, "id_number": (122, _NUMBER)},
    "I": {"name": (158, "外国人"), "sex": (120, "1"), "birth": (220, "19900101"), "id_number": (122, _permit_number())},
}


@pytest.mark.parametrize("kind", list(_PERMITS))
def test_the_other_cards_are_read_too(qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers, kind: str) -> None:
    fields = _PERMITS[kind]
    readers.plug_in(FakeReader(card_text(**fields, **_DATES, kind=(248, kind))))
    read_card(page)
    qtbot.waitUntil(lambda: page.draft.content.value("id_number") == fields["id_number"][1])
    settle(qtbot, page)
    assert page.draft.content.value("name") == fields["name"][1]
    assert sign(page, "name") == sign(page, "id_number") == "✓ 来自芯片"


def test_no_reader_chosen_says_where_to_choose_it(qtbot: QtBot, page: IntakePage) -> None:
    words = said(page)
    read_card(page)
    wait_for(qtbot, words, "还没有选身份证读卡器")
    settle(qtbot, page)


def test_a_second_key_and_esc(qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers) -> None:
    readers.plug_in(FakeReader(empty=-1))
    words = said(page)
    read_card(page)
    qtbot.waitUntil(lambda: "请放" in page.top.chip.text())
    read_card(page)
    wait_for(qtbot, words, "正在等身份证")
    page.form.go_to("employer")
    write("ab")
    press(Qt.Key.Key_Escape)
    wait_for(qtbot, words, "不读身份证了")
    settle(qtbot, page)
    assert of_drivers() == {}
    assert page.draft.content.value("employer") == "ab"
    assert page.top.chip.text().startswith("读")


@pytest.mark.parametrize("signal_sent", [signal.SIGKILL, signal.SIGSTOP])
def test_the_driver_killed_or_hung_and_the_next_read_works(
    qtbot: QtBot,
    page: IntakePage,
    desk: Desk,
    readers: Readers,
    signal_sent: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chip_reading, "CardJob", partial(CardJob, silence=8.0))
    reader = FakeReader(resident(3), empty=-1)
    readers.plug_in(reader)
    words = said(page)
    read_card(page)
    qtbot.waitUntil(lambda: bool(reader.asked))
    for each in of_drivers().values():
        os.kill(each.pid, signal_sent)
    page.form.go_to("employer")
    write("ab")
    wait_for(qtbot, words, "读卡器没有回应")
    settle(qtbot, page)
    assert of_drivers() == {}
    reader.empty = 0
    read_card(page)
    qtbot.waitUntil(lambda: page.draft.content.value("name") == person(3).name)
    settle(qtbot, page)
    assert page.draft.content.value("employer") == "ab"


def test_unplugged_in_the_middle_and_back(qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers) -> None:
    reader = FakeReader(resident(3), empty=-1)
    readers.plug_in(reader)
    words = said(page)
    read_card(page)
    qtbot.waitUntil(lambda: bool(reader.asked))
    readers.unplug()
    wait_for(qtbot, words, "读卡器没有回应")
    settle(qtbot, page)
    readers.plug_in(FakeReader(resident(3)))
    read_card(page)
    qtbot.waitUntil(lambda: page.draft.content.value("name") == person(3).name)
    settle(qtbot, page)


def test_a_port_that_is_looked_for_in_vain_holds_neither_lookups_nor_the_next_read(
    qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver of any serial port may hang over the question which ports there are."""
    path = readers.plug_in(FakeReader(resident(3)))
    answer, asked = Event(), Event()

    def hangs(_: str) -> str:
        asked.set()
        answer.wait()
        return path

    words = said(page)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(devices, "path_of", hangs)
            read_card(page)
            qtbot.waitUntil(asked.is_set)
            heard: list[object] = []
            page.context.tasks.query(page, partial(devices.chosen, desk), heard.append)
            qtbot.waitUntil(lambda: bool(heard))
            press(Qt.Key.Key_Escape)
            wait_for(qtbot, words, "不读身份证了")
        read_card(page)
        qtbot.waitUntil(lambda: page.draft.content.value("name") == person(3).name)
    finally:
        answer.set()
    settle(qtbot, page)


def test_another_case_calls_the_read_off(qtbot: QtBot, page: IntakePage, desk: Desk, readers: Readers) -> None:
    readers.plug_in(FakeReader(empty=-1))
    words = said(page)
    read_card(page)
    qtbot.waitUntil(lambda: "请放" in page.top.chip.text())
    page.new_case()
    wait_for(qtbot, words, "不读身份证了")
    settle(qtbot, page)
    assert focused().objectName() == "lookup"


def test_a_card_that_comes_as_the_case_changes_fills_nothing(qtbot: QtBot, page: IntakePage, readers: Readers) -> None:
    """It was read already, and its answer is on the way."""
    readers.plug_in(FakeReader(empty=-1))
    read_card(page)
    reading: chip_reading.ChipReading | None = page.findChild(chip_reading.ChipReading)
    assert reading is not None
    qtbot.waitUntil(lambda: reading._run is not None)
    page.new_case()
    reading._done(read_text(resident(3)))
    settle(qtbot, page)
    assert not page.draft.content.value("name")
    assert not page.draft.chip
