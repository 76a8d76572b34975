"""The hands on one page: corners set and undone, why it is kept; between viewer, strip, sheet and shelf."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from station_app.errors import StationError
from ui.messages import label, sentence
from ui.pages.intake.compare_words import own_words, with_lines
from ui.pages.intake.gate import advice_of
from ui.pages.intake.remark_sheet import RemarkSheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from station_app.domain.reading import Corners
    from station_app.store.records import ScanRecord
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.pictures import Stored
    from ui.pages.intake.shelf import Shelf
    from ui.widgets.scan_strip import ScanStrip
    from ui.widgets.scan_viewer import ScanViewer


class PageHands(QObject):
    """Signals: ``opened(scan id)``: this page is to be shown in the viewer; ``said(words, tone)``, for the banner."""

    opened = Signal(str)
    said = Signal(str, str)

    def __init__(
        self,
        host: QWidget,
        shelf: Shelf,
        strip: ScanStrip,
        viewer: ScanViewer,
        draft: Callable[[], Draft | None],
        stands: Callable[[str], tuple[str, ...]],
        today: Callable[[], date],
    ) -> None:
        super().__init__(host)
        self._shelf = shelf
        self._viewer = viewer
        self._draft = draft
        self._stands = stands
        self._today = today
        self._sheet = RemarkSheet(host)
        self._factor = 1.0  # pixels of the original's bytes to one of the picture that is shown
        self._sheet.given.connect(self._remark)
        for source in (strip, viewer):
            source.remark_wanted.connect(self._ask_remark)
        viewer.corners_wanted.connect(self._ask_corners)
        viewer.cut_wanted.connect(self._cut)
        viewer.whole_wanted.connect(self._uncut)

    # ---- why it is kept

    def _ask_remark(self, scan_id: str) -> None:
        scan, draft = self._scan(scan_id), self._draft()
        if scan is None or draft is None or not draft.editable:
            return
        self._sheet.ask(scan_id, advice_of(draft, scan_id, self._today()), own_words(scan.remark))

    def _remark(self, scan_id: str, words: str) -> None:
        scan, draft = self._scan(scan_id), self._draft()
        if scan is not None and draft is not None:
            self._shelf.remark(draft, scan, words, self._stands(scan_id))

    # ---- corners

    def _ask_corners(self, scan_id: str) -> None:
        scan = self._scan(scan_id)
        if scan is not None:
            self._shelf.original(scan, partial(self._show_corners, scan), partial(self._failed, scan))

    def _show_corners(self, scan: ScanRecord, stored: Stored) -> None:
        draft = self._draft()
        corners = _known_corners(draft, scan) if draft is not None else None
        self._factor = stored.factor
        shown = [(x / stored.factor, y / stored.factor) for x, y in corners] if corners else None
        self._viewer.set_corners(scan.id, stored.image, shown)

    def _cut(self, scan_id: str, corners: Sequence[tuple[float, float]], turn: int) -> None:
        scan, draft = self._scan(scan_id), self._draft()
        if scan is None or draft is None:
            return
        placed = cast("Corners", tuple((x * self._factor, y * self._factor) for x, y in corners))
        self._shelf.cut(draft, scan, placed, turn, partial(self._shown_instead, scan), partial(self._not_cut, scan))

    def _uncut(self, scan_id: str) -> None:
        scan, draft = self._scan(scan_id), self._draft()
        if scan is not None and draft is not None:
            self._shelf.uncut(draft, scan, partial(self._shown_instead, scan), partial(self._failed, scan))

    def _shown_instead(self, before: ScanRecord, now: ScanRecord) -> None:
        if self._viewer.isVisible() and self._viewer.scan_id == before.id:
            self.opened.emit(now.id)

    def _not_cut(self, scan: ScanRecord, error: StationError) -> None:
        self._failed(scan, error)
        self._shown_instead(scan, scan)

    def _failed(self, scan: ScanRecord, error: StationError) -> None:
        self.said.emit(f"{label(f'scan.{scan.kind.value}')}：{sentence(error)}", "wrong")

    def _scan(self, scan_id: str) -> ScanRecord | None:
        draft = self._draft()
        return next((scan for scan in draft.scans if scan.id == scan_id), None) if draft is not None else None


def _known_corners(draft: Draft, scan: ScanRecord) -> Corners | None:
    """By which it was cut, else where the one document on it was found; None: nothing is known."""
    if scan.cut is not None:
        return scan.cut.corners
    reading = draft.readings.get(scan.id)
    return reading.documents[0].corners if reading is not None and len(reading.documents) == 1 else None


def remarks_to_write(scans: Sequence[ScanRecord], lines: dict[str, list[str]]) -> dict[str, str]:
    """Pages whose remark is another one with our lines in it, or without those that no longer hold."""
    wanted = {scan.id: with_lines(scan.remark, lines.get(scan.id, ())) for scan in scans}
    return {scan.id: wanted[scan.id] for scan in scans if wanted[scan.id] != (scan.remark or "")}
