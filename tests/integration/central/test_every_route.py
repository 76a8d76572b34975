"""Call by call, for every route of the document: no token but a good one opens it, and nobody sees a neighbour's case.

A route that is new in the document and has no line here fails.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from central import review
from central.app import make_app
from central.openapi import document
from station_app.domain.application import FieldReturn, ReturnCode
from sync.envelope import TokenSigner, new_private_key
from sync.wire import TOKEN_SECONDS
from tests.integration.central.conftest import Seat
from tests.integration.central.station import Station, sha
from tests.samples.people import person

_JSON = {"Content-Type": "application/json"}
_UPLOAD = {"Content-Type": "application/partial-upload", "Upload-Offset": "0", "Upload-Complete": "?1"}
_BLOB = os.urandom(3_000)


@dataclass(frozen=True)
class Call:
    """One request of a route, about the case ``reference`` where the route is about a case."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    after: bytes = b""  # what follows the signed body, behind its length

    @property
    def sent(self) -> bytes:
        return len(self.body).to_bytes(4) + self.body + self.after if self.after else self.body

    def of(self, reference: str) -> Call:
        body = self.body.replace(b"{reference}", reference.encode())
        return Call(self.method, self.path.replace("{reference}", reference), body, self.headers, self.after)


_HAVE = json.dumps({"have": [{"reference": "{reference}", "revision": 1}]}).encode()
_BUNDLE = {"scans": [{"reference": "{reference}", "sha256": sha(_BLOB), "size": len(_BLOB)}]}
_QUESTION = {"id_number": person(1).id_number, "plan": 2024}  # whose case ``reference`` is
_BUNDLED = {"Content-Type": "application/vnd.zhutui.bundle"}
_SECURED = {
    "sync": Call("POST", "/v1/sync", _HAVE, tuple(_JSON.items())),
    "blob_offset": Call("HEAD", f"/v1/applications/{{reference}}/blobs/{sha(_BLOB)}"),
    "append_blob": Call("PATCH", f"/v1/applications/{{reference}}/blobs/{sha(_BLOB)}", _BLOB, tuple(_UPLOAD.items())),
    "append_bundle": Call("POST", "/v1/blobs", json.dumps(_BUNDLE).encode(), tuple(_BUNDLED.items()), _BLOB),
    "plan": Call("GET", "/v1/plans/2024"),
    "roster": Call("GET", "/v1/roster/load"),
    "standing": Call("POST", "/v1/standing", json.dumps(_QUESTION).encode(), tuple(_JSON.items())),
}
_OPEN = {"authority", "enrol"}  # asked before there is a device; neither knows of any case


@pytest.fixture(scope="module")
def pair(seat: Seat) -> tuple[Station, Station, str]:
    """Mine, theirs, and a case of mine that has everything: scans, a receipt, a reviewer's words."""
    mine, theirs = seat.station(), seat.station()
    reference = mine.submit({"card": _BLOB})
    mine.patch(reference, _BLOB)
    review.give_back(seat.central, reference, [FieldReturn("name", ReturnCode.MISMATCH)])
    return mine, theirs, reference


def _ask(station: Station, call: Call, token: str | None = None) -> requests.Response:
    good = token or station.token(call.method, call.path, call.body)
    return station.ask(call.method, call.path, call.sent, dict(call.headers), good)


def test_every_route_of_the_document_is_asked_here(seat: Seat) -> None:
    routes = document(make_app(seat.central))["paths"].values()
    operations = {each["operationId"]: "security" in each for path in routes for each in path.values()}
    assert operations == {**dict.fromkeys(_SECURED, True), **dict.fromkeys(_OPEN, False)}


@pytest.mark.parametrize("route", list(_SECURED))
def test_a_neighbours_case_is_as_if_it_did_not_exist(pair: tuple[Station, Station, str], route: str) -> None:
    mine, theirs, reference = pair
    nowhere = mine.reference()
    there, not_there = (_ask(theirs, _SECURED[route].of(case)) for case in (reference, nowhere))
    assert there.status_code == not_there.status_code
    assert _timeless(there) == _timeless(not_there)
    assert reference not in there.text


def _timeless(reply: requests.Response) -> Any:
    if not reply.content:
        return None
    return {name: value for name, value in reply.json().items() if name != "server_time"}


# ---- tokens


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _forged(station: Station, call: Call, algorithm: str) -> str:
    _, payload, signature = station.token(call.method, call.path, call.body).split(".")
    return f"{_segment({'alg': algorithm, 'typ': 'JWT', 'suite': 'ed25519-1'})}.{payload}.{signature}"


def _elsewhere(station: Station, call: Call) -> str:
    signer = TokenSigner(station.private, station.answer.device_id, "A" * 16)
    return signer.token(call.method, call.path, sha(call.body), datetime.now(UTC))


def _strangers(station: Station, call: Call) -> str:
    signer = TokenSigner(new_private_key(), station.answer.device_id, station.answer.server_key_id)
    return signer.token(call.method, call.path, sha(call.body), datetime.now(UTC))


def _at(seconds: int) -> Callable[[Station, Call], str]:
    shift = timedelta(seconds=seconds)
    return lambda station, call: station.token(call.method, call.path, call.body, datetime.now(UTC) + shift)


_BAD: dict[str, tuple[Callable[[Station, Call], str], str]] = {
    "audience": (_elsewhere, "token_audience"),
    "method": (lambda s, c: s.token("PUT", c.path, c.body), "token_mismatch"),
    "path": (lambda s, c: s.token(c.method, c.path + "0", c.body), "token_mismatch"),
    "body": (lambda s, c: s.token(c.method, c.path, c.body + b" "), "body_mismatch"),
    "expired": (_at(-TOKEN_SECONDS - 60), "clock_skew"),
    "future": (_at(TOKEN_SECONDS + 60), "clock_skew"),
    "stranger": (_strangers, "signature_invalid"),
    "none": (lambda s, c: _forged(s, c, "none"), "token_unreadable"),
    "hs256": (lambda s, c: _forged(s, c, "HS256"), "token_unreadable"),
    "empty": (lambda _s, _c: ".", "token_unreadable"),
}


@pytest.mark.parametrize("route", list(_SECURED))
@pytest.mark.parametrize("bad", list(_BAD))
def test_no_token_but_a_good_one_opens_a_route(pair: tuple[Station, Station, str], route: str, bad: str) -> None:
    mine, _, _ = pair
    make, code = _BAD[bad]
    call = _SECURED[route].of(mine.submit({"card": _BLOB}))  # a case that waits for this blob
    reply = _ask(mine, call, make(mine, call))
    assert reply.status_code == 401
    if call.method != "HEAD":
        assert reply.json()["code"] == code


@pytest.mark.parametrize("route", list(_SECURED))
def test_a_token_opens_its_route_once(pair: tuple[Station, Station, str], route: str) -> None:
    mine, _, reference = pair
    call = _SECURED[route].of(reference)
    token = mine.token(call.method, call.path, call.body)
    assert _ask(mine, call, token).status_code != 401
    assert _ask(mine, call, token).status_code == 401


@pytest.fixture(scope="module", autouse=True)
def still_there(seat: Seat) -> Iterator[None]:
    """Whatever was asked, the server answers at the end."""
    yield
    assert requests.get(f"{seat.url}/v1/authority", timeout=20).status_code == 200
    assert seat.server.process.poll() is None
