"""受理: begin a case, keep what the clerk types, open it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from station_app.domain.application import EDITABLE, Content, State
from station_app.domain.chip import CHIP, from_chip, from_text
from station_app.domain.identity import tidy_number
from station_app.domain.operator import Act
from station_app.domain.reference import Reference
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.plans import Grant, Plan, preview
from station_app.services.desk import Desk, Written
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, GrantRow, ScanRecord

_TOUCHED = Changed.of(Kind.APPLICATIONS)
_NUMBERS = ("id_number", "card_no", "phone")


@dataclass(frozen=True)
class CaseView:
    """One case as a page shows it. ``history`` is what the person was paid before, as far as this station knows.

    ``unfinished``: what is kept beside the content: texts by field that are no value yet (half a date), what the
    chip of an ID card said (``domain.chip``).
    """

    record: ApplicationRecord
    scans: tuple[ScanRecord, ...]
    history: tuple[Grant, ...]
    unfinished: Mapping[str, str] = field(default_factory=dict)


def new_case(desk: Desk, content: Content, unfinished: Mapping[str, str] | None = None) -> Written[CaseView]:
    """Begin a draft; ``applied_on`` is today unless given. Raises UserError ``not_enrolled``, ``plan_unknown``."""
    desk.require(Act.CASES)
    plan = desk.plans.get(content.plan)
    content = tidy(content if content.applied_on else replace(content, applied_on=desk.today()))
    with desk.store.write(Point.DRAFT) as uow:
        now = desk.now()
        record = ApplicationRecord(
            id=str(uuid4()),
            reference=_next_reference(uow, content.plan),
            state=State.DRAFT,
            revision=0,
            content=content,
            author_id=desk.operator.id,
            author_name=desk.operator.name,
            assessment=assessed(plan, uow, content, ""),
            pack_version=plan.version,
            created_at=now,
            updated_at=now,
        )
        uow.applications.add(record)
        if unfinished:
            _keep_unfinished(uow, record.id, unfinished)
        uow.audit.add("case_begun", record.id, desk.operator.id, reference=record.reference)
        grants = history(uow, content.applicant.get("id_number", ""), record.id)
        return Written(CaseView(record, (), grants, unfinished or {}), _TOUCHED)


def save_content(
    desk: Desk, application_id: str, content: Content, unfinished: Mapping[str, str] | None = None
) -> Written[CaseView]:
    """Keep what stands in the form, complete or not. Raises UserError ``not_editable`` once a revision is under way."""
    desk.require(Act.CASES)
    content = tidy(content)
    with desk.store.write(Point.DRAFT) as uow:
        record = editable(uow, application_id)
        if record.revision and record.content.applied_on:
            content = replace(content, applied_on=record.content.applied_on)  # the day the worker applied stays
        plan = plan_of(desk, replace(record, content=content))
        known = assessed(plan, uow, content, application_id)
        uow.applications.save_content(application_id, content, known, desk.now(), pack_version=plan.version)
        _keep_unfinished(uow, application_id, unfinished or {})
        return Written(view(uow, application_id), _TOUCHED)


def set_consent(desk: Desk, application_id: str, consent: Mapping[str, Any]) -> Written[CaseView]:
    """Record the worker's consent: ``{"notice": version, "given_on": date, "how": ...}``."""
    desk.require(Act.CASES)
    with desk.store.write(Point.DRAFT) as uow:
        editable(uow, application_id)
        uow.applications.set_consent(application_id, dict(consent), desk.now())
        uow.audit.add("consent_recorded", application_id, desk.operator.id, notice=str(consent.get("notice", "")))
        return Written(view(uow, application_id), _TOUCHED)


def open_case(desk: Desk, application_id: str) -> CaseView:
    """A case by its id or its reference; raises UserError ``application_unknown``."""
    with desk.store.read() as uow:
        return view(uow, find_id(uow, application_id))


def history_of(desk: Desk, id_number: str, application_id: str = "") -> tuple[Grant, ...]:
    """This person's cases but ``application_id`` that were paid or may still be, as far as this station knows."""
    with desk.store.read() as uow:
        return history(uow, id_number, application_id)


def tidy(content: Content) -> Content:
    """Numbers in their one spelling, whatever spaces and widths were typed."""
    applicant = {name: tidy_number(value) if name in _NUMBERS else value for name, value in content.applicant.items()}
    return replace(content, applicant={name: value for name, value in applicant.items() if value})


def plan_of(desk: Desk, record: ApplicationRecord) -> Plan:
    """The plan that a case stands under: a draft under the newest version, what was filed under the version it was
    filed under, also when it comes back and goes out again.
    """
    return desk.plans.get(record.content.plan, record.pack_version if record.revision else None)


def assessed(plan: Plan, uow: UnitOfWork, content: Content, application_id: str) -> dict[str, Any] | None:
    """What can be said of the draft as it stands; None while nothing can."""
    grants = history(uow, content.applicant.get("id_number", ""), application_id)
    known = preview(plan, content, grants)
    return known.assessment.to_json() if known.assessment else None


def history(uow: UnitOfWork, id_number: str, application_id: str = "") -> tuple[Grant, ...]:
    """This person's other cases that were paid or may still be (``year_paid`` None), in the rules' words: those in this
    store, and those of other PCs of which the server has told.
    """
    id_number = tidy_number(id_number)
    here = [_grant(row) for row in uow.applications.grants_of(id_number) if row.application_id != application_id]
    return (*here, *uow.district_grants_of(id_number))


def _grant(row: GrantRow) -> Grant:
    return Grant(
        plan=row.plan,
        category=row.category,
        occupation=row.occupation,
        level=row.level,
        level_name=row.level_name,
        rank=row.rank,
        year_paid=int((row.paid_on or str(row.plan))[:4]) if row.state is State.PAID else None,
        certificate_number=row.certificate_number,
        reference=row.reference,
        state=row.state.value,
    )


def view(uow: UnitOfWork, application_id: str) -> CaseView:
    record = uow.applications.get(application_id)
    grants = history(uow, record.content.applicant.get("id_number", ""), application_id)
    return CaseView(record, tuple(uow.scans.of(application_id)), grants, _unfinished(uow, application_id))


def chip_fields(uow: UnitOfWork, record: ApplicationRecord) -> tuple[str, ...]:
    """The applicant's fields that stand as the chip of their ID card said them; none where no card was read."""
    kept = _unfinished(uow, record.id).get(CHIP)
    return from_chip(record.content, from_text(kept)) if kept else ()


def _unfinished(uow: UnitOfWork, application_id: str) -> dict[str, str]:
    kept = uow.facts.get(_unfinished_key(application_id))
    return json.loads(kept) if kept else {}


def _keep_unfinished(uow: UnitOfWork, application_id: str, unfinished: Mapping[str, str]) -> None:
    text = json.dumps(dict(unfinished), ensure_ascii=False) if unfinished else None
    uow.facts.set(_unfinished_key(application_id), text)


def _unfinished_key(application_id: str) -> str:
    return f"unfinished.{application_id}"


def find_id(uow: UnitOfWork, text: str) -> str:
    """The application's id, for an id or a reference."""
    if text.count("-") == 4 and len(text) == 36:
        return uow.applications.get(text).id
    return uow.applications.by_reference(text.strip().upper()).id


def editable(uow: UnitOfWork, application_id: str) -> ApplicationRecord:
    """The record, if the clerk may change it now; raises UserError ``not_editable``."""
    record = uow.applications.get(application_id)
    if record.state not in EDITABLE:
        raise UserError("not_editable", state=record.state.value)
    return record


def _next_reference(uow: UnitOfWork, year: int) -> str:
    known = uow.facts.some("station_no", "device_letter", "generation", "serial_start")
    station_no, letter = known.get("station_no"), known.get("device_letter")
    if not station_no or not letter:
        raise UserError("not_enrolled")
    serial = uow.applications.next_serial(year, int(known.get("serial_start") or 1))
    return str(Reference(station_no, year, letter, int(known.get("generation") or 0), serial))
