"""A scan that goes on whoever shows it: a page that is made anew (another theme) takes it over, with its Esc."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ui.messages import sentence

if TYPE_CHECKING:
    from station_app.devices.job import ScanJob
    from station_app.devices.run import Run
    from station_app.errors import StationError
    from station_app.papers.reader import Reader
    from ui.tasks import Hand, Tasks


class RunningScan(QObject):
    """Begins when it is made. Whoever shows it holds it; pages are written whether anybody does or not.

    Signals: ``came(value)``: a page, as ``work`` has told it; ``done(int)``: all of so many pages;
    ``failed(StationError)``. ``reader``: what ``work`` has pages looked at by; the window's end does not wait for it.
    Attributes: ``name``: of the scanner, as the clerk knows it; ``pages``: that have come.
    """

    came = Signal(object)
    done = Signal(int)
    failed = Signal(object)

    def __init__(
        self, tasks: Tasks, run: Run[ScanJob], work: Callable[[Hand], int], name: str, reader: Reader | None = None
    ) -> None:
        super().__init__()
        self.name, self.pages = name, 0
        self._run = run
        stop = partial(_stop, run, reader)
        tasks.stream(self, work, self._page, self.done.emit, self.failed.emit, stop=stop)

    def cancel(self) -> None:
        """Call it off; the pages that have come stay."""
        self._run.cancel()

    def leave(self) -> None:
        """Nobody shows it now."""
        for signal in (self.came, self.done, self.failed):
            signal.disconnect()

    def _page(self, value: Any) -> None:
        self.pages += 1
        self.came.emit(value)


def _stop(run: Run[ScanJob], reader: Reader | None) -> None:
    run.cancel()
    if reader is not None:
        reader.close()


def words_of_end(run: RunningScan | None, error: StationError) -> tuple[str, str]:
    """What ended the run, or kept it from beginning: by the scanner's name, and what has come. Words and tone."""
    had = f"（这次收到 {run.pages} 页，都已存好）" if run is not None and run.pages else ""
    if error.code == "scan_cancelled":
        return f"{sentence(error)}{had}", ""
    return f"{run.name}：{sentence(error)}{had}" if run is not None else sentence(error), "wrong"
