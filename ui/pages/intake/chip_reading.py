"""Alt+R: an ID card is laid on the reader; what its chip says fills what is empty and is compared with the rest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from station_app.devices.id_chip import ChipRecord
from station_app.devices.job import CardJob
from station_app.devices.run import Run
from station_app.domain.chip import differing
from station_app.services import devices
from ui.messages import label, sentence
from ui.pages.intake.chip import facts_of

if TYPE_CHECKING:
    from station_app.devices.id_reader import CardOrder
    from station_app.errors import StationError
    from station_app.services.desk import Desk
    from station_app.services.devices import Chosen
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.table import CaseTable
    from ui.tasks import Hand, Tasks

_CALLED_OFF = "不读身份证了"
_PORT = "port"


class ChipReading(QObject):
    """One read at a time, for the case on the table; another case calls it off. The photo is not kept.

    Signals: ``said(words, tone)``; ``waiting(bool)``: a card is waited for.
    """

    said = Signal(str, str)
    waiting = Signal(bool)

    def __init__(self, desk: Desk, tasks: Tasks, table: CaseTable, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._table = table
        self._run: Run[CardJob] | None = None
        self._busy = False
        self._draft: Draft | None = None  # whose card is waited for; None: nobody's any more
        table.put.connect(self.cancel)

    def read(self) -> None:
        """Wait for a card."""
        if self._busy:
            self.said.emit("正在等身份证：请平放在读卡器上；不读了按 Esc", "attention")
            return
        self._busy, self._draft = True, self._table.draft
        self._tasks.query(self, partial(devices.chosen, self._desk), self._find_reader, self._failed, key=_PORT)

    def cancel(self) -> bool:
        """No card is waited for any more. False where none was."""
        if not self._busy:
            return False
        self._draft = None  # what has been read already is not taken either
        if self._run is not None:
            self._run.cancel()
        else:  # its port is looked for, and the system may not answer
            self._tasks.forget(self, _PORT)
            self._is_called_off()
        return True

    def use(self) -> None:
        """Put what the chip says in the place of what differs from it."""
        draft = self._table.draft
        for name in differing(draft.content, draft.chip):
            self._table.edit(name, draft.chip[name], "")
        self._table.refresh()

    def _find_reader(self, known: Chosen) -> None:
        self._tasks.look(self, known.card_order, self._start, self._failed, key=_PORT)

    def _start(self, order: CardOrder) -> None:
        if self._is_called_off():
            return
        run = self._run = Run(partial(CardJob, order))
        self.waiting.emit(True)
        work = partial(read_card, run)
        self._tasks.stream(self, work, _nothing, self._done, self._failed, stop=run.cancel)

    def _done(self, record: ChipRecord) -> None:
        if self._is_called_off():
            return
        self._end()
        filled = self._table.presenter.take_chip(facts_of(record))
        for name, value in filled.items():
            self._table.edit(name, value, "")
        self._table.refresh()
        self._say(record, tuple(filled))

    def _is_called_off(self) -> bool:
        """Whether the card would be another case's."""
        if self._draft is not None and self._draft is self._table.draft:
            return False
        self._end()
        self.said.emit(_CALLED_OFF, "")
        return True

    def _say(self, record: ChipRecord, filled: tuple[str, ...]) -> None:
        kind = label(f"card_kind.{record.kind}")
        draft = self._table.draft
        wrong = differing(draft.content, draft.chip)
        if wrong:
            names = "、".join(label(name) for name in wrong)
            self.said.emit(f"已读{kind}：{names}与填的不同，填的没有动；请看右边", "attention")
        elif filled:
            self.said.emit(f"已读{kind}，填入{'、'.join(label(name) for name in filled)}", "ok")
            self._table.opened.emit("")
        else:
            self.said.emit(f"已读{kind}，与填的一致", "ok")

    def _failed(self, error: StationError) -> None:
        self._end()
        if error.code == "scan_cancelled":
            self.said.emit(_CALLED_OFF, "")
        else:
            self.said.emit(sentence(error), "attention" if error.code.endswith(("_placed", "_chosen")) else "wrong")

    def _end(self) -> None:
        self._run, self._busy = None, False
        self.waiting.emit(False)


def read_card(run: Run[CardJob], _: Hand) -> ChipRecord:
    """Runs beside the window."""
    with run.job() as job:
        return job.record()


def _nothing(_: object) -> None:
    """A read tells nothing on its way."""
