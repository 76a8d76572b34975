"""The server's own verdict: the same pure engine, the server's history, and what only the server can doubt.

Neither the verdict nor a doubt ever blocks a receipt.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from central.cases import Case, content_of, grants_of
from central.clock import beijing_day
from central.context import Central
from central.devices import Device, supports_day
from station_app.domain.application import REQUIRED_SCANS, Content, ScanKind
from station_app.domain.fields import FieldProblem
from station_app.domain.identity import tidy_number
from station_app.errors import StationError
from station_app.plans import Assessment, PlanBook, assess, case_of
from station_app.plans.diff import same_answer
from station_app.plans.engine import standing
from sync.bodies import Submission

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judgement:
    """``assessment``: the server's verdict, None where none could be reached; ``doubts``: ``[{code, field}]``."""

    assessment: Assessment | None
    doubts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def amount(self) -> int | None:
        """Yuan, if the reviewer approves."""
        if self.assessment is None:
            return None
        return self.assessment.amount or self.assessment.amount_if_approved


def judge(tx: Connection, plans: PlanBook, content: Content, reference: str, version: int) -> Judgement:
    """Assess a case as things stand now, under the version of its plan that it was filed under.

    Doubts: ``pack_version_unknown``: the station names a version that was never published, so the newest was used;
    ``newer_plan_differs``: the newest version would answer otherwise.
    """
    history = grants_of(tx, tidy_number(str(content.value("id_number") or "")), reference)
    try:
        plan, newest, case = plans.get(content.plan, version), plans.get(content.plan), case_of(content, history)
        answer = assess(plan, case)
        doubts = [] if plan.version == version else [{"code": "pack_version_unknown", "field": "plan"}]
        if plan is not newest and not same_answer(answer, standing(newest, case)):
            doubts.append({"code": "newer_plan_differs", "field": "plan"})
        return Judgement(answer, doubts)
    except StationError as error:
        return Judgement(None, [{"code": error.code, "field": error.field}])
    except Exception:  # a fault of the rules must not cost a receipt: the reviewer sees that there is no verdict
        _LOG.exception("no verdict on %s", reference)
        return Judgement(None, [{"code": "assessment_failed", "field": None}])


def doubts_of(
    tx: Connection,
    central: Central,
    device: Device,
    submission: Submission,
    read: tuple[Content, Sequence[FieldProblem]],
    before: Case | None,
) -> list[dict[str, Any]]:
    """What a reviewer should look at beside the rules; ``before``: the case as the revision before left it."""
    content, problems = read
    found: list[dict[str, Any]] = [{"code": each.code, "field": each.field} for each in problems]
    found += [{"code": "missing", "field": f"scan.{kind.value}"} for kind in _lacking_scans(content, submission)]
    if before is not None and content_of(tx, before).applied_on != content.applied_on:
        found.append({"code": "applied_on_changed", "field": "applied_on"})
    if not _day_is_proven(tx, central, device, submission, content.applied_on, before):
        found.append({"code": "intake_day_unproven", "field": "applied_on"})
    return found


def _lacking_scans(content: Content, submission: Submission) -> list[ScanKind]:
    """Required scans that a submission lacks; who holds no card yet has none to show."""
    kinds = {scan.kind for scan in submission.scans}
    if content.member.get("has_card") is False:
        kinds.add(ScanKind.CARD.value)
    return [kind for kind in REQUIRED_SCANS if kind.value not in kinds]


def _day_is_proven(
    tx: Connection,
    central: Central,
    device: Device,
    submission: Submission,
    applied_on: date | None,
    before: Case | None,
) -> bool:
    """The server heard of the case that very day, or saw a chain end that covers its intake."""
    if applied_on is None:
        return False
    heard_on = beijing_day(datetime.fromisoformat(before.created_at)) if before is not None else central.today()
    if applied_on >= heard_on:
        return applied_on == heard_on
    return supports_day(tx, device, applied_on.isoformat(), submission.intake_seq)
