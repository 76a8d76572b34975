"""Writes drafts when ``AutoSave`` says so, through Commands; drafts that left the table are written to the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from station_app.errors import StationError, UserError
from station_app.services import capture, intake, submission
from station_app.services.desk import Written
from ui.pages.intake.autosave import AutoSave

if TYPE_CHECKING:
    from station_app.domain.application import Content
    from station_app.services.desk import Desk
    from station_app.services.intake import CaseView
    from station_app.store.records import ApplicationRecord
    from ui.pages.intake.draft import CaseHandle, Draft
    from ui.tasks import Failed, Tasks

_HOPELESS = frozenset({"not_editable", "application_unknown"})  # trying again cannot help


class Saver(QObject):
    """Signals: ``saved(Draft, CaseView)``, ``failed(Draft, StationError)`` (and it goes on trying),
    ``refused(Draft, StationError)`` (the case may no longer be written)."""

    saved = Signal(object, object)
    failed = Signal(object, object)
    refused = Signal(object, object)

    def __init__(
        self, desk: Desk, tasks: Tasks, parent: QObject | None = None, steady: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._steady = steady
        self._drafts: list[Draft] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._save_due)

    def watch(self, draft: Draft) -> None:
        """Something changed in this draft: it is written when its time comes, whatever else is on the table by then."""
        if draft not in self._drafts:
            self._drafts.append(draft)
        self._schedule()

    def save_now(self, draft: Draft) -> None:
        """Begin a write at once, unless one is under way (what changed since follows when it ends)."""
        self.watch(draft)
        self._begin(draft)

    def flush(self) -> None:
        """Begin writing all that is unsaved; ``Tasks.finish()`` then waits until it is."""
        for draft in list(self._drafts):
            self._begin(draft)

    def record_consent(self, draft: Draft, consent: Mapping[str, Any]) -> None:
        """Write the worker's consent; a case that is not begun yet is begun first."""
        if draft.application_id is None:
            draft.autosave.changed(self._steady())
            self.save_now(draft)
        work = partial(_write_consent, self._desk, draft.handle, dict(consent))
        self._tasks.command(self, work, None, partial(self._consent_failed, draft, dict(consent)))

    def _consent_failed(self, draft: Draft, consent: Mapping[str, Any], error: StationError) -> None:
        """Not on record, so not given: the clerk is told and confirms again."""
        if draft.consent == consent:
            draft.consent = {}
        self.failed.emit(draft, error)

    def submit(
        self, draft: Draft, remarks: Mapping[str, str], done: Callable[[ApplicationRecord], None], failed: Failed
    ) -> None:
        """Write what stands in the form and submit it, in one piece of work; ``remarks``: what the reviewer is told of
        pages, by their ids.
        """
        draft.submitting = True
        reason = draft.insisted.strip() or None
        work = partial(_submit, self._desk, draft.handle, draft.content, draft.to_keep, reason, dict(remarks))
        self._tasks.command(
            self, work, partial(self._submitted, draft, done), partial(self._not_submitted, draft, failed)
        )

    def unsaved(self) -> tuple[Draft, ...]:
        """The drafts that are not wholly written."""
        return tuple(draft for draft in self._drafts if not draft.autosave.clean)

    @property
    def clean(self) -> bool:
        """Whether everything of every draft is written."""
        return all(draft.autosave.clean for draft in self._drafts)

    def _begin(self, draft: Draft) -> None:
        if not draft.editable:
            self._drop(draft)
            return
        if draft.submitting:
            return
        if draft.autosave.begin(self._steady()):
            work = partial(_write, self._desk, draft.handle, draft.content, draft.loose_ends)
            self._tasks.command(self, work, partial(self._done, draft), partial(self._failed, draft))
        self._schedule()

    def _done(self, draft: Draft, view: CaseView) -> None:
        draft.autosave.succeeded()
        draft.written(view)
        if draft.autosave.clean:
            self._drop(draft)
        self.saved.emit(draft, view)
        self._schedule()

    def _failed(self, draft: Draft, error: StationError) -> None:
        if error.code in _HOPELESS:
            self._drop(draft)
            self.refused.emit(draft, error)
            return
        draft.autosave.failed(self._steady())
        self.failed.emit(draft, error)
        self._schedule()

    def _submitted(self, draft: Draft, done: Callable[[ApplicationRecord], None], record: ApplicationRecord) -> None:
        draft.submitting = False
        draft.autosave = AutoSave()
        self._drop(draft)
        done(record)

    def _not_submitted(self, draft: Draft, failed: Failed, error: StationError) -> None:
        draft.submitting = False
        draft.autosave.changed(self._steady())
        self.watch(draft)
        failed(error)

    def _drop(self, draft: Draft) -> None:
        self._drafts = [each for each in self._drafts if each is not draft]

    def _save_due(self) -> None:
        now = self._steady()
        for draft in list(self._drafts):
            due = draft.autosave.due_in(now)
            if due is not None and due <= 0:
                self._begin(draft)
        self._schedule()

    def _schedule(self) -> None:
        now = self._steady()
        waits = [due for each in self._drafts if not each.submitting and (due := each.autosave.due_in(now)) is not None]
        if not waits:
            self._timer.stop()
            return
        self._timer.start(max(0, int(min(waits) * 1000)))


def _write(desk: Desk, handle: CaseHandle, content: Content, unfinished: Mapping[str, str]) -> Written[CaseView]:
    """On the writer thread: begin the case with its first write, then keep it."""
    if handle.application_id is None:
        written = intake.new_case(desk, content, unfinished)
        handle.application_id = written.value.record.id
        return written
    return intake.save_content(desk, handle.application_id, content, unfinished)


def _submit(
    desk: Desk,
    handle: CaseHandle,
    content: Content,
    unfinished: Mapping[str, str],
    reason: str | None,
    remarks: Mapping[str, str],
) -> Written[ApplicationRecord]:
    written = _write(desk, handle, content, unfinished)
    for scan_id, words in remarks.items():
        capture.remark_scan(desk, scan_id, words)
    submitted = submission.submit(desk, written.value.record.id, reason)
    return Written(submitted.value, written.changed | submitted.changed)


def _write_consent(desk: Desk, handle: CaseHandle, consent: Mapping[str, Any]) -> Written[CaseView]:
    if handle.application_id is None:
        raise UserError("case_not_begun")
    return intake.set_consent(desk, handle.application_id, consent)
