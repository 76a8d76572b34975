"""The way in: sign-in, set-up, lock. Shows these stages in the window and does their work in the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from station_app.access import nameplate
from station_app.errors import EnvironmentFault, StationError
from ui.messages import sentence
from ui.pages.signin import SignInPage
from ui.window import Window

if TYPE_CHECKING:
    from station_app.services.desk import Clock, Desk
    from ui.pages.first_password import FirstPasswordPage
    from ui.pages.lock import LockPage
    from ui.pages.recovery import RecoveryPage
    from ui.pages.setup import SetupForm, SetupPage
    from ui.session import Machine, Opened
    from ui.tasks import Tasks
    from ui.widgets.stage import Stage


class Entrance(QObject):
    """Signals: ``entered(Opened)``: somebody has signed in at an enrolled station; ``unlocked()``.

    The stages can be shown and typed into before ``furnish``; what was submitted meanwhile runs then.
    Attribute: ``told_of_secrets``: the set-up page has said that this PC has no usable secret store.
    """

    entered = Signal(object)
    unlocked = Signal()

    def __init__(self, window: Window, home: Path, clock: Clock | None) -> None:
        super().__init__()
        self._window = window
        self._home = home
        self._clock = clock
        self._tasks: Tasks | None = None
        self._machine: Machine | None = None
        self._waiting: list[Callable[[], None]] = []
        self._pending: Opened | None = None  # a home that is not enrolled yet
        self._locked: Desk | None = None
        self.told_of_secrets = False

    def furnish(self, tasks: Tasks, machine: Machine) -> None:
        """Everything heavy is imported."""
        self._tasks, self._machine = tasks, machine
        if machine.trouble is not None:
            self._show_trouble(machine.trouble)
            return
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()

    def show_first(self) -> None:
        """Sign-in, or set-up on a new PC; a home that is hurt is neither, and nothing may be set up over it."""
        try:
            known = nameplate.is_set_up(self._home)
        except StationError as error:
            self._show_trouble(error)
            return
        if known:
            self.show_sign_in()
        else:
            self._show_setup(resume=False)

    def _show_trouble(self, error: StationError) -> None:
        from ui.pages.trouble import TroublePage

        page = TroublePage(sentence(error))
        page.left.connect(self._window.close)
        self._window.show_stage(page)
        self._once_ready(lambda: self._offer_support(page))

    def show_sign_in(self) -> SignInPage | None:
        """The operators of this home; where their file was hurt meanwhile, that."""
        try:
            names = nameplate.operators(self._home)
        except StationError as error:
            self._show_trouble(error)
            return None
        page = SignInPage()
        page.submitted.connect(lambda name, password: self._once_ready(lambda: self._sign_in(page, name, password)))
        page.forgotten.connect(lambda name: self._once_ready(lambda: self._show_recovery(name)))
        page.cancelled.connect(self._back_to_lock)
        self._window.show_stage(page)
        page.offer(names, over_lock=self._locked is not None)
        return page

    def show_lock(self, desk: Desk, notice: str = "") -> None:
        """Ask for the password of who is at the desk; ``notice``: what they should know first."""
        from ui.pages.lock import LockPage

        self._locked = desk
        page = LockPage()
        page.submitted.connect(lambda password: self._unlock(page, desk, password))
        page.other.connect(self.show_sign_in)
        self._window.show_stage(page)
        page.show_for(desk.operator.name)
        if notice:
            page.refuse(notice)

    def _offer_support(self, page: Stage) -> None:
        """A home that cannot be opened is a matter for a technician: what can be seen of it from outside."""
        from station_app.services.desk import system_clock
        from ui.pages.support_card import ClosedHome, SupportCard

        assert self._tasks is not None
        if page.findChild(SupportCard) is None:
            page.put_below(SupportCard(ClosedHome(self._home, self._clock or system_clock), self._tasks))

    def close(self) -> None:
        """Close a desk that was opened but not entered."""
        if self._pending is not None:
            from station_app.services.session import sign_out

            pending, self._pending = self._pending, None
            sign_out(pending.desk)

    # ---- sign-in and lock

    def _sign_in(self, page: SignInPage, name: str, password: str) -> None:
        from ui import session

        work = partial(session.sign_in, self._home, name, password, self._clock)
        self._ask(page, work, partial(self._signed_in, password), partial(self._not_signed_in, page))

    def _not_signed_in(self, page: SignInPage, error: StationError) -> None:
        if isinstance(error, EnvironmentFault):
            page.refuse("现在不能打开。")
            page.notice(sentence(error))
            self._offer_support(page)
        else:
            _refuse(page, error)

    def _signed_in(self, password: str, opened: Opened) -> None:
        if opened.desk.operator.first_password:
            self._show_first_password(opened, password)
        else:
            self._go_in(opened)

    def _show_recovery(self, name: str) -> None:
        """A forgotten password: the request that waits, or a new one."""
        from ui import session
        from ui.pages.recovery import RecoveryPage

        assert self._machine is not None
        page = RecoveryPage(name, self._machine.least_password)
        page.asked.connect(lambda file: self._ask_recovery(page, name, file))
        page.submitted.connect(lambda file, password: self._recover(page, file, password))
        page.cancelled.connect(self.show_sign_in)
        self._window.show_stage(page)
        self._ask(page, partial(session.pending_recovery, self._home, name), page.begin, page.refuse)

    def _ask_recovery(self, page: RecoveryPage, name: str, file: str) -> None:
        from ui import session

        work = partial(session.ask_recovery, self._home, name, Path(file), self._clock)
        self._ask(page, work, lambda code: page.saved(code, file), page.refuse)

    def _recover(self, page: RecoveryPage, file: str, password: str) -> None:
        from ui import session

        work = partial(session.recover, self._home, Path(file), password, self._clock)
        self._ask(page, work, self._recovered, page.refuse)

    def _recovered(self, name: str) -> None:
        page = self.show_sign_in()
        if page is not None:
            page.choose(name)
            page.notice("新密码已经设好，请登录。数据没有变动。")

    def _go_in(self, opened: Opened) -> None:
        if opened.enrolled:
            self._enter(opened)
            return
        self._pending = opened
        self._show_setup(resume=True)

    def _show_first_password(self, opened: Opened, first: str) -> None:
        """A lead chose the password: nothing opens before its owner has."""
        from station_app.access.slots import least_password_length
        from ui.pages.first_password import FirstPasswordPage

        self._pending = opened
        page = FirstPasswordPage(opened.desk.operator.name, least_password_length(opened.desk.secrets))
        page.submitted.connect(lambda new: self._choose_password(page, opened, first, new))
        page.cancelled.connect(self._leave_pending)
        self._window.show_stage(page)
        page.begin()

    def _choose_password(self, page: FirstPasswordPage, opened: Opened, first: str, new: str) -> None:
        from ui import session

        work = partial(session.change_password, opened.desk, first, new)
        self._ask(page, work, lambda _nothing: self._go_in(opened), page.refuse)

    def _leave_pending(self) -> None:
        self.close()
        self.show_sign_in()

    def _enter(self, opened: Opened) -> None:
        self._pending = self._locked = None
        self.entered.emit(opened)

    def _unlock(self, page: LockPage, desk: Desk, password: str) -> None:
        from ui import session

        self._ask(page, partial(session.unlock, desk, password), self._let_in, partial(_refuse, page))

    def _let_in(self, _nothing: None) -> None:
        self._locked = None
        self.unlocked.emit()

    def _back_to_lock(self) -> None:
        if self._locked is not None:
            self.show_lock(self._locked)

    # ---- set-up

    def _show_setup(self, *, resume: bool) -> None:
        from ui.pages.setup import SetupPage

        page = SetupPage()
        page.resume(on=resume)
        page.submitted.connect(lambda form: self._once_ready(lambda: self._set_up(page, form)))
        self._window.show_stage(page)
        page.begin()
        self._once_ready(lambda: self._tell_requirements(page))

    def _tell_requirements(self, page: SetupPage) -> None:
        assert self._machine is not None
        notice = self._machine.notice
        page.require(self._machine.least_password, sentence(notice) if notice else "")
        self.told_of_secrets = notice is not None

    def _set_up(self, page: SetupPage, form: SetupForm) -> None:
        """Make the home if there is none yet, then enrol; each step may be repeated."""
        from ui import session

        if self._pending is not None:
            self._enrol(page, form, self._pending)
            return
        page.busy("正在建立本机的加密数据…")
        work = partial(session.create_home, self._home, form.operator_name, form.password, self._clock)
        self._ask(page, work, partial(self._home_made, page, form), page.refuse)

    def _home_made(self, page: SetupPage, form: SetupForm, opened: Opened) -> None:
        self._pending = opened
        page.resume(on=True)
        self._enrol(page, form, opened)

    def _enrol(self, page: SetupPage, form: SetupForm, opened: Opened) -> None:
        from ui import session

        page.busy("正在向中心服务器登记…")
        work = partial(session.enrol_station, opened.desk, form.server_url, form.code)
        self._ask(page, work, self._enter, page.refuse)

    # ---- the background

    def _once_ready(self, action: Callable[[], None]) -> None:
        if self._tasks is None:
            self._waiting.append(action)
        else:
            action()

    def _ask(
        self,
        owner: QObject,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[StationError], None],
    ) -> None:
        assert self._tasks is not None
        self._tasks.query(owner, work, done, failed)


def _refuse(page: SignInPage | LockPage, error: StationError) -> None:
    """Say why not, with the wait that follows."""
    seconds = int(str(error.params.get("seconds", 0)))
    page.refuse("密码连续输错。" if error.code == "sign_in_wait" else sentence(error), seconds)
