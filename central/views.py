"""What the server shows of its cases: ``show`` and ``list`` of the contracts. Full numbers, hence audited."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from central import audit
from central.cases import Case, find_case, submission_of
from central.context import Central
from central.tables import applications, devices, forks, moves, parcel_scans, parcels, payments
from station_app.durable import Point
from station_app.errors import UserError
from sync.bodies import Submission


def show(central: Central, reference: str) -> dict[str, Any]:
    """One case with everything that is known of it. Raises UserError ``application_unknown``."""
    with central.database.write(Point.SERVER_AUDIT) as tx:
        case = find_case(tx, reference)
        if case is None:
            raise UserError("application_unknown", "reference")
        audit.note(tx, "case_shown", reference, central.now())
        return _case(tx, case, submission_of(tx, reference, case.revision))


def list_cases(central: Central) -> list[dict[str, Any]]:
    """Every case, oldest first."""
    query = select(applications).order_by(applications.c.created_at, applications.c.reference)
    with central.database.write(Point.SERVER_AUDIT) as tx:
        audit.note(tx, "cases_listed", "", central.now())
        return [_line(row) for row in tx.execute(query).mappings()]


def for_the_reviewer(central: Central, reference: str) -> list[UserError]:
    """What the clerk told of the case besides its content: which fields the ID card's chip said, and why a page with a
    defect was kept. Sentences of no error: ``fields_from_chip``, ``scan_kept_because``.
    """
    with central.database.read() as tx:
        case = find_case(tx, reference)
        if case is None:
            return []
        told = submission_of(tx, reference, case.revision)
        chip = [UserError("fields_from_chip", fields=list(told.from_chip))] if told.from_chip else []
        kept = [each for each in _scans(tx, case) if "remark" in each]
        return chip + [UserError("scan_kept_because", f"scan.{each['kind']}", remark=each["remark"]) for each in kept]


def _line(row: RowMapping) -> dict[str, Any]:
    names = ("reference", "state", "revision", "name", "amount", "station_no", "plan", "category", "updated_at")
    return {name: row[name] for name in names}


def _case(tx: Connection, case: Case, told: Submission) -> dict[str, Any]:
    content = told.content
    return {
        "reference": case.reference,
        "application_id": case.application_id,
        "state": case.state,
        "revision": case.revision,
        "plan": case.plan,
        "category": case.category,
        "channel": content.get("channel"),
        "applied_on": content.get("applied_on"),
        "applicant": content.get("applicant") or {},
        "member": content.get("member") or {},
        "certificate": content.get("certificate") or {},
        "assessment": told.assessment,
        "server_assessment": json.loads(case.assessment) if case.assessment else None,
        "review_findings": json.loads(case.review_findings),
        "insisted": told.insisted,
        "consent": told.consent,
        "from_chip": list(told.from_chip),
        "amount": case.amount,
        "paid_on": case.paid_on,
        "rejection_code": case.rejection_code,
        "note": case.note,
        "returned": json.loads(case.returned),
        "station": _device(tx, case),
        "author": told.author.model_dump(),
        "scans": _scans(tx, case),
        "receipts": _receipts(tx, case),
        "revisions": _revisions(tx, case),
        "forks": _forks(tx, case),
        "payments": _payments(tx, case),
        "history": _history(tx, case),
    }


def _device(tx: Connection, case: Case) -> dict[str, Any]:
    letter = tx.execute(select(devices.c.letter).where(devices.c.id == case.device_id)).scalar_one()
    return {"station_no": case.station_no, "device": case.device_id, "device_letter": letter}


def _scans(tx: Connection, case: Case) -> list[dict[str, Any]]:
    """The scans of the newest revision and those added to it; ``received`` once their parcel is; ``remark`` where the
    clerk gave a reason for keeping a page with a defect.
    """
    query = (
        select(parcel_scans, parcels.c.received_at, parcels.c.body)
        .join(parcels)
        .where(parcels.c.reference == case.reference, parcels.c.revision == case.revision)
        .order_by(parcels.c.id, parcel_scans.c.position)
    )
    names = ("kind", "sha256", "size", "media_type")
    return [
        {**{name: row[name] for name in names}, **_remark(row), "received": row["received_at"] is not None}
        for row in tx.execute(query).mappings()
    ]


def _remark(row: RowMapping) -> dict[str, str]:
    """It stands in the frozen body alone."""
    remark = json.loads(row["body"])["scans"][row["position"]].get("remark")
    return {"remark": remark} if remark else {}


def _receipts(tx: Connection, case: Case) -> list[dict[str, Any]]:
    query = (
        select(parcels.c.revision, parcels.c.body_sha256, parcels.c.received_at, parcels.c.receipt.label("jws"))
        .where(parcels.c.reference == case.reference, parcels.c.receipt.is_not(None))
        .order_by(parcels.c.id)
    )
    return [dict(row) for row in tx.execute(query).mappings()]


def _revisions(tx: Connection, case: Case) -> list[dict[str, Any]]:
    query = (
        select(parcels.c.revision, parcels.c.kind, parcels.c.body_sha256, parcels.c.accepted_at, parcels.c.received_at)
        .where(parcels.c.reference == case.reference)
        .order_by(parcels.c.id)
    )
    return [dict(row) for row in tx.execute(query).mappings()]


def _forks(tx: Connection, case: Case) -> list[dict[str, Any]]:
    query = select(forks.c.device_id, forks.c.revision, forks.c.body, forks.c.body_sha256, forks.c.at).where(
        forks.c.reference == case.reference
    )
    return [dict(row) for row in tx.execute(query.order_by(forks.c.at)).mappings()]


def _payments(tx: Connection, case: Case) -> list[dict[str, Any]]:
    names = ("batch", "revision", "card_no", "amount", "status", "reason", "booked_at")
    query = select(*(payments.c[name] for name in names)).where(payments.c.reference == case.reference)
    return [dict(row) for row in tx.execute(query.order_by(payments.c.batch)).mappings()]


def _history(tx: Connection, case: Case) -> list[dict[str, Any]]:
    query = select(moves).where(moves.c.reference == case.reference).order_by(moves.c.id)
    return [
        {
            "state": row["state"],
            "revision": row["revision"],
            "at": row["at"],
            "by": row["by"],
            **json.loads(row["details"]),
        }
        for row in tx.execute(query).mappings()
    ]
