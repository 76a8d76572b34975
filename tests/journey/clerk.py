"""The clerk at one run of the station's window: steps with their times, pictures, questions to the outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from PySide6.QtCore import Qt

from station_app.domain.application import State
from sync.worker import SyncStatus
from tests.journey.hands import Hands, StuckError
from tests.journey.link import Link
from ui.bootstrap import Program
from ui.pages.intake import IntakePage
from ui.session import Session


class Clerk:
    """Looks at the program's state where a person would look at the screen; acts by ``hands`` alone.

    Attributes: ``hands``; ``out``: the folder of pictures and papers.
    """

    def __init__(self, program: Program, out: Path, hands: Hands, link: Link) -> None:
        self.program = program
        self.out = out
        self.hands = hands
        self._link = link

    def sit_down(self) -> None:
        """Have the window in front; a bare X server gives the focus to nobody who does not ask."""
        window = self.program.window
        window.activateWindow()
        self.hands.until(window.isActiveWindow, "the window in front", 20)

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """One step of the journey, told with its time when it is done."""
        begun = perf_counter()
        try:
            yield
        except StuckError as error:
            self._grab("stuck")
            raise StuckError(f"{words}: {error}") from error
        self._link.tell(step=words, seconds=perf_counter() - begun)

    def picture(self, name: str) -> None:
        """A numbered screenshot of the window as it is once every answer is shown and laid out."""
        tasks, asked = self.program._tasks, -1
        while tasks is not None and asked != tasks._last:
            asked = tasks._last
            self.hands.until(lambda: not tasks._tickets, "the answers to what the window asked", 20)
            self.hands.look()
        self._grab(name)

    def _grab(self, name: str) -> None:
        number = len(list(self.out.glob("[0-9][0-9]-*.png"))) + 1
        path = self.out / f"{number:02d}-{name}.png"
        if not self.program.window.grab().save(str(path)):
            raise StuckError(f"the picture {path} could not be written")

    def ask(self, what: str, **more: Any) -> Any:
        """Ask the outside for something and wait for the answer; the window goes on meanwhile."""
        self._link.tell(ask=what, **more)
        self.hands.until(self._link.answered, what, 300)
        answer = self._link.answer()
        if isinstance(answer, dict) and "failed" in answer:
            raise StuckError(f"{what}: {answer['failed']}")
        return answer

    def read_banner(self) -> None:
        """Read what the banner says and put it away."""
        if self.session.shell.banner_words:
            self.hands.look()
            self.hands.press(Qt.Key.Key_Escape)
            self.hands.until(lambda: not self.session.shell.banner_words, "the banner gone", 10)

    # ---- what a person sees

    @property
    def session(self) -> Session:
        if self.program.session is None:
            raise StuckError("nobody is signed in")
        return self.program.session

    @property
    def intake(self) -> IntakePage:
        page = self.session.shell.page("intake")
        assert isinstance(page, IntakePage)
        return page

    @property
    def sync_status(self) -> SyncStatus:
        sync = self.session.shell.page("todo").context.sync
        if sync is None:
            raise StuckError("the station is not enrolled")
        return sync.status

    def state_of(self, application_id: str) -> State:
        with self.session.desk.store.read() as uow:
            return uow.applications.get(application_id).state

    def go(self, key: Qt.Key, page: str) -> None:
        """Another page, by its key on the rail."""
        self.hands.press(key)
        self.hands.until(lambda: self.session.shell.current == page, f"the page {page}", 10)
