"""Pictures of every page, in every theme and text size, in ``build/shots``: to be looked at after a change.

QT_QPA_PLATFORM=offscreen .venv/bin/python -m tests.unit.ui.shots [THEME [SIZE]]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from station_app.domain.application import Category, Content, FieldReturn, ReturnCode, ScanKind, State
from station_app.domain.member import Member
from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.services import capture, intake, submission
from station_app.services.desk import Desk
from station_app.store.records import LedgerQuery
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import scans_of
from tests.unit.ui.intake.readings import put_readings
from tests.unit.ui.stations import PASSWORD, Watch, make_home, open_desk
from ui.bootstrap import Program
from ui.pages.setup import SetupPage
from ui.remembered import Remembered, save
from ui.theme import THEMES
from ui.theme.apply import TEXT_SIZES
from ui.window import Window

_FOLDER = Path(__file__).parents[3] / "build" / "shots"
_PAGES = {"todo": Qt.Key.Key_F4, "ledger": Qt.Key.Key_F5, "sync": Qt.Key.Key_F10, "settings": Qt.Key.Key_F11}


def main() -> None:
    themes = [sys.argv[1]] if len(sys.argv) > 1 else list(THEMES)
    sizes = [int(sys.argv[2])] if len(sys.argv) > 2 else list(TEXT_SIZES)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(open_desk(home, make_home(home), Watch()))
        for theme in themes:
            for size in sizes:
                _shoot(app, home, theme, size)


def fill(desk: Desk) -> None:
    """A roster and cases in every state that a station sees."""
    with desk.store.roster.write() as work:
        work.upsert(_member(number) for number in range(60))
    draft = intake.new_case(desk, Content(2024, Category.VOCATIONAL, applicant={"name": person(3).name}))
    assert draft.value.record.state is State.DRAFT
    for number, category in ((4, Category.VOCATIONAL), (5, Category.SOCIAL_WORKER), (6, Category.COMPETITION)):
        _whole(desk, number, category)
    _mistyped(desk, 13)
    for number, states in (
        (7, (State.QUEUED,)),
        (8, (State.QUEUED, State.RECEIVED)),
        (9, (State.QUEUED, State.RECEIVED, State.RETURNED)),
        (10, (State.QUEUED, State.RECEIVED, State.APPROVED)),
        (11, (State.QUEUED, State.RECEIVED, State.APPROVED, State.PAID)),
        (12, (State.QUEUED, State.RECEIVED, State.REJECTED)),
    ):
        identity = _whole(desk, number, Category.VOCATIONAL)
        _moved(desk, identity, states)
        if State.PAID in states:
            _erase(desk, identity)
    desk.store.close()


def _erase(desk: Desk, identity: str) -> None:
    """As after the days of retention."""
    with desk.store.write(Point.RETENTION) as uow:
        uow.receipts.add(uow.applications.get(identity).reference, 1, "a.b.c", desk.clock())
        uow.scans.erase(identity, desk.clock())


def _whole(desk: Desk, number: int, category: Category) -> str:
    """A complete draft with its scans; answers its id."""
    document = case(number, category)
    identity = intake.new_case(desk, Content.from_json(document)).value.record.id
    for kind, content in scans_of(person(number), document).items():
        if kind is not ScanKind.FORM:
            capture.add_scan(desk, identity, kind, content)
    intake.set_consent(desk, identity, {"notice": "1", "given_on": "2024-05-15", "how": "oral"})
    return identity


def _mistyped(desk: Desk, number: int) -> None:
    """A draft whose card number is not the one on its page, and that lacks what the certificate says."""
    identity = _whole(desk, number, Category.VOCATIONAL)
    content = intake.open_case(desk, identity).record.content
    card = str(content.value("card_no"))
    wrong = f"{card[:7]}{(int(card[7]) + 2) % 10}{card[8:]}"
    content = content.with_value("applicant", "card_no", wrong).with_value("certificate", "occupation", None)
    intake.save_content(desk, identity, content)
    put_readings(desk, identity, {"id_back": "glare"}, number)


def _moved(desk: Desk, identity: str, states: tuple[State, ...]) -> None:
    submission.submit(desk, identity, "本人坚持申报")
    for state in states[1:]:
        facts: dict[str, object] = {}
        if state is State.RETURNED:
            facts["returned"] = [FieldReturn("card_no", ReturnCode.MISMATCH, "末四位与卡面不符").to_json()]
        with desk.store.write(Point.APPLY) as uow:
            uow.applications.move(identity, state, desk.now(), "central", "server", **facts)


def _member(number: int) -> Member:
    one = person(number)
    return Member(number + 1, one.name, one.id_number, one.card_no, one.phone, one.employer, one.district)


def _shoot(app: QApplication, home: Path, theme: str, size: int) -> None:
    save(home, Remembered(theme, size, told_no_secret_store=True))
    program = Program(app, home, Watch())
    program.start()
    grab = _grabber(app, program.window, f"{theme}_{size}")
    grab("signin")
    _press(Qt.Key.Key_Return)
    for each in PASSWORD:
        QTest.keyClicks(_focus(), each)
    _press(Qt.Key.Key_Return)
    _wait(app, lambda: program.session is not None)
    assert program.session is not None
    program._dress({"theme": theme, "text_size": size})
    program.session.wear(program._theme)
    for name, key in _PAGES.items():
        _press(key)
        _settle(app, program)
        grab(name)
    _press(Qt.Key.Key_F10)
    QTest.keyClick(_focus(), Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    _settle(app, program)
    grab("stick")
    _press(Qt.Key.Key_F3)
    _settle(app, program)
    grab("intake_new")
    with program.session.desk.store.read() as uow:
        rows = uow.applications.find(LedgerQuery(limit=100))
    for row in rows:
        if row.state in (State.DRAFT, State.RETURNED, State.RECEIVED, State.PAID):
            program.session.shell.show_case(row.id)
            _settle(app, program)
            differs = "_differs" if row.name == person(13).name else ""
            grab(f"intake_{row.state}_{row.category}{differs}")
    program.session.shell.show_trouble(EnvironmentFault("disk_full"))
    grab("banner")
    program.lock()
    grab("lock")
    program.close()
    _shoot_setup(app, theme, size)


def _shoot_setup(app: QApplication, theme: str, size: int) -> None:
    window, page = Window(), SetupPage()
    window.resize(1366, 768)
    window.show_stage(page)
    window.show()
    grab = _grabber(app, window, f"{theme}_{size}")
    page.require(10)
    page.submit()
    grab("setup")
    page.refuse(EnvironmentFault("server_unreachable"))
    grab("setup_unreachable")
    window.let_go()


def _grabber(app: QApplication, window: QWidget, look: str) -> Callable[[str], None]:
    def grab(name: str) -> None:
        window.activateWindow()
        for _ in range(4):
            app.processEvents()
        window.grab().save(str(_FOLDER / f"{name}_{look}.png"))

    return grab


def _settle(app: QApplication, program: Program) -> None:
    assert program._tasks is not None
    tasks = program._tasks
    for _ in range(3):
        _wait(app, lambda: not tasks._tickets)
        time.sleep(0.1)


def _wait(app: QApplication, true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        app.processEvents()
        time.sleep(0.01)


def _focus() -> QWidget:
    focus: QWidget | None = QApplication.focusWidget()
    assert focus is not None
    return focus


def _press(key: Qt.Key) -> None:
    QTest.keyClick(_focus(), key)


if __name__ == "__main__":
    main()
