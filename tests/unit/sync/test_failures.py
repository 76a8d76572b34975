"""Every way an exchange can end has its code."""

from __future__ import annotations

import errno
import socket

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ProtocolError

from station_app.errors import EnvironmentFault, UserError
from sync.failures import Reply, answer_fault, network_fault, read_json

PORTAL = b"<html><title>Please log in</title></html>"


def reply(status: int, media_type: str = "application/json", body: bytes = b"{}") -> Reply:
    return Reply(status, media_type, {}, body)


def problem(status: int, code: str) -> Reply:
    return reply(status, "application/problem+json", f'{{"title":"t","status":{status},"code":"{code}"}}'.encode())


def connection_error(reason: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]


def new_connection(number: int) -> NewConnectionError:
    error = NewConnectionError(None, "no")  # type: ignore[arg-type]
    error.__cause__ = OSError(number, "no")
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (connection_error(NameResolutionError("h", None, socket.gaierror())), "offline"),  # type: ignore[arg-type]
        (connection_error(new_connection(errno.ENETUNREACH)), "offline"),
        (connection_error(new_connection(errno.EHOSTUNREACH)), "offline"),
        (connection_error(new_connection(errno.ECONNREFUSED)), "server_unreachable"),
        (requests.ConnectTimeout(), "server_unreachable"),
        (requests.ReadTimeout(), "server_silent"),
        (requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError())), "connection_lost"),
        (requests.exceptions.ChunkedEncodingError(), "connection_lost"),
        (requests.exceptions.SSLError(), "server_untrusted"),
        (requests.exceptions.ProxyError(), "proxy_failed"),
        (requests.exceptions.InvalidProxyURL(), "proxy_failed"),
        (requests.exceptions.InvalidURL(), "server_url_invalid"),
    ],
)
def test_what_requests_raises_becomes_a_code(error: requests.RequestException, code: str) -> None:
    assert network_fault(error).code == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply(200), None),
        (reply(204, "", b""), None),
        (reply(200, "text/html", PORTAL), "captive_portal"),
        (reply(302, "text/html", b""), "captive_portal"),
        (reply(511, "text/html", PORTAL), "captive_portal"),
        (reply(403, "text/html", PORTAL), "captive_portal"),
        (reply(404, "application/json", b'{"detail":"Not Found"}'), "captive_portal"),
        (reply(407, "text/html", PORTAL), "proxy_failed"),
        (reply(502, "text/html", b"<html>bad gateway</html>"), "server_error"),
        (problem(500, "internal"), "server_error"),
        (problem(503, "busy"), "server_error"),
        (problem(429, "too_many"), "server_error"),
        (problem(401, "clock_skew"), "clock_skew"),
        (problem(401, "token_audience"), "server_key_changed"),
        (problem(401, "signature_invalid"), "token_refused"),
        (problem(401, "something_new"), "token_refused"),
        (problem(403, "device_revoked"), "device_revoked"),
        (problem(400, "wire_too_old"), "wire_too_old"),
        (problem(422, "body_invalid"), "request_refused"),
        (reply(400, "application/problem+json", b"not a problem"), "captive_portal"),
    ],
)
def test_what_is_answered_becomes_a_code(answer: Reply, code: str | None) -> None:
    fault = answer_fault(answer)
    assert (fault.code if fault else None) == code


def test_a_refusal_keeps_the_servers_own_code() -> None:
    fault = answer_fault(problem(409, "upload_offset"))
    assert isinstance(fault, UserError)
    assert fault.params == {"server_code": "upload_offset", "status": 409}


@pytest.mark.parametrize(
    ("body", "code"), [(b"[1]", "answer_unreadable"), (b"{", "answer_unreadable"), (b'{"wire":2}', "wire_too_old")]
)
def test_an_answer_that_is_not_understood(body: bytes, code: str) -> None:
    with pytest.raises(EnvironmentFault, match=code):
        read_json(reply(200, body=body))
