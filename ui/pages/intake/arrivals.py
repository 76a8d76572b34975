"""What comes into the watched folder while a case is open: offered, filed with one key or by itself, put away."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from station_app.errors import StationError
from station_app.events import Changed, Kind
from station_app.services import settings
from station_app.services.watched_folder import EVERY, Arrived, FolderWorker, Look, put_away
from ui.messages import sentence
from ui.pages.intake.pictures import shown_name

if TYPE_CHECKING:
    from station_app.services.settings import Value
    from ui.context import Context
    from ui.pages.intake.draft import Draft

_NAMED = 3  # files in a message, before the rest are counted
_LONGEST_NAME = 24
_SILENT = 20.0  # seconds that one look may take
_ASKED_MS = 5000  # between two questions whether one takes longer
_OLD = 15 * 60.0  # seconds: what lay there so long before is not what the clerk waits for, where files stay

Filed = Callable[[Sequence[Path], Sequence[Path]], None]


class Arrivals(QObject):
    """``file``: puts files into a case and answers which could not be reached, and which are in it.

    Signals: ``waiting(int)``: so many files can be taken; ``said(words, tone)``.
    """

    waiting = Signal(int)
    said = Signal(str, str)
    _heard = Signal()

    def __init__(
        self,
        host: QWidget,
        context: Context,
        file: Callable[[Draft, Sequence[Path], Filed], None],
        every: float = EVERY,
    ) -> None:
        super().__init__(host)
        self._host = host
        self._context = context
        self._file = file
        self._draft: Draft | None = None
        self._files: tuple[Arrived, ...] = ()
        self._busy: set[Arrived] = set()
        self._gone = self._held = False
        self._halves: set[Arrived] = set()
        self._fresh = True  # nothing has been heard since the watching began: what lies there is no news
        self._by_itself, self._moves = False, True
        self._folder = ""
        self._since = time.time() - _OLD
        self._done: list[Arrived] = []
        self._every = every
        self._worker: FolderWorker | None = None
        self._inbox: SimpleQueue[Look] = SimpleQueue()
        self._clock = QTimer(self)
        self._clock.setInterval(_ASKED_MS)
        self._clock.timeout.connect(self._ask_whether_it_hangs)
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        host.installEventFilter(self)
        context.bridge.changed.connect(self._on_changed)
        self._read()

    def show_case(self, draft: Draft) -> None:
        """The case that files would go into."""
        self._draft = draft
        self._tell()

    def take(self) -> None:
        """Put everything that waits into the case on the table."""
        self._put_in(self._free())

    def _put_in(self, files: Sequence[Arrived]) -> None:
        draft = self._draft
        if draft is None or not draft.editable or not files:
            return
        self._busy |= set(files)
        self._tell()
        self._file(draft, [each.path for each in files], partial(self._filed, files))

    def release(self) -> None:
        """The case has not taken them: they wait again."""
        self._busy.clear()
        self._tell()

    # ---- settings

    def _on_changed(self, changed: Changed) -> None:
        if changed.touches(Kind.SETTINGS):
            self._read()

    def _read(self) -> None:
        work = partial(settings.read_all, self._context.desk)
        self._context.tasks.query(self, work, self._settle, key="watched")

    def _settle(self, values: dict[str, Value]) -> None:
        self._by_itself = values["watched_filing"] == "itself"
        self._moves = values["watched_after"] == "moved"
        self._folder = str(values["watched_folder"])
        self._watch()

    # ---- looking, while the page is shown

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._watch()
        elif event.type() == QEvent.Type.Hide and self._worker is not None:
            self._worker.stop()
            self._worker = None
            self._clock.stop()
        return False

    def _watch(self) -> None:
        if not self._host.isVisible():
            return
        if self._worker is None:
            self._worker = self._started()
        self._worker.watch(self._folder, 0.0 if self._moves else self._since)

    def _started(self) -> FolderWorker:
        inbox, heard = self._inbox, self._heard

        def told(look: Look) -> None:
            inbox.put(look)
            heard.emit()

        self._fresh, self._held = True, False
        self._clock.start()
        worker = FolderWorker(told, self._every)
        for each in self._done:
            worker.done(each)
        return worker

    # ---- what is told

    def _hear(self) -> None:
        look = None
        while True:
            try:
                look = self._inbox.get_nowait()
            except Empty:
                break
        if look is None:
            return
        if look.gone and not self._gone:
            self.said.emit(sentence("watched_folder_gone"), "attention")
        self._gone, self._held = look.gone, False
        self._tell_halves([each for each in look.halves if each.changed / 1e9 >= self._since])
        new = set(look.files) - set(self._files)
        self._files = look.files
        self._busy &= set(look.files)
        self._tell()
        fresh, self._fresh = self._fresh, False
        if new and self._takes():
            self._offer([each for each in self._free() if each in new], by_itself=self._by_itself and not fresh)

    def _tell_halves(self, halves: Sequence[Arrived]) -> None:
        """Each once: whatever wrote it has stopped in the middle."""
        new = [each for each in halves if each not in self._halves]
        self._halves |= set(new)
        if new:
            names = _named([each.path for each in new])
            self.said.emit(f"{names}：{sentence('watched_file_half')}", "attention")

    def _ask_whether_it_hangs(self) -> None:
        held = self._worker is not None and self._worker.held() > _SILENT
        if held and not self._held:
            self.said.emit(sentence("watched_folder_silent"), "attention")
        self._held = held

    def _offer(self, new: Sequence[Arrived], *, by_itself: bool) -> None:
        """By itself goes only what came while this case lay on the table: whose the others are, the clerk knows."""
        if by_itself and self._draft is not None and self._draft.begun:
            self._put_in(new)
        elif new:
            self.said.emit(f"文件夹里来了 {_named([each.path for each in new])}，按 Alt+F 放进这一件", "")

    def _takes(self) -> bool:
        return self._draft is not None and self._draft.editable and self._host.isVisible()

    def _free(self) -> list[Arrived]:
        return [each for each in self._files if each not in self._busy]

    def _tell(self) -> None:
        self.waiting.emit(len(self._free()) if self._draft is not None and self._draft.editable else 0)

    # ---- what is filed

    def _filed(self, files: Sequence[Arrived], away: Sequence[Path], paths: Sequence[Path]) -> None:
        """Those that could not be read have been named. They are not offered again; those on a share that went away
        while it was read wait until it is back.
        """
        self._busy -= {each for each in files if each.path in away}
        over = [each for each in files if each.path not in away]
        self._done += over
        if self._worker is not None:
            for each in over:
                self._worker.done(each)
        self._tell()
        if not paths:
            return
        self.said.emit(f"✓ {_named(paths)} 已放进这一件", "ok")
        for each in over if self._moves else ():
            if each.path in paths:
                self._context.tasks.look(self, partial(put_away, each), _nothing, partial(self._stays, each.path))

    def _stays(self, path: Path, error: StationError) -> None:
        self.said.emit(f"{shown_name(path)[:_LONGEST_NAME]}：{sentence(error)}", "attention")


def _nothing(_: None) -> None:
    """It is where it belongs."""


def _named(paths: Sequence[Path]) -> str:
    names = "、".join(shown_name(path)[:_LONGEST_NAME] for path in paths[:_NAMED])
    return f"{names} 等 {len(paths)} 个文件" if len(paths) > _NAMED else names
