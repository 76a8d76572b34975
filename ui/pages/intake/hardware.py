"""Scanner and ID card reader at the case on the table: the page's keys and its parts meet them here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut

from station_app.domain.application import ScanKind
from station_app.domain.chip import CHIP
from ui.pages.intake.chip_reading import ChipReading
from ui.pages.intake.device_scans import DeviceScans, UnderWay

if TYPE_CHECKING:
    from ui.pages.intake.form import FormPane
    from ui.pages.intake.shelf import Shelf
    from ui.pages.intake.table import CaseTable
    from ui.pages.intake.top import TopBar
    from ui.widgets.page import Page


class Hardware(QObject):
    """F12 scan, Shift+F12 choose, Alt+R read an ID card, Esc calls off; what is to be said goes to the page's banner.

    Attributes: ``scans`` (DeviceScans), ``chip`` (ChipReading).
    """

    def __init__(self, page: Page, table: CaseTable, top: TopBar, form: FormPane, shelf: Shelf) -> None:
        super().__init__(page)
        context = page.context
        self._form = form
        self.scans = DeviceScans(page, context.desk, context.tasks, shelf, lambda: table.draft)
        self.chip = ChipReading(context.desk, context.tasks, table, self)
        self.scans.said.connect(page.say)
        self.scans.progress.connect(form.show_progress)
        self.scans.begun.connect(table.saver.saved)
        self.chip.said.connect(page.say)
        self.chip.waiting.connect(top.show_waiting)
        form.scan_wanted.connect(partial(self._begin, self.scans.scan))
        form.scan_stopped.connect(self.scans.cancel)
        top.chip.clicked.connect(self.chip.read)
        keys = {
            "F12": partial(self._begin, self.scans.scan),
            "Shift+F12": partial(self._begin, self.scans.choose),
            "Alt+R": self.chip.read,
        }
        for key, act in keys.items():
            QShortcut(QKeySequence(key), page).activated.connect(act)
        page.installEventFilter(self)

    def hand_over(self) -> UnderWay | None:
        """The scan that goes on, for a page that is made in this one's place; no card is waited for any more."""
        self.chip.cancel()
        return self.scans.hand_over()

    def take_over(self, under_way: UnderWay | None) -> None:
        if under_way is not None:
            self.scans.take_over(under_way)

    def follow(self, target: str) -> bool:
        """A link on a card beside the assessment; False where it is none of ours."""
        if target == CHIP:
            self.chip.use()
        return target == CHIP

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc, where nothing that has the focus wanted it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            return self.chip.cancel() or self.scans.cancel()
        return False

    def _begin(self, act: Callable[[ScanKind | None], None]) -> None:
        """The first page is what the clerk has the mark on, if that place is empty."""
        place = self._form.strip.current() if self._form.strip.hasFocus() else None
        act(place.kind if place is not None and place.scan_id is None else None)
