"""F12 in 归档: a stack through the remembered scanner into the tray, each page kept as soon as it has come."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from station_app.devices.job import ScanJob
from station_app.devices.run import Run
from station_app.services import devices, tray
from ui.messages import sentence
from ui.running_scan import RunningScan, words_of_end

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.services.desk import Desk
    from station_app.services.devices import Chosen
    from station_app.services.tray import KeptPages
    from ui.tasks import Hand, Tasks


class StackScan(QObject):
    """One run at a time. Signals: ``said(words, tone)``, for the banner; ``ended()``."""

    said = Signal(str, str)
    ended = Signal()

    def __init__(self, parent: QObject, desk: Desk, tasks: Tasks) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._running: RunningScan | None = None
        self._busy = False

    def scan(self) -> None:
        if self._busy:
            self.said.emit(f"扫描还在进行，已收到 {self._pages} 页；等它扫完，或按 Esc 取消", "attention")
            return
        self._busy = True
        self._tasks.query(self, partial(devices.chosen, self._desk), self._start, self._failed)

    def cancel(self) -> bool:
        """Call the run off; the pages that have come stay. False where there is none."""
        if self._running is None:
            return False
        self._running.cancel()
        self.said.emit("正在停下…", "")
        return True

    def hand_over(self) -> RunningScan | None:
        """What goes on, for a page that is made in this one's place."""
        running, self._running = self._running, None
        if running is not None:
            running.leave()
        return running

    def take_over(self, running: RunningScan) -> None:
        """Go on with it."""
        self._busy, self._running = True, running
        running.came.connect(self._page)
        running.done.connect(self._done)
        running.failed.connect(self._failed)

    @property
    def _pages(self) -> int:
        return self._running.pages if self._running is not None else 0

    def _start(self, known: Chosen) -> None:
        if not known.scanner:
            self._end(sentence("scanner_not_chosen"), "attention")
            return
        run = Run(partial(devices.scan_job, self._desk, known.order()))
        self.said.emit("扫描仪正在准备…　Esc 取消", "")
        self.take_over(RunningScan(self._tasks, run, partial(_scan, self._desk, run), known.scanner_name))

    def _page(self, kept: KeptPages) -> None:
        if kept.again:
            self.said.emit(sentence("tray_again", number=kept.again), "attention")
            return
        self.said.emit(f"正在扫描，已收到 {self._pages} 页　Esc 取消", "")

    def _done(self, pages: int) -> None:
        self._end(f"扫完了，{pages} 页都已存好，正在识读。", "ok")

    def _failed(self, error: StationError) -> None:
        self._end(*words_of_end(self._running, error))

    def _end(self, words: str, tone: str) -> None:
        self._running, self._busy = None, False
        self.said.emit(words, tone)
        self.ended.emit()


def _scan(desk: Desk, run: Run[ScanJob], hand: Hand) -> int:
    """Beside the window; the number of pages. Raises as ``ScanJob`` and ``tray.keep``."""
    pages = 0
    with run.job() as job:
        for page in job:
            hand.tell(hand.write(partial(tray.keep, desk, [page.content], tray.DEVICE)))
            pages += 1
    return pages
