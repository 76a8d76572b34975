"""One signed-in operator: desk, pages, sync worker, and the way they end. Imports all that is heavy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from station_app.access import waits
from station_app.access.secrets import secret_store
from station_app.access.slots import least_password_length
from station_app.errors import UserError
from station_app.events import Changed, Events, Kind
from station_app.services import session, settings, setup
from station_app.services.desk import Clock, Desk, system_clock
from sync.enrolment import enrol
from sync.worker import SyncWorker
from ui.bridge import Bridge
from ui.context import Context
from ui.idleness import Idleness
from ui.messages import label
from ui.pages.settings import SettingsPage
from ui.places import PLACES
from ui.shell import Place, Shell
from ui.tasks import Tasks
from ui.theme import Theme

Value = int | bool | str


@dataclass(frozen=True)
class Opened:
    """A desk and what the window needs to know of it. ``station``: its name, empty before enrolment."""

    desk: Desk
    settings: Mapping[str, Value]
    station: str
    enrolled: bool


@dataclass(frozen=True)
class Machine:
    """What this PC offers. ``notice``: the code of why there is no usable secret store, None when there is one."""

    least_password: int
    notice: str | None


# ---- work for the background; holds no Qt object


def look_at_machine() -> Machine:
    secrets = secret_store()
    return Machine(least_password_length(secrets), secrets.problem)


def sign_in(home: Path, name: str, password: str, clock: Clock | None) -> Opened:
    """Raises as ``services.session.sign_in``; ``password_wrong`` says how many ``seconds`` to wait now."""
    try:
        return describe(session.sign_in(home, name, password, clock or system_clock))
    except UserError as error:
        raise _with_wait(error, home, name, clock or system_clock) from error


def unlock(desk: Desk, password: str) -> None:
    """Raises as ``sign_in`` does when the password is not the operator's."""
    try:
        session.check_password(desk, password)
    except UserError as error:
        raise _with_wait(error, desk.home, desk.operator.name, desk.clock) from error


def create_home(home: Path, operator_name: str, password: str, clock: Clock | None) -> Opened:
    return describe(setup.create_home(home, operator_name, password, clock or system_clock))


def enrol_station(desk: Desk, url: str, code: str) -> Opened:
    enrol(desk, url, code)
    return describe(desk)


def describe(desk: Desk) -> Opened:
    identity = setup.identity(desk)
    return Opened(desk, settings.read_all(desk), identity["station_name"], setup.is_enrolled(desk))


def _with_wait(error: UserError, home: Path, name: str, clock: Clock) -> UserError:
    if error.code != "password_wrong":
        return error
    return UserError(error.code, error.field, seconds=waits.seconds_left(home, name, clock))


def leave(opened: Opened) -> None:
    """Close a desk that no session was made of."""
    session.sign_out(opened.desk)


# ---- the session


class Session(QObject):
    """Made once somebody has signed in at an enrolled station; ``close`` ends it.

    Attributes: ``desk``, ``shell``. Signals: ``shell_made(Shell)``: put it in the window (again after a change of
    theme or text size); ``lock_asked()``: by the clerk, or because nobody was here for
    as long as the setting says; ``sign_out_asked()``; ``settings_changed(dict)``.
    """

    shell_made = Signal(object)
    lock_asked = Signal()
    sign_out_asked = Signal()
    settings_changed = Signal(object)

    def __init__(self, opened: Opened, app: QGuiApplication, tasks: Tasks, events: Events, theme: Theme) -> None:
        super().__init__()
        self.desk = opened.desk
        self._opened = opened
        self._tasks = tasks
        self._bridge = Bridge(events, self)
        self._worker = SyncWorker(self.desk, events)
        self._context = Context(self.desk, tasks, self._bridge, theme, events, self._worker)
        self._idleness = Idleness(app, int(opened.settings["idle_lock_minutes"]))
        self._idleness.expired.connect(self.lock_asked)
        self._bridge.changed.connect(self._on_changed)
        tasks.wrote.connect(self._on_wrote)
        self.shell = self._make_shell()

    def start(self) -> None:
        """Show the first page and begin to sync."""
        self.shell_made.emit(self.shell)
        self.shell.show_page("todo")
        self._worker.start()
        self._idleness.start()

    def rest(self) -> None:
        """The window is locked: begin to save, count no idleness; sync goes on."""
        self._idleness.stop()
        self.shell.leave()

    def come_back(self) -> None:
        """The window is unlocked: the work goes on where it stood."""
        self.shell.come_back()
        self._idleness.start()

    def wear(self, theme: Theme) -> None:
        """Make every page again in this theme, standing where the old ones stood."""
        self.save()
        kept = self.shell.keep()
        self._context = Context(self.desk, self._tasks, self._bridge, theme, self._context.events, self._worker)
        self.shell = self._make_shell()
        self.shell_made.emit(self.shell)
        self.shell.restore(kept)

    def save(self) -> bool:
        """Write what the pages have not written yet and wait for it; whether everything is written now."""
        self.shell.leave()
        self._tasks.finish()
        return not self.shell.unsaved

    def close(self) -> None:
        """Save, stop the worker, close the store, drop the keys."""
        self._idleness.stop()
        self.save()
        self._tasks.wrote.disconnect(self._on_wrote)
        self._bridge.close()
        self._worker.stop()
        self._tasks.drop_queries()
        session.sign_out(self.desk)

    def _make_shell(self) -> Shell:
        operator = self.desk.operator
        who = f"{operator.name} · {label(f'role.{operator.role}')}"
        shell = Shell(self._context, self._places(), self._opened.station, who)
        shell.lock_asked.connect(self.lock_asked)
        return shell

    def _places(self) -> dict[str, Place]:
        return {**PLACES, "settings": Place("设置", "F11", self._settings)}

    def _settings(self, context: Context) -> SettingsPage:
        page = SettingsPage(context)
        page.sign_out_asked.connect(self.sign_out_asked)
        return page

    def _on_wrote(self, changed: Changed) -> None:
        """What the clerk wrote is offered to the server at once."""
        if changed.touches(Kind.OUTBOX, Kind.SCANS):
            self._worker.wake()

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.SETTINGS):
            desk = self.desk
            self._tasks.query(self, partial(settings.read_all, desk), self._settings_read, key="settings")

    def _settings_read(self, values: dict[str, Value]) -> None:
        self._idleness.set_minutes(int(values["idle_lock_minutes"]))
        self.settings_changed.emit(values)
