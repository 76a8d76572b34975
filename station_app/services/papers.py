"""打印: what stands on the paper that fits a case."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from station_app.domain.application import EDITABLE
from station_app.errors import UserError
from station_app.papers import Paper, PaperCase, Sheet, application_form, confirmation_sheet, digest, receipt
from station_app.plans import Assessment
from station_app.services.desk import Desk
from station_app.services.intake import find_id, plan_of
from station_app.services.signed_papers import revision_on_paper
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord


def fitting(desk: Desk, record: ApplicationRecord) -> Paper:
    """Before it is submitted, the plan's form or our confirmation sheet; afterwards the receipt."""
    if record.state not in EDITABLE:
        return Paper.RECEIPT
    return Paper.FORM if _has_form(desk, record) else Paper.SHEET


def offered(desk: Desk, text: str) -> tuple[Paper, ...]:
    """The papers that can be printed of a case (by id or reference), the fitting one first.

    The confirmation sheet is always among them: it carries the notice and the worker's consent, which no plan's own
    form does. Raises UserError ``application_unknown``.
    """
    with desk.store.read() as uow:
        record = uow.applications.get(find_id(uow, text))
    first = fitting(desk, record)
    own = (Paper.FORM,) if _has_form(desk, record) else ()
    return (first, *(each for each in (*own, Paper.SHEET) if each is not first))


def sheet(desk: Desk, text: str, which: Paper | None = None) -> Sheet:
    """The paper of a case (by id or reference); ``which``: the one that fits, unless named.

    Raises UserError ``application_unknown``, ``form_not_in_plan``, ``receipt_before_submission``.
    """
    with desk.store.read() as uow:
        record = uow.applications.get(find_id(uow, text))
        which = which or fitting(desk, record)
        if which is Paper.RECEIPT and not record.revision:
            raise UserError("receipt_before_submission")
        case = _paper_case(desk, uow, record)
    builders = {Paper.FORM: application_form, Paper.SHEET: confirmation_sheet, Paper.RECEIPT: receipt}
    made = builders[which](case)
    return replace(made, code=replace(made.code, digest=digest(desk.store.keys.papers, made.code, made.signed)))


def _has_form(desk: Desk, record: ApplicationRecord) -> bool:
    category = plan_of(desk, record).category(record.content.category)
    return category.form.kind == "application_form"


def _paper_case(desk: Desk, uow: UnitOfWork, record: ApplicationRecord) -> PaperCase:
    pages = Counter(scan.kind for scan in uow.scans.of(record.id))
    return PaperCase(
        reference=record.reference,
        revision=revision_on_paper(record),
        content=record.content,
        plan=plan_of(desk, record),
        station=uow.facts.get("station_name") or "",
        clerk=record.author_name,
        printed_on=desk.today(),
        assessment=Assessment.from_json(record.assessment) if record.assessment else None,
        scans=dict(pages),
        insisted=record.insisted,
    )
