"""Between rows and records of a case: the one place that knows how a value is spelled in its column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from station_app.domain.application import Content, FieldReturn, State, read_content
from station_app.store.records import ApplicationRecord, GrantRow, MoveRecord, Source

_SEARCHED = ("name", "id_number", "card_no", "phone")


def to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def json_or_none(value: object | None) -> str | None:
    return None if value is None else to_json(value)


def searched(content: Content) -> dict[str, Any]:
    """The columns that come out of the content."""
    copies = {name: str(content.applicant.get(name) or "") for name in _SEARCHED}
    return {"plan": content.plan, "category": content.category.value, "content": to_json(content.to_json()), **copies}


def of_application(record: ApplicationRecord) -> dict[str, Any]:
    """All columns of a case."""
    return {
        "id": record.id,
        "reference": record.reference,
        "state": record.state.value,
        "revision": record.revision,
        **searched(record.content),
        "author_id": record.author_id,
        "author_name": record.author_name,
        "insisted": record.insisted,
        "consent": to_json(dict(record.consent)),
        "returned": to_json([each.to_json() for each in record.returned]),
        "assessment": json_or_none(record.assessment),
        "server_assessment": json_or_none(record.server_assessment),
        "rejection_code": record.rejection_code,
        "amount": record.amount,
        "paid_on": record.paid_on,
        "pack_version": record.pack_version,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }


def application(row: Row[Any]) -> ApplicationRecord:
    return ApplicationRecord(
        id=row.id,
        reference=row.reference,
        content=read_content(json.loads(row.content))[0],  # of an older program, perhaps: what fits is shown
        author_id=row.author_id,
        author_name=row.author_name,
        created_at=row.created_at,
        updated_at=row.updated_at,
        state=State(row.state),
        revision=row.revision,
        pack_version=row.pack_version,
        insisted=row.insisted,
        consent=json.loads(row.consent),
        returned=tuple(FieldReturn.from_json(each) for each in json.loads(row.returned)),
        assessment=json.loads(row.assessment) if row.assessment else None,
        server_assessment=json.loads(row.server_assessment) if row.server_assessment else None,
        rejection_code=row.rejection_code,
        amount=row.amount,
        paid_on=row.paid_on,
        handed_to=(row.holder_id, row.holder_name) if row.holder_id else None,
    )


def grant(record: ApplicationRecord) -> GrantRow:
    certificate = record.content.certificate
    return GrantRow(
        application_id=record.id,
        reference=record.reference,
        state=record.state,
        plan=record.content.plan,
        category=record.content.category,
        occupation=certificate.get("occupation"),
        level=certificate.get("level"),
        level_name=certificate.get("level_name"),
        rank=certificate.get("rank"),
        certificate_number=certificate.get("number"),
        paid_on=record.paid_on,
        amount=record.amount,
    )


def move(row: Row[Any]) -> MoveRecord:
    return MoveRecord(
        application_id=row.application_id,
        revision=row.revision,
        from_state=State(row.from_state) if row.from_state else None,
        to_state=State(row.to_state),
        at=row.at,
        by=row.by,
        source=Source(row.source),
        facts=json.loads(row.facts),
    )


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a move as JSON values: ``returned`` may hold FieldReturns; what is None was not told."""
    values = {name: value for name, value in facts.items() if value is not None}
    if "returned" in values:
        values["returned"] = [each.to_json() if isinstance(each, FieldReturn) else each for each in values["returned"]]
    return values


def column(fact: Any) -> Any:
    """A fact as its column holds it: documents as JSON text."""
    return to_json(fact) if isinstance(fact, dict | list) else fact
