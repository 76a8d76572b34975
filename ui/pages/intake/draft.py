"""One case in the clerk's hands: what stands in the form, saved or not. Pure; the page and the saver share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from station_app.domain.application import EDITABLE, Category, Channel, Content, FieldReturn, State
from station_app.domain.chip import CHIP, from_text, to_text
from station_app.plans import Assessment
from ui.pages.intake.autosave import AutoSave

if TYPE_CHECKING:
    from datetime import date

    from station_app.domain.reading import ScanReading
    from station_app.plans import Grant
    from station_app.services.intake import CaseView
    from station_app.store.records import ScanRecord


INSISTENCE = "insist"
_DECIDED = "kept."  # begins the name of a decision among the loose ends


@dataclass
class CaseHandle:
    """Whose rows a draft's writes go to. Set and read by the writer thread; the page reads it after an answer."""

    application_id: str | None = None


@dataclass
class Draft:
    """What is entered and what is known of the case it belongs to.

    ``unfinished``: texts that are no value yet (half a date), by field. ``chip``: what the worker's ID card said, as
    ``chip.facts_of`` keeps it. ``history`` is None while it is being fetched.
    ``opened``: the clerk has opened the fields that the reviewer did not name. ``rostered``: the ID number whose row
    of the roster gave the standing. ``judged``: the assessment on record, which is the one that counts once the case
    is submitted. ``filed_under``: the version of the plan that it was filed under, None before. ``submitting``: a
    submission is being written, so nothing else is. ``holder``: the name of the clerk who has it.
    ``readings``: what was read off its pages, as far as it is known; ``decided``: what the clerk let stand
    against it, a ``claim`` by ``key`` (``services.comparing``).
    """

    content: Content
    handle: CaseHandle = field(default_factory=CaseHandle)
    autosave: AutoSave = field(default_factory=AutoSave)
    reference: str = ""
    saved_at: str = ""  # ISO 8601 UTC
    state: State = State.DRAFT
    revision: int = 0
    consent: Mapping[str, Any] = field(default_factory=dict)
    insisted: str = ""
    returned: tuple[FieldReturn, ...] = ()
    scans: tuple[ScanRecord, ...] = ()
    history: tuple[Grant, ...] | None = ()
    unfinished: dict[str, str] = field(default_factory=dict)
    chip: Mapping[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)  # fields the clerk has been in and left
    opened: bool = False
    rostered: str = ""
    judged: Assessment | None = None
    filed_under: int | None = None
    submitting: bool = False
    holder: str = ""
    holder_id: str = ""
    readings: Mapping[str, ScanReading] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)

    @classmethod
    def blank(cls, plan: int, today: date) -> Draft:
        """A case of which nothing is entered; it is no case in the store before the first input."""
        return cls(Content(plan, Category.VOCATIONAL, Channel.STATION, applied_on=today))

    @classmethod
    def of(cls, view: CaseView) -> Draft:
        """A case as the store holds it."""
        draft = cls(view.record.content, CaseHandle(view.record.id))
        draft.know(view)
        known = {name: text for name, text in view.unfinished.items() if name not in (INSISTENCE, CHIP)}
        draft.chip = from_text(view.unfinished.get(CHIP, "{}"))
        draft.decided = {name.removeprefix(_DECIDED): text for name, text in known.items() if name.startswith(_DECIDED)}
        draft.unfinished = {name: text for name, text in known.items() if not name.startswith(_DECIDED)}
        draft.insisted = view.unfinished.get(INSISTENCE) or view.record.insisted or ""
        draft.left = set(view.record.content.applicant) | set(view.record.content.certificate)
        return draft

    @property
    def application_id(self) -> str | None:
        return self.handle.application_id

    @property
    def begun(self) -> bool:
        """Whether anything was entered that is worth a case."""
        return self.application_id is not None or not self.autosave.clean

    @property
    def editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def loose_ends(self) -> dict[str, str]:
        """What is kept beside the content: texts that are no value yet, the reason while nothing is submitted, the
        chip.
        """
        insisted = {INSISTENCE: self.insisted} if self.insisted else {}
        return {**self.to_keep, **insisted}

    @property
    def to_keep(self) -> dict[str, str]:
        """Of the loose ends, those that outlive a submission: it may come back."""
        chip = {CHIP: to_text(self.chip)} if self.chip else {}
        return {**self.unfinished, **{f"{_DECIDED}{key}": claim for key, claim in self.decided.items()}, **chip}

    def locked(self, name: str) -> bool:
        """Whether this field may not be changed now: after submitting, and what the reviewer did not name."""
        if not self.editable or self.submitting:
            return True
        if self.state is not State.RETURNED or self.opened:
            return False
        return name not in {each.field for each in self.returned}

    def written(self, view: CaseView) -> None:
        """A save of the form has ended: what it settled, and nothing that may have changed since it began."""
        self.reference = view.record.reference
        self.state = view.record.state
        self.revision = view.record.revision
        self.filed_under = view.record.pack_version if view.record.revision else None

    def know(self, view: CaseView) -> None:
        """Take over what the store knows besides what is entered."""
        record = view.record
        self.reference = record.reference
        self.saved_at = record.updated_at
        self.state = record.state
        self.revision = record.revision
        self.holder, self.holder_id = record.holder_name, record.holder_id
        self.filed_under = record.pack_version if record.revision else None
        self.consent = dict(record.consent)
        self.returned = tuple(record.returned) if record.state is State.RETURNED else ()
        self.scans = tuple(scan for scan in view.scans if not scan.removed)
        self.history = view.history
        self.judged = Assessment.from_json(record.assessment) if record.assessment else None
