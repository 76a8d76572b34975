"""The window's inside while somebody is signed in: rail, page, foot line, and the banner over the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from station_app.errors import BugError, StationError
from station_app.events import Changed, Kind
from station_app.services.revocation import SHUT_OUT
from ui.messages import sentence
from ui.queue_truth import QueueTruth, last_words, queue_words, read_truth
from ui.widgets.banner import Banner
from ui.widgets.foot import Foot
from ui.widgets.rail import NavigationRail

if TYPE_CHECKING:
    from ui.context import Context
    from ui.widgets.page import Page

PageMaker = Callable[["Context"], "Page"]


@dataclass(frozen=True)
class Place:
    """An entry of the rail: its word, its key, how its page is made."""

    word: str
    key: str
    make: PageMaker


class Shell(QWidget):
    """Makes pages when they are first needed and keeps them alive; no page knows another.

    Signals: ``lock_asked()``: by the rail's button; ``shut_out(code)``: this PC is, by the association.
    """

    lock_asked = Signal()
    shut_out = Signal(str)

    def __init__(
        self, context: Context, places: Mapping[str, Place], station: str, operator: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._places = places
        self._pages: dict[str, Page] = {}
        self._stack = QStackedWidget()
        self._work = QWidget()
        self._foot = Foot()
        self._rail = NavigationRail({name: (place.word, place.key) for name, place in places.items()})
        self._rail.say_who(station, operator)
        self._rail.chosen.connect(self._chosen)
        self._rail.lock_asked.connect(self.lock_asked)
        self._lay_out()
        self._banner = Banner(self._work, self._foot)
        context.tasks.unhandled.connect(self.show_trouble)
        context.bridge.changed.connect(self._on_changed)
        self._ask()

    # ---- what is shown

    @property
    def current(self) -> str:
        """The name of the page that is shown, empty before the first."""
        page = self._stack.currentWidget()
        return next((name for name, each in self._pages.items() if each is page), "")

    def page(self, name: str) -> Page:
        """The page of this name, made now if it is not there yet."""
        if name not in self._pages:
            page = self._places[name].make(self._context)
            page.open_case.connect(self.show_case)
            page.go.connect(self.show_page)
            page.notice.connect(self._banner.say)
            page.settled.connect(self._banner.unsay)
            page.trouble.connect(self.show_trouble)
            self._stack.addWidget(page)
            self._pages[name] = page
        return self._pages[name]

    def show_page(self, name: str) -> None:
        """Switch; the page that is left begins to save what it has."""
        leaving = self._pages.get(self.current)
        page = self.page(name)
        if leaving is not None and leaving is not page:
            leaving.leave()
            self._banner.leave_page()
        self._stack.setCurrentWidget(page)
        self._rail.choose(name)
        page.arrive()

    def show_case(self, application_id: str) -> None:
        """Open a case in 受理."""
        self.show_page("intake")
        self.page("intake").show_case(application_id)

    def show_trouble(self, error: StationError) -> None:
        """The sentence of an error nobody took, in the banner; one that shuts this PC out ends the session."""
        if error.code in SHUT_OUT:
            self.shut_out.emit(error.code)
            return
        self._banner.say(sentence(error), "wrong" if isinstance(error, BugError) else "attention")

    def say(self, words: str, tone: str = "") -> None:
        """A line in the banner."""
        self._banner.say(words, tone)  # type: ignore[arg-type]

    @property
    def banner_words(self) -> str:
        return self._banner.words

    @property
    def foot_words(self) -> str:
        return self._foot.words

    # ---- leaving and coming back

    def leave(self) -> None:
        """Every page begins to save what it has; ``Tasks.finish`` waits for it."""
        for page in self._pages.values():
            page.leave()

    @property
    def unsaved(self) -> bool:
        """Whether a page holds what could not be written."""
        return any(page.unsaved for page in self._pages.values())

    def keep(self) -> tuple[str, dict[str, object]]:
        """What another shell needs to stand where this one stands."""
        return self.current, {name: page.keep() for name, page in self._pages.items()}

    def restore(self, kept: tuple[str, dict[str, object]]) -> None:
        """Stand where the other shell stood."""
        current, pages = kept
        for name, state in pages.items():
            if state is not None and name in self._places:
                self.page(name).restore(state)
        self.show_page(current or next(iter(self._places)))

    def come_back(self) -> None:
        """After the lock: the page that was shown takes the focus again."""
        page = self._pages.get(self.current)
        if page is not None:
            focus: QWidget | None = page.focusWidget()
            if focus is None:
                page.arrive()
            else:
                focus.setFocus()

    # ---- the queue's truth

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.APPLICATIONS, Kind.OUTBOX, Kind.SYNC):
            self._ask()

    def _ask(self) -> None:
        desk, sync = self._context.desk, self._context.sync
        self._context.tasks.query(self, partial(read_truth, desk, sync), self._show_truth, key="truth")

    def _show_truth(self, truth: QueueTruth) -> None:
        tone, words = queue_words(truth)
        self._foot.say(tone, words, last_words(truth, self._context.desk.clock()))
        if "todo" in self._places:
            self._rail.set_count("todo", truth.todo)

    def _chosen(self, name: str) -> None:
        if name == self.current:
            self.page(name).again()
        else:
            self.show_page(name)

    def _lay_out(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QVBoxLayout(self._work)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._stack)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._work, 1)
        right.addWidget(self._foot)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._rail)
        whole.addLayout(right, 1)
