"""The only way off the main thread: ``Query`` reads, ``Look`` asks a disk that may hang, ``Command`` writes, ``Stream``
tells on its way.

One reader thread and one writer thread, so that a lookup never waits behind a write and writes keep their order; one
more for files at places of the clerk's choosing, and some for what waits for devices.
Results come home by one queued signal. Work that runs in the background must hold no Qt object: bind what it needs to
a local first (``desk = context.desk``), never reach through ``self``.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from types import CellType
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from station_app.errors import BugError, StationError
from station_app.events import Changed, Events
from ui.aside import Line, aside

if TYPE_CHECKING:
    from station_app.services.desk import Written

T = TypeVar("T")
_PATIENCE = 2.0  # seconds that are waited for files at places of the clerk's choosing
_STREAMS = 4  # a scan, a card, a search for scanners, and one that is still ending
Failed = Callable[[StationError], None]
Report = Callable[[BaseException], None]


@dataclass(frozen=True)
class _Ticket:
    """What waits on the main thread for an answer. ``told``: of a stream; ``stop``: of what can be made to end soon;
    ``never_dropped``: its work is done in any case.
    """

    owner: QObject
    done: Callable[[Any], None]
    failed: Failed | None
    key: str | None
    future: Future[None]
    told: Callable[[Any], None] | None = None
    stop: Callable[[], None] | None = None
    never_dropped: bool = False


@dataclass(frozen=True)
class _Answer:
    number: int
    value: Any = None
    error: StationError | None = None
    last: bool = True


@dataclass(frozen=True)
class Hand:
    """What a stream's work is given. ``tell``: say something to the owner now. ``write``: do this on the writer thread,
    in its turn among the commands, as a command does it, and wait for its value; it is done whoever listens still.
    """

    tell: Callable[[Any], None]
    write: Callable[[Callable[[], Written[Any]]], Any]


class Tasks(QObject):
    """Runs work in the background and brings the answer to its owner.

    Signals: ``unhandled(StationError)``: a failure nobody took, for the shell's banner; every ``BugError`` comes here.
    ``wrote(Changed)``: a command of ours wrote (the events tell of sync's writes too).
    ``report`` gets each unexpected exception, on the background thread, before anything else happens to it.
    """

    unhandled = Signal(object)
    wrote = Signal(object)
    _arrived = Signal()

    def __init__(self, events: Events, report: Report, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._events = events
        self._report = report
        self._reader = ThreadPoolExecutor(1, "station-reader")
        self._writer = ThreadPoolExecutor(1, "station-writer")
        self._runner = Line("station-runner")
        self._slow = ThreadPoolExecutor(1, "station-slow")
        self._waiter = ThreadPoolExecutor(_STREAMS, "station-waiter")
        self._inbox: SimpleQueue[_Answer] = SimpleQueue()
        self._tickets: dict[int, _Ticket] = {}
        self._commands: set[int] = set()
        self._files: set[int] = set()
        self._late: set[int] = set()  # of the files: waited for long enough
        self._left: set[int] = set()  # of those: given up
        self._looks: set[int] = set()
        self._last = 0
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def query(
        self,
        owner: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Failed | None = None,
        *,
        key: str | None = None,
    ) -> None:
        """Read in the background; ``done`` runs here, on the Qt thread, unless the owner is gone by then.

        With ``key``, a newer query of the same owner and key takes the place of an older one, whose answer is dropped.
        """
        if key is not None:
            self._supersede(owner, key)
        self._submit(self._reader.submit, owner, work, done, failed, key)

    def look(
        self,
        owner: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Failed | None = None,
        *,
        key: str | None = None,
        stop: Callable[[], None] | None = None,
    ) -> None:
        """Like ``query``, for a folder or a file of the clerk's, which may lie on a share that does not answer: on a
        thread of its own, for which neither lookups nor the window's end ever wait. ``stop``, from any thread, makes
        what can be ended of ``work`` end; it is called when the window closes and where nobody waits any more.
        """
        if key is not None:
            self._supersede(owner, key)
        self._looks.add(self._submit(aside, owner, work, done, failed, key, stop=stop))

    def forget(self, owner: QObject, key: str) -> None:
        """Nobody waits any more for the answer to this query or look."""
        self._supersede(owner, key)

    def command(
        self,
        owner: QObject,
        work: Callable[[], Written[T]],
        done: Callable[[T], None] | None = None,
        failed: Failed | None = None,
        *,
        long: bool = False,
        stop: Callable[[], None] | None = None,
    ) -> None:
        """Write in the background, in the calls' order; what it touched goes to the events, its value to ``done``.

        The write itself is never dropped, only its answer. ``long``: it writes or reads a file at a place of the
        clerk's choosing, which may take minutes (a stick) or never end (a share that does not answer). It goes beside
        the others, so that nothing waits to be saved, and is the one write that the window's end may leave in the
        middle (``is_writing``): a file has its name only once it is whole. ``stop``, from any thread, makes ``work``
        write at once what it then still writes (page work, page by page); it has a line of its own, and only the
        window's end, which calls ``stop``, waits for it.
        """
        _check_bare(work)
        write = partial(_written, work, self._events, self.wrote.emit)
        if stop is not None:
            self._submit(self._slow.submit, owner, write, done or _ignore, failed, None, stop=stop, never_dropped=True)
            return
        executor = self._runner if long else self._writer
        number = self._submit(executor.submit, owner, write, done or _ignore, failed, None)
        self._commands.add(number)
        if long:
            self._files.add(number)

    def stream(
        self,
        owner: QObject,
        work: Callable[[Hand], T],
        told: Callable[[Any], None],
        done: Callable[[T], None],
        failed: Failed | None = None,
        *,
        stop: Callable[[], None],
    ) -> None:
        """Wait for a device in a thread of its own; what ``work`` tells comes here one by one, ``done`` at the end.

        ``stop``, from any thread, makes ``work`` end soon; it is called when the window closes. What ``work`` has
        written by then is written.
        """
        number, inbox, arrived = self._last + 1, self._inbox, self._arrived  # the number that it is given below
        events, wrote, writer = self._events, self.wrote.emit, self._writer

        def tell(value: Any) -> None:
            inbox.put(_Answer(number, value, last=False))
            arrived.emit()

        def write(change: Callable[[], Written[Any]]) -> Any:
            return writer.submit(_written, change, events, wrote).result()

        _check_bare(work)
        bound = partial(work, Hand(tell, write))
        self._submit(self._waiter.submit, owner, bound, done, failed, None, told=told, stop=stop)

    def finish(self) -> None:
        """Wait for every command, and for those its ``done`` starts; their answers are delivered here.

        Of files at places of the clerk's choosing this is tried for two seconds, once for each; see ``is_writing``.
        """
        until = monotonic() + _PATIENCE
        while waiting := self._commands - self._late:
            for number in sorted(waiting):
                self._wait_for(number, until)
            self._deliver()

    def is_writing(self) -> bool:
        """Whether a file that the clerk asked for is not whole yet, though ``finish`` has waited for it."""
        return any(not self._tickets[number].future.done() for number in self._late)

    def drop_queries(self) -> None:
        """Stop every stream, forget every query, leave what ``finish`` has not waited for; when this returns, none will
        answer, and but for looks and files none runs.
        """
        for ticket in self._tickets.values():
            if ticket.stop is not None:
                ticket.stop()
        for number in self._looks | self._late:
            self._tickets.pop(number, None)
        self._looks.clear()
        self._leave_files()
        waiting = [ticket for number, ticket in self._tickets.items() if number not in self._commands]
        wait([each.future for each in waiting if each.never_dropped or not each.future.cancel()])
        self._tickets = {number: ticket for number, ticket in self._tickets.items() if number in self._commands}

    def close(self) -> None:
        """``finish()``, drop the queries, end all threads."""
        self.finish()
        self.drop_queries()
        self._reader.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        self._runner.leave()
        self._slow.shutdown(wait=True)
        self._waiter.shutdown(wait=True)

    def _wait_for(self, number: int, until: float) -> None:
        future = self._tickets[number].future
        if number not in self._files:
            future.result()
        elif wait([future], max(0.0, until - monotonic())).not_done:
            self._late.add(number)

    def _leave_files(self) -> None:
        """Those that come after them, of another session perhaps, go on a thread that nothing holds."""
        if self._late:
            self._runner.leave()
            self._runner = Line("station-runner")
        self._left |= self._late
        self._commands -= self._late
        self._files -= self._late
        self._late.clear()

    def _submit(
        self,
        begin: Callable[[Callable[[], None]], Future[None]],
        owner: QObject,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Failed | None,
        key: str | None,
        *,
        told: Callable[[Any], None] | None = None,
        stop: Callable[[], None] | None = None,
        never_dropped: bool = False,
    ) -> int:
        _check_bare(work)
        self._last += 1
        number = self._last
        inbox, arrived, report = self._inbox, self._arrived, partial(_report, self._report, self._left, number)

        def run() -> None:
            inbox.put(_attempt(number, work, report))
            arrived.emit()

        self._tickets[number] = _Ticket(owner, done, failed, key, begin(run), told, stop, never_dropped)
        return number

    def _supersede(self, owner: QObject, key: str) -> None:
        for number, ticket in list(self._tickets.items()):
            if ticket.owner is owner and ticket.key == key:
                ticket.future.cancel()
                if ticket.stop is not None:
                    ticket.stop()
                del self._tickets[number]

    def _deliver(self) -> None:
        while True:
            try:
                answer = self._inbox.get_nowait()
            except Empty:
                return
            if not answer.last:
                self._tell(answer)
                continue
            for each in (self._commands, self._looks, self._files, self._late, self._left):
                each.discard(answer.number)
            ticket = self._tickets.pop(answer.number, None)
            if ticket is not None:
                self._hand_over(ticket, answer)

    def _tell(self, answer: _Answer) -> None:
        ticket = self._tickets.get(answer.number)
        if ticket is not None and ticket.told is not None and isValid(ticket.owner):
            ticket.told(answer.value)

    def _hand_over(self, ticket: _Ticket, answer: _Answer) -> None:
        alive = isValid(ticket.owner)
        if answer.error is None:
            if alive:
                ticket.done(answer.value)
            return
        if alive and ticket.failed is not None:
            ticket.failed(answer.error)
        if ticket.failed is None or isinstance(answer.error, BugError):
            self.unhandled.emit(answer.error)


def _report(report: Report, left: Set[int], number: int, error: BaseException) -> None:
    """What goes on where nobody waits any more, with a store that is closed, is nobody's bug."""
    if number not in left:
        report(error)


def _written(work: Callable[[], Written[T]], events: Events, wrote: Callable[[Changed], None]) -> T:
    """On the writer thread: do it, and say what it touched."""
    written = work()
    events.send(written.changed)
    wrote(written.changed)
    return written.value


def _attempt(number: int, work: Callable[[], Any], report: Report) -> _Answer:
    """Run the work; every failure becomes a ``StationError``, the unexpected ones reported first."""
    try:
        return _Answer(number, work())
    except BugError as error:
        report(error)
        return _Answer(number, error=error)
    except StationError as error:
        return _Answer(number, error=error)
    except Exception as error:
        report(error)
        bug = BugError("unexpected", kind=type(error).__name__)
        bug.__cause__ = error
        return _Answer(number, error=bug)


def _ignore(_: object) -> None:
    """Nobody waits for this command's value."""


def _check_bare(work: Callable[..., Any]) -> None:
    """Raises BugError ``work_holds_widget`` when background work would hold a Qt object."""
    if any(isinstance(each, QObject) for each in _held(work)):
        raise BugError("work_holds_widget")


def _held(work: Callable[..., Any]) -> list[object]:
    if isinstance(work, partial):
        return [*_held(work.func), *work.args, *work.keywords.values()]
    cells = getattr(work, "__closure__", None) or ()
    held = [cell.cell_contents for cell in cells if cell != CellType()]
    return [getattr(work, "__self__", None), *held, *(getattr(work, "__defaults__", None) or ())]
