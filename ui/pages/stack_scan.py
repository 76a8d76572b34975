"""F12 in 归档: a stack through the remembered scanner into the tray, each page kept as soon as it has come."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from station_app.devices.job import ScanJob
from station_app.devices.run import Run
from station_app.services import devices, tray
from ui.messages import sentence

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.services.desk import Desk
    from station_app.services.devices import Chosen
    from ui.tasks import Hand, Tasks


class StackScan(QObject):
    """One run at a time. Signals: ``said(words, tone)``, for the banner; ``ended()``."""

    said = Signal(str, str)
    ended = Signal()

    def __init__(self, parent: QObject, desk: Desk, tasks: Tasks) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._run: Run[ScanJob] | None = None
        self._busy = False
        self._pages = 0

    def scan(self) -> None:
        if self._busy:
            self.said.emit(f"扫描还在进行，已收到 {self._pages} 页；等它扫完，或按 Esc 取消", "attention")
            return
        self._busy, self._pages = True, 0
        self._tasks.query(self, partial(devices.chosen, self._desk), self._start, self._failed)

    def cancel(self) -> bool:
        """Call the run off; the pages that have come stay. False where there is none."""
        if self._run is None:
            return False
        self._run.cancel()
        self.said.emit("正在停下…", "")
        return True

    def _start(self, known: Chosen) -> None:
        if not known.scanner:
            self._end(sentence("scanner_not_chosen"), "attention")
            return
        run = self._run = Run(partial(ScanJob, known.order()))
        self.said.emit("扫描仪正在准备…　Esc 取消", "")
        work = partial(_scan, self._desk, run)
        self._tasks.stream(self, work, self._page, self._done, self._failed, stop=run.cancel)

    def _page(self, _ids: tuple[str, ...]) -> None:
        self._pages += 1
        self.said.emit(f"正在扫描，已收到 {self._pages} 页　Esc 取消", "")

    def _done(self, pages: int) -> None:
        self._end(f"扫完了，{pages} 页都已存好，正在识读。", "ok")

    def _failed(self, error: StationError) -> None:
        had = f"（这次收到 {self._pages} 页，都已存好）" if self._pages else ""
        self._end(f"{sentence(error)}{had}", "" if error.code == "scan_cancelled" else "wrong")

    def _end(self, words: str, tone: str) -> None:
        self._run, self._busy = None, False
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
