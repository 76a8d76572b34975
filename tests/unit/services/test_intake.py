from __future__ import annotations

import json

import pytest

from station_app.domain.application import Content, ScanKind, State
from station_app.domain.reference import check_reference
from station_app.durable import Point
from station_app.errors import UserError
from station_app.services import capture, intake, ledger, submission, todo
from station_app.services.desk import Desk
from station_app.services.todo import Need
from station_app.store.records import LedgerQuery, OutboxState, Source
from tests.unit.services.conftest import Watch, complete, content, pages


def test_a_draft_gets_a_reference_offline_and_todays_date(desk: Desk) -> None:
    bare = Content.from_json({"plan": 2024, "category": "vocational"})
    first, second = (intake.new_case(desk, bare).value.record for _ in range(2))
    assert first.reference != second.reference
    assert check_reference(first.reference) == first.reference
    assert str(first.content.applied_on) == "2024-05-15"


def test_numbers_are_kept_in_one_spelling(desk: Desk) -> None:
    typed = content().with_value("applicant", "card_no", "６２９９ 9905-3580 2473")
    assert intake.new_case(desk, typed).value.record.content.applicant["card_no"] == "6299990535802473"


def test_a_station_that_is_not_enrolled_begins_no_case(desk: Desk) -> None:
    with desk.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("device_letter", "")
    with pytest.raises(UserError, match="not_enrolled"):
        intake.new_case(desk, content())


def test_submit_names_everything_that_is_missing(desk: Desk) -> None:
    record = intake.new_case(desk, content().with_value("applicant", "phone", None)).value.record
    with pytest.raises(UserError, match="incomplete") as caught:
        submission.submit(desk, record.id)
    fields = [each["field"] for each in caught.value.params["problems"]]  # type: ignore[attr-defined]
    assert fields == ["phone", "scan.id_front", "scan.id_back", "scan.card", "scan.certificate"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("id_number", "99004419630617972", "id_number_length"),
        ("id_number", "990044196306179722", "id_number_check"),
        ("card_no", "62999905", "card_no_digits"),
        ("phone", "1380013", "phone_digits"),
    ],
)
def test_submit_refuses_a_number_that_cannot_be(desk: Desk, field: str, value: str, code: str) -> None:
    record = complete(desk)
    intake.save_content(desk, record.id, record.content.with_value("applicant", field, value))
    assert [(each.field, each.code) for each in submission.problems(desk, record.id)] == [(field, code)]


def test_submit_freezes_and_queues_in_one_transaction(desk: Desk) -> None:
    record = complete(desk)
    submitted = submission.submit(desk, record.id).value
    assert (submitted.state, submitted.revision) == (State.QUEUED, 1)
    with desk.store.read() as uow:
        (op,) = uow.outbox.open_rows()
        (revision,) = uow.applications.revisions(record.id)
        assert op.body == revision.body
        assert op.state is OutboxState.WAITING
        assert uow.audit.verify() is None
    with pytest.raises(UserError, match="not_editable"):
        intake.save_content(desk, record.id, record.content)


def test_an_ineligible_case_needs_the_workers_insistence(desk: Desk) -> None:
    record = complete(desk)
    late = record.content.with_value("certificate", "issue_date", "2022-12-31")
    intake.save_content(desk, record.id, late)
    with pytest.raises(UserError, match="insistence_needed") as caught:
        submission.submit(desk, record.id)
    assert caught.value.params["reasons"] == ["issue_date_outside_window"]
    assert submission.submit(desk, record.id, "本人坚持申报").value.insisted == "本人坚持申报"


def test_a_revision_keeps_the_day_the_worker_applied(desk: Desk, watch: Watch) -> None:
    record = complete(desk)
    submission.submit(desk, record.id)
    with desk.store.write(Point.APPLY) as uow:
        uow.applications.move(record.id, State.RECEIVED, desk.now(), "", Source.SERVER)
        uow.applications.move(record.id, State.RETURNED, desk.now(), "", Source.SERVER, returned=[])
    watch.pass_time(days=200)
    moved = Content.from_json({**record.content.to_json(), "applied_on": "2024-12-01"})
    saved = intake.save_content(desk, record.id, moved).value.record
    assert str(saved.content.applied_on) == "2024-05-15"
    assert submission.submit(desk, record.id).value.revision == 2


def test_the_same_page_twice_is_one_page(desk: Desk) -> None:
    record = intake.new_case(desk, content()).value.record
    page = pages()[ScanKind.ID_FRONT]
    first = capture.add_scan(desk, record.id, ScanKind.ID_FRONT, page)
    again = capture.add_scan(desk, record.id, ScanKind.ID_FRONT, page)
    assert first.value.id == again.value.id
    assert not again.changed
    other = capture.add_scan(desk, record.id, ScanKind.OTHER, page)
    assert other.value.id != first.value.id
    assert capture.read_scan(desk, first.value.id) == page


@pytest.mark.parametrize(
    ("page", "code"),
    [(b"", "scan_empty"), (b"no picture at all", "scan_unreadable"), (b"\xff\xd8\xff\xe0 cut", "scan_unreadable")],
)
def test_what_is_no_picture_is_refused_at_the_counter(desk: Desk, page: bytes, code: str) -> None:
    record = intake.new_case(desk, content()).value.record
    with pytest.raises(UserError, match=code):
        capture.add_scan(desk, record.id, ScanKind.OTHER, page)


def test_half_a_picture_is_refused(desk: Desk) -> None:
    whole = pages()[ScanKind.CARD]
    with pytest.raises(UserError, match="scan_unreadable"):
        capture.media_type_of(whole[: len(whole) // 2])


def test_replaced_and_removed_pages_do_not_travel(desk: Desk) -> None:
    record = complete(desk)
    scans = {scan.kind: scan for scan in intake.open_case(desk, record.id).scans}
    capture.replace_scan(desk, scans[ScanKind.CARD].id, pages(8)[ScanKind.CARD])
    extra = capture.add_scan(desk, record.id, ScanKind.OTHER, pages(9)[ScanKind.CARD]).value
    capture.remove_scan(desk, extra.id)
    kinds = [scan.kind for scan in intake.open_case(desk, record.id).scans]
    assert sorted(kinds) == sorted(["id_front", "id_back", "card", "certificate"])


def test_a_page_after_submission_travels_as_an_addition(desk: Desk) -> None:
    record = complete(desk)
    submission.submit(desk, record.id)
    capture.add_scan(desk, record.id, ScanKind.FORM, pages(9)[ScanKind.CARD])
    with desk.store.read() as uow:
        assert [op.kind for op in uow.outbox.open_rows()] == ["submit", "add_scans"]


def test_withdrawing_a_draft_ends_it_and_a_queued_case_asks_the_server_once(desk: Desk) -> None:
    draft, queued = complete(desk, 7), complete(desk, 8)
    assert submission.withdraw(desk, draft.id).value.state is State.WITHDRAWN
    submission.submit(desk, queued.id)
    for _ in range(2):
        assert submission.withdraw(desk, queued.id).value.state is State.QUEUED
    with desk.store.read() as uow:
        assert [op.kind for op in uow.outbox.open_rows()] == ["submit", "withdraw"]
    with pytest.raises(UserError, match="move_not_allowed"):
        submission.withdraw(desk, draft.id)


def test_todo_puts_what_is_ready_before_what_lacks_something(desk: Desk) -> None:
    bare = intake.new_case(desk, content(8)).value.record
    ready = complete(desk, 7)
    rows = todo.todo(desk)
    assert [(row.application_id, row.need) for row in rows] == [(ready.id, Need.READY), (bare.id, Need.DRAFT)]
    assert todo.count(desk) == 2
    assert "********" in rows[0].id_masked


def test_who_holds_no_card_need_not_show_one(desk: Desk) -> None:
    person = content().with_value("member", "has_card", False).with_value("applicant", "card_no", None)
    record = intake.new_case(desk, person).value.record
    missing = [each.field for each in submission.problems(desk, record.id)]
    assert missing == ["scan.id_front", "scan.id_back", "scan.certificate"]


def test_show_tells_the_whole_case(desk: Desk) -> None:
    record = complete(desk)
    submission.submit(desk, record.id)
    shown = ledger.show(desk, record.reference)
    assert (shown["state"], shown["revision"], len(shown["scans"])) == ("queued", 1, 4)
    assert [(each["from"], each["to"]) for each in shown["history"]] == [(None, "draft"), ("draft", "queued")]
    assert shown["assessment"]["amount"] == 1000
    assert ledger.count(desk, LedgerQuery(text=record.content.applicant["name"])) == 1


def test_revealing_full_numbers_is_on_record(desk: Desk) -> None:
    record = complete(desk)
    assert ledger.reveal(desk, record.id).value["id_number"] == record.content.applicant["id_number"]
    with desk.store.read() as uow:
        assert uow.audit.last(1)[0].action == "numbers_revealed"


def test_another_open_case_of_the_same_person_is_said_and_never_refused(desk: Desk) -> None:
    first, second = complete(desk), complete(desk)
    submission.submit(desk, first.id)
    view = intake.open_case(desk, second.id)
    assert [(grant.plan, grant.year_paid) for grant in view.history] == [(2024, None)]
    assert [(grant.reference, grant.state) for grant in view.history] == [(first.reference, "queued")]
    assert intake.open_case(desk, first.id).history == ()
    submitted = submission.submit(desk, second.id).value
    assert submitted.assessment is not None
    assert submitted.assessment["verdict"] == "eligible"
    assert "other_application_open" in [each["code"] for each in submitted.assessment["findings"]]


def test_the_frozen_body_names_the_audit_row_of_the_intake(desk: Desk) -> None:
    record = complete(desk)
    submission.submit(desk, record.id)
    with desk.store.read() as uow:
        (op,) = uow.outbox.open_rows()
        begun = uow.audit.first_of(record.id)
        assert begun is not None
        assert begun < uow.audit.head()[0]
    assert json.loads(op.body)["intake_seq"] == begun
