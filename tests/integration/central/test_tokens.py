"""A token is good for one request of one device: its method, its path, its body, its five minutes."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import requests

from central.devices import revoke
from sync.envelope import SUITE, TokenSigner, new_private_key
from sync.wire import EMPTY_SHA256, TOKEN_SECONDS
from tests.integration.central.conftest import Seat
from tests.integration.central.station import Station, sha
from tests.patience import PATIENCE_SECONDS

JSON = {"Content-Type": "application/json"}
PLAN = "/v1/plans/2024"


def refused(reply: requests.Response, status: int = 401) -> str:
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == status
    code: str = problem["code"]
    return code


def claims(station: Station, **changed: Any) -> dict[str, Any]:
    issued = int(datetime.now(UTC).timestamp())
    return {
        "iss": station.answer.device_id,
        "aud": station.answer.server_key_id,
        "iat": issued,
        "exp": issued + TOKEN_SECONDS,
        "jti": "0" * 32,
        "method": "GET",
        "path": PLAN,
        "body_sha256": EMPTY_SHA256,
        **changed,
    }


def signed(station: Station, suite: str = SUITE, **changed: Any) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(station.private)
    return jwt.encode(claims(station, **changed), key, algorithm="EdDSA", headers={"suite": suite})


def test_a_good_token_is_good_once(station: Station) -> None:
    token = station.token("GET", PLAN)
    assert station.ask("GET", PLAN, token=token).status_code == 200
    assert refused(station.ask("GET", PLAN, token=token)) == "token_replayed"


def test_a_replayed_sync_does_nothing(station: Station) -> None:
    body = json.dumps({"ops": [station.op("submit", station.submission())]}).encode()
    token = station.token("POST", "/v1/sync", body)
    assert station.ask("POST", "/v1/sync", body, JSON, token).status_code == 200
    assert refused(station.ask("POST", "/v1/sync", body, JSON, token)) == "token_replayed"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic eA=="}, {"Authorization": "Bearer "}])
def test_without_a_token_nothing_is_answered(seat: Seat, header: dict[str, str]) -> None:
    blob = f"/v1/applications/ST001-24-A100001-K/blobs/{'0' * 64}"
    for method, path in (("POST", "/v1/sync"), ("PATCH", blob), ("GET", PLAN)):
        reply = requests.request(method, seat.url + path, data=b"{}", headers={**JSON, **header}, timeout=20)
        assert refused(reply) == "token_missing"
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert requests.head(seat.url + blob, headers=header, timeout=20).status_code == 401


def test_a_token_is_bound_to_method_path_and_body(station: Station) -> None:
    assert refused(station.ask("GET", PLAN, token=station.token("POST", PLAN))) == "token_mismatch"
    assert refused(station.ask("GET", PLAN, token=station.token("GET", "/v1/plans/2017"))) == "token_mismatch"
    assert refused(station.ask("GET", PLAN, token=station.token("GET", PLAN, b"x"))) == "body_mismatch"
    token = station.token("POST", "/v1/sync", b"{}")
    assert refused(station.ask("POST", "/v1/sync", b"{ }", JSON, token)) == "body_mismatch"


def test_another_devices_signature_is_none(seat: Seat, station: Station) -> None:
    other = seat.station()
    mine = TokenSigner(station.private, other.answer.device_id, other.answer.server_key_id)
    token = mine.token("GET", PLAN, EMPTY_SHA256, datetime.now(UTC))
    assert refused(station.ask("GET", PLAN, token=token)) == "signature_invalid"
    stranger = TokenSigner(new_private_key(), "nobody", station.answer.server_key_id)
    token = stranger.token("GET", PLAN, EMPTY_SHA256, datetime.now(UTC))
    assert refused(station.ask("GET", PLAN, token=token)) == "device_unknown"


def test_a_token_for_another_server_is_refused(station: Station) -> None:
    assert refused(station.ask("GET", PLAN, token=signed(station, aud="A" * 16))) == "token_audience"


def test_another_suite_is_refused(station: Station) -> None:
    assert refused(station.ask("GET", PLAN, token=signed(station, suite="sm2-1"))) == "suite_unknown"


@pytest.mark.parametrize("seconds", [-TOKEN_SECONDS - 30, TOKEN_SECONDS + 30])
def test_a_wrong_clock_is_told_the_servers_time(station: Station, seconds: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    reply = station.ask("GET", PLAN, token=station.token("GET", PLAN, at=at))
    assert refused(reply) == "clock_skew"
    told = datetime.fromisoformat(reply.json()["server_time"])
    assert abs((told - datetime.now(UTC)).total_seconds()) < 60
    assert station.ask("GET", PLAN, token=station.token("GET", PLAN, at=told)).status_code == 200


def test_a_token_with_a_longer_life_than_allowed_is_refused(station: Station) -> None:
    issued = int(datetime.now(UTC).timestamp())
    token = signed(station, iat=issued, exp=issued + 10 * TOKEN_SECONDS)
    assert refused(station.ask("GET", PLAN, token=token)) == "clock_skew"


def _segment(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def test_what_is_no_token_is_unreadable(station: Station) -> None:
    device = {"iss": station.answer.device_id}
    deep = b"[" * 20_000
    for token in (
        "x",
        "a.b",
        "a.b.c",
        "...",
        f"{_segment(b'{')}.{_segment(device)}.x",
        f"{_segment(deep)}.{_segment(device)}.x",
        f"x.{_segment(deep)}.x",
        f"x.{_segment([1])}.x",
        f"x.{_segment({'iss': 5})}.x",
        f"{_segment({'alg': 'none', 'suite': SUITE})}.{_segment(claims(station))}.",
        f"{_segment({'alg': 'HS256', 'suite': SUITE})}.{_segment(claims(station))}.x",
        signed(station, jti=""),
        signed(station, jti="x" * 65),
        signed(station, iat="soon"),
        signed(station, body_sha256="short"),
        "\u00e9".encode().decode("latin-1"),
    ):
        assert refused(station.ask("GET", PLAN, token=token)) in {"token_unreadable", "signature_invalid"}, token


def test_a_revoked_device_is_shut_out_soon(seat: Seat, station: Station) -> None:
    assert station.ask("GET", PLAN).status_code == 200
    revoke(seat.central, station.answer.device_id)
    deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE_SECONDS)
    reply = station.ask("GET", PLAN)
    while reply.status_code == 200 and datetime.now(UTC) < deadline:
        reply = station.ask("GET", PLAN)
    assert refused(reply, 403) == "device_revoked"
    assert refused(station.enrol(), 409) == "enrolment_code_used"


def test_a_hash_is_no_password(station: Station) -> None:
    """Knowing a path and a body is not enough: the unsigned claims of a good token are worth nothing."""
    header, payload, _ = station.token("GET", PLAN).split(".")
    forged = f"{header}.{payload}.{_segment(sha(b'x').encode())}"
    assert refused(station.ask("GET", PLAN, token=forged)) in {"signature_invalid", "token_unreadable"}
