"""A printed paper that goes out to be signed, and comes back: whether it is the one that its case waits for."""

from __future__ import annotations

from dataclasses import dataclass

from station_app.domain.application import CLOSED, EDITABLE
from station_app.domain.reference import parse_reference
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Changed
from station_app.papers import Paper, PaperCode, Sheet, digest, edits, signed_values
from station_app.services.desk import Desk, Written
from station_app.services.intake import plan_of
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord

# a paper that the clerk has looked at may be filed in spite of these
_CLERK_DECIDES = frozenset({"paper_of_older_program", "paper_filled_since"})


@dataclass(frozen=True)
class Judged:
    """``application_id``: the case that the paper names, None where it is not on this PC. ``problem``: a UserError that
    says why the page is not filed by itself; None: it fits.
    """

    code: PaperCode
    application_id: str | None = None
    problem: UserError | None = None


def note_printed(desk: Desk, sheet: Sheet) -> Written[None]:
    """Remember what a paper says that goes to the printer or into a file, so that it can be told what was edited later.

    A paper that was never noted can be compared too, only not field by field. A receipt is not remembered.
    """
    if sheet.signed:
        with desk.store.write(Point.PRINT) as uow:
            uow.prints.put(sheet.code.whole, sheet.signed, desk.now(), desk.operator.id)
    return Written(None, Changed())


def judge(desk: Desk, uow: UnitOfWork, code: PaperCode) -> Judged:
    """Problems: ``paper_of_other_station``, ``paper_case_unknown``, ``paper_is_receipt``, ``paper_case_closed``,
    ``paper_of_other_revision``, ``paper_of_older_program``, ``paper_changed_since`` (``fields``),
    ``paper_filled_since`` (``fields``: the paper shows none of them, so they stand there in handwriting or not at all).
    """
    try:
        record = uow.applications.by_reference(code.reference)
    except UserError:
        return Judged(code, None, UserError(_whose(uow, code)))
    return Judged(code, record.id, _problem(desk, uow, record, code))


def refusal(desk: Desk, uow: UnitOfWork, code: PaperCode, application_id: str) -> UserError | None:
    """Why a paper is no form of this case, whoever has looked at it; None: it is one, or the clerk may say so.

    The problems of ``judge``, and ``paper_of_other_case``.
    """
    judged = judge(desk, uow, code)
    if judged.application_id not in (application_id, None):
        return UserError("paper_of_other_case", reference=code.reference)
    problem = judged.problem
    return None if problem is None or problem.code in _CLERK_DECIDES else problem


def contradiction(desk: Desk, uow: UnitOfWork, code: PaperCode, record: ApplicationRecord) -> UserError | None:
    """Why a paper that lies among the pages of a case being written is no form of it; as ``refusal``, but what a
    revision of before was printed for stands as long as it says what the case says: that one has gone with it.
    """
    if code.reference != record.reference:
        return UserError("paper_of_other_case", reference=code.reference)
    if code.paper is Paper.RECEIPT or code.revision > record.revision:
        return refusal(desk, uow, code, record.id)
    problem = _edited(desk, uow, record, code)
    return None if problem is None or problem.code in _CLERK_DECIDES else problem


def _whose(uow: UnitOfWork, code: PaperCode) -> str:
    own = parse_reference(code.reference).station_no == uow.facts.get("station_no")
    return "paper_case_unknown" if own else "paper_of_other_station"


def _problem(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, code: PaperCode) -> UserError | None:
    if code.paper is Paper.RECEIPT:
        return UserError("paper_is_receipt")
    if record.state in CLOSED:
        return UserError("paper_case_closed", state=record.state.value)
    wanted = revision_on_paper(record)
    if code.revision != wanted:
        return UserError("paper_of_other_revision", printed=code.revision, wanted=wanted)
    return _edited(desk, uow, record, code)


def revision_on_paper(record: ApplicationRecord) -> int:
    """The revision that a paper printed now is for."""
    return record.revision if record.state not in EDITABLE else record.revision + 1


def _edited(desk: Desk, uow: UnitOfWork, record: ApplicationRecord, code: PaperCode) -> UserError | None:
    """Whether the case says what the paper says; where its plan is not here that is why it cannot be said."""
    if not code.digest:
        return UserError("paper_of_older_program")
    try:
        form = plan_of(desk, record).category(record.content.category).form
    except UserError as error:
        return error
    now = signed_values(record.content, form, code.paper)
    if code.digest == digest(desk.store.keys.papers, code, now):
        return None
    printed = uow.prints.values(code.whole)
    found = edits(printed, now)
    if printed and not found.changed:
        return UserError("paper_filled_since", fields=found.filled) if found.filled else None
    return UserError("paper_changed_since", fields=(*found.changed, *found.filled))
