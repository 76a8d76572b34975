"""The server's own verdict and doubts stand beside the station's and never block a receipt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from central import assessing, views
from station_app.errors import BugError
from tests.samples.cases import case
from tests.unit.central.office import Office, Sender


def doubts(office: Office, reference: str) -> set[tuple[str, str | None]]:
    found = json.loads(office.case(reference).review_findings)
    return {(each["code"], each["field"]) for each in found if not str(each["field"]).startswith("scan.")}


def content(**changed: Any) -> dict[str, Any]:
    return {**case(1), **changed}


def test_the_servers_verdict_stands_beside_the_stations(office: Office, sender: Sender) -> None:
    body = sender.submission(1, assessment={"verdict": "ineligible", "amount": None})
    sender.submit(body)
    shown = views.show(office.central, body["reference"])
    assert shown["assessment"]["verdict"] == "ineligible"
    assert shown["server_assessment"]["verdict"] == "eligible"
    assert shown["amount"] == shown["server_assessment"]["amount"]


def test_an_ineligible_case_is_received_all_the_same(office: Office, sender: Sender) -> None:
    body = sender.submission(content=content(member={"is_member": False, "has_card": True, "beijing_union": True}))
    assert sender.sync(sender.op("submit", body)).receipts
    assert office.state(body["reference"]) == "received"
    assert office.case(body["reference"]).amount is None


@pytest.mark.parametrize(
    ("broken", "doubt"),
    [
        ({"plan": 1999}, ("plan_unknown", "plan")),
        ({"plan": 10**30}, ("plan_unknown", "plan")),
        ({"plan": "2024"}, ("not_a_whole_number", "plan")),
        ({"certificate": {"occupation": 5}}, ("not_text", "occupation")),
        ({"applied_on": None}, ("missing", "applied_on")),
    ],
)
def test_content_that_cannot_be_judged_is_received_with_a_doubt(
    office: Office, sender: Sender, broken: dict[str, Any], doubt: tuple[str, str]
) -> None:
    body = sender.submission(content=content(**broken))
    assert sender.sync(sender.op("submit", body)).receipts
    assert doubt in doubts(office, body["reference"])
    assert office.case(body["reference"]).assessment is None


def test_a_fault_of_the_rules_costs_no_receipt(office: Office, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(assessing, "assess", broken)
    body = sender.submission()
    assert sender.sync(sender.op("submit", body)).receipts
    assert ("assessment_failed", None) in doubts(office, body["reference"])
    monkeypatch.setattr(assessing, "assess", lambda *_arguments: (_ for _ in ()).throw(BugError("amount_missing")))
    body = sender.submission()
    assert sender.sync(sender.op("submit", body)).receipts
    assert ("amount_missing", None) in doubts(office, body["reference"])


def test_missing_scans_are_named(office: Office, sender: Sender) -> None:
    body = sender.submission(scans={"id_front": b"1", "id_back": b"2", "certificate": b"3"})
    sender.submit(body)
    assert {"code": "missing", "field": "scan.card"} in json.loads(office.case(body["reference"]).review_findings)
    cardless = content(member={"is_member": True, "has_card": False, "beijing_union": True})
    body = sender.submission(scans={"id_front": b"1", "id_back": b"2", "certificate": b"3"}, content=cardless)
    sender.submit(body)
    assert json.loads(office.case(body["reference"]).review_findings) == []


# ---- the day of the intake

UNPROVEN = ("intake_day_unproven", "applied_on")
HEAD = {"seq": 40, "hash": "a" * 64, "day": "2024-05-10"}


def test_a_case_that_comes_on_its_day_is_proven(office: Office, sender: Sender) -> None:
    body = sender.submission()  # applied and sent on 15 May
    sender.submit(body)
    assert UNPROVEN not in doubts(office, body["reference"])


@pytest.mark.parametrize(("intake_seq", "proven"), [(39, True), (40, True), (41, False), (None, True)])
def test_a_chain_end_seen_that_day_must_reach_the_intake(
    office: Office, sender: Sender, intake_seq: int | None, proven: bool
) -> None:
    office.clock.on(days=-5)
    sender.sync(audit_head=HEAD)
    office.clock.on(days=5)
    body = sender.submission(content=content(applied_on="2024-05-10"), intake_seq=intake_seq)
    sender.submit(body)
    assert (UNPROVEN not in doubts(office, body["reference"])) is proven


@pytest.mark.parametrize("applied_on", ["2024-05-14", "2024-05-09", "2024-05-16"])
def test_a_day_that_nothing_supports_is_doubted(office: Office, sender: Sender, applied_on: str) -> None:
    office.clock.on(days=-5)
    sender.sync(audit_head=HEAD)
    office.clock.on(days=5)
    body = sender.submission(content=content(applied_on=applied_on))
    assert sender.sync(sender.op("submit", body)).receipts
    assert UNPROVEN in doubts(office, body["reference"])


def test_days_are_counted_in_beijing(office: Office, sender: Sender) -> None:
    office.clock.on(hours=10)  # 15 May, 16:30 UTC: already the 16th there
    body = sender.submission(content=content(applied_on="2024-05-16"))
    sender.submit(body)
    assert UNPROVEN not in doubts(office, body["reference"])


def test_a_chain_that_goes_back_is_marked_for_ever(office: Office, sender: Sender) -> None:
    from central.devices import list_devices

    sender.sync(audit_head=HEAD)
    assert [each["audit_went_back"] for each in list_devices(office.central)] == [False]
    sender.sync(audit_head={**HEAD, "seq": 39})
    sender.sync(audit_head={**HEAD, "seq": 50})
    assert [each["audit_went_back"] for each in list_devices(office.central)] == [True]
