"""Every op has its own result, for ever; what is accepted, refused, forked."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from sqlalchemy import select

from central import review, views
from central.tables import forks, ops, parcels
from station_app.domain.application import FieldReturn, ReturnCode
from sync.envelope import read_receipt
from sync.wire import MAX_OPS
from tests.unit.central.office import Office, Sender, sha

SCANS = {"id_front": b"front", "id_back": b"back", "card": b"card", "certificate": b"certificate"}
CARD = FieldReturn("card_no", ReturnCode.MISMATCH, "与卡面不符")


def test_a_submission_waits_for_its_scans_and_is_received_with_the_last(office: Office, sender: Sender) -> None:
    body = sender.submission(scans=SCANS)
    answer = sender.sync(sender.op("submit", body))
    assert [each.result for each in answer.results] == ["accepted"]
    assert {(each.sha256, each.size, each.offset) for each in answer.missing_blobs} == {
        (sha(content), len(content), 0) for content in SCANS.values()
    }
    assert answer.receipts == []
    assert office.state(body["reference"]) == "queued"
    for content in SCANS.values():
        sender.upload(body["reference"], content)
    answer = sender.sync(have=[{"reference": body["reference"], "revision": 1}])
    assert answer.missing_blobs == []
    assert len(answer.receipts) == 1
    assert office.state(body["reference"]) == "received"


def test_the_receipt_signs_the_body_and_every_scan_and_never_changes(office: Office, sender: Sender) -> None:
    body = sender.submission(scans=SCANS)
    op = sender.op("submit", body)
    sender.sync(op)
    for content in SCANS.values():
        sender.upload(body["reference"], content)
    first = sender.sync(op).receipts
    office.clock.on(hours=5)
    assert sender.sync(have=[{"reference": body["reference"], "revision": 1}]).receipts == first
    claims = read_receipt(first[0], office.central.keys.public)
    assert claims.body_sha256 == sha(op.body.encode())
    assert set(claims.scans) == {sha(content) for content in SCANS.values()}
    assert (claims.application_id, claims.reference) == (body["application_id"], body["reference"])
    assert claims.received_at == "2024-05-15T06:30:00Z"


def test_an_op_sent_again_gets_its_result_again_and_does_nothing(office: Office, sender: Sender) -> None:
    op = sender.op("submit", sender.submission())
    assert sender.tell(op) == sender.tell(op)
    refused = sender.op("submit", sender.submission(revision=2))
    assert sender.tell(refused).code == "revision_gap"
    assert sender.tell(refused).code == "revision_gap"
    with office.central.database.read() as tx:
        assert len(tx.execute(select(parcels)).all()) == 1
        assert len(tx.execute(select(ops)).all()) == 2


def test_an_op_id_with_another_body_or_kind_is_refused_and_the_first_stands(sender: Sender) -> None:
    body = sender.submission()
    op = sender.op("submit", body)
    assert sender.tell(op).result == "accepted"
    assert sender.tell(sender.op("submit", {**body, "revision": 7}, op.op_id)).code == "op_body_differs"
    assert sender.tell(sender.op("withdraw", op.body, op.op_id)).code == "op_body_differs"
    assert sender.tell(op).result == "accepted"


def test_op_ids_belong_to_their_device(office: Office, sender: Sender) -> None:
    op = sender.op("submit", sender.submission())
    sender.tell(op)
    other = office.sender("HD002")
    assert other.tell(other.op("submit", other.submission(), op.op_id)).result == "accepted"


def test_the_same_body_under_another_op_id_is_accepted_once(office: Office, sender: Sender) -> None:
    body = sender.submission()
    assert [sender.submit(body).result, sender.submit(body).result] == ["accepted", "accepted"]
    with office.central.database.read() as tx:
        assert len(tx.execute(select(parcels)).all()) == 1


def test_another_body_for_a_revision_forks_and_both_are_kept(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    assert sender.submit({**body, "pack_version": 9}).result == "forked"
    shown = views.show(office.central, body["reference"])
    assert [json.loads(each["body"])["pack_version"] for each in shown["forks"]] == [9]
    assert office.case(body["reference"]).revision == 1


def test_a_cloned_disk_of_the_same_station_forks_whatever_it_says(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    clone = office.sender("CY001")
    assert clone.device.letter != sender.device.letter
    assert clone.submit({**body, "pack_version": 9}).result == "forked"
    assert clone.withdraw(body).code == "application_unknown"
    with office.central.database.read() as tx:
        assert [row.device_id for row in tx.execute(select(forks))] == [clone.device.id]


def test_another_stations_reference_is_refused_whether_it_exists_or_not(office: Office, sender: Sender) -> None:
    there, not_there = sender.submission(), sender.submission()
    sender.submit(there)
    other = office.sender("HD002")
    codes = [other.submit(body).code for body in (there, not_there)]
    assert codes == ["reference_foreign", "reference_foreign"]
    assert [other.withdraw(body).code for body in (there, not_there)] == ["application_unknown"] * 2


def test_a_new_revision_is_accepted_only_when_the_case_was_returned(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    second = {**body, "revision": 2}
    assert sender.submit(second).code == "not_returned"
    review.give_back(office.central, body["reference"], [CARD])
    assert sender.submit({**body, "revision": 3}).code == "revision_gap"
    assert sender.submit({**second, "application_id": str(uuid4())}).code == "application_id_differs"
    assert sender.submit(second).result == "accepted"
    assert sender.submit({**body, "pack_version": 5}).result == "forked"  # of the first revision
    case = office.case(body["reference"])
    assert (case.state, case.revision, case.returned) == ("received", 2, "[]")


def test_one_bad_op_does_not_keep_the_others_from_their_result(sender: Sender) -> None:
    good, bad = sender.op("submit", sender.submission()), sender.op("submit", "{no json")
    answer = sender.sync(bad, good)
    assert {each.op_id: each.result for each in answer.results} == {bad.op_id: "refused", good.op_id: "accepted"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reference": "CY001-24-A100001-0"}, "reference_check"),
        ({"reference": "NOREFERENCE"}, "reference_malformed"),
        (
            {"scans": [{"kind": "passport", "sha256": "0" * 64, "size": 1, "media_type": "image/png"}]},
            "scan_kind_unknown",
        ),
        (
            {"scans": [{"kind": "card", "sha256": "0" * 64, "size": n, "media_type": "image/png"} for n in (1, 2)]},
            "scan_size_differs",
        ),
        ({"author": {"operator_id": "x", "name": "\u0000"}}, "control_character"),
        ({"content": "text"}, "body_unreadable"),
        ({"revision": 0}, "body_unreadable"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_code(sender: Sender, changed: dict[str, object], code: str) -> None:
    assert sender.submit({**sender.submission(), **changed}).code == code


def test_ops_are_carried_out_in_the_order_of_their_numbers(sender: Sender) -> None:
    body = sender.submission()
    submit = sender.op("submit", body)
    told = {name: body[name] for name in ("application_id", "reference", "author")}
    withdraw = sender.op("withdraw", {**told, "withdrawn_at": "2024-05-15T07:00:00Z"})
    results = sender.sync(withdraw, submit).results
    assert [(each.op_id, each.result) for each in results] == [
        (submit.op_id, "accepted"),
        (withdraw.op_id, "accepted"),
    ]


def test_scans_that_follow_have_a_receipt_of_their_own(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    form = b"signed form"
    addition = {
        "application_id": body["application_id"],
        "reference": body["reference"],
        "revision": 1,
        "scans": [{"kind": "form", "sha256": sha(form), "size": len(form), "media_type": "image/png"}],
        "author": body["author"],
        "added_at": "2024-05-15T08:00:00Z",
    }
    op = sender.op("add_scans", addition)
    assert [each.sha256 for each in sender.sync(op).missing_blobs] == [sha(form)]
    sender.upload(body["reference"], form)
    receipts = sender.sync(have=[{"reference": body["reference"], "revision": 1}]).receipts
    claims = [read_receipt(each, office.central.keys.public) for each in receipts]
    assert [each.scans for each in claims] == [[], [sha(form)]]
    assert claims[1].body_sha256 == sha(op.body.encode())
    assert office.state(body["reference"]) == "received"
    assert [each["kind"] for each in views.show(office.central, body["reference"])["scans"]] == ["form"]
    assert sender.tell(sender.op("add_scans", {**addition, "revision": 2})).code == "revision_unknown"


def test_a_case_can_be_withdrawn_until_it_is_closed(office: Office, sender: Sender) -> None:
    body = sender.submission()
    sender.submit(body)
    assert sender.withdraw({**body, "application_id": str(uuid4())}).code == "application_unknown"
    assert sender.withdraw(body).result == "accepted"
    assert office.state(body["reference"]) == "withdrawn"
    assert sender.withdraw(body).code == "move_not_allowed"


def test_a_withdrawn_case_still_gets_its_receipt_and_stays_withdrawn(office: Office, sender: Sender) -> None:
    body = sender.submission(scans={"card": b"card"})
    sender.submit(body)
    sender.withdraw(body)
    sender.upload(body["reference"], b"card")
    assert len(sender.sync(have=[{"reference": body["reference"], "revision": 1}]).receipts) == 1
    assert office.state(body["reference"]) == "withdrawn"


def test_a_full_request_is_taken(sender: Sender) -> None:
    answer = sender.sync(*(sender.op("submit", sender.submission(number)) for number in range(MAX_OPS)))
    assert len(answer.receipts) == MAX_OPS
