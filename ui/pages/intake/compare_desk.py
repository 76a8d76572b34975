"""Typed against read: fetches readings, walks through what differs, takes the clerk's word for each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from station_app.domain.application import CLOSED, EDITABLE
from station_app.events import Changed, Kind
from station_app.services import intake, reading, settings
from ui.messages import label
from ui.pages.intake.clip import Clip, clip_of
from ui.pages.intake.compare_words import adopted_words, beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from station_app.domain.reading import ScanReading
    from station_app.services.comparing import Comparison, Told
    from station_app.services.desk import Desk
    from station_app.store.records import ScanRecord
    from ui.context import Context
    from ui.pages.intake.compare_card import CompareCard
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.form import FormPane
    from ui.pages.intake.table import CaseTable

_Known = tuple[bool, "Mapping[str, ScanReading]", "tuple[ScanRecord, ...]"]


class CompareDesk(QObject):
    """Signals: ``known()``: pages of the case on the table were read; ``said(words, tone)``, for the banner.

    Attribute: ``enabled``: whether pages are read at all.
    """

    known = Signal()
    said = Signal(str, str)

    def __init__(self, context: Context, table: CaseTable, form: FormPane, card: CompareCard) -> None:
        super().__init__(form)
        self._desk = context.desk
        self._tasks = context.tasks
        self._table = table
        self._form = form
        self._card = card
        self._field = ""  # that the keys act on
        self._draft: Draft | None = None
        self._shown: Comparison | None = None
        self.enabled = True
        card.adopted.connect(self._adopt)
        card.kept.connect(self._keep)
        form.entered.connect(self._enter)
        table.put.connect(self._ask)
        context.bridge.changed.connect(self._hear)

    # ---- what is known

    def _hear(self, changed: Changed) -> None:
        edited = changed.touches(Kind.APPLICATIONS) and self._table.draft.readings  # a signed form may lie there
        if edited or changed.touches(Kind.READINGS, Kind.SCANS, Kind.SETTINGS):
            self._ask()

    def _ask(self) -> None:
        """Fetch what was read off the pages of the case on the table."""
        draft = self._table.draft
        if draft.application_id is not None and draft.state not in CLOSED:
            work = partial(_known, self._desk, draft.application_id, draft.editable)
            self._tasks.query(self, work, partial(self._take, draft), key="readings")

    def _take(self, draft: Draft, known: _Known | None) -> None:
        if known is None or draft.submitting or known == (self.enabled, draft.readings, draft.scans):
            return
        self.enabled, draft.readings, draft.scans = known
        if draft is self._table.draft:
            self.known.emit()

    # ---- what is shown

    def look(self, draft: Draft, comparison: Comparison) -> None:
        """The case as it stands now."""
        if draft is not self._draft:
            self._draft, self._field = draft, ""
        self._shown = comparison
        waiting = comparison.waiting
        self._field = self._field or self._form.focused_field()
        at = next((at for at, each in enumerate(waiting) if each.field == self._field), 0)
        told = waiting[at] if waiting else None
        self._field = told.field if told is not None else ""
        new = told is not None and told != self._card.told
        self._card.show_told(told, at + 1, len(waiting))
        self._form.show_beside({each.field: beside(each, each.field == self._field) for each in waiting})
        if told is not None and new:
            self._fetch(told)

    def _enter(self, name: str) -> None:
        """The focus has gone into this field: if there is anything about it, the keys act on it."""
        if self._shown is None or self._draft is None or name == self._field:
            return
        if any(each.field == name for each in self._shown.waiting):
            self._field = name
            self.look(self._draft, self._shown)

    def _fetch(self, told: Told) -> None:
        if told.box is not None:
            work = partial(clip_of, self._desk, told.scan_id, told.box, len(told.read))
            self._tasks.query(self, work, partial(self._card.show_clip, told), lambda _: self._lost(told), key="clip")

    def _lost(self, told: Told) -> None:
        """The page is gone meanwhile (taken out, replaced): the case is about to be shown without it."""
        from PySide6.QtGui import QImage

        self._card.show_clip(told, Clip(QImage()))

    # ---- the clerk's word

    def _adopt(self, told: Told) -> None:
        if self._table.draft.locked(told.field):
            self.said.emit(f"“{label(told.field)}”现在不能改；退回的申报按 F7 放开其他字段", "attention")
            return
        self._go_on(told)
        if told.typed:
            self.said.emit(adopted_words(told), "")
        self._table.edit(told.field, told.value, "")
        self._table.presenter.leave(told.field)
        self._table.refresh()

    def _keep(self, told: Told) -> None:
        self._go_on(told)
        self._table.presenter.keep_typed(told)
        self._table.refresh()

    def _go_on(self, told: Told) -> None:
        """The keys act on what comes next."""
        waiting = self._shown.waiting if self._shown else ()
        at = next((at for at, each in enumerate(waiting) if each.field == told.field), 0)
        left = [*waiting[at + 1 :], *waiting[:at]]
        self._field = left[0].field if left else ""


def _known(desk: Desk, application_id: str, editable: bool) -> _Known | None:
    """None where the case is being written no longer, or again: the page is about to hear of it."""
    case = intake.open_case(desk, application_id)
    if (case.record.state in EDITABLE) is not editable:
        return None
    there = tuple(scan for scan in case.scans if not scan.removed)
    enabled = bool(settings.read_all(desk)["reading_enabled"])
    return enabled, reading.readings_of(desk, application_id) if enabled else {}, there
