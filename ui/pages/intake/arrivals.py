"""What comes into the watched folder while a case is open: offered, filed with one key or by itself, put away."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from station_app.events import Changed, Kind
from station_app.services import settings
from station_app.services.watched_folder import EVERY, Arrived, Fetched, FolderWorker, Look, Stays, Told
from ui.messages import sentence
from ui.pages.intake.pictures import Unread, shown_name
from ui.pages.intake.shelf import Ends

if TYPE_CHECKING:
    from station_app.services.settings import Value
    from ui.context import Context
    from ui.pages.intake.draft import Draft

_NAMED = 3  # files in a message, before the rest are counted
_LONGEST_NAME = 24
_SILENT = 20.0  # seconds that one look may take
_ASKED_MS = 5000  # between two questions whether one takes longer
_OLD = 15 * 60.0  # seconds: what lay there so long before is not what the clerk waits for, where files stay

_AWAY = ("scan_file_missing", "scan_file_unreadable")  # nothing is wrong with the file: it cannot be reached now

File = Callable[["Draft", Sequence[tuple[Path, bytes]], Ends], None]


class Arrivals(QObject):
    """``file``: puts files into a case. The folder's disk is asked by the worker's thread alone.

    Signals: ``waiting(int)``: so many files can be taken; ``said(words, tone)``; ``unread(list of Unread)``: these
    cannot be read.
    """

    waiting = Signal(int)
    said = Signal(str, str)
    unread = Signal(object)
    _heard = Signal()

    def __init__(
        self,
        host: QWidget,
        context: Context,
        file: File,
        every: float = EVERY,
    ) -> None:
        super().__init__(host)
        self._host = host
        self._context = context
        self._file = file
        self._draft: Draft | None = None
        self._files: tuple[Arrived, ...] = ()
        self._busy: set[Arrived] = set()
        self._takers: dict[tuple[Arrived, ...], Draft] = {}  # whose case the files go into that are being fetched
        self._gone = self._held = False
        self._halves: set[Arrived] = set()
        self._fresh = True  # nothing has been heard since the watching began: what lies there is no news
        self._by_itself, self._moves = False, True
        self._folder = ""
        self._since = time.time() - _OLD
        self._inbox: SimpleQueue[Told] = SimpleQueue()
        self._worker = FolderWorker(_teller(self._inbox, self._heard), every)
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
        self._takers[tuple(files)] = draft
        self.said.emit(f"正在取 {_named([each.path for each in files])}…", "")
        self._worker.fetch(files)

    def _release(self, files: Sequence[Arrived]) -> None:
        """The case has not taken these: they wait again."""
        self._busy -= set(files)
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
            self._fresh = True
        elif event.type() == QEvent.Type.Hide:
            self._worker.stop()
            self._clock.stop()
        return False

    def _watch(self) -> None:
        if self._host.isVisible():
            self._worker.watch(self._folder, 0.0 if self._moves else self._since)
            self._clock.start()

    # ---- what is told

    def _hear(self) -> None:
        look = None
        while (told := _next(self._inbox)) is not None:
            if isinstance(told, Look):
                look = told
            elif isinstance(told, Fetched):
                self._fetched(told)
            else:
                self._stays(told)
        if look is not None:
            self._looked(look)

    def _looked(self, look: Look) -> None:
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
        held = self._worker.held() > _SILENT
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

    def _fetched(self, told: Fetched) -> None:
        """Those on a share that went away meanwhile wait until it is back; what else cannot be read is named."""
        draft = self._takers.pop(told.asked)
        away = [each for each, error in told.unread.items() if error.code in _AWAY]
        self._release(away)
        self._over([each for each in told.unread if each not in away])
        if told.unread:
            self.unread.emit([Unread(shown_name(each.path), error) for each, error in told.unread.items()])
        files = tuple(told.read)
        if files:
            ends = Ends(partial(self._filed, files), partial(self._release, files))
            self._file(draft, [(each.path, content) for each, content in told.read.items()], ends)

    def _filed(self, files: Sequence[Arrived], paths: Sequence[Path], known: Sequence[Path]) -> None:
        """Those that could not be opened or that the case had before have been named. None is offered again."""
        self._over(files)
        if paths:
            self.said.emit(f"✓ {_named(paths)} 已放进这一件", "ok")
        for each in files if self._moves else ():
            if each.path in (*paths, *known):
                self._worker.put_away(each)

    def _over(self, files: Sequence[Arrived]) -> None:
        for each in files:
            self._worker.done(each)

    def _stays(self, told: Stays) -> None:
        self.said.emit(f"{shown_name(told.file.path)[:_LONGEST_NAME]}：{sentence(told.error)}", "attention")


def _teller(inbox: SimpleQueue[Told], heard: SignalInstance) -> Callable[[Told], None]:
    """What the worker's thread calls; it holds nothing of the page's."""

    def told(each: Told) -> None:
        inbox.put(each)
        heard.emit()

    return told


def _next(inbox: SimpleQueue[Told]) -> Told | None:
    try:
        return inbox.get_nowait()
    except Empty:
        return None


def _named(paths: Sequence[Path]) -> str:
    names = "、".join(shown_name(path)[:_LONGEST_NAME] for path in paths[:_NAMED])
    return f"{names} 等 {len(paths)} 个文件" if len(paths) > _NAMED else names
