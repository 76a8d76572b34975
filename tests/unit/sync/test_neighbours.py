"""What hurt the users of other programs when they sent their work; docs/trials.md has the whole table."""

from __future__ import annotations

import json
from contextlib import closing

from station_app.domain.application import ScanKind, State
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.services import capture, delivery
from station_app.services.passes import PassReport
from station_app.store.records import ApplicationRecord
from sync.engine import one_pass
from sync.identity import transport_for
from sync.wire import MAX_OPS
from tests.unit.sync.poor_server import PoorServer
from tests.unit.sync.scripted import Asked, Say, Scripted
from tests.unit.sync.stations import Station, page

_PAGES = 100


def _pass(here: Station, wire: Scripted) -> PassReport:
    with here.desk.store.write(Point.SYNC_STATE) as uow:
        uow.facts.set("server_url", wire.url)
    with closing(transport_for(here.desk)) as transport:
        return one_pass(here.desk, transport)


def test_a_hundred_pages_over_a_line_that_breaks_off_arrive(here: Station) -> None:
    """Each pass gets further; what has arrived is not sent again."""
    record = here.submit(1)
    capture.add_scans(here.desk, record.id, [(ScanKind.OTHER, page(f"other {n}", 2_000)) for n in range(_PAGES - 4)])
    bodies: list[bytes] = []

    def breaking(asked: Asked) -> Say | None:
        if asked.method == "HEAD":
            return Say(204, headers={"Upload-Offset": "0", "Upload-Complete": "?0"})
        if asked.method != "PATCH":
            return None
        bodies.append(asked.body)
        return Say(cut=True) if len(bodies) % 5 == 0 else None

    server = PoorServer(here, before=breaking)
    with Scripted(server) as wire:
        for _ in range(5):
            if _pass(here, wire).pending == 0:
                break
    assert here.record(record).state is State.RECEIVED
    assert len(set(bodies)) == _PAGES
    assert len(bodies) <= _PAGES * 5 // 4 + 1  # only what was cut was sent again


def test_what_one_clerk_queued_goes_under_their_name_whoever_is_signed_in(here: Station) -> None:
    record = here.submit(1)
    here.desk.operator = Operator("operator-2", "李静", Role.CLERK)
    other = here.submit(2)
    server = PoorServer(here)
    with Scripted(server) as wire:
        assert _pass(here, wire).received == 2
    authors = {row.reference: json.loads(row.body)["author"]["name"] for row in server.rows.values()}
    assert authors == {record.reference: "王芳", other.reference: "李静"}


def test_a_case_is_submitted_while_a_pass_is_under_way(here: Station) -> None:
    first = here.submit(1)
    during: list[ApplicationRecord] = []

    def at_the_counter(asked: Asked) -> Say | None:
        if asked.path == "/v1/sync" and not during:
            during.append(here.submit(2))
        return None

    server = PoorServer(here, before=at_the_counter)
    with Scripted(server) as wire:
        _pass(here, wire)
        _pass(here, wire)
    assert server.references() == {first.reference, during[0].reference}
    assert {here.record(each).state for each in (first, *during)} == {State.RECEIVED}


def test_a_hundred_cases_that_wait_keep_no_other_out(here: Station) -> None:
    waiting = [here.submit(number, size=500) for number in range(101)]
    assert {here.record(each).state for each in waiting} == {State.QUEUED}
    assert len({each.reference for each in waiting}) == 101
    parcel = delivery.gather(here.desk)
    assert [row.reference for row in parcel.rows] == [each.reference for each in waiting[:MAX_OPS]]
    assert parcel.more
