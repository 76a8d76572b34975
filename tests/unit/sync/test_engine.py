"""A pass against a server that misbehaves: what is set aside, what flows, what ends the pass and with which code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from station_app.durable import Point
from station_app.events import Changed, Kind
from station_app.plans import bundle
from station_app.services import delivery, passes
from station_app.services.passes import PassReport
from station_app.store.records import OutboxState
from sync import engine
from sync.engine import one_pass
from sync.envelope import new_private_key, sign_pack
from sync.identity import transport_for
from sync.progress import Progress, Step
from sync.transport import Transport
from sync.wire import PackChange, SyncAnswer
from tests.unit.sync.poor_server import PoorServer
from tests.unit.sync.scripted import Asked, Say, Scripted, say_problem
from tests.unit.sync.stations import Station, page, station

FULL = {"sent": 3, "blobs": 12, "received": 3, "pending": 0, "quarantined": 0}


class Passing:
    """A station, its poor server, and passes between them."""

    def __init__(self, here: Station, server: PoorServer, wire: Scripted, transport: Transport) -> None:
        self.here = here
        self.server = server
        self.wire = wire
        self.transport = transport
        self.progress: list[Progress] = []
        self.changed: list[Changed] = []

    def go(self) -> PassReport:
        return one_pass(self.here.desk, self.transport, self.progress.append, self.changed.append)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.wire.asked]

    def batches(self) -> list[int]:
        return [len(json.loads(asked.body)["ops"]) for asked in self.wire.asked if asked.path == "/v1/sync"]


@pytest.fixture
def passing(tmp_path: Path) -> Iterator[Passing]:
    with station(tmp_path / "home") as here:
        server = PoorServer(here)
        with Scripted(server) as wire:
            with here.desk.store.write(Point.ENROLMENT) as uow:
                uow.facts.set("server_url", wire.url)
            transport = transport_for(here.desk)
            try:
                yield Passing(here, server, wire, transport)
            finally:
                transport.close()


def stumble_over(*numbers: str, status: int = 500) -> object:
    """Fails every request that holds one of these ops."""

    def before(asked: Asked) -> Say | None:
        ops = json.loads(asked.body)["ops"] if asked.path == "/v1/sync" else []
        return say_problem(status, "internal") if {op["op_id"] for op in ops} & set(numbers) else None

    return before


def test_everything_is_delivered_and_the_receipts_are_fetched(passing: Passing) -> None:
    for number in range(3):
        passing.here.submit(number)
    report = passing.go()
    assert report.counts() == FULL
    assert report.code is None
    assert report.bytes == 12 * 2_000
    assert passing.paths().count("/v1/sync") == 2  # this server sends receipts only when it is asked again
    assert report.requests == len(passing.wire.asked)
    assert sum(asked.method == "PATCH" for asked in passing.wire.asked) == 12


def test_nothing_new_is_one_request(passing: Passing) -> None:
    passing.here.submit(1)
    passing.go()
    before = len(passing.wire.asked)
    assert passing.go().requests == 1
    assert len(passing.wire.asked) == before + 1


def test_the_report_is_kept(passing: Passing) -> None:
    report = passing.go()
    assert passes.last_pass(passing.here.desk) == report


def test_on_a_slow_line_all_is_told_before_the_first_scan_goes(
    passing: Passing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_QUICK", 0.0)
    passing.transport.batch = 2
    for number in range(3):
        passing.here.submit(number)
    assert passing.go().counts() == FULL
    assert passing.batches() == [2, 1, 0]
    assert passing.paths()[:2] == ["/v1/sync", "/v1/sync"]
    assert [len(json.loads(asked.body)["have"]) for asked in passing.wire.asked[:2]] == [0, 0]


def test_a_poison_op_is_set_aside_and_the_rest_flows(passing: Passing) -> None:
    records = [passing.here.submit(number) for number in range(6)]
    poison = passing.here.rows(records[2])[0]
    passing.server.before = stumble_over(poison.op_id)  # type: ignore[assignment]
    report = passing.go()
    assert report.counts() == {"sent": 5, "blobs": 20, "received": 5, "pending": 0, "quarantined": 1}
    assert report.code is None
    assert passing.here.rows(records[2])[0].state is OutboxState.QUARANTINED
    assert passing.server.references() == {each.reference for each in records} - {records[2].reference}


def test_an_op_set_aside_goes_when_the_clerk_says_so(passing: Passing) -> None:
    record = passing.here.submit(1)
    op_id = passing.here.rows(record)[0].op_id
    passing.server.before = stumble_over(op_id, status=422)  # type: ignore[assignment]
    assert passing.go().quarantined == 1
    assert passing.go().requests == 1
    passing.server.before = lambda _asked: None
    passes.retry(passing.here.desk, op_id)
    assert passing.go().counts() == {"sent": 1, "blobs": 4, "received": 1, "pending": 0, "quarantined": 0}


def test_a_server_that_fails_at_everything_is_not_blamed_on_the_ops(passing: Passing) -> None:
    for number in range(4):
        passing.here.submit(number)
    passing.server.before = lambda _asked: say_problem(500, "internal")
    report = passing.go()
    assert report.code == "server_error"
    assert (report.pending, report.quarantined) == (4, 0)
    passing.server.before = lambda _asked: None
    assert passing.go().received == 4


def test_an_op_that_fails_once_by_chance_is_not_set_aside(passing: Passing) -> None:
    passing.here.submit(1)
    failures = [say_problem(500, "internal")]
    passing.server.before = lambda _asked: failures.pop() if failures else None
    assert passing.go().counts() == {"sent": 1, "blobs": 4, "received": 1, "pending": 0, "quarantined": 0}


def test_after_a_failure_the_next_batch_is_half_as_large(passing: Passing) -> None:
    for number in range(4):
        passing.here.submit(number)
    passing.server.before = lambda _asked: Say(cut=True)
    assert passing.go().code == "connection_lost"
    passing.server.before = lambda _asked: None
    assert passing.go().received == 4
    assert passing.batches() == [4, 4, 2, 2, 0]  # the second is the same one, asked again


def test_a_body_that_cannot_travel_is_set_aside_unsent(passing: Passing) -> None:
    record = passing.here.submit(1)
    with passing.here.desk.store.write(Point.SUBMIT) as uow:
        uow.outbox.enqueue("not-a-uuid", record.id, record.reference, "add_scans", 1, '{"scans":[]}', record.created_at)
    report = passing.go()
    assert (report.received, report.quarantined) == (1, 1)
    assert passing.here.rows(record)[1].last_code == "op_unreadable"


def test_a_scan_that_cannot_be_read_holds_up_its_own_case_only(passing: Passing) -> None:
    bad, good = passing.here.submit(1), passing.here.submit(2)
    scans = passing.here.desk.store.scans
    scans._path(scans.put(page("1 card", 2_000)).name).unlink()
    report = passing.go()
    assert report.counts() == {"sent": 2, "blobs": 7, "received": 1, "pending": 0, "quarantined": 1}
    assert passing.here.rows(bad)[0].last_code == "scan_missing"
    assert passing.here.rows(good)[0].state is OutboxState.DONE


def test_a_scan_the_server_refuses_holds_up_its_own_case_only(passing: Passing) -> None:
    bad, good = passing.here.submit(1), passing.here.submit(2)
    passing.server.before = lambda asked: say_problem(409, "blob_refused") if bad.reference in asked.path else None
    report = passing.go()
    assert (report.received, report.quarantined, report.code) == (1, 1, None)
    assert passing.here.rows(bad)[0].last_code == "scan_refused"
    assert passing.here.rows(good)[0].state is OutboxState.DONE


def test_a_scan_the_server_stumbles_over_is_tried_later_and_set_aside_in_the_end(passing: Passing) -> None:
    bad, good = passing.here.submit(1), passing.here.submit(2)
    page_of_bad = next(iter(json.loads(passing.here.rows(bad)[0].body)["scans"]))["sha256"]
    passing.server.before = lambda asked: say_problem(500, "internal") if page_of_bad in asked.path else None
    report = passing.go()
    assert (report.code, report.warnings, report.blobs) == (None, ("server_error",), 7)
    assert passing.here.rows(good)[0].state is OutboxState.DONE
    assert passing.go().requests == 1  # not now
    for _ in range(4):
        passing.here.clock.on(hours=1)
        passing.go()
    row = passing.here.rows(bad)[0]
    assert (row.state, row.last_code) == (OutboxState.QUARANTINED, "server_error")


def test_a_server_that_fails_at_every_scan_is_left_alone_and_no_case_blamed_for_good(passing: Passing) -> None:
    records = [passing.here.submit(number) for number in range(5)]
    passing.server.before = lambda asked: say_problem(503, "disk_full") if "/blobs" in asked.path else None
    report = passing.go()
    assert (report.code, report.pending, report.quarantined) == ("server_error", 5, 0)
    assert len(passing.wire.asked) < 10
    passing.server.before = lambda _asked: None
    passing.here.clock.on(minutes=2)
    assert passing.go().received == len(records)


def test_a_server_that_asks_for_ever_is_not_answered_for_ever(passing: Passing) -> None:
    passing.here.submit(1)
    passing.server.change = lambda answer: answer.model_copy(update={"receipts": [], "more": True})
    report = passing.go()
    assert report.counts() == {"sent": 1, "blobs": 4, "received": 0, "pending": 1, "quarantined": 0}
    assert passing.paths().count("/v1/sync") == 2


def test_two_servers_under_one_name_end_the_pass(passing: Passing) -> None:
    turns: list[int] = []

    def another(answer: SyncAnswer) -> SyncAnswer:
        turns.append(0)
        return answer.model_copy(update={"epoch": f"epoch-{len(turns) + 1}"})

    passing.server.change = another
    assert passing.go().code == "server_error"
    assert len(turns) == 3


def test_a_wrong_clock_is_told_and_remembered(passing: Passing) -> None:
    passing.server.change = lambda answer: answer.model_copy(update={"server_time": "2024-05-15T07:30:00Z"})
    report = passing.go()
    assert (report.code, report.warnings, report.skew_seconds) == (None, ("clock_skew",), 3600)
    assert transport_for(passing.here.desk).offset == timedelta(hours=1)


@pytest.mark.parametrize("said", [Say(cut=True), Say(200, b"<html>", {"Content-Type": "text/html"})])
def test_what_keeps_us_from_the_server_is_in_the_report(passing: Passing, said: Say) -> None:
    passing.here.submit(1)
    passing.server.before = lambda _asked: said
    report = passing.go()
    assert report.code == ("connection_lost" if said.cut else "captive_portal")
    assert passes.last_pass(passing.here.desk) == report
    assert report.pending == 1


def test_progress_counts_bytes_and_scans(passing: Passing) -> None:
    passing.here.submit(1)
    passing.go()
    last = passing.progress[-1]
    done = next(each for each in reversed(passing.progress) if each.step is Step.SCANS)
    assert (done.bytes_done, done.bytes_total, done.scans_done, done.scans_total) == (8_000, 8_000, 4, 4)
    assert last.step is Step.ASKING
    assert {kind for each in passing.changed for kind in each.kinds} == {Kind.APPLICATIONS, Kind.OUTBOX, Kind.SYNC}


# ---- plan packs


def announce(passing: Passing, year: int, version: int) -> None:
    change = PackChange(seq=9, year=year, version=version, sha256="a" * 64)

    def told(answer: SyncAnswer) -> SyncAnswer:
        heard = answer.cursor.model_copy(update={"packs": 9})
        return answer.model_copy(update={"changes": [change], "cursor": heard})

    passing.server.change = told


def newer_pack(passing: Passing, version: int = 99) -> str:
    import resources

    files = dict(resources.plan_files(2024))
    lines = [f"version = {version}" if line.startswith("version") else line for line in files["plan.toml"].splitlines()]
    files["plan.toml"] = "\n".join(lines)
    return bundle(files)


def test_a_pack_is_fetched_last_checked_and_put_in_force(passing: Passing) -> None:
    passing.here.submit(1)
    announce(passing, 2024, 99)
    passing.server.packs[2024] = sign_pack(passing.here.server_key, 2024, 99, newer_pack(passing))
    assert passing.go().code is None
    assert passing.paths()[-1] == "/v1/plans/2024"
    assert passing.here.desk.plans.get(2024).version == 99
    assert delivery.gather(passing.here.desk).request.cursor.packs == 9
    passing.go()
    assert passing.paths().count("/v1/plans/2024") == 1


def test_a_pack_we_have_is_not_fetched(passing: Passing) -> None:
    announce(passing, 2024, passing.here.desk.plans.get(2024).version)
    passing.go()
    assert passing.paths() == ["/v1/sync"]
    assert delivery.gather(passing.here.desk).request.cursor.packs == 9


@pytest.mark.parametrize("fault", ["signature", "text", "version"])
def test_a_pack_that_does_not_hold_is_not_taken_and_delays_nothing(passing: Passing, fault: str) -> None:
    passing.here.submit(1)
    announce(passing, 2024, 99)
    key = new_private_key() if fault == "signature" else passing.here.server_key
    text = "{}" if fault == "text" else newer_pack(passing, 98 if fault == "version" else 99)
    passing.server.packs[2024] = sign_pack(key, 2024, 99, text)
    report = passing.go()
    assert (report.received, report.code) == (1, None)
    assert report.warnings == ("pack_unsigned" if fault == "signature" else "pack_malformed",)
    assert passing.here.desk.plans.get(2024).version < 98
    assert delivery.gather(passing.here.desk).request.cursor.packs == 0
