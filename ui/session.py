"""One signed-in operator: desk, pages, sync worker, and the way they end. Imports all that is heavy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from station_app.access import waits
from station_app.access.secrets import secret_store
from station_app.access.slots import least_password_length, operators
from station_app.errors import EnvironmentFault, UserError
from station_app.events import Changed, Events, Kind
from station_app.services import recovery, revocation, session, settings, setup, text_files
from station_app.services.backup_worker import BackupWorker
from station_app.services.desk import Clock, Desk, system_clock
from station_app.services.reading import ReadingWorker
from sync.engine import one_pass
from sync.enrolment import enrol, enrol_from_package
from sync.identity import transport_for
from sync.standing import StandingDesk
from sync.worker import SyncWorker
from ui.bridge import Bridge
from ui.clipboard import CopiedOut
from ui.context import Context
from ui.idleness import Idleness
from ui.messages import label, sentence
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
    """What this PC offers. ``notice``: the code of why there is no usable secret store, None when there is one;
    ``trouble``: what is wrong with the file that says who may sign in.
    """

    least_password: int
    notice: str | None
    trouble: EnvironmentFault | None


# ---- work for the background; holds no Qt object


def look_at_machine(home: Path) -> Machine:
    secrets = secret_store()
    return Machine(least_password_length(secrets), secrets.problem, _trouble(home))


def _trouble(home: Path) -> EnvironmentFault | None:
    """The first picture took the names on trust; here the file that holds them is checked."""
    try:
        operators(home)
    except EnvironmentFault as fault:
        return fault
    return None


def sign_in(home: Path, name: str, password: str, clock: Clock | None) -> Opened:
    """Raises as ``services.session.sign_in``; ``password_wrong`` says how many ``seconds`` to wait now."""
    try:
        return describe(session.sign_in(home, name, password, clock or system_clock))
    except EnvironmentFault as fault:
        if fault.code != "device_revoked":
            raise
        return _deliver_last(home, name, password, clock or system_clock)
    except UserError as error:
        raise _with_wait(error, home, name, clock or system_clock) from error


def _deliver_last(home: Path, name: str, password: str, clock: Clock) -> Opened:
    """A revoked PC: bring to the server what is left, and open only if the server admits this PC again."""
    desk = session.sign_in(home, name, password, clock, for_delivery=True)
    try:
        with closing(transport_for(desk)) as transport:
            code = one_pass(desk, transport).code
    finally:
        session.sign_out(desk)
    if code is not None:
        raise EnvironmentFault("erased" if code == "erased" else "device_revoked")
    return describe(session.sign_in(home, name, password, clock))


def unlock(desk: Desk, password: str) -> None:
    """Raises as ``sign_in`` does when the password is not the operator's."""
    try:
        session.check_password(desk, password)
    except UserError as error:
        raise _with_wait(error, desk.home, desk.operator.name, desk.clock) from error


def change_password(desk: Desk, old: str, new: str) -> None:
    session.change_password(desk, old, new)


def pending_recovery(home: Path, name: str) -> str:
    """The code of this operator's request that waits for its answer, empty where there is none."""
    asked = recovery.pending(home)
    return asked.code if asked is not None and asked.operator == name else ""


def ask_recovery(home: Path, name: str, file: Path, clock: Clock | None) -> str:
    """Write a request; its code."""
    asked = recovery.ask(home, name, clock or system_clock)
    text_files.write(file, asked.text)
    return asked.code


def recover(home: Path, file: Path, password: str, clock: Clock | None) -> str:
    """Take an answer; the operator's name."""
    return recovery.apply(home, text_files.read(file), password, clock or system_clock)


def create_home(home: Path, operator_name: str, password: str, clock: Clock | None) -> Opened:
    return describe(setup.create_home(home, operator_name, password, clock or system_clock))


def enrol_station(desk: Desk, where: str, code: str) -> Opened:
    """``where``: the server's address, or the path of a package."""
    if Path(where).is_file():
        enrol_from_package(desk, Path(where), code)
    else:
        enrol(desk, where, code)
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
    as long as the setting says; ``sign_out_asked()``; ``shut_out(code)``: by the association, this PC;
    ``settings_changed(dict)``.
    """

    shell_made = Signal(object)
    lock_asked = Signal()
    sign_out_asked = Signal()
    shut_out = Signal(str)
    settings_changed = Signal(object)

    def __init__(self, opened: Opened, app: QGuiApplication, tasks: Tasks, events: Events, theme: Theme) -> None:
        super().__init__()
        self.desk = opened.desk
        self._opened = opened
        self._tasks = tasks
        self._bridge = Bridge(events, self)
        self._worker = worker = SyncWorker(self.desk, events)
        self._standing = StandingDesk(self.desk, events, lambda: not worker.status.paused)
        self._backups = BackupWorker(self.desk, events)
        self._reading = ReadingWorker(self.desk, events)
        self._told_of_backup: str | None = None
        self._context = Context(self.desk, tasks, self._bridge, theme, events, worker, self._standing, self._reading)
        self._copied = CopiedOut(app.clipboard(), parent=self)
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
        self._standing.start()
        self._backups.start()
        self._reading.start()
        self._idleness.start()

    def rest(self) -> None:
        """The window is locked: begin to save, count no idleness, take back what was copied; sync goes on."""
        self._idleness.stop()
        self._copied.clear()
        self.shell.leave()

    def come_back(self) -> None:
        """The window is unlocked: the work goes on where it stood."""
        self.shell.come_back()
        self._idleness.start()

    def wear(self, theme: Theme) -> None:
        """Make every page again in this theme, standing where the old ones stood."""
        self.save()
        kept = self.shell.keep()
        self._context = replace(self._context, theme=theme)
        self.shell = self._make_shell()
        self.shell_made.emit(self.shell)
        self.shell.restore(kept)

    def save(self) -> bool:
        """Write what the pages have not written yet and wait for it; whether everything is written now."""
        self.shell.leave()
        self._tasks.finish()
        return not self.shell.unsaved

    def close(self) -> None:
        """Save, stop the workers, the last backup with them, close the store, drop the keys."""
        self._idleness.stop()
        self._copied.close()
        self.save()
        self._tasks.wrote.disconnect(self._on_wrote)
        self._bridge.close()
        self._reading.stop()
        self._standing.stop()
        self._worker.stop()
        self._backups.stop()
        self._tasks.drop_queries()
        session.sign_out(self.desk)

    def _make_shell(self) -> Shell:
        operator = self.desk.operator
        who = f"{operator.name} · {label(f'role.{operator.role}')}"
        shell = Shell(self._context, self._places(), self._opened.station, who)
        shell.lock_asked.connect(self.lock_asked)
        shell.shut_out.connect(self.shut_out)
        return shell

    def _places(self) -> dict[str, Place]:
        return {**PLACES, "settings": Place("设置", "F11", self._settings)}

    def _settings(self, context: Context) -> SettingsPage:
        page = SettingsPage(context)
        page.sign_out_asked.connect(self.sign_out_asked)
        page.backup_asked.connect(self._backups.wake)
        return page

    def _on_wrote(self, changed: Changed) -> None:
        """What the clerk wrote is offered to the server at once; so is what another setting lets go."""
        if changed.touches(Kind.OUTBOX, Kind.SCANS, Kind.SETTINGS):
            self._worker.wake()

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.TRAY) and changed.touches(Kind.OUTBOX):  # a signed paper followed its case
            self._worker.wake()
        if changed.touches(Kind.SYNC) and self._worker.status.failure in revocation.SHUT_OUT:
            self.shut_out.emit(self._worker.status.failure)
        if changed.touches(Kind.OPERATORS) and self.desk.operator.disabled:
            self.sign_out_asked.emit()
        if changed.touches(Kind.BACKUP):
            self._tell_of_backup()
        if changed.touches(Kind.SETTINGS):
            desk = self.desk
            self._tasks.query(self, partial(settings.read_all, desk), self._settings_read, key="settings")

    def _tell_of_backup(self) -> None:
        """A backup that fails is said once, until one succeeds or fails otherwise."""
        failure = self._backups.status.failure
        if failure is not None and failure != self._told_of_backup:
            self.shell.say(sentence(failure), "attention")
        self._told_of_backup = failure

    def _settings_read(self, values: dict[str, Value]) -> None:
        self._idleness.set_minutes(int(values["idle_lock_minutes"]))
        self.settings_changed.emit(values)
