"""提交: what is asked for before a case is frozen, and what happens after."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ui.pages.intake.compare_words import remarks_of
from ui.pages.intake.judgement import Step
from ui.pages.intake.page_hands import remarks_to_write

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.store.records import ApplicationRecord
    from ui.pages.intake.draft import Draft
    from ui.pages.intake.judgement import Judgement
    from ui.pages.intake.presenter import IntakePresenter
    from ui.pages.intake.saver import Saver


class Submitting(QObject):
    """Signals: ``mend_wanted(field, how many are missing)``, ``reason_wanted()``, ``waiting()`` (the history is being
    fetched), ``begun()``, ``done(Draft, ApplicationRecord)``, ``failed(Draft, StationError)``."""

    mend_wanted = Signal(str, int)
    reason_wanted = Signal()
    waiting = Signal()
    begun = Signal()
    done = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, presenter: IntakePresenter, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._saver = saver

    def start(self, judged: Judgement) -> None:
        """Ctrl+Enter: go as far as the case allows."""
        draft = self._presenter.draft
        if not draft.editable or draft.submitting:
            return
        if draft.history is None:
            self.waiting.emit()
            return
        step, field = self._presenter.next_step(judged)
        if step is Step.MEND:
            self.mend_wanted.emit(field, len(judged.missing))
        elif step is Step.INSIST:
            self.reason_wanted.emit()
        else:
            remarks = remarks_to_write(draft.scans, remarks_of(judged.compared))
            self._saver.submit(draft, remarks, partial(self._done, draft), partial(self._failed, draft))
            self.begun.emit()

    def _done(self, draft: Draft, record: ApplicationRecord) -> None:
        self.done.emit(draft, record)

    def _failed(self, draft: Draft, error: StationError) -> None:
        if error.code == "insistence_needed":
            self.reason_wanted.emit()
        self.failed.emit(draft, error)
