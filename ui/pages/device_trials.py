"""Finding and trying devices from 设置: nothing of what is scanned or read is kept."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from station_app.devices.job import CardJob, ScanJob
from station_app.devices.run import Run
from station_app.domain.identity import mask_id
from station_app.services import devices
from station_app.services.scanning import Search
from ui.messages import label, sentence
from ui.pages.intake.chip_reading import read_card
from ui.pages.intake.device_pages import look_for_scanners
from ui.pages.intake.pictures import shrunk
from ui.theme import px

if TYPE_CHECKING:
    from station_app.devices.id_chip import ChipRecord
    from station_app.devices.id_reader import CardOrder
    from station_app.errors import StationError
    from station_app.services.desk import Desk
    from station_app.services.devices import Chosen
    from ui.tasks import Hand, Tasks

_ENOUGH = 1  # pages of a trial; the rest of a stack stays in the feeder


class Trials(QObject):
    """Signals: ``found(Scanner or StationError)``, ``searched()``; ``said(words, tone)``: how a trial came out;
    ``pictured(QPixmap)``: the page, small."""

    found = Signal(object)
    searched = Signal()
    said = Signal(str, str)
    pictured = Signal(QPixmap)

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._trying = False
        self._run: Run[ScanJob] | Run[CardJob] | None = None

    def search(self) -> None:
        """Every scanner as soon as its driver knows it."""
        search = Search()
        work = partial(look_for_scanners, search)
        self._tasks.stream(self, work, self.found.emit, self._searched, self._not_searched, stop=search.cancel)

    def scan(self) -> None:
        """One page with the remembered scanner."""
        if self._begin("正在试扫，请稍候…"):
            self.pictured.emit(QPixmap())
            self._tasks.query(self, partial(devices.chosen, self._desk), self._scan, self._failed)

    def read_card(self) -> None:
        """One card with the remembered reader."""
        if self._begin(sentence("id_card_lay_on")):
            self._tasks.query(self, partial(devices.chosen, self._desk), self._find_reader, self._failed)

    def _searched(self, _: None) -> None:
        self.searched.emit()

    def _not_searched(self, error: StationError) -> None:
        self.found.emit(error)
        self.searched.emit()

    def _scan(self, known: Chosen) -> None:
        run = self._run = Run(partial(devices.scan_job, self._desk, known.order()))
        box = (px(120), px(120))
        work = partial(_tried, run, box)
        self._tasks.stream(self, work, self._show_page, self._scanned, self._failed, stop=run.cancel)

    def _show_page(self, image: QImage) -> None:
        self.pictured.emit(QPixmap.fromImage(image))

    def _scanned(self, size: tuple[int, int]) -> None:
        self._end(f"✓ 扫到一页，{size[0]}×{size[1]} 点。试扫的页不保存。", "ok")

    def _find_reader(self, known: Chosen) -> None:
        self._tasks.look(self, known.card_order, self._read, self._failed)

    def _read(self, order: CardOrder) -> None:
        run = self._run = Run(partial(CardJob, order))
        self._tasks.stream(self, partial(read_card, run), _nothing, self._carded, self._failed, stop=run.cancel)

    def _carded(self, record: ChipRecord) -> None:
        kind = label(f"card_kind.{record.kind}")
        self._end(f"✓ 读到{kind} {mask_id(record.id_number)}。试读的内容不保存。", "ok")

    def _begin(self, words: str) -> bool:
        """A key pressed again calls the trial off."""
        if self._trying:
            if self._run is not None:
                self._run.cancel()
            return False
        self._trying = True
        self.said.emit(words, "soft")
        return True

    def _failed(self, error: StationError) -> None:
        self._end(f"✕ {sentence(error)}", "wrong")

    def _end(self, words: str, tone: str) -> None:
        self._trying, self._run = False, None
        self.said.emit(words, tone)


def _tried(run: Run[ScanJob], box: tuple[int, int], hand: Hand) -> tuple[int, int]:
    """Tell the page as a picture no larger than ``box``; its size in pixels."""
    size = (0, 0)
    with run.job() as job:
        for page in islice(job, _ENOUGH):
            whole = QImage.fromData(page.content)
            size = (whole.width(), whole.height())
            hand.tell(shrunk(page.content, 0, box))
    return size


def _nothing(_: object) -> None:
    """A read tells nothing on its way."""
