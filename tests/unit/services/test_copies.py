"""A copy of a case is on record before anything is read."""

from __future__ import annotations

import pytest

from station_app.domain.application import ScanKind
from station_app.errors import UserError
from station_app.services import capture, copies, intake, submission
from station_app.services.desk import Desk
from tests.unit.services.conftest import complete, content, pages


def test_who_takes_a_copy_is_on_record_without_the_purpose(desk: Desk) -> None:
    record = complete(desk)
    assert copies.note_export(desk, record.reference, "区总复核").value == record.reference
    with desk.store.read() as uow:
        rows = uow.connection.exec_driver_sql("SELECT subject, operator_id, ids FROM audit ORDER BY seq").all()
    assert rows[-1].subject == record.id
    assert rows[-1].operator_id == desk.operator.id
    assert "复核" not in rows[-1].ids


def test_everything_is_gathered_form_first_and_the_receipt_once_there_is_one(desk: Desk) -> None:
    record = complete(desk)
    capture.add_scan(desk, record.id, ScanKind.FORM, pages(8)[ScanKind.CERTIFICATE])
    before = copies.gather(desk, record.id, " 区总\n复核 ")
    assert before.receipt is None
    assert before.purpose == "区总 复核"
    assert [page.kind for page in before.pages][:3] == [ScanKind.FORM, ScanKind.ID_FRONT, ScanKind.ID_BACK]
    with desk.store.read() as uow:
        assert {page.content for page in before.pages} == {
            desk.store.scans.get(scan.file_name) for scan in uow.scans.of(record.id)
        }
    submission.submit(desk, record.id, "本人坚持")
    assert copies.gather(desk, record.id, "区总复核").receipt is not None


@pytest.mark.parametrize(("purpose", "code"), [("  ", "purpose_missing"), ("长" * 31, "purpose_too_long")])
def test_no_copy_without_a_purpose_that_fits(desk: Desk, purpose: str, code: str) -> None:
    record = complete(desk)
    with pytest.raises(UserError, match=code):
        copies.note_export(desk, record.id, purpose)


def test_an_empty_draft_has_nothing_to_give(desk: Desk) -> None:
    record = intake.new_case(desk, content()).value.record
    with pytest.raises(UserError, match="nothing_to_export"):
        copies.note_export(desk, record.id, "区总复核")
