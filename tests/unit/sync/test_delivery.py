"""What goes into a request, and what an answer does to the store: each answer one transaction, twice is once."""

from __future__ import annotations

import json

import pytest

from station_app.domain.application import REQUIRED_SCANS, ScanKind, State
from station_app.domain.canonical import sha256_hex
from station_app.durable import Point
from station_app.errors import UserError
from station_app.services import capture, delivery, intake, passes, submission, todo
from station_app.services.delivery import Applied, Parcel
from station_app.store.records import ApplicationRecord, OutboxState
from sync.envelope import new_private_key
from sync.wire import Change, Cursor, MemberChange, MissingBlob, OpResult, PackChange, Result, StateChange, SyncAnswer
from tests.unit.sync.stations import Station, page

SERVER_TIME = "2024-05-15T07:00:00Z"


def answer(
    parcel: Parcel,
    result: OpResult | None = OpResult.ACCEPTED,
    receipts: tuple[str, ...] = (),
    changes: tuple[Change, ...] = (),
    cursor: Cursor | None = None,
    epoch: str = "epoch-1",
) -> SyncAnswer:
    results = [Result(op_id=row.op_id, result=result, code="why") for row in parcel.rows] if result else []
    return SyncAnswer(
        epoch=epoch,
        server_time=SERVER_TIME,
        results=results,
        receipts=list(receipts),
        changes=list(changes),
        cursor=cursor or parcel.request.cursor,
    )


def exchange(here: Station, **told: object) -> Applied:
    parcel = delivery.gather(here.desk)
    return delivery.apply(here.desk, parcel, answer(parcel, **told))  # type: ignore[arg-type]


def told(record: ApplicationRecord, state: str, seq: int = 1, **more: object) -> StateChange:
    facts = {"seq": seq, "reference": record.reference, "revision": 1, "state": state, "at": SERVER_TIME}
    return StateChange.model_validate({**facts, **more})


def received(here: Station, number: int = 1) -> ApplicationRecord:
    """A case whose receipt is here."""
    record = here.submit(number)
    exchange(here, receipts=(here.receipt(here.rows(record)[0]),))
    assert here.record(record).state is State.RECEIVED
    return record


# ---- going out


def test_ops_go_in_the_order_they_were_made_with_their_frozen_bytes(here: Station) -> None:
    records = [here.submit(number) for number in range(3)]
    request = delivery.gather(here.desk).request
    assert [json.loads(op.body)["reference"] for op in request.ops] == [record.reference for record in records]
    assert [op.body for op in request.ops] == [here.rows(record)[0].body for record in records]
    assert request.audit_head is not None
    assert request.audit_head.day == "2024-05-15"


def test_no_more_ops_than_asked_for(here: Station) -> None:
    for number in range(3):
        here.submit(number)
    parcel = delivery.gather(here.desk, 2)
    assert len(parcel.rows) == 2
    assert parcel.more
    assert not delivery.gather(here.desk, 3).more


def test_a_later_op_never_overtakes_an_earlier_one_of_its_case(here: Station) -> None:
    held, free = here.submit(1), here.submit(2)
    submission.withdraw(here.desk, held.id)
    with here.desk.store.write(Point.SYNC_STATE) as uow:
        uow.outbox.postpone(here.rows(held)[0].op_id, "server_error", "2024-05-15T06:31:00Z")
    assert [row.reference for row in delivery.gather(here.desk).rows] == [free.reference]
    here.clock.on(minutes=2)
    assert [row.kind for row in delivery.gather(here.desk).rows] == ["submit", "submit", "withdraw"]


def test_what_a_receipt_has_closed_meanwhile_is_not_set_aside(here: Station) -> None:
    record = received(here)
    passes.set_aside(here.desk, here.rows(record)[0].op_id, "server_error")
    assert [row.state for row in here.rows(record)] == [OutboxState.DONE]


def test_a_case_set_aside_waits_whole_and_the_rest_flows(here: Station) -> None:
    aside, free = here.submit(1), here.submit(2)
    submission.withdraw(here.desk, aside.id)
    passes.set_aside(here.desk, here.rows(aside)[0].op_id, "server_error")
    assert [row.reference for row in delivery.gather(here.desk).rows] == [free.reference]
    passes.retry(here.desk, here.rows(aside)[0].op_id)
    assert len(delivery.gather(here.desk).rows) == 3


def test_a_revision_without_its_receipt_is_asked_about(here: Station) -> None:
    record = here.submit(1)
    exchange(here)
    parcel = delivery.gather(here.desk)
    assert not parcel.rows
    assert [(have.reference, have.revision) for have in parcel.request.have] == [(record.reference, 1)]


def test_missing_scans_are_found_once_and_unknown_ones_left_out(here: Station) -> None:
    record = here.submit(1)
    digests = [each["sha256"] for each in json.loads(here.rows(record)[0].body)["scans"]]
    missing = [MissingBlob(reference=record.reference, sha256=each, size=2_000, offset=5) for each in digests]
    unknown = MissingBlob(reference=record.reference, sha256=sha256_hex(b"?"), size=9)
    found = delivery.scans_to_send(here.desk, [*missing, missing[0], unknown])
    assert [each.sha256 for each in found] == digests
    assert {(each.size, each.offset) for each in found} == {(2_000, 5)}
    pages = {here.desk.store.scans.get(each.file_name) for each in found}
    assert pages == {page(f"1 {kind}", 2_000) for kind in REQUIRED_SCANS}


# ---- results


def test_accepted_is_not_received(here: Station) -> None:
    record = here.submit(1)
    applied = exchange(here)
    assert (applied.accepted, applied.received) == (1, 0)
    assert here.rows(record)[0].state is OutboxState.ACCEPTED
    assert here.record(record).state is State.QUEUED


@pytest.mark.parametrize(
    ("result", "state"), [(OpResult.REFUSED, OutboxState.REFUSED), (OpResult.FORKED, OutboxState.FORKED)]
)
def test_a_refusal_stays_visible_with_its_code(here: Station, result: OpResult, state: OutboxState) -> None:
    record = here.submit(1)
    exchange(here, result=result)
    [row] = passes.queue(here.desk)
    assert (row.reference, row.state, row.last_code) == (record.reference, state, "why")
    assert not delivery.gather(here.desk).rows
    assert passes.backlog(here.desk) == passes.Backlog(pending=0, quarantined=1)


def test_an_op_without_a_result_is_put_off_and_not_lost(here: Station) -> None:
    here.submit(1)
    exchange(here, result=None)
    assert not delivery.gather(here.desk).rows
    here.clock.on(minutes=1)
    assert len(delivery.gather(here.desk).rows) == 1


def test_an_op_put_off_by_a_clock_years_ahead_goes_once_the_clock_is_right(here: Station) -> None:
    here.submit(1)
    here.clock.on(days=4000)
    exchange(here, result=None)
    here.clock.on(days=-4000)
    assert len(delivery.gather(here.desk).rows) == 1


def test_a_case_put_off_by_a_clock_years_ahead_is_asked_about_once_the_clock_is_right(here: Station) -> None:
    record = here.submit(1)
    exchange(here)
    here.clock.on(days=4000)
    passes.put_case_off(here.desk, record.reference, "server_error")
    assert delivery.gather(here.desk).request.have == []
    here.clock.on(days=-4000)
    assert [each.reference for each in delivery.gather(here.desk).request.have] == [record.reference]


def test_an_accepted_withdrawal_is_done_and_ends_the_case(here: Station) -> None:
    record = received(here)
    submission.withdraw(here.desk, record.id)
    exchange(here)
    assert here.record(record).state is State.WITHDRAWN
    assert [row.state for row in here.rows(record)] == [OutboxState.DONE, OutboxState.DONE]


def test_a_refused_withdrawal_leaves_the_case_where_it_is(here: Station) -> None:
    record = received(here)
    submission.withdraw(here.desk, record.id)
    exchange(here, result=OpResult.REFUSED)
    assert here.record(record).state is State.RECEIVED


@pytest.mark.parametrize("end", ["paid", "rejected"])
def test_a_refused_withdrawal_is_nobodys_work_once_the_case_is_closed(here: Station, end: str) -> None:
    record = received(here)
    exchange(here, changes=(told(record, "approved", amount=1000),), cursor=Cursor(log=1))
    submission.withdraw(here.desk, record.id)
    exchange(here, result=OpResult.REFUSED)
    assert passes.backlog(here.desk).quarantined == 1
    if end == "rejected":
        exchange(here, changes=(told(record, "returned", 2),), cursor=Cursor(log=2))
        exchange(here, changes=(told(record, "received", 3),), cursor=Cursor(log=3))
    exchange(here, changes=(told(record, end, 4, code="other"),), cursor=Cursor(log=4))
    assert passes.backlog(here.desk).quarantined == 0
    assert todo.count(here.desk) == 0


def test_a_withdrawal_that_crossed_the_payment_is_nobodys_work(here: Station) -> None:
    record = received(here)
    submission.withdraw(here.desk, record.id)
    parcel = delivery.gather(here.desk)
    heard = answer(parcel, None, changes=(told(record, "approved"), told(record, "paid", 2)), cursor=Cursor(log=2))
    delivery.apply(here.desk, Parcel(parcel.request, ()), heard)
    exchange(here, result=OpResult.REFUSED)
    assert todo.count(here.desk) == 0


# ---- receipts


def test_only_the_receipt_closes_the_op_and_makes_the_case_received(here: Station) -> None:
    record = here.submit(1)
    exchange(here)
    applied = delivery.store_receipts(here.desk, [here.receipt(here.rows(record)[0])])
    assert applied.received == 1
    assert here.rows(record)[0].state is OutboxState.DONE
    assert here.record(record).state is State.RECEIVED
    with here.desk.store.read() as uow:
        assert len(uow.receipts.of(record.id)) == 1


def test_the_same_receipt_again_changes_nothing(here: Station) -> None:
    record = received(here)
    receipt = here.receipt(here.rows(record)[0])
    assert delivery.store_receipts(here.desk, [receipt]).received == 0
    with here.desk.store.read() as uow:
        assert len(uow.receipts.of(record.id)) == 1
        assert [move.to_state for move in uow.applications.history(record.id)][-1] is State.RECEIVED


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"body_sha256": "0" * 64}, "receipt_mismatch"),
        ({"scans": []}, "receipt_mismatch"),
        ({"scans": ["0" * 64]}, "receipt_mismatch"),
        ({"revision": 2}, "receipt_mismatch"),
        ({"application_id": "00000000-0000-4000-8000-000000000000"}, "receipt_unknown_case"),
        ({"reference": "CY001-24-A000001-X"}, "receipt_unknown_case"),
        ({"received_at": "yesterday"}, "receipt_invalid"),
        ({"received_at": "2024-05-15T07:00:00"}, "receipt_invalid"),
    ],
)
def test_a_receipt_for_anything_else_closes_nothing(here: Station, changed: dict[str, object], code: str) -> None:
    record = here.submit(1)
    applied = exchange(here, receipts=(here.receipt(here.rows(record)[0], changed),))
    assert (applied.received, applied.warnings) == (0, (code,))
    assert here.record(record).state is State.QUEUED
    with here.desk.store.read() as uow:
        assert uow.receipts.of(record.id) == []


def test_a_receipt_of_another_key_closes_nothing_and_keeps_no_other_out(here: Station) -> None:
    first, second = here.submit(1), here.submit(2)
    forged = here.receipt(here.rows(first)[0], key=new_private_key())
    applied = exchange(here, receipts=(forged, here.receipt(here.rows(second)[0])))
    assert (applied.received, applied.warnings) == (1, ("receipt_invalid",))
    assert here.record(first).state is State.QUEUED
    assert here.record(second).state is State.RECEIVED


def test_pages_added_later_have_a_receipt_of_their_own(here: Station) -> None:
    record = received(here)
    capture.add_scan(here.desk, record.id, ScanKind.FORM, page("signed sheet", 3_000))
    exchange(here)
    added = here.rows(record)[1]
    assert added.state is OutboxState.ACCEPTED
    delivery.store_receipts(here.desk, [here.receipt(added)])
    assert here.rows(record)[1].state is OutboxState.DONE
    assert here.record(record).state is State.RECEIVED


# ---- changes


def test_a_return_brings_its_fields(here: Station) -> None:
    record = received(here)
    returned = [{"field": "card_no", "code": "mismatch", "note": "卡号不符"}, {"field": "scan.card", "code": "smudged"}]
    exchange(here, changes=(told(record, "returned", returned=returned),), cursor=Cursor(log=1))
    after = here.record(record)
    assert after.state is State.RETURNED
    assert [each.to_json() for each in after.returned] == [
        returned[0],
        {"field": "scan.card", "code": "other", "note": ""},
    ]


def test_approval_and_payment(here: Station) -> None:
    record = received(here)
    approved = told(record, "approved", 1, amount=1500, assessment={"verdict": "eligible"})
    paid = told(record, "paid", 2, amount=1500, paid_on="2024-06-30", at="2024-06-30T01:00:00Z")
    exchange(here, changes=(approved, paid), cursor=Cursor(log=2))
    after = here.record(record)
    assert (after.state, after.amount, after.paid_on) == (State.PAID, 1500, "2024-06-30")
    assert after.server_assessment == {"verdict": "eligible"}


def test_what_was_heard_already_is_not_heard_again(here: Station) -> None:
    record = received(here)
    exchange(here, changes=(told(record, "approved", 5),), cursor=Cursor(log=5))
    exchange(here, changes=(told(record, "returned", 4),), cursor=Cursor(log=5))
    assert here.record(record).state is State.APPROVED


def test_news_of_an_older_revision_does_not_touch_a_newer_one(here: Station) -> None:
    record = received(here)
    returned = told(record, "returned", 1, returned=[{"field": "card_no", "code": "invalid"}])
    exchange(here, changes=(returned,), cursor=Cursor(log=1))
    content = here.record(record).content.with_value("applicant", "employer", "北京某单位")
    intake.save_content(here.desk, record.id, content)
    submission.submit(here.desk, record.id)
    exchange(here, result=None, changes=(returned.model_copy(update={"seq": 2}),), cursor=Cursor(log=2))
    assert (here.record(record).state, here.record(record).revision) == (State.QUEUED, 2)


def test_a_queued_case_is_not_received_on_mere_word(here: Station) -> None:
    record = here.submit(1)
    exchange(here, changes=(told(record, "received"),), cursor=Cursor(log=1))
    assert here.record(record).state is State.QUEUED
    assert here.rows(record)[0].state is OutboxState.ACCEPTED


def test_a_change_of_a_case_whose_op_is_open_breaks_nothing(here: Station) -> None:
    record = here.submit(1)
    exchange(here, changes=(told(record, "approved", amount=1000),), cursor=Cursor(log=1))
    assert here.record(record).state is State.APPROVED
    delivery.store_receipts(here.desk, [here.receipt(here.rows(record)[0])])
    assert here.record(record).state is State.APPROVED
    assert here.rows(record)[0].state is OutboxState.DONE


def test_the_unknown_is_left_out_and_the_rest_is_taken(here: Station) -> None:
    record = received(here)
    changes = (
        told(record, "approved", 1, reference="CY001-24-A099999-X"),
        told(record, "beamed_up", 2),
        told(record, "approved", 3, at="some day"),
    )
    exchange(here, changes=changes, cursor=Cursor(log=3))
    assert here.record(record).state is State.APPROVED


def member(number: int, name: str = "", *, gone: bool = False) -> MemberChange:
    return MemberChange(seq=number, member_no=number, gone=gone, name=name, id_number=f"99010119900101{number:04d}")


def test_the_roster_is_followed_and_the_last_word_counts(here: Station) -> None:
    exchange(here, changes=(member(1, "张三"), member(2, "李四")), cursor=Cursor(roster=2))
    exchange(here, changes=(member(1, gone=True), member(2, "李思"), member(3, "王五")), cursor=Cursor(roster=5))
    with here.desk.store.read() as uow:
        assert uow.members.count() == 2
        assert [each.name for each in uow.members.search("lisi")] == ["李思"]


def test_the_cursor_moves_in_the_same_transaction_but_not_past_packs_still_to_be_fetched(here: Station) -> None:
    pack = PackChange(seq=4, year=2025, version=1, sha256="a" * 64)
    applied = exchange(here, changes=(pack,), cursor=Cursor(log=3, roster=2, packs=4))
    assert applied.packs == (pack,)
    assert delivery.gather(here.desk).request.cursor == Cursor(log=3, roster=2, packs=0)
    passes.heard_of_packs(here.desk, 4)
    assert delivery.gather(here.desk).request.cursor == Cursor(log=3, roster=2, packs=4)


def test_an_answer_with_nothing_new_writes_nothing(here: Station) -> None:
    received(here)
    log = here.desk.home / "store.db-wal"
    before = log.stat().st_mtime_ns
    assert not exchange(here).changed
    assert log.stat().st_mtime_ns == before
    exchange(here, cursor=Cursor(log=1))
    assert log.stat().st_mtime_ns > before


# ---- a restored server


def test_a_restored_server_is_offered_everything_again(here: Station) -> None:
    record = received(here)
    exchange(here, changes=(told(record, "approved", 7),), cursor=Cursor(log=7))
    applied = exchange(here, epoch="epoch-2", changes=(told(record, "rejected", 1),), cursor=Cursor(log=1))
    assert applied.new_epoch
    assert applied.warnings == ("server_restored",)
    again = delivery.gather(here.desk)
    assert [row.reference for row in again.rows] == [record.reference]
    assert (again.request.epoch, again.request.cursor) == ("epoch-2", Cursor())
    assert here.record(record).state is State.APPROVED


def test_a_history_told_again_ends_where_it_ended_and_is_written_once(here: Station) -> None:
    record = received(here)
    story = (
        told(record, "received", 1),
        told(record, "approved", 2, at="2024-05-20T01:00:00Z", amount=1500),
        told(record, "paid", 3, at="2024-06-30T01:00:00Z", amount=1500, paid_on="2024-06-30"),
    )
    exchange(here, changes=story, cursor=Cursor(log=3))
    with here.desk.store.read() as uow:
        before = uow.applications.history(record.id)
    exchange(here, epoch="epoch-2")
    exchange(here, epoch="epoch-2", changes=story, cursor=Cursor(log=3))
    with here.desk.store.read() as uow:
        assert uow.applications.history(record.id) == before
    assert here.record(record).state is State.PAID


# ---- the clerk's hand


def test_what_is_done_cannot_be_retried(here: Station) -> None:
    record = received(here)
    with pytest.raises(UserError, match="op_done"):
        passes.retry(here.desk, here.rows(record)[0].op_id)
