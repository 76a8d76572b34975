"""What the chip of an ID card said is frozen with the revision; a case without a card is frozen as ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from station_app.domain.application import Content
from station_app.domain.chip import CHIP, FIELDS, differing, from_chip, from_text, to_text
from station_app.services import capture, intake, ledger, submission
from station_app.services.desk import Desk
from station_app.store.records import ApplicationRecord
from tests.unit.services.conftest import content, pages

TYPED = content(7)
CHIP_SAYS = {name: str(TYPED.value(name)) for name in FIELDS} | {"valid_to": "长期", "kind": "resident"}


def submitted(desk: Desk, typed: Content, chip: Mapping[str, str] | None) -> tuple[ApplicationRecord, dict[str, Any]]:
    record = intake.new_case(desk, typed, {CHIP: to_text(chip)} if chip else None).value.record
    for kind, page in pages(7).items():
        capture.add_scan(desk, record.id, kind, page)
    record = submission.submit(desk, record.id).value
    with desk.store.read() as uow:
        (frozen,) = uow.applications.revisions(record.id)
        return record, json.loads(frozen.body)


@pytest.mark.parametrize(
    ("chip", "expected"),
    [
        (CHIP_SAYS, ["name", "id_number"]),
        ({**CHIP_SAYS, "name": "另一个"}, ["id_number"]),
        ({"valid_to": "长期"}, None),
        (None, None),
    ],
)
def test_the_revision_says_which_fields(desk: Desk, chip: Mapping[str, str] | None, expected: list[str] | None) -> None:
    record, body = submitted(desk, TYPED, chip)
    assert body.get("from_chip") == expected
    assert ledger.show(desk, record.reference)["from_chip"] == (expected or [])
    assert CHIP not in body["content"]["applicant"]


def test_a_field_is_from_the_chip_only_while_it_says_the_same() -> None:
    typed = TYPED.with_value("applicant", "id_number", f" {TYPED.value('id_number')} ")
    assert from_chip(typed, CHIP_SAYS) == FIELDS
    assert from_chip(typed.with_value("applicant", "name", "另一个"), CHIP_SAYS) == ("id_number",)
    assert differing(typed.with_value("applicant", "name", "另一个"), CHIP_SAYS) == ("name",)
    assert differing(typed.with_value("applicant", "name", None), CHIP_SAYS) == ()
    assert from_text("no JSON") == from_text("[1]") == {}
