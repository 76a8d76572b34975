"""The reviewer's three answers: approved, returned field by field, rejected."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from central import audit, notices
from central.assessing import judge
from central.cases import Case, content_of, in_open_batch, locked_case, move, version_of
from central.context import Central
from central.packs import plan_book
from station_app.domain.application import FieldReturn, ReturnCode, State, check_move
from station_app.durable import Point
from station_app.errors import UserError
from station_app.plans import Verdict


def approve(central: Central, reference: str) -> None:
    """Approve a received case for what the rules say today.

    Raises UserError ``application_unknown``, ``move_not_allowed``, ``not_eligible`` (``reasons``), ``amount_unknown``.
    """
    with central.database.write(Point.SERVER_REVIEW) as tx:
        case = locked_case(tx, reference)
        check_move(State(case.state), State.APPROVED)
        judgement = judge(tx, plan_book(tx), content_of(tx, case), reference, version_of(tx, case))
        assessment = judgement.assessment
        if assessment is not None and assessment.verdict is Verdict.INELIGIBLE:
            raise UserError("not_eligible", reasons=list(assessment.reasons))
        if assessment is None or judgement.amount is None:
            raise UserError("amount_unknown")
        verdict = json.dumps(assessment.to_json(), ensure_ascii=False)
        _decide(tx, central, case, State.APPROVED, amount=judgement.amount, assessment=verdict)


def give_back(central: Central, reference: str, returned: Sequence[FieldReturn]) -> None:
    """Return a case for these fields. Raises ``application_unknown``, ``move_not_allowed``, ``payment_under_way``."""
    with central.database.write(Point.SERVER_REVIEW) as tx:
        case = locked_case(tx, reference)
        if in_open_batch(tx, reference):
            raise UserError("payment_under_way", "reference")
        _decide(tx, central, case, State.RETURNED, returned=tuple(dict.fromkeys(returned)))
        notices.queue(tx, central, case, State.RETURNED)


def reject(central: Central, reference: str, code: ReturnCode, note: str = "") -> None:
    """Reject a case for good. Raises UserError ``application_unknown``, ``move_not_allowed``."""
    with central.database.write(Point.SERVER_REVIEW) as tx:
        case = locked_case(tx, reference)
        _decide(tx, central, case, State.REJECTED, rejection_code=code.value, note=note)


def _decide(tx: Connection, central: Central, case: Case, to: State, **facts: object) -> None:
    returned = facts.pop("returned", ())
    move(tx, case, to, audit.actor(), central.now(), returned=returned, **facts)  # type: ignore[arg-type]
    audit.note(tx, to.value, case.reference, central.now())
