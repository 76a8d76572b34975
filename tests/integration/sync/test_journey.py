"""A station and a real server: what is submitted arrives whole, what is decided comes back."""

from __future__ import annotations

import pytest

from station_app.domain.application import FieldReturn, ReturnCode, ScanKind, State
from station_app.domain.canonical import sha256_hex
from station_app.services import capture, submission
from station_app.store.records import OutboxState
from tests.integration.sync.town import Office, Town
from tests.unit.sync.stations import page

pytestmark = pytest.mark.slow


def test_a_case_arrives_whole_and_its_receipt_closes_it(office: Office, town: Town) -> None:
    record = office.submit(1)
    report = office.sync()
    assert (report.code, report.warnings) == (None, ())
    assert report.counts() == {"sent": 1, "blobs": 4, "received": 1, "pending": 0, "quarantined": 0}
    assert report.requests == 4  # one to ask, a bundle of two for the first lane, two pages alone
    assert office.record(record).state is State.RECEIVED
    assert town.blobs(record) == office.scans(record)
    shown = town.show(record)
    assert (shown["state"], shown["revision"]) == ("received", 1)
    assert {scan["sha256"] for scan in shown["scans"]} == set(office.scans(record))
    assert len(office.receipts(record)) == 1


def test_many_cases_go_in_one_pass(office: Office, town: Town) -> None:
    records = [office.submit(number, size=3_000) for number in range(60)]
    report = office.sync()
    assert report.counts() == {"sent": 60, "blobs": 240, "received": 60, "pending": 0, "quarantined": 0}
    assert report.requests < 200  # 2 passes, and scans in bundles
    assert sorted(town.references(office)) == sorted(record.reference for record in records)


def test_one_request_when_nothing_changed(office: Office) -> None:
    office.submit(1)
    office.sync()
    office.sync()
    assert office.sync().requests == 1


def test_returned_corrected_approved_and_paid(office: Office, town: Town) -> None:
    record = office.submit(1)
    office.sync()
    town.give_back(record, FieldReturn("card_no", ReturnCode.MISMATCH, "卡号不符"))
    office.sync()
    returned = office.record(record)
    assert returned.state is State.RETURNED
    assert returned.returned == (FieldReturn("card_no", ReturnCode.MISMATCH, "卡号不符"),)
    office.again(record, card_no=office.record(record).content.value("card_no"))
    office.sync()
    assert office.record(record).state is State.RECEIVED
    assert [receipt.revision for receipt in office.receipts(record)] == [1, 2]
    town.approve(record)
    office.sync()
    assert office.record(record).state is State.APPROVED
    town.pay()
    office.sync()
    paid = office.record(record)
    assert paid.state is State.PAID
    assert paid.amount == town.show(record)["amount"]
    assert paid.paid_on is not None
    assert paid.server_assessment is not None
    assert [row.state for row in office.rows(record)] == [OutboxState.DONE, OutboxState.DONE]


def test_a_rejection_comes_with_its_code(office: Office, town: Town) -> None:
    record = office.submit(1)
    office.sync()
    town.reject(record, ReturnCode.INVALID)
    office.sync()
    rejected = office.record(record)
    assert (rejected.state, rejected.rejection_code) == (State.REJECTED, "invalid")


def test_pages_that_follow_a_revision_are_receipted_for_themselves(office: Office, town: Town) -> None:
    record = office.submit(1)
    office.sync()
    capture.add_scan(office.desk, record.id, ScanKind.FORM, page("signed", 30_000))
    report = office.sync()
    assert (report.sent, report.blobs, report.received) == (1, 1, 1)
    assert town.blobs(record) == office.scans(record)
    assert len(office.receipts(record)) == 2


def test_a_withdrawal_is_the_servers_to_grant(office: Office, town: Town) -> None:
    record = office.submit(1)
    submission.withdraw(office.desk, record.id)
    report = office.sync()
    assert (report.sent, report.blobs, report.received, report.pending) == (2, 4, 1, 0)
    assert office.record(record).state is State.WITHDRAWN
    assert town.show(record)["state"] == "withdrawn"


def test_a_withdrawal_that_comes_after_the_end_leaves_nobody_any_work(office: Office, town: Town) -> None:
    record = office.submit(1)
    office.sync()
    submission.withdraw(office.desk, record.id)
    town.reject(record, ReturnCode.INVALID)
    report = office.sync()
    assert (report.pending, report.quarantined) == (0, 0)
    with office.desk.store.read() as uow:
        submitted, withdrawn = uow.outbox.of(record.id)
    assert (submitted.state, withdrawn.state) == (OutboxState.DONE, OutboxState.DONE)
    assert office.record(record).state is State.REJECTED


def test_a_large_scan_travels_in_pieces(office: Office, town: Town) -> None:
    record = office.submit(1, size=9_000_000)
    report = office.sync()
    assert (report.received, report.code) == (1, None)
    assert report.requests == 1 + 4 * 2
    assert town.blobs(record) == office.scans(record)


def test_the_same_page_twice_in_one_case_is_one_blob(office: Office, town: Town) -> None:
    record = office.submit(1)
    office.sync()
    same = page(f"{office.number} 1 {ScanKind.CARD}", 20_000)
    capture.add_scan(office.desk, record.id, ScanKind.OTHER, same)
    report = office.sync()
    assert (report.sent, report.blobs, report.received, report.pending) == (1, 0, 1, 0)
    assert list(town.blobs(record)).count(sha256_hex(same)) == 1
