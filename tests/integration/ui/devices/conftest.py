"""受理 with devices: a real store, the real page, real drivers in their processes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from station_app.devices import drivers
from station_app.devices.ports import Port
from station_app.devices.scanner import Scanner, ScanOrder, Source
from station_app.services import devices, settings
from station_app.services.desk import Desk
from tests.integration.devices.conftest import SCANNER, backend
from tests.integration.devices.fake_id_reader import FakeReader, plugged_in
from tests.unit.ui.conftest import events, reported, tasks, theme
from tests.unit.ui.intake.conftest import clock, context, desk, page, window
from ui.pages.intake import IntakePage

__all__ = ["backend", "clock", "context", "desk", "events", "page", "reported", "tasks", "theme", "window"]

QUICK, ENDLESS = 25, 1200  # dpi; at 1200 the slow backend needs half an hour a page


@pytest.fixture(autouse=True)
def no_other_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test beside this one may announce a scanner in the network."""
    monkeypatch.setattr(drivers, "names", lambda: ("sane",))


def remember(desk: Desk, source: Source = Source.FEEDER, scanner: str = SCANNER) -> None:
    """This scanner was chosen before."""
    devices.choose_scanner(desk, Scanner(scanner, "测试扫描仪", "sane", tuple(Source)), source)


@pytest.fixture
def dots(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The resolution of every scan, which the window's choices do not go down to; change the one item."""
    dots = [QUICK]
    real = devices.Chosen.order
    monkeypatch.setattr(devices.Chosen, "order", lambda known: _at(real(known), dots[0]))
    return dots


def _at(order: ScanOrder, dots: int) -> ScanOrder:
    return replace(order, resolution=dots)


class Readers:
    """Plugs simulated readers in and out; the station remembers the port."""

    def __init__(self, desk: Desk, stack: ExitStack) -> None:
        self._desk, self._stack = desk, stack

    def plug_in(self, reader: FakeReader) -> str:
        path = self._stack.enter_context(plugged_in(reader))
        devices.choose_reader(self._desk, Port(path, path, path))
        return path

    def unplug(self) -> None:
        self._stack.close()


@pytest.fixture
def readers(desk: Desk) -> Iterator[Readers]:
    with ExitStack() as stack:
        yield Readers(desk, stack)


def said(page: IntakePage) -> list[str]:
    """What goes to the banner from now on."""
    words: list[str] = []
    page.notice.connect(lambda text, _: words.append(text) if text else None)
    return words


def wait_for(qtbot: QtBot, words: list[str], part: str) -> None:
    qtbot.waitUntil(lambda: any(part in each for each in words))


def chosen_scanner(desk: Desk) -> object:
    return settings.read_all(desk)["scanner"]


def have_scanners(number: int) -> None:
    """So many devices has the backend from now on, and no other option."""
    Path(os.environ["SANE_CONFIG_DIR"], "test.conf").write_text(f"number_of_devices {number}\n", "utf-8")
