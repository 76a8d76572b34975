"""What can go wrong between the station and its server, as codes. Pure decisions; nothing is sent from here.

offline               no network, or the name cannot be found
server_unreachable    nobody answers there (refused, connecting timed out)
server_silent         connected, no answer in time
connection_lost       cut while talking
proxy_failed          the proxy of the settings is unusable
server_untrusted      the TLS certificate is of no authority that we trust: another server, or somebody in between
certificate_expired   the TLS certificate is out of date, or this PC's clock is wrong
certificate_name      the TLS certificate is another server's
captive_portal        somebody else answers: a log-in page, a redirect, an error page that is not ours
answer_unreadable     ours, but not understood
wire_too_old          the server no longer speaks our version
server_error          the server has a fault or is too busy (``status``)
clock_skew            this PC's clock and the server's differ too much
token_refused         the server does not accept this device's signature
device_revoked        the server has shut this device out (``order``: what it is told to do)
server_key_changed    another key answers than the one this station enrolled with
request_refused       anything else the server says no to (``server_code``, ``status``)
stopped               we cut it ourselves
"""

from __future__ import annotations

import errno
import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import requests
from pydantic import ValidationError
from urllib3.exceptions import NameResolutionError, NewConnectionError

from station_app.errors import EnvironmentFault, StationError, UserError
from sync.wire import Problem

UNREACHABLE = frozenset({"offline", "server_unreachable", "server_silent", "connection_lost", "proxy_failed"})
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})
_TOKEN_CODES = frozenset(
    {"token_unreadable", "token_expired", "token_missing", "token_mismatch", "signature_invalid", "suite_unknown"}
)
_MEANINGS = {"token_audience": "server_key_changed", **dict.fromkeys(_TOKEN_CODES, "token_refused")}
_FAULTS = frozenset({"clock_skew", "device_revoked", "server_key_changed", "token_refused", "wire_too_old"})
_REDIRECTS = range(300, 400)
_NETWORK_LOGIN_REQUIRED = 511
_PROXY_LOGIN_REQUIRED = 407
_UNAUTHORISED = 401
_CERTIFICATE_CODES = {
    9: "certificate_expired",
    10: "certificate_expired",
    62: "certificate_name",
    64: "certificate_name",
}
_TOO_MANY = 429


@dataclass(frozen=True)
class Reply:
    """An answer as it came: status, media type without parameters, headers in lower case, body."""

    status: int
    media_type: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json"

    @property
    def is_problem(self) -> bool:
        return self.media_type == "application/problem+json"


def network_fault(error: Exception) -> StationError:
    """The code for an exception of requests, or of urllib3 where an answer broke off."""
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        return EnvironmentFault("proxy_failed")
    if isinstance(error, requests.exceptions.SSLError):
        return EnvironmentFault(_certificate_code(error))
    if isinstance(error, requests.ConnectTimeout):
        return EnvironmentFault("server_unreachable")
    if isinstance(error, requests.Timeout):
        return EnvironmentFault("server_silent")
    if isinstance(error, ValueError):  # InvalidURL, MissingSchema, InvalidProxyURL...
        return UserError("server_url_invalid", "server_url")
    return EnvironmentFault(_connection_code(error))


def _certificate_code(error: BaseException) -> str:
    for each in _causes(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return _CERTIFICATE_CODES.get(each.verify_code, "server_untrusted")
    return "server_untrusted"


def _connection_code(error: BaseException) -> str:
    causes = _causes(error)
    if any(isinstance(each, NameResolutionError | socket.gaierror) for each in causes):
        return "offline"
    if any(isinstance(each, OSError) and each.errno in _NO_ROUTE for each in causes):
        return "offline"
    if any(isinstance(each, NewConnectionError) for each in causes):
        return "server_unreachable"
    return "connection_lost"


def _causes(error: BaseException) -> list[BaseException]:
    """The error and all it was raised from; urllib3 hides some in ``reason`` and in the arguments."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            waiting += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
    return found


def answer_fault(reply: Reply) -> StationError | None:
    """What stands against taking this answer for ours, or None."""
    if reply.is_problem:
        return problem_fault(reply)
    if reply.status == _PROXY_LOGIN_REQUIRED:
        return EnvironmentFault("proxy_failed")
    if reply.status in _REDIRECTS or reply.status == _NETWORK_LOGIN_REQUIRED:
        return EnvironmentFault("captive_portal", status=reply.status)
    if reply.status >= 500 or reply.status == _TOO_MANY:  # a gateway's page says the same as ours would
        return EnvironmentFault("server_error", status=reply.status)
    if reply.status >= 400 or not (reply.is_json or (reply.status == 204 and not reply.body)):
        return EnvironmentFault("captive_portal", status=reply.status)
    return None


def head_fault(reply: Reply) -> StationError | None:
    """The same for an answer to HEAD, which has no body to tell more."""
    if reply.status in (200, 204) and "upload-offset" in reply.headers:
        return None
    if reply.is_problem and reply.status == _UNAUTHORISED:
        return EnvironmentFault("token_refused")
    if reply.is_problem and reply.status < 500 and reply.status != _TOO_MANY:
        return UserError("request_refused", status=reply.status)
    return EnvironmentFault("server_error" if reply.status >= 500 else "captive_portal", status=reply.status)


def problem_fault(reply: Reply) -> StationError:
    """A problem document (RFC 9457) as one of our codes."""
    problem = read_problem(reply.body)
    if problem is None:
        return EnvironmentFault("captive_portal", status=reply.status)
    code = _MEANINGS.get(problem.code, problem.code)
    if code in _FAULTS:
        return EnvironmentFault(code, server_code=problem.code, server_time=problem.server_time, order=problem.order)
    if reply.status == _UNAUTHORISED:
        return EnvironmentFault("token_refused", server_code=problem.code)
    if reply.status >= 500 or reply.status == _TOO_MANY:
        return EnvironmentFault("server_error", status=reply.status, server_code=problem.code)
    return UserError("request_refused", problem.field, server_code=problem.code, status=reply.status)


def read_problem(body: bytes) -> Problem | None:
    try:
        return Problem.model_validate_json(body)
    except (ValidationError, ValueError):
        return None


def read_json(reply: Reply) -> dict[str, Any]:
    """The JSON object of an answer that is ours; raises EnvironmentFault ``answer_unreadable``, ``wire_too_old``."""
    try:
        document = json.loads(reply.body)
    except ValueError as error:
        raise EnvironmentFault("answer_unreadable") from error
    if not isinstance(document, dict):
        raise EnvironmentFault("answer_unreadable")
    if document.get("wire", 1) != 1:
        raise EnvironmentFault("wire_too_old")
    return document
