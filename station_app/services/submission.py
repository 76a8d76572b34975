"""提交 and 撤回: freeze a revision with the exact bytes that will travel, and queue it."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from station_app.domain.application import CLOSED, State, of_the_card, required_scans
from station_app.domain.canonical import canonical_json
from station_app.domain.fields import FieldProblem
from station_app.domain.identity import card_no_problem, id_number_problem, phone_problem
from station_app.domain.operator import Act
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed, Kind
from station_app.plans import Assessment, Verdict, assess, case_of, preview
from station_app.services import plan_flips
from station_app.services.capture import check_number, entry
from station_app.services.desk import Desk, Written
from station_app.services.intake import chip_fields, editable, history, plan_of
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, Source
from sync.bodies import Author, Submission, Withdrawal
from sync.wire import OpKind

_TOUCHED = Changed.of(Kind.APPLICATIONS, Kind.OUTBOX, Kind.SCANS)
_CHECKS = {"id_number": id_number_problem, "card_no": card_no_problem, "phone": phone_problem}


def problems(desk: Desk, application_id: str) -> tuple[FieldProblem, ...]:
    """Everything that keeps this case from being submitted, in the order of the form; empty when nothing does."""
    with desk.store.read() as uow:
        return problems_of(desk, uow, editable(uow, application_id))


def submit(desk: Desk, application_id: str, insist: str | None = None) -> Written[ApplicationRecord]:
    """Freeze the case as its next revision and queue it, in one transaction.

    ``insist``: the worker's reason for applying although the answer is no. Raises UserError ``incomplete`` (``field``:
    the first problem's; ``problems``: all), ``insistence_needed``, ``scans_too_many``, ``not_editable``.
    """
    desk.require(Act.CASES)
    with desk.store.write(Point.SUBMIT) as uow:
        record = editable(uow, application_id)
        found = problems_of(desk, uow, record)
        if found:
            raise UserError("incomplete", found[0].field, problems=[each.to_json() for each in found])
        check_number(len(uow.scans.of(record.id)))
        assessment = _assessment(desk, uow, record)
        reason = (insist or "").strip() or record.insisted
        if assessment.verdict is Verdict.INELIGIBLE and not reason:
            raise UserError("insistence_needed", reasons=list(assessment.reasons))
        record = replace(record, insisted=reason if assessment.verdict is Verdict.INELIGIBLE else None)
        _freeze(desk, uow, record, assessment)
        return Written(uow.applications.get(application_id), _TOUCHED)


def withdraw(desk: Desk, application_id: str) -> Written[ApplicationRecord]:
    """Take a case back. A draft nobody was told of ends at once; else the server is asked, and its word counts.

    Raises UserError ``move_not_allowed`` where the case is closed.
    """
    desk.require(Act.CASES)
    with desk.store.write(Point.WITHDRAW) as uow:
        record = uow.applications.get(application_id)
        if record.state in CLOSED:
            raise UserError("move_not_allowed", now=record.state.value, to=State.WITHDRAWN.value)
        if record.state is State.DRAFT:
            uow.applications.move(record.id, State.WITHDRAWN, desk.now(), desk.operator.id, Source.STATION)
        elif not _withdrawal_open(uow, record):
            _queue_withdrawal(desk, uow, record)
        plan_flips.forget(uow, record.id)
        uow.audit.add("withdrawal", record.id, desk.operator.id, state=record.state.value)
        return Written(uow.applications.get(application_id), _TOUCHED)


def problems_of(desk: Desk, uow: UnitOfWork, record: ApplicationRecord) -> tuple[FieldProblem, ...]:
    """The same, inside a unit of work that is open already."""
    content = record.content
    grants = history(uow, content.applicant.get("id_number", ""), record.id)
    found = list(preview(plan_of(desk, record), content, grants).missing)
    found.extend(_malformed(record))
    kinds = {scan.kind for scan in uow.scans.of(record.id)}
    found.extend(FieldProblem(f"scan.{kind.value}", "missing") for kind in required_scans(content) if kind not in kinds)
    if content.cardless:
        return tuple(each for each in found if not of_the_card(each.field))
    return tuple(found)


def _malformed(record: ApplicationRecord) -> list[FieldProblem]:
    found = []
    for name, check in _CHECKS.items():
        value = record.content.applicant.get(name)
        code = check(value) if value else None
        if code:
            found.append(FieldProblem(name, code))
    return found


def _assessment(desk: Desk, uow: UnitOfWork, record: ApplicationRecord) -> Assessment:
    content = record.content
    grants = history(uow, content.applicant.get("id_number", ""), record.id)
    return assess(plan_of(desk, record), case_of(content, grants))


def _freeze(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, assessment: Assessment) -> None:
    now, revision = desk.now(), record.revision + 1
    body = canonical_json(_submission(desk, uow, record, assessment, now).model_dump(mode="json")).decode()
    uow.applications.set_assessment(record.id, assessment.to_json(), plan_of(desk, record).version)
    uow.applications.set_insisted(record.id, record.insisted, now)
    uow.applications.freeze(record.id, revision, body, operator_id=desk.operator.id, at=now)
    uow.scans.freeze(record.id, revision)
    uow.outbox.enqueue(str(uuid4()), record.id, record.reference, OpKind.SUBMIT.value, revision, body, now)
    uow.applications.move(record.id, State.QUEUED, now, desk.operator.id, Source.STATION)
    plan_flips.forget(uow, record.id)
    uow.audit.add("submitted", record.id, desk.operator.id, revision=revision, reference=record.reference)


def _submission(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, assessment: Assessment, now: str) -> Submission:
    return Submission(
        application_id=record.id,
        reference=record.reference,
        revision=record.revision + 1,
        content=record.content.to_json(),
        scans=[entry(scan) for scan in uow.scans.of(record.id)],
        author=Author(operator_id=desk.operator.id, name=desk.operator.name),
        submitted_at=now,
        pack_version=plan_of(desk, record).version,
        assessment=assessment.to_json(),
        insisted=record.insisted,
        consent=dict(record.consent),
        intake_seq=uow.audit.first_of(record.id),
        from_chip=chip_fields(uow, record),
    )


def _withdrawal_open(uow: UnitOfWork, record: ApplicationRecord) -> bool:
    kind = OpKind.WITHDRAW.value
    return any(row.application_id == record.id and row.kind == kind for row in uow.outbox.open_rows())


def _queue_withdrawal(desk: Desk, uow: UnitOfWork, record: ApplicationRecord) -> None:
    body = Withdrawal(
        application_id=record.id,
        reference=record.reference,
        author=Author(operator_id=desk.operator.id, name=desk.operator.name),
        withdrawn_at=desk.now(),
    )
    text = canonical_json(body.model_dump(mode="json")).decode()
    uow.outbox.enqueue(
        str(uuid4()), record.id, record.reference, OpKind.WITHDRAW.value, record.revision, text, desk.now()
    )
