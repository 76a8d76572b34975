"""设备 in 设置: found, chosen, tried, remembered; by the keyboard, with real drivers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from station_app.devices import ports
from station_app.devices.ports import Port
from station_app.devices.scanner import Source
from station_app.domain.identity import mask_id
from station_app.domain.operator import Operator, Role
from station_app.errors import StationError
from station_app.services import devices, settings
from station_app.services.desk import Desk
from tests.integration.devices.conftest import SCANNER, Configure, black_hole
from tests.integration.devices.fake_escl import FakeScanner, serving
from tests.integration.devices.fake_id_reader import FakeReader
from tests.integration.devices.processes import of_drivers
from tests.integration.ui.devices.conftest import Readers, have_scanners, readers, remember
from tests.samples.people import person
from tests.unit.ui.conftest import home, made_home, station, station_context, watch
from ui.context import Context
from ui.pages.devices_card import DevicesCard
from ui.pages.settings import SettingsPage

__all__ = ["home", "made_home", "readers", "station", "station_context", "watch"]


@pytest.fixture
def card(qtbot: QtBot, context: Context, backend: Configure) -> Iterator[DevicesCard]:
    card = DevicesCard(context)
    qtbot.addWidget(card)
    card.resize(700, 420)
    card.show()
    card.activateWindow()
    _settle(qtbot, context)
    yield card
    context.tasks.drop_queries()


def _settle(qtbot: QtBot, context: Context) -> None:
    qtbot.waitUntil(lambda: not context.tasks._tickets)


def _press(card: DevicesCard, key: Qt.Key) -> None:
    QTest.keyClick(card, key, Qt.KeyboardModifier.AltModifier)


def test_scanners_are_found_and_one_is_chosen_by_key(qtbot: QtBot, card: DevicesCard, desk: Desk) -> None:
    _press(card, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: len(card.scanners.scanners) == 2)
    card.scanners.setFocus()
    QTest.keyClick(card.scanners, Qt.Key.Key_Down)
    QTest.keyClick(card.scanners, Qt.Key.Key_Return)
    _settle(qtbot, card._context)
    known = devices.chosen(desk)
    assert (known.scanner, known.scanner_name) == ("sane:test:1", "Noname frontend-tester")
    assert "现在用" in card.scanners.item(1).text()
    assert [each.value for each in card._source.choices()] == ["flatbed", "feeder"]


def test_a_dead_driver_is_listed_in_words_and_hides_no_scanner(qtbot: QtBot, card: DevicesCard) -> None:
    folder = Path(os.environ["SANE_CONFIG_DIR"])
    with black_hole() as address:
        (folder / "net.conf").write_text(f"{address}\n", "utf-8")
        (folder / "dll.conf").write_text("net\ntest\n", "utf-8")
        _press(card, Qt.Key.Key_F)
        qtbot.waitUntil(lambda: len(card.scanners.scanners) == 2)  # while the other is waited for
        assert card._context.tasks._tickets
        qtbot.waitUntil(lambda: len(card.scanners.scanners) == 3)
    assert "很久没有回应" in card.scanners.item(2).text()
    _settle(qtbot, card._context)


def test_a_trial_shows_the_page_and_keeps_nothing(qtbot: QtBot, card: DevicesCard, desk: Desk) -> None:
    remember(desk)
    card._read()
    _settle(qtbot, card._context)
    _press(card, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: card._outcome.text().startswith("✓ 扫到一页"))
    assert not card._picture.pixmap().isNull()
    _settle(qtbot, card._context)
    assert of_drivers() == {}


def test_a_trial_that_fails_says_why(qtbot: QtBot, card: DevicesCard, desk: Desk) -> None:
    remember(desk)
    have_scanners(0)
    card._read()
    _settle(qtbot, card._context)
    _press(card, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: card._outcome.text().startswith("✕"))
    _settle(qtbot, card._context)


def test_a_card_is_tried_and_its_number_masked(qtbot: QtBot, card: DevicesCard, desk: Desk, readers: Readers) -> None:
    readers.plug_in(FakeReader())
    card._read()
    _settle(qtbot, card._context)
    _press(card, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: card._outcome.text().startswith("✓ 读到居民身份证"))
    assert mask_id(person(1).id_number) in card._outcome.text()
    assert person(1).id_number not in card._outcome.text()
    _settle(qtbot, card._context)


def test_a_port_is_chosen_and_stays_named_while_nothing_is_plugged_in(
    qtbot: QtBot, card: DevicesCard, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Port("usb:1a86:7523:R1", "/dev/ttyUSB0　读卡器", "/dev/ttyUSB0")
    monkeypatch.setattr(ports, "ports", lambda: [reader])
    card._find_ports()
    _settle(qtbot, card._context)
    card.ports.setFocus()
    QTest.keyClick(card.ports, Qt.Key.Key_Down)
    _settle(qtbot, card._context)
    assert devices.chosen(desk).reader == reader.id
    monkeypatch.setattr(ports, "ports", lambda: [Port("COM9", "COM9", "COM9")])
    card._find_ports()
    _settle(qtbot, card._context)
    assert card.ports.currentText() == f"{reader.name}　（现在没有插着）"


def test_the_choices_of_the_page_are_kept(qtbot: QtBot, station_context: Context, station: Desk) -> None:
    remember(station)
    page = SettingsPage(station_context)
    qtbot.addWidget(page)
    page.show()
    _settle(qtbot, station_context)
    row = page._boxes["scanner_source"].editor
    QTest.keyClick(row, Qt.Key.Key_Left)
    _settle(qtbot, station_context)
    row = page._boxes["scanner_resolution"].editor
    QTest.keyClick(row, Qt.Key.Key_Right)
    _settle(qtbot, station_context)
    known = devices.chosen(station)
    assert (known.scanner, known.source, known.resolution) == (SCANNER, Source.FLATBED, 400)


def test_an_auditor_changes_no_device(desk: Desk) -> None:
    auditor = replace(desk, operator=Operator(desk.operator.id, "监督员", Role.AUDITOR))
    with pytest.raises(StationError):
        remember(auditor)
    clerk = replace(desk, operator=Operator(desk.operator.id, "受理员", Role.CLERK))
    remember(clerk)
    settings.change(clerk, "scanner_resolution", 200)
    assert devices.chosen(desk).resolution == 200


def test_a_network_scanner_that_is_not_listed_is_chosen_by_its_address(
    qtbot: QtBot, card: DevicesCard, desk: Desk
) -> None:
    QTest.keyClicks(card._address, "192.0.2.7")
    QTest.keyClick(card._address, Qt.Key.Key_Return)
    assert card._address_box.problem
    card._address.clear()
    with serving(FakeScanner()) as root:
        QTest.keyClicks(card._address, root)
        QTest.keyClick(card._address, Qt.Key.Key_Return)
        _settle(qtbot, card._context)
        assert devices.chosen(desk).scanner == f"escl:{root}"
        _press(card, Qt.Key.Key_S)
        qtbot.waitUntil(lambda: card._outcome.text().startswith("✓ 扫到一页"))
        _settle(qtbot, card._context)
