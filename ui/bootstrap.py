"""The composition root: the one place that knows everything.

The sign-in window paints before anything heavy is imported: above the first function stand only Qt and what reads one
small file. The store, the network and the pages come in on a background thread, through ``ui.session``.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from station_app.access.lock import HomeLock
from station_app.config import BY_KEY, station_home
from station_app.errors import EnvironmentFault, StationError
from ui import remembered
from ui.entrance import Entrance
from ui.messages import sentence
from ui.theme import apply_theme
from ui.window import Window, run_deferred_deletions

if TYPE_CHECKING:
    from station_app.events import Events
    from station_app.services.desk import Clock
    from ui.session import Machine, Opened, Session
    from ui.tasks import Tasks
    from ui.watchdog import Watchdog

ENVIRONMENT_FAILED = 3
_ERASED = "erased"  # services.revocation.MARK; its module is heavy
_RESTORED = "restore.ready"  # services.moving_in.READY; looked for before anything of it is needed
_SWITCH_SECONDS = 0.0005  # threads here take turns often: the window's must not wait long for the interpreter
_MOST_DIALOGS = 8  # on top of each other; one that will not close must not hold the lock up


def run(argv: list[str]) -> int:
    """Open the window; the answer is the process's exit code: 0, or 3 when the home cannot be had."""
    choose_input_method(os.environ)
    app = make_application(argv)
    home = station_home()
    try:
        program = Program(app, home)
    except EnvironmentFault as fault:
        return tell_and_leave(app, sentence(fault))
    program.window.painted.connect(gc.enable)
    program.ready.connect(partial(_watch_everything, home))
    program.closed.connect(app.quit)
    program.start()
    return app.exec()


def _watch_everything(home: Path) -> None:
    """Log to the home, and report what no code catches."""
    from ui.reports import Reporter, start_log

    start_log(home)
    Reporter(home).watch_everything()


def make_application(argv: list[str]) -> QApplication:
    """An application in the one style that looks the same everywhere.

    Asked for by argument: ``setStyle`` would make the platform's first and wrap ``QStyle``, whose names cost 20 ms.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    return QApplication([*argv[:1], "-style", "fusion", *argv[1:]])


def choose_input_method(environ: MutableMapping[str, str]) -> None:
    """Chinese typing on X11: the wheels of PySide6 bring no plugin for fcitx, but fcitx speaks ibus's protocol too."""
    if not sys.platform.startswith("linux") or environ.get("XDG_SESSION_TYPE") == "wayland":
        return
    if environ.get("QT_IM_MODULE", "fcitx").startswith("fcitx"):
        environ["QT_IM_MODULE"] = "ibus"


def tell_and_leave(app: QApplication, words: str) -> int:
    """A window that says why the program cannot start, then exit code 3."""
    from ui.pages.trouble import TroublePage

    apply_theme(app, str(BY_KEY["theme"].default), int(BY_KEY["text_size"].default))
    window = Window()
    window.close_asked.connect(window.let_go)
    page = TroublePage(words)
    page.left.connect(window.let_go)
    window.show_stage(page)
    window.open_on_screen()
    app.exec()
    return ENVIRONMENT_FAILED


class Program(QObject):
    """The whole program on an application that exists: for ``run``, for tests, for the demo.

    Holds the home's lock from the start (EnvironmentFault ``home_in_use``, ``home_unwritable``) until ``closed``; a
    restore that was cut off is ended first.

    Attributes: ``window``; ``session``: None while nobody is signed in; ``is_locked``.
    Signals: ``ready()``: everything heavy is imported; ``opened()``: somebody signed in and sees the first page;
    ``locked()``; ``unlocked()``; ``signed_out()``; ``closed()``.
    """

    ready = Signal()
    opened = Signal()
    locked = Signal()
    unlocked = Signal()
    signed_out = Signal()
    closed = Signal()

    def __init__(self, app: QApplication, home: Path, clock: Clock | None = None) -> None:
        super().__init__()
        self._lock = HomeLock.take(home)
        self._end_restore(home)
        self._app = app
        self._home = home
        self._remembered = remembered.load(home)
        self._tasks: Tasks | None = None
        self._machine: Machine | None = None
        self._events: Events | None = None
        self._watchdog: Watchdog | None = None
        self.session: Session | None = None
        self.is_locked = False
        self._warned: set[str] = set()
        self._closed = False
        self._theme = apply_theme(app, self._remembered.theme, self._remembered.text_size)
        self.window = Window()
        self._entrance = Entrance(self.window, home, clock)
        self.window.painted.connect(self._painted)
        self.window.lock_asked.connect(self.lock)
        self.window.close_asked.connect(self.close_if_saved)
        self._entrance.entered.connect(self._entered)
        self._entrance.unlocked.connect(self._unlocked)

    def _end_restore(self, home: Path) -> None:
        try:
            if (home / _RESTORED).exists():
                from station_app.services.moving_in import finish

                finish(home)
            if (home / _ERASED).exists():
                from station_app.services.revocation import finish as clear_away

                clear_away(home)
        except BaseException:
            self._lock.release()
            raise

    def start(self) -> None:
        """Show the window: sign-in, or set-up on a new PC."""
        self._entrance.show_first()
        self.window.open_on_screen()

    # ---- the heavy part

    def _painted(self) -> None:
        """The first picture is on the screen: bring in the rest, on its own thread."""
        from station_app.events import Events
        from ui.reports import Reporter
        from ui.tasks import Tasks

        self._events = Events()
        self._tasks = Tasks(self._events, Reporter(self._home))
        self._tasks.wrote.connect(self._wrote)
        self._tasks.query(self, partial(bring_in, self._home), self._furnish, self._cannot_start)

    def _furnish(self, machine: Machine) -> None:
        from ui.watchdog import Watchdog

        assert self._tasks is not None
        self._machine = machine
        self._watchdog = Watchdog(self._app)
        self._entrance.furnish(self._tasks, machine)
        self.ready.emit()

    def _cannot_start(self, error: StationError) -> None:
        from ui.pages.trouble import TroublePage

        page = TroublePage(sentence(error))
        page.left.connect(self.close)
        self.window.show_stage(page)

    # ---- the session

    def _entered(self, opened: Opened) -> None:
        """Somebody is in; another operator's session, if there is one behind the lock, is saved and ends first."""
        from PySide6.QtCore import Qt

        from ui.session import Session, leave

        assert self._tasks is not None
        assert self._events is not None
        if self.session is not None and not self.session.save():
            leave(opened)
            self._entrance.show_lock(self.session.desk, sentence("unsaved_work"))
            return
        self._end_session()
        self._dress(opened.settings)
        self.session = Session(opened, self._app, self._tasks, self._events, self._theme)
        self.session.shell_made.connect(self.window.show_shell)
        self.session.lock_asked.connect(self.lock)
        self.session.sign_out_asked.connect(self.sign_out, Qt.ConnectionType.QueuedConnection)
        self.session.shut_out.connect(self._shut_out, Qt.ConnectionType.QueuedConnection)
        self.session.settings_changed.connect(self._settings_changed)
        self.session.start()
        self._tell_of_secrets_once(self.session)
        if opened.desk.store.loss is not None:
            self.session.shell.say(sentence(opened.desk.store.loss), "wrong")
        self.opened.emit()

    def lock(self) -> None:
        """Hide the work behind the password; pages, their drafts and the sync go on."""
        if self.session is None or self.is_locked:
            return
        self.is_locked = True
        self.session.rest()
        dismiss_dialogs(self._app)
        self._entrance.show_lock(self.session.desk)
        self.locked.emit()

    def _unlocked(self) -> None:
        assert self.session is not None
        self.is_locked = False
        self.window.show_shell(self.session.shell)
        self.session.come_back()
        self.unlocked.emit()

    def sign_out(self) -> None:
        """Back to the operators; the keys are dropped. Work that cannot be saved keeps the session open; a file that is
        not written to its end does so once.
        """
        if self.session is not None:
            code = self._unfinished(self.session)
            if code == "unsaved_work" or (code and code not in self._warned):
                self._warn(self.session, code)
                return
        self._end_session()
        self._entrance.show_sign_in()
        self.signed_out.emit()

    def _shut_out(self, code: str) -> None:
        """The association has shut this PC out: what is open is saved, nothing is shown any more."""
        if self.session is not None:
            self._end_session()
            self._cannot_start(EnvironmentFault(code))

    def _end_session(self) -> None:
        if self.session is None:
            return
        ending, self.session = self.session, None
        self.is_locked = False
        ending.close()
        self.window.forget_shell()
        ending.deleteLater()
        run_deferred_deletions()  # nothing of the work may act on the closed store

    def close_if_saved(self) -> None:
        """Close; where work cannot be saved (a full disk), or a file is not written to its end (a share that does not
        answer), say so first, and close at the second asking.
        """
        if self.session is not None:
            code = self._unfinished(self.session)
            if code and code not in self._warned:
                self._warn(self.session, code)
                return
        self.close()

    def _unfinished(self, session: Session) -> str:
        """The code of what is not on the disk though it was waited for; empty where all is."""
        assert self._tasks is not None
        if not session.save():
            return "unsaved_work"
        return "file_unfinished" if self._tasks.is_writing() else ""

    def _warn(self, session: Session, code: str) -> None:
        self._warned.add(code)
        session.shell.say(sentence(code), "wrong")

    def _wrote(self) -> None:
        """The disk takes writes again: what cannot be saved another day is said anew."""
        self._warned.clear()

    def close(self) -> None:
        """Save, stop everything, give the home back, close the window; each step whatever became of the others.

        A second call does nothing.
        """
        if self._closed:
            return
        self._closed = True
        with ExitStack() as steps:
            steps.callback(self.closed.emit)
            steps.callback(self.window.let_go)
            steps.callback(self._lock.release)
            if self._tasks is not None:
                steps.callback(self._tasks.close)
            if self._watchdog is not None:
                steps.callback(self._watchdog.close)
            steps.callback(self._entrance.close)
            steps.callback(self._end_session)

    # ---- what the settings say

    def _settings_changed(self, values: Mapping[str, Any]) -> None:
        if self._dress(values) and self.session is not None:
            self.session.wear(self._theme)

    def _dress(self, values: Mapping[str, Any]) -> bool:
        """Wear what the settings say; whether that is another look."""
        name, size = str(values["theme"]), int(values["text_size"])
        if (name, size) == (self._theme.name, self._theme.text_size):
            return False
        self._theme = apply_theme(self._app, name, size)
        self._remember(theme=name, text_size=size)
        return True

    def _tell_of_secrets_once(self, session: Session) -> None:
        notice = self._machine.notice if self._machine else None
        if notice is not None and not self._remembered.told_no_secret_store:
            if not self._entrance.told_of_secrets:  # the set-up page has said it
                session.shell.say(sentence(notice), "attention")
            self._remember(told_no_secret_store=True)

    def _remember(self, **facts: Any) -> None:
        self._remembered = self._remembered._replace(**facts)
        remembered.save(self._home, self._remembered)


def dismiss_dialogs(app: QApplication) -> None:
    """Close what the system's windows would leave in front of the lock: menus, the print dialog."""
    for _ in range(_MOST_DIALOGS):
        over: QWidget | None = app.activePopupWidget() or app.activeModalWidget()
        if over is None:
            return
        over.close()


def bring_in(home: Path) -> Machine:
    """On the background thread: import all that is heavy, and look at this PC."""
    import structlog  # noqa: F401  the log begins when all is there

    from ui import session

    return session.look_at_machine(home)
