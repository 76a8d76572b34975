"""F12: a run of the scanner into the case on the table, while the clerk goes on typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from station_app.devices.run import Run
from station_app.devices.scanner import Scanner, ScanOrder, Source
from station_app.domain.application import CLOSED, ScanKind
from station_app.errors import StationError
from station_app.papers.reader import Reader
from station_app.services import devices
from station_app.services.scanning import Search
from ui.messages import sentence
from ui.pages.intake.device_pages import Filed, Target, look_for_scanners, scan_into
from ui.pages.intake.scanner_choice import ScannerChoice
from ui.running_scan import RunningScan, words_of_end

if TYPE_CHECKING:
    from station_app.services.desk import Desk
    from station_app.services.devices import Chosen
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.shelf import Shelf
    from ui.tasks import Tasks


@dataclass(frozen=True)
class UnderWay:
    """A run, and the case that its pages go to."""

    run: RunningScan
    draft: Draft


class DeviceScans(QObject):
    """One run at a time; its pages go to the case that lay on the table when it began.

    Signals: ``said(words, tone)``, for the banner; ``progress(words)``: how the run stands, empty when there is none;
    ``begun(Draft, CaseView)``: a case has begun with its first page.
    """

    said = Signal(str, str)
    progress = Signal(str)
    begun = Signal(object, object)

    def __init__(self, host: QWidget, desk: Desk, tasks: Tasks, shelf: Shelf, now: Callable[[], Draft]) -> None:
        """``now``: the case on the table."""
        super().__init__(host)
        self._desk = desk
        self._tasks = tasks
        self._shelf = shelf
        self._now = now
        self._choice = ScannerChoice(host)
        self._choice.chosen.connect(self._chosen)
        self._choice.closed.connect(self._leave_choice)
        self._target = Target.of(now())
        self._draft = now()
        self._run: RunningScan | Search | None = None
        self._busy = False

    def scan(self, kind: ScanKind | None = None) -> None:
        """Scan with the remembered scanner; the first page is of ``kind``, if given."""
        if self._begin(kind):
            self._tasks.query(self, partial(devices.chosen, self._desk), self._known, self._failed)

    def choose(self, kind: ScanKind | None = None) -> None:
        """Let the clerk choose for this once."""
        if self._begin(kind):
            self._tasks.query(self, partial(devices.chosen, self._desk), self._ask, self._failed)

    def cancel(self) -> bool:
        """Call the run off; the pages that have come stay. False where there is none."""
        if self._run is None:
            return False
        self._run.cancel()
        if isinstance(self._run, Search):
            self._end(sentence("search_cancelled"), "")
        else:
            self.progress.emit("停下…")
        return True

    def hand_over(self) -> UnderWay | None:
        """The run that goes on, for a page that is made in this one's place; a search is called off."""
        run = self._run
        if not isinstance(run, RunningScan):
            self._leave_choice()
            return None
        self._run = None
        run.leave()
        return UnderWay(run, self._draft)

    def take_over(self, under_way: UnderWay) -> None:
        """Go on with it."""
        self._busy, self._draft = True, under_way.draft
        self._follow(under_way.run)
        self.progress.emit(f"已收 {self._pages} 页" if self._pages else "准备中…")

    @property
    def _pages(self) -> int:
        """That have come in the run."""
        return self._run.pages if isinstance(self._run, RunningScan) else 0

    # ---- before a run

    def _begin(self, kind: ScanKind | None) -> bool:
        draft = self._now()
        if self._busy:
            self.said.emit(f"扫描还在进行，已收到 {self._pages} 页；等它扫完，或按 Esc 取消", "attention")
            return False
        if draft.state in CLOSED:
            self.said.emit(sentence("not_editable", state=draft.state.value), "attention")
            return False
        self._draft, self._target = draft, Target.of(draft, kind)
        self._busy = True
        return True

    def _known(self, known: Chosen) -> None:
        if known.scanner:
            self._start(known.order(), known.scanner_name)
            return
        self.progress.emit("正在找扫描仪")
        found: list[Scanner | StationError] = []
        self._search(found.append, lambda: self._take_only(found))

    def _take_only(self, found: Sequence[Scanner | StationError]) -> None:
        """Exactly one that works is taken and remembered; of several the clerk chooses."""
        usable = [each for each in found if isinstance(each, Scanner) and not each.problem]
        self.progress.emit("")
        if len(usable) == 1:
            self._remember(usable[0], None)
        elif usable:
            self._choice.ask("", None)
            for each in found:
                self._choice.add(each)
        else:
            self._end(words_of_none(found), "attention")

    def _ask(self, known: Chosen) -> None:
        self._choice.ask(known.scanner, known.source)
        self._search(self._choice.add, self._choice.searched)

    def _search(self, told: Callable[[Scanner | StationError], None], done: Callable[[], None]) -> None:
        """Of a search that was left nobody hears any more."""
        search = self._run = Search()

        def one(found: Scanner | StationError) -> None:
            if self._run is search:
                told(found)

        def ended(_: None) -> None:
            if self._run is search:
                self._run = None
                done()

        work = partial(look_for_scanners, search)
        self._tasks.stream(self, work, one, ended, self._failed, stop=search.cancel)

    def _leave_choice(self) -> None:
        """Also when something was chosen, right before ``_chosen``."""
        if isinstance(self._run, Search):
            self._run.cancel()
        self._run, self._busy = None, False

    def _chosen(self, scanner: Scanner, source: Source | None, remember: bool) -> None:
        self._busy = True
        if remember:
            self._remember(scanner, source)
        else:
            work = partial(devices.chosen, self._desk)
            self._tasks.query(self, work, partial(self._once, scanner, source), self._failed)

    def _once(self, scanner: Scanner, source: Source | None, known: Chosen) -> None:
        self._start(ScanOrder(scanner.id, source, known.resolution), scanner.name)

    def _remember(self, scanner: Scanner, source: Source | None) -> None:
        work = partial(devices.choose_scanner, self._desk, scanner, source)
        self._tasks.command(self, work, lambda _: self._remembered(scanner), self._failed)

    def _remembered(self, scanner: Scanner) -> None:
        self.said.emit(f"以后都用“{scanner.name}”扫描；要换，按 Shift+F12 或到设置 F11", "")
        self._tasks.query(self, partial(devices.chosen, self._desk), self._known, self._failed)

    # ---- the run

    def _start(self, order: ScanOrder, name: str) -> None:
        run = Run(partial(devices.scan_job, self._desk, order))
        self.progress.emit("准备中…")
        reader = Reader()
        work = partial(scan_into, self._desk, self._target, run, reader)
        self._follow(RunningScan(self._tasks, run, work, name, reader))

    def _follow(self, run: RunningScan) -> None:
        self._run = run
        run.came.connect(self._page)
        run.done.connect(self._done)
        run.failed.connect(self._failed)

    def _page(self, filed: Filed) -> None:
        draft = self._draft
        if filed.begun is not None:
            draft.written(filed.begun)
            self.begun.emit(draft, filed.begun)
        self._shelf.put(draft, filed.scans)
        self.progress.emit(f"已收 {self._pages} 页")

    def _done(self, pages: int) -> None:
        self._end(f"扫完了，{pages} 页都已存好", "ok")

    def _failed(self, error: StationError) -> None:
        self._end(*words_of_end(self._run if isinstance(self._run, RunningScan) else None, error))

    def _end(self, words: str, tone: str) -> None:
        self._run, self._busy = None, False
        self.progress.emit("")
        elsewhere = self._draft is not self._now() and self._draft.reference
        self.said.emit(f"{self._draft.reference}：{words}" if elsewhere else words, tone)


def words_of_none(found: Sequence[Scanner | StationError]) -> str:
    """Why there is nothing to scan from, as far as the drivers said so, and what to do."""
    dead = [f"{each.name}：{sentence(each.problem)}" for each in found if isinstance(each, Scanner) and each.problem]
    faults = [sentence(each) for each in found if isinstance(each, StationError)]
    return "\n".join([*dead, *faults] or [sentence("no_scanner_here")])
