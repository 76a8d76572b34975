"""What a clerk sees of scans that are not on this PC any more: that they are gone, since when, and where they are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from station_app.domain.application import Content, ScanKind, State
from station_app.durable import Point
from station_app.services import capture, intake
from station_app.services.desk import Desk
from station_app.services.retention import Kept
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of
from ui.context import Context
from ui.models.case_detail import read_detail
from ui.pages.intake import IntakePage
from ui.pages.intake.draft import Draft
from ui.pages.intake.places import places_of
from ui.pages.retention_card import kept_words
from ui.widgets.scan_strip import Place, ScanStrip


def test_an_erased_page_is_no_picture_and_no_empty_place(qtbot: QtBot) -> None:
    strip = ScanStrip()
    qtbot.addWidget(strip)
    asked: list[object] = []
    opened: list[object] = []
    strip.picture_wanted.connect(asked.append)
    strip.opened.connect(opened.append)
    strip.set_places([Place(ScanKind.CARD, "s1", "", "ok", fixed=True)])
    assert asked == ["s1"]
    strip.set_places([Place(ScanKind.CARD, "s1", "2024-08-14", "soft", fixed=True, erased=True)])
    (tile,) = strip._tiles
    assert tile._picture.text() == "已按规定清除\n2024-08-14"
    assert "2024-08-14" in tile.accessibleName()
    QTest.keyClick(strip, Qt.Key.Key_Return)
    assert (asked, opened) == (["s1"], ["s1"])


@pytest.fixture
def gone(station: Desk) -> str:
    """The id of a paid case without its scans."""
    record = intake.new_case(station, Content.from_json(case(7))).value.record
    for kind, page in scans_of(person(7), case(7)).items():
        capture.add_scan(station, record.id, kind, page)
    with station.store.write(Point.APPLY) as uow:
        uow.applications.freeze(record.id, 1, "{}", operator_id="x", at=station.now())
        for state in (State.QUEUED, State.RECEIVED, State.APPROVED, State.PAID):
            uow.applications.move(record.id, state, station.now(), "", "server")
        uow.receipts.add(record.reference, 1, "a.b.c", station.now())
        uow.scans.erase(record.id, station.now())
    return record.id


def test_the_case_says_since_when_its_scans_are_gone(station: Desk, gone: str) -> None:
    places = places_of(Draft.of(intake.open_case(station, gone)))
    assert places
    assert {(each.erased, each.fixed, each.note) for each in places} == {(True, True, "2024-05-15")}
    facts = dict(read_detail(station, gone).facts)
    assert facts["扫描件"].endswith("页，2024-05-15 已按规定从本机清除")


def test_opening_one_says_where_it_still_is(qtbot: QtBot, station_context: Context, gone: str) -> None:
    page = IntakePage(station_context)
    qtbot.addWidget(page)
    page.show()
    said: list[str] = []
    page._scans.said.connect(lambda words, _tone: said.append(words))
    page.show_case(gone)
    qtbot.waitUntil(lambda: any(each.place.erased for each in page.form.strip._tiles))
    QTest.keyClick(page.form.strip, Qt.Key.Key_Return)
    assert len(said) == 1
    assert "技协" in said[0]


def test_the_card_tells_what_is_gone_and_what_waits_for_what() -> None:
    assert kept_words(Kept(0, 0, 0, 0)) == "还没有到期的扫描件。"
    assert kept_words(Kept(12, 0, 3, 0)) == "已按规定清除 12 件的扫描件。3 件到期，等中心做好备份后清除。"
    assert "没有回执" in kept_words(Kept(0, 1, 0, 2))
