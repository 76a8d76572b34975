"""技术支持: the list first, then the file."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from station_app.durable import Point
from station_app.services.desk import Desk
from sync.envelope import encode_key, new_private_key, public_key_of
from sync.support import SupportEntry, open_bundle
from ui.context import Context
from ui.pages.support_card import OpenHome, SupportCard, entry_words


def test_the_list_is_shown_before_anything_is_written(
    qtbot: QtBot, station_context: Context, station: Desk, tmp_path: Path
) -> None:
    server_key = new_private_key()
    with station.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("server_key", encode_key(public_key_of(server_key)))
    card = SupportCard(OpenHome(station_context.desk), station_context.tasks)
    qtbot.addWidget(card)
    card.show()
    assert not card.save.isVisible()
    card.collect.click()
    qtbot.waitUntil(card.save.isVisible)
    assert "系统和版本" in card._words.text()
    assert "自检结果" in card._words.text()
    card.write_to(tmp_path / "bundle.age")
    qtbot.waitUntil(lambda: "已存为 bundle.age" in card._words.text())
    assert not card.save.isVisible()
    assert "counts.json" in open_bundle((tmp_path / "bundle.age").read_bytes(), server_key)[1]


def test_a_file_that_cannot_be_written_is_said(qtbot: QtBot, station_context: Context, tmp_path: Path) -> None:
    with station_context.desk.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("server_key", encode_key(public_key_of(new_private_key())))
    card = SupportCard(OpenHome(station_context.desk), station_context.tasks)
    qtbot.addWidget(card)
    card.show()
    card.collect.click()
    qtbot.waitUntil(card.save.isVisible)
    card.write_to(tmp_path / "nowhere" / "bundle.age")
    qtbot.waitUntil(lambda: "不能写入" in card._words.text())
    assert card.save.isVisible()


def test_the_list_in_words() -> None:
    entries = [
        SupportEntry(name="system.json", size=900),
        SupportEntry(name="station.log", size=100_000),
        SupportEntry(name="station.log.1", size=20_000),
        SupportEntry(name="report-0123456789ab.txt", size=3_000),
    ]
    assert entry_words(entries) == "系统和版本 1 KB、日志 2 份 120 KB、错误报告 3 KB"
