"""A folder into which a network scanner or a maker's program drops pages: what is new in it, and where it goes after.

Looked at again and again, since network shares tell nobody of what comes; on a thread of its own that a share which
does not answer may hold for ever. Nothing is ever deleted.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Condition, Thread

from station_app import durable
from station_app.durable import Point
from station_app.errors import StationError, UserError
from station_app.papers.pager import LARGEST_FILE, is_paged
from station_app.services.capture import media_type_of
from station_app.services.paper_files import bytes_of

_LOG = logging.getLogger(__name__)
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".pdf", ".tif", ".tiff"})
DONE_FOLDER = "已归档"
EVERY = 2.0  # seconds between two looks; a file must be the same in both
_MOST = 500  # files that are looked at, the newest first
_PATIENT = 5  # looks at a file that does not grow and is not whole
_PDF_END, _TAIL = b"%%EOF", 2048
_HALF = ("scan_empty", "scan_unreadable")  # codes of a picture that has perhaps not come to its end


@dataclass(frozen=True)
class Arrived:
    """A whole file. ``changed``: nanoseconds; with name and size it tells a new file from one that was filed."""

    path: Path
    size: int
    changed: int


@dataclass(frozen=True)
class Look:
    """``files``: what waits, the oldest first. ``halves``: what has not grown for a while and is not whole all the
    same. ``gone``: the folder cannot be reached.
    """

    files: tuple[Arrived, ...] = ()
    gone: bool = False
    halves: tuple[Arrived, ...] = ()


@dataclass(frozen=True)
class Fetched:
    """What came of reading the files that were ``asked`` for: bytes, or why there are none."""

    asked: tuple[Arrived, ...]
    read: Mapping[Arrived, bytes]
    unread: Mapping[Arrived, StationError]


@dataclass(frozen=True)
class Stays:
    """A file that could not be put away."""

    file: Arrived
    error: UserError


class FolderWatch:
    """One folder, looked at by ``look``; not for several threads. ``since``: seconds of the epoch; files that were
    changed before are not offered.
    """

    def __init__(self, folder: Path, since: float = 0.0) -> None:
        self._folder = folder
        self._since = since * 1e9
        self._seen: set[Arrived] = set()
        self._whole: dict[Arrived, bool] = {}
        self._done: set[Arrived] = set()
        self._halves: dict[Arrived, int] = {}

    def look(self) -> Look:
        """What is whole and the same as at the last look, and not done."""
        try:
            there = set(self._candidates())
        except OSError:
            self._seen = set()
            return Look(gone=True)
        steady, self._seen = there & self._seen, there
        self._whole = {each: known for each, known in self._whole.items() if each in there}
        found = [each for each in steady if each not in self._done and self._is_whole(each)]
        self._halves = {each: self._halves.get(each, 0) + 1 for each in steady if not self._is_whole(each)}
        halves = [each for each, looks in self._halves.items() if looks >= _PATIENT]
        return Look(_in_order(found), halves=_in_order(halves))

    def done(self, file: Arrived) -> None:
        """It is filed: never offer it again."""
        self._done.add(file)

    def _candidates(self) -> Iterator[Arrived]:
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith((".", "~")) or Path(entry.name).suffix.lower() not in SUFFIXES:
                    continue
                with suppress(OSError):  # gone between two breaths, or not ours
                    known = entry.stat()
                    if entry.is_file() and 0 < known.st_size <= LARGEST_FILE and known.st_mtime_ns >= self._since:
                        found.append(Arrived(Path(entry.path), known.st_size, known.st_mtime_ns))
        yield from sorted(found, key=lambda each: each.changed, reverse=True)[:_MOST]

    def _is_whole(self, file: Arrived) -> bool:
        if file not in self._whole:
            self._whole[file] = is_whole(file.path)
        return self._whole[file]


def _in_order(files: Iterable[Arrived]) -> tuple[Arrived, ...]:
    return tuple(sorted(files, key=lambda each: (each.changed, each.path.name)))


def is_whole(path: Path) -> bool:
    """Whether it opens as a picture, or is a PDF or TIFF of several pages with its end.

    One that is refused though it is whole is offered like the others: who puts it in hears why.
    """
    try:
        content = path.read_bytes()
        if content.startswith(b"%PDF-"):
            return _PDF_END in content[-_TAIL:]
        if not is_paged(content):
            media_type_of(content)
    except UserError as error:
        return error.code not in _HALF
    except OSError:
        return False
    return True


def put_away(file: Arrived) -> None:
    """Into the folder ``已归档`` beside it, under a free name. What lies there by now under the same name stays: the
    scanner has begun again at 001, and nobody has filed that page. Raises UserError ``watched_file_stays``.
    """
    path = file.path
    folder = path.parent / DONE_FOLDER
    try:
        known = path.stat()
        if (known.st_size, known.st_mtime_ns) != (file.size, file.changed):
            return
        durable.make_folder(folder, Point.OUTPUT_FILE)
        taken = {each.name for each in folder.iterdir()}
        names = [path.name, *(f"{path.stem} ({number}){path.suffix}" for number in range(2, len(taken) + 3))]
        name = next(name for name in names if name not in taken)
        durable.replace(path, folder / name, Point.OUTPUT_FILE)
    except OSError as error:
        raise UserError("watched_file_stays", folder=DONE_FOLDER) from error


Told = Look | Fetched | Stays


class FolderWorker:
    """All that is asked of a folder's disk, on one thread that the disk may hold for ever; nobody waits for it.

    ``watch`` a folder (empty: none); ``told`` is called on the worker's thread whenever a look differs from the one
    before, and with what came of ``fetch`` and ``put_away``. ``stop`` ends the looking; what was asked for is done
    first. It may be watched again afterwards: a thread that hangs goes on once the disk answers, and is the only one.
    """

    def __init__(self, told: Callable[[Told], None], every: float = EVERY) -> None:
        self._told = told
        self._every = every
        self._condition = Condition()
        self._watched = ("", 0.0)
        self._done: list[Arrived] = []
        self._asked: deque[Callable[[], Told | None]] = deque()
        self._round = 0
        self._stopping = True
        self._began: float | None = None
        self._thread: Thread | None = None

    def watch(self, folder: str, since: float = 0.0) -> None:
        with self._condition:
            if not self._stopping and (folder, since) == self._watched:
                return
            self._stopping = False
            self._watched = folder, since
            self._round += 1
            if folder:
                self._start()
            self._condition.notify_all()

    def done(self, file: Arrived) -> None:
        """It is filed: never offer it again."""
        with self._condition:
            self._done.append(file)
            self._condition.notify_all()

    def fetch(self, files: Sequence[Arrived]) -> None:
        """Read these; ``Fetched`` tells."""
        self._ask(partial(_fetched, tuple(files)))

    def put_away(self, file: Arrived) -> None:
        """As the function; ``Stays`` tells where it could not be."""
        self._ask(partial(_put_away, file))

    def held(self) -> float:
        """For how many seconds the disk has been asked for the same thing: a share that does not answer holds it."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    def stop(self) -> None:
        with self._condition:
            self._stopping = True
            self._condition.notify_all()

    def _ask(self, act: Callable[[], Told | None]) -> None:
        with self._condition:
            self._asked.append(act)
            self._start()
            self._condition.notify_all()

    def _start(self) -> None:
        """With the condition held."""
        if self._thread is None:
            self._thread = Thread(target=self._live, name="watched folder", daemon=True)
            self._thread.start()

    # ---- the thread

    def _live(self) -> None:
        at, watch, told = -1, None, Look()
        while True:
            with self._condition:
                act = self._asked.popleft() if self._asked else None
                if act is None and self._stopping:
                    self._thread = None
                    return
                done = tuple(self._done)
                if self._round != at:
                    at = self._round
                    folder, since = self._watched
                    watch = FolderWatch(Path(folder), since) if folder else None
            self._began = time.monotonic()
            if act is not None:
                self._tell(_safely(act))
                continue
            look = _look(watch, done)
            self._began = None
            if look != told:
                told = look
                self._tell(look)
            self._rest(at, len(done))

    def _tell(self, told: Told | None) -> None:
        if told is not None:
            with suppress(RuntimeError):  # who was told of it is gone
                self._told(told)

    def _rest(self, at: int, done: int) -> None:
        with self._condition:
            self._condition.wait_for(
                lambda: self._stopping or self._asked or len(self._done) != done or self._round != at, self._every
            )


def _look(watch: FolderWatch | None, done: Iterable[Arrived]) -> Look:
    if watch is None:
        return Look()
    for each in done:
        watch.done(each)
    try:
        return watch.look()
    except Exception:  # the window must not end with it
        _LOG.exception("the watched folder could not be looked at")
        return Look(gone=True)


def _safely(act: Callable[[], Told | None]) -> Told | None:
    try:
        return act()
    except Exception:  # as above
        _LOG.exception("a file of the watched folder could not be seen to")
        return None


def _fetched(files: Sequence[Arrived]) -> Fetched:
    read: dict[Arrived, bytes] = {}
    unread: dict[Arrived, StationError] = {}
    for each in files:
        try:
            read[each] = bytes_of(each.path)
        except StationError as error:
            unread[each] = error
    return Fetched(tuple(files), read, unread)


def _put_away(file: Arrived) -> Stays | None:
    try:
        put_away(file)
    except UserError as error:
        return Stays(file, error)
    return None
