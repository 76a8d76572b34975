"""A station restored from a backup, and a real server: one application each, the server's word, nothing overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from station_app.access.secrets import NoSecrets
from station_app.domain.application import REQUIRED_SCANS, Content, FieldReturn, ReturnCode, State
from station_app.services import backup, capture, elsewhere, intake, restoring, session, submission
from station_app.services.desk import system_clock
from station_app.services.restoring import Way
from station_app.store.records import ApplicationRecord, OutboxState
from tests.integration.sync.town import PASSWORD, Office, Town
from tests.samples.cases import case
from tests.unit.sync.stations import page

pytestmark = pytest.mark.slow


@contextmanager
def _restored(office: Office, file: Path, home: Path) -> Iterator[Office]:
    """Another PC with the home of a backup of this station."""
    home.mkdir()
    restoring.restore(file, home, Way(PASSWORD), system_clock, secrets=NoSecrets())
    desk = session.sign_in(home, "王芳", PASSWORD, system_clock, NoSecrets())
    try:
        yield replace(office, desk=desk)
    finally:
        session.sign_out(desk)


def _backup(office: Office, folder: Path) -> Path:
    file = folder / "station.backup"
    backup.write_file(office.desk, file)
    return file


def _pay_everything(town: Town, office: Office, *records: ApplicationRecord) -> None:
    for record in records:
        town.approve(record)
    town.pay()
    office.sync()


def test_what_was_queued_at_the_backup_is_paid_once(office: Office, town: Town, tmp_path: Path) -> None:
    before = office.submit(11)
    office.sync()
    waiting = office.submit(12)
    file = _backup(office, tmp_path)
    office.sync()  # told after the backup: the restored home does not know
    with _restored(office, file, tmp_path / "new") as restored:
        report = restored.sync()
        assert (report.code, report.quarantined, report.pending) == (None, 0, 0)
        assert town.references(office) == sorted([before.reference, waiting.reference])
        _pay_everything(town, restored, before, waiting)
        for record in (before, waiting):
            assert restored.record(record).state is State.PAID
            assert len(restored.receipts(record)) == 1
        assert elsewhere.rows(restored.desk) == ()


def test_cases_after_the_backup_are_listed_and_their_numbers_never_given_again(
    office: Office, town: Town, tmp_path: Path
) -> None:
    office.submit(21)
    office.sync()
    file = _backup(office, tmp_path)
    lost = office.submit(22)
    office.sync()
    before = town.show(lost)
    with _restored(office, file, tmp_path / "new") as restored:
        restored.sync()
        (row,) = elsewhere.rows(restored.desk)
        assert (row.reference, row.revision, row.state, row.here) == (lost.reference, 1, "received", False)
        new = restored.submit(23)
        restored.sync()
        assert new.reference != lost.reference
        assert restored.record(new).state is State.RECEIVED
        assert town.show(lost) == before
        elsewhere.acknowledge(restored.desk, lost.reference)
        restored.sync()
        assert elsewhere.rows(restored.desk) == ()


def test_a_case_sent_on_after_the_backup_goes_on_with_the_next_revision(
    office: Office, town: Town, tmp_path: Path
) -> None:
    record = office.submit(31)
    office.sync()
    town.give_back(record, FieldReturn("card_no", ReturnCode.MISMATCH, ""))
    office.sync()
    file = _backup(office, tmp_path)
    office.again(record, employer="备份之后改的单位")
    office.sync()
    town.give_back(record, FieldReturn("phone", ReturnCode.MISMATCH, ""))
    with _restored(office, file, tmp_path / "new") as restored:
        restored.sync()
        told = restored.record(record)
        assert (told.state, told.revision) == (State.RETURNED, 2)
        assert [row.here for row in elsewhere.rows(restored.desk)] == [True]
        third = restored.again(record, phone="13800138000")
        assert third.revision == 3
        assert restored.sync().quarantined == 0
        assert town.show(record)["revision"] == 3
        _pay_everything(town, restored, record)
        assert restored.record(record).state is State.PAID


def test_a_draft_that_was_submitted_after_the_backup_takes_the_servers_word(
    office: Office, town: Town, tmp_path: Path
) -> None:
    draft = _draft(office, 41)
    file = _backup(office, tmp_path)
    submission.submit(office.desk, draft.id)
    office.sync()
    with _restored(office, file, tmp_path / "new") as restored:
        assert restored.record(draft).state is State.DRAFT
        restored.sync()
        assert (restored.record(draft).state, restored.record(draft).revision) == (State.RECEIVED, 1)
        _pay_everything(town, restored, draft)
        assert restored.record(draft).state is State.PAID


def test_the_same_draft_submitted_twice_is_kept_for_a_person(office: Office, town: Town, tmp_path: Path) -> None:
    draft = _draft(office, 51)
    file = _backup(office, tmp_path)
    submission.submit(office.desk, draft.id)
    office.sync()
    before = town.show(draft)
    with _restored(office, file, tmp_path / "new") as restored:
        submission.submit(restored.desk, draft.id)  # offline, before the server could say anything
        report = restored.sync()
        assert report.quarantined == 1
        assert [row.state for row in restored.rows(draft)] == [OutboxState.FORKED]
        after = town.show(draft)
        assert after["applicant"] == before["applicant"]
        assert after["receipts"] == before["receipts"]


def test_two_homes_of_one_backup_do_not_collide(office: Office, town: Town, tmp_path: Path) -> None:
    file = _backup(office, tmp_path)
    with (
        _restored(office, file, tmp_path / "one") as one,
        _restored(office, file, tmp_path / "two") as two,
    ):
        records = [one.submit(61), two.submit(62), one.submit(63), two.submit(64)]
        assert len({record.reference for record in records}) == 4
        for each in (one, two, one):
            assert each.sync().quarantined == 0
        assert sorted(town.references(office)) == sorted(record.reference for record in records)
        assert {row.reference for row in elsewhere.rows(one.desk)} == {records[1].reference, records[3].reference}


def _draft(office: Office, number: int) -> ApplicationRecord:
    """A draft that lacks nothing."""
    record = intake.new_case(office.desk, Content.from_json(case(number))).value.record
    for kind in REQUIRED_SCANS:
        capture.add_scan(office.desk, record.id, kind, page(f"{office.number} {number} {kind}", 5_000))
    return record
