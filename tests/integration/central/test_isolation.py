"""Two stations, route by route: neither learns anything of the other's cases, not even whether they exist."""

from __future__ import annotations

import json
import os

import pytest

from central import review
from station_app.domain.application import FieldReturn, ReturnCode
from tests.integration.central.conftest import Seat
from tests.integration.central.station import Station, sha
from tests.samples.people import person

BLOB = os.urandom(5_000)


@pytest.fixture
def pair(seat: Seat) -> tuple[Station, Station, str, dict[str, object]]:
    """Mine, theirs, my reference, my submission (one scan missing)."""
    mine, theirs = seat.station(), seat.station()
    body = mine.submission(scans={"card": BLOB})
    mine.sync(ops=[mine.op("submit", body)])
    return mine, theirs, body["reference"], body


def test_blobs(pair: tuple[Station, Station, str, dict[str, object]]) -> None:
    mine, theirs, reference, _ = pair
    nowhere = mine.reference()
    for stage in ("missing", "whole"):
        for case in (reference, nowhere):
            assert theirs.head(case, BLOB).status_code == 404, stage
            reply = theirs.patch(case, BLOB)
            assert (reply.status_code, reply.json()["code"]) == (404, "blob_unknown"), stage
        mine.patch(reference, BLOB)


def test_a_hash_gives_nothing(seat: Seat, pair: tuple[Station, Station, str, dict[str, object]]) -> None:
    """Who promises a scan that another station has sent must send it as well."""
    mine, theirs, reference, _ = pair
    mine.patch(reference, BLOB)
    other = theirs.submit({"card": BLOB})
    assert theirs.head(other, BLOB).headers["Upload-Offset"] == "0"
    answer = theirs.sync(have=[{"reference": other, "revision": 1}])
    assert [each.sha256 for each in answer.missing_blobs] == [sha(BLOB)]
    assert answer.receipts == []


def test_sync(seat: Seat, pair: tuple[Station, Station, str, dict[str, object]]) -> None:
    mine, theirs, reference, body = pair
    mine.patch(reference, BLOB)
    review.give_back(seat.central, reference, [FieldReturn("name", ReturnCode.MISMATCH)])
    answer = theirs.sync(have=[{"reference": reference, "revision": 1}])
    assert (answer.receipts, answer.missing_blobs) == ([], [])
    assert [each for each in answer.changes if each.kind.value == "state"] == []
    changes = [each.kind.value for each in mine.sync().changes]
    assert changes.count("state") == 2
    told = [
        theirs.op("submit", {**body, "revision": 2}),
        theirs.op("withdraw", mine.withdrawal(body)),
        theirs.op(
            "add_scans",
            {
                "application_id": body["application_id"],
                "reference": reference,
                "revision": 1,
                "scans": body["scans"],
                "author": body["author"],
                "added_at": "2024-05-15T07:00:00Z",
            },
        ),
    ]
    refused = theirs.sync(ops=told).results
    assert [each.code for each in refused] == ["reference_foreign", "application_unknown", "application_unknown"]


def test_the_answers_are_those_for_a_case_that_does_not_exist(
    pair: tuple[Station, Station, str, dict[str, object]],
) -> None:
    mine, theirs, _, body = pair
    nowhere = {**body, "reference": mine.reference()}
    for kind, there, not_there in (
        ("submit", body, nowhere),
        ("withdraw", mine.withdrawal(body), mine.withdrawal(nowhere)),
    ):
        first, second = theirs.sync(ops=[theirs.op(kind, there), theirs.op(kind, not_there)]).results
        assert (first.result, first.code, first.field) == (second.result, second.code, second.field)


def test_a_person_has_something_elsewhere_and_nobody_learns_where(
    pair: tuple[Station, Station, str, dict[str, object]],
) -> None:
    mine, theirs, reference, body = pair
    mine.patch(reference, BLOB)
    question = {"id_number": person(1).id_number, "plan": 2024}
    told, own = theirs.post_standing(**question).json(), mine.post_standing(**question).json()
    assert told["applied"]
    assert {each["plan"] for each in told["grants"]} == {2024}
    text = json.dumps(told, ensure_ascii=False)
    secrets = [reference, body["application_id"], mine.answer.station_no, mine.answer.device_id, person(1).name]
    assert [each for each in secrets if str(each) in text] == []
    mine_there = {each["grant_no"] for each in told["grants"]} - {each["grant_no"] for each in own["grants"]}
    assert len(mine_there) == 1  # each hears of the other's case, neither of its own
    nobody = theirs.post_standing(id_number="990101199001010000", plan=2024).json()
    assert (nobody["applied"], nobody["paid"], nobody["grants"]) == (False, False, [])


def test_plans_are_for_everybody_enrolled(pair: tuple[Station, Station, str, dict[str, object]]) -> None:
    mine, theirs, _, _ = pair
    assert mine.ask("GET", "/v1/plans/2024").content == theirs.ask("GET", "/v1/plans/2024").content
    for year, code in (("1999", "plan_unknown"), ("20240", "plan_unknown"), ("x", "plan_unknown")):
        reply = theirs.ask("GET", f"/v1/plans/{year}")
        assert (reply.status_code, reply.json()["code"]) == (404, code)
