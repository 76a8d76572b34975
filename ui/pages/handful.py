"""Files put into 归档: read beside the window, wherever they lie, then kept one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from station_app.papers.pager import Pager
from station_app.services import tray
from station_app.services.paper_files import read_file
from station_app.services.tray import Added
from ui.pages.intake.pictures import shown_name

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.services.desk import Desk
    from station_app.services.paper_files import Pictures
    from ui.tasks import Tasks


class Handful(QObject):
    """Begins when it is made. Signal: ``kept(Added)``, once all are in the tray or refused."""

    kept = Signal(object)

    def __init__(self, parent: QObject, desk: Desk, tasks: Tasks, paths: Sequence[Path]) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._left = list(paths)
        self._added = Added()
        self._next()

    def _next(self) -> None:
        """One at a time: the pages of one file are enough for the memory of an old PC."""
        if not self._left:
            self.kept.emit(self._added)
            self.deleteLater()
            return
        path, pager = self._left.pop(0), Pager()
        failed = partial(self._refused, shown_name(path))
        self._tasks.look(self, partial(read_file, path, pager), partial(self._read, path), failed, stop=pager.close)

    def _read(self, path: Path, found: Pictures) -> None:
        work = partial(tray.keep_pictures, self._desk, found)
        self._tasks.command(self, work, self._came, partial(self._refused, shown_name(path)))

    def _came(self, added: Added) -> None:
        self._added += added
        self._next()

    def _refused(self, name: str, error: StationError) -> None:
        self._came(Added(refused=((name, error),)))
