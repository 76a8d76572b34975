"""台账: find cases, look at one whole."""

from __future__ import annotations

from typing import Any

from station_app.durable import Point
from station_app.events import Changed
from station_app.services.desk import Desk, Written
from station_app.services.intake import chip_fields, find_id
from station_app.store import UnitOfWork
from station_app.store.records import ApplicationRecord, LedgerQuery, LedgerRow, MoveRecord, PaperFile, ScanRecord


def find(desk: Desk, query: LedgerQuery) -> list[LedgerRow]:
    """A page of the ledger, newest first."""
    with desk.store.read() as uow:
        return uow.applications.find(query)


def count(desk: Desk, query: LedgerQuery) -> int:
    """How many cases the query has in all."""
    with desk.store.read() as uow:
        return uow.applications.count(query)


def show(desk: Desk, text: str) -> dict[str, Any]:
    """One case whole, by reference or id, with full numbers (contracts: ``station show``). Raises UserError."""
    with desk.store.read() as uow:
        return whole(uow, uow.applications.get(find_id(uow, text)))


def reveal(desk: Desk, application_id: str) -> Written[dict[str, str]]:
    """The full numbers of a case; looking at them is an audited act."""
    with desk.store.write(Point.AUDIT) as uow:
        record = uow.applications.get(application_id)
        uow.audit.add("numbers_revealed", application_id, desk.operator.id)
        numbers = {name: record.content.applicant.get(name, "") for name in ("id_number", "card_no", "phone")}
        return Written(numbers, Changed())


def opened(desk: Desk, application_id: str) -> Written[None]:
    """Note that a case was opened at the window, where its numbers stand in full."""
    with desk.store.write(Point.AUDIT) as uow:
        uow.audit.add("case_opened", application_id, desk.operator.id)
    return Written(None, Changed())


def audit_export(desk: Desk, what: str, count_shown: int) -> None:
    """Note that full numbers left the program through a command."""
    with desk.store.write(Point.AUDIT) as uow:
        uow.audit.add("numbers_exported", what, desk.operator.id, cases=count_shown)


def _move(move: MoveRecord) -> dict[str, Any]:
    before = move.from_state.value if move.from_state else None
    return {
        "at": move.at,
        "revision": move.revision,
        "from": before,
        "to": move.to_state.value,
        "by": move.by,
        "source": move.source.value,
        **move.facts,
    }


def _page(scan: ScanRecord) -> dict[str, Any]:
    erased = {"erased_at": scan.erased_at} if scan.erased_at else {}
    remark = {"remark": scan.remark} if scan.remark else {}
    return {"kind": scan.kind.value, "sha256": scan.sha256, "size": scan.size, **remark, **erased}


def _paper_file(file: PaperFile) -> dict[str, Any]:
    erased = {"erased": True} if file.erased_at else {}
    return {"sha256": file.sha256, "size": file.size, "media_type": file.media_type, **erased}


def whole(uow: UnitOfWork, record: ApplicationRecord) -> dict[str, Any]:
    """The document that ``show`` prints."""
    content = record.content.to_json()
    return {
        "reference": record.reference,
        "id": record.id,
        "state": record.state.value,
        "revision": record.revision,
        **content,
        "amount": record.amount,
        "paid_on": record.paid_on,
        "assessment": record.assessment,
        "server_assessment": record.server_assessment,
        "insisted": record.insisted,
        "consent": dict(record.consent),
        "from_chip": list(chip_fields(uow, record)),
        "author": {"id": record.author_id, "name": record.author_name},
        "holder": {"id": record.holder_id, "name": record.holder_name},
        "rejection": record.rejection_code,
        "returned": [each.to_json() for each in record.returned],
        "scans": [_page(scan) for scan in uow.scans.of(record.id)],
        "files": [_paper_file(each) for each in uow.paper_files.of(record.id)],
        "revisions": [
            {"revision": each.revision, "sha256": each.body_sha256, "submitted_at": each.frozen_at}
            for each in uow.applications.revisions(record.id)
        ],
        "receipts": [
            {"revision": each.revision, "received_at": each.received_at, "jws": each.jws}
            for each in uow.receipts.of(record.id)
        ],
        "history": [_move(each) for each in uow.applications.history(record.id)],
    }
