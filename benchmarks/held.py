"""How long the window's thread is held at most while a stack of papers is scanned, cut, read and compared.

The real program, its scanner a feeder that speaks eSCL from a process of its own; meanwhile somebody types into the
form. Another thread rings every few milliseconds, the window's thread answers when it comes round to it; the longest
wait counts. The baseline is the same window with the same typing and nothing to scan: what the machine itself does.
"""

from __future__ import annotations

import logging
import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QApplication

from benchmarks.measure import Measure, Seconds, bounded, median
from station_app.access.secrets import NoSecrets
from station_app.devices.scanner import Scanner, Source
from station_app.domain.application import Category
from station_app.services import devices, session, settings, setup
from station_app.services.desk import Desk, system_clock
from sync.enrolment import enrol
from tests.integration.devices.fake_escl import FakeScanner, serving
from tests.journey.central import Central
from tests.journey.hands import Hands
from tests.samples import pictures
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.scanned import flatbed, pixels_of
from ui.bootstrap import Program, make_application
from ui.pages.intake import IntakePage

RUNS, MOST_MS = 3, 50.0
_PASSWORD = "just for this measure"
_NUMBER = 20
_RING_SECONDS, _KEY_MS, _IDLE_KEYS = 0.004, 120, 60


def measure(folder: Path) -> list[Measure]:
    logging.getLogger().addHandler(logging.NullHandler())  # the program's log lines are no part of the table
    pages = _stack()
    busy, idle = zip(*[_run(folder / str(turn), pages) for turn in range(RUNS)], strict=True)
    return [bounded("window_held", "ms", median(busy) * 1e3, MOST_MS, RUNS, median(idle) * 1e3)]


def _run(folder: Path, pages: list[bytes]) -> tuple[Seconds, Seconds]:
    """The longest hold with papers coming in, and without."""
    hands = Hands()
    with _scanner(pages) as address:
        home = _home(folder, address)
        with _signed_in(home, hands) as program, Typist(program) as typist:
            idle = typist.longest(hands, lambda: typist.keys >= _IDLE_KEYS, "typing")
            hands.press(Qt.Key.Key_F12)
            busy = typist.longest(hands, lambda: _is_read(program, len(pages)), "every page read")
    shutil.rmtree(folder)
    return busy, idle


# ---- the papers and the device


def _stack() -> list[bytes]:
    """Four sheets as a feeder gives them, A4 at 300 dpi: both sides of the card, the bank card, the certificate."""
    who, what = person(_NUMBER), case(_NUMBER)
    drawn = [
        pictures.id_front(who),
        pictures.id_back(who),
        pictures.service_card(who),
        pictures.certificate(who, Category(what["category"]), what["certificate"]),
    ]
    return [flatbed([pixels_of(each)], seed).jpeg() for seed, each in enumerate(drawn)]


def _serve(pages: list[bytes], line: Connection) -> None:
    with serving(FakeScanner(sheets=len(pages), pages=pages)) as address:
        line.send(address)
        line.recv()


@contextmanager
def _scanner(pages: list[bytes]) -> Iterator[str]:
    """Its address. In a process of its own: the window's thread must not wait for it."""
    spawned = multiprocessing.get_context("spawn")
    here, there = spawned.Pipe()
    process = spawned.Process(target=_serve, args=(pages, there))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


# ---- the program


def _home(folder: Path, address: str) -> Path:
    """An enrolled station whose scanner is at this address."""
    folder.mkdir()
    central = Central(folder / "central")
    central.command("init")
    desk = setup.create_home(folder / "station", "王芳", _PASSWORD, system_clock, NoSecrets())
    with central.serving() as url:
        enrol(desk, url, central.answer("enrol", "CY001", "--name", "测试站"))
    settings.change(desk, "default_plan", case(_NUMBER)["plan"])
    devices.choose_scanner(desk, Scanner(f"escl:{address}", "测试扫描仪", "escl", tuple(Source)), Source.FEEDER)
    session.sign_out(desk)
    return folder / "station"


@contextmanager
def _signed_in(home: Path, hands: Hands) -> Iterator[Program]:
    """The window with an empty form, and the focus in its first line."""
    existing = QApplication.instance()
    program = Program(existing if isinstance(existing, QApplication) else make_application(["bench"]), home)
    try:
        program.window.resize(1366, 768)
        with _heard(program.ready) as ready:
            program.start()
            hands.until(ready.is_set, "the program")
        program.window.activateWindow()
        hands.until_focus("password")
        with _heard(program.opened) as opened:
            hands.write(_PASSWORD)
            hands.press(Qt.Key.Key_Return)
            hands.until(opened.is_set, "the first page")
        hands.press(Qt.Key.Key_F3)
        hands.until(_intake(program).isVisible, "the form")
        _intake(program).form.go_to("phone")
        yield program
    finally:
        program.close()
        program.window.deleteLater()


@contextmanager
def _heard(signal: SignalInstance) -> Iterator[Event]:
    """Set once the signal has come."""
    came = Event()
    signal.connect(came.set)
    yield came


def _intake(program: Program) -> IntakePage:
    assert program.session is not None
    page = program.session.shell.page("intake")
    assert isinstance(page, IntakePage)
    return page


def _is_read(program: Program, pages: int) -> bool:
    desk, scans = _desk(program), _intake(program).draft.scans
    with desk.store.read() as uow:
        return len(scans) >= pages and uow.readings.next_unread() is None


def _desk(program: Program) -> Desk:
    assert program.session is not None
    return program.session.desk


class _Bell(QObject):
    rung = Signal()


@dataclass
class Typist:
    """Context: types into the form while it lasts. ``keys``: how many keys so far."""

    program: Program
    keys: int = 0
    _timer: QTimer = field(default_factory=QTimer)

    def __enter__(self) -> Typist:
        self._timer.timeout.connect(self._type)
        self._timer.start(_KEY_MS)
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.stop()

    def _type(self) -> None:
        Hands().press(Qt.Key.Key_Backspace if self.keys % 12 == 11 else Qt.Key.Key_1)
        self.keys += 1

    def longest(self, hands: Hands, over: object, what: str) -> Seconds:
        """The longest that the window's thread kept somebody waiting until this holds."""
        assert callable(over)
        bell, answered, ended = _Bell(), Event(), Event()
        bell.rung.connect(answered.set, Qt.ConnectionType.QueuedConnection)
        waits: list[Seconds] = []

        def ring() -> None:
            while not ended.wait(_RING_SECONDS):
                answered.clear()
                since = perf_counter()
                bell.rung.emit()
                answered.wait(5)
                waits.append(perf_counter() - since)

        thread = Thread(target=ring)
        thread.start()
        hands.until(over, what, 180)
        ended.set()
        answered.set()
        thread.join()
        return max(waits)
