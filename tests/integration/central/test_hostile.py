"""Requests that mean harm: refused before they cost anything, and the server goes on answering the others."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from tests.integration.central.conftest import Seat
from tests.integration.central.station import Station

_JSON = {"Content-Type": "application/json"}
_MANY_SILENT = 150


@contextmanager
def _line(seat: Seat) -> Iterator[socket.socket]:
    url = urlsplit(seat.url)
    with socket.create_connection((url.hostname or "", url.port or 80), timeout=20) as line:
        yield line


def _status(seat: Seat, sent: bytes) -> int:
    """What raw bytes are answered with; 0 where the line is only closed."""
    with _line(seat) as line:
        try:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(64)
        except OSError:  # closed while we were sending
            return 0
    return int(answer.split()[1]) if answer else 0


@pytest.fixture(autouse=True)
def others_are_answered(seat: Seat) -> Iterator[None]:
    """After each test an honest station is served."""
    yield
    honest: Station = seat.station()
    assert honest.ask("GET", "/v1/plans/2024").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 300_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"\r\n",
        b"GET /v1/plans/" + b"9" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n",
        b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx\r\n",
        b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET /v1/plans/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/plans/2024 HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
        b"\x00" * 10_000,
    ],
)
def test_what_is_no_request_is_refused(seat: Seat, sent: bytes) -> None:
    assert _status(seat, sent) in (0, 400, 401, 404, 413, 414, 431)


@pytest.mark.parametrize("path", ["/v1/enrol", "/v1/sync"])
def test_a_huge_body_is_refused_by_its_length_alone(seat: Seat, path: str) -> None:
    """Without a token the gate answers first; nothing of the body is waited for."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {10**12}\r\n\r\n"
    with _line(seat) as line:
        line.sendall(head.encode())
        assert line.recv(64).split()[1] in (b"401", b"413")


def test_silent_lines_keep_nobody_out(seat: Seat, station: Station) -> None:
    """Slow-loris: many who have begun a request and say no more."""
    with ExitStack() as stack:
        for _ in range(_MANY_SILENT):
            stack.enter_context(_line(seat)).sendall(b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nX-")
        assert station.sync().results == []


@pytest.mark.parametrize(
    ("request_of", "code"),
    [
        ({"ops": [{}] * 100_000}, "request_invalid"),
        ({"have": [{"reference": "CY001-24-A000001-X", "revision": 1}] * 100_000}, "request_invalid"),
        ({"operators": [{"id": "1", "name": "x", "role": "lead", "active": True}] * 100_000}, "request_invalid"),
        ({"epoch": "\x00"}, ""),
        ({"audit_head": {"seq": 1, "hash": "\x00" * 64, "day": "\x00"}}, ""),
        ({"operators": [{"id": "\x00", "name": "\x00", "role": "\x00", "active": True}]}, ""),
    ],
)
def test_too_many_and_not_to_be_read(station: Station, request_of: dict[str, object], code: str) -> None:
    reply = station.ask("POST", "/v1/sync", json.dumps(request_of).encode(), _JSON)
    assert reply.status_code == (422 if code else 200)
    assert reply.json().get("code", "") == code


def test_a_deep_document_is_refused(station: Station) -> None:
    for body in (b"[" * 200_000, b'{"a":' * 100_000, b'{"ops":' + b"[" * 100_000):
        reply = station.ask("POST", "/v1/sync", body, _JSON)
        assert reply.status_code in (400, 422)
    deep = '{"content":' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}"
    (result,) = station.sync(ops=[station.op("submit", deep)]).results
    assert (result.result.value, result.code) == ("refused", "body_unreadable")
