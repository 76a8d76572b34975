"""What every page of the window is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from station_app.errors import BugError

if TYPE_CHECKING:
    from station_app.errors import StationError
    from ui.context import Context


class Page(QWidget):
    """One page of the shell, made when it is first needed.

    Signals: ``open_case(application_id)``: show this case in 受理; ``go(page name)``: switch; ``notice(words, tone)``:
    a line for the shell's banner; ``settled(words)``: what this line was about is over;
    ``trouble(StationError)``: the same, from an error.

    A page is made again when the text size or the theme changes: ``keep()`` gives what the new one needs to stand
    where the old one stood, ``restore()`` takes it.
    """

    open_case = Signal(str)
    go = Signal(str)
    notice = Signal(str, str)
    settled = Signal(str)
    trouble = Signal(object)

    name = ""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.setObjectName(f"page.{self.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def arrive(self) -> None:
        """The page is shown: put the focus where work begins, ask again for what it shows."""

    def again(self) -> None:
        """Chosen while it is shown already (F3 on 受理: a new case)."""
        self.arrive()

    def show_case(self, application_id: str) -> None:
        """Show this case; only 受理 can."""
        raise BugError("page_has_no_case", page=self.name)

    def leave(self) -> None:
        """The page is left, the window locked or closed: start saving what is not saved yet (a Command)."""

    @property
    def unsaved(self) -> bool:
        """Whether something is not written although ``leave()`` and its commands are done (a full disk)."""
        return False

    def keep(self) -> object:
        """What a new page of this kind needs to show the same; called after ``leave()`` and its commands."""
        return None

    def restore(self, kept: object) -> None:
        """Show what an older page kept."""

    def say(self, words: str, tone: str = "") -> None:
        self.notice.emit(words, tone)

    def fail(self, error: StationError) -> None:
        """Hand to ``Tasks`` as ``failed`` where the page itself has no better place for the sentence."""
        self.trouble.emit(error)
