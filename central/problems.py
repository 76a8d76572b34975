"""Errors as RFC 9457 problem documents: a stable ``code``, a status that follows from it, a title for logs."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from station_app.errors import BugError, EnvironmentFault, StationError
from sync.wire import Problem

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = "5"

STATUS: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "token_missing",
            "token_unreadable",
            "token_audience",
            "token_mismatch",
            "token_replayed",
            "signature_invalid",
            "suite_unknown",
            "clock_skew",
            "body_mismatch",
            "device_unknown",
        ),
        401,
    ),
    **dict.fromkeys(("device_revoked", "enrolment_code_unknown", "enrolment_code_expired", "proof_invalid"), 403),
    **dict.fromkeys(("blob_unknown", "plan_unknown", "position_unknown", "not_found"), 404),
    "method_not_allowed": 405,
    "upload_stalled": 408,
    **dict.fromkeys(("offset_mismatch", "upload_superseded", "enrolment_code_used", "station_full"), 409),
    **dict.fromkeys(("body_too_large", "upload_too_long"), 413),
    "media_type_unsupported": 415,
    **dict.fromkeys(("request_invalid", "device_key_invalid"), 422),
}


def problem(
    code: str,
    status: int,
    field: str | None = None,
    server_time: str | None = None,
    headers: Mapping[str, str] | None = None,
    order: str | None = None,
) -> Response:
    """One problem document."""
    title = HTTPStatus(status).phrase
    body = Problem(title=title, status=status, code=code, field=field, server_time=server_time, order=order)
    extra = {"Cache-Control": "no-store", **(headers or {})}
    if status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra["Retry-After"] = _RETRY_SECONDS
    if status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT):
        extra["Connection"] = "close"  # nobody waits for the rest of such a body
    return Response(body.model_dump_json(exclude_none=True), status, extra, MEDIA_TYPE)


def problem_of(error: StationError, server_time: str, headers: Mapping[str, str] | None = None) -> Response:
    """The document for one of our errors; ``clock_skew`` tells the server's time."""
    told = server_time if error.code == "clock_skew" else None
    order = str(error.params.get("order") or "") or None
    return problem(error.code, _status(error), error.field, told, headers, order)


def _status(error: StationError) -> int:
    if isinstance(error, EnvironmentFault):
        return HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, BugError):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return STATUS.get(error.code, HTTPStatus.BAD_REQUEST)
