"""An independent contract fuzzer over the served document: schemathesis, with every request signed as a device's."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from central.openapi import BUNDLE_TYPE, UPLOAD_TYPES
from tests.integration.central.conftest import Seat
from tests.integration.central.station import Station

pytestmark = pytest.mark.slow

_CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

for _raw in (BUNDLE_TYPE, *UPLOAD_TYPES):
    if _raw != "application/octet-stream":
        schemathesis.serializer.alias(_raw, "application/octet-stream")


@pytest.fixture(scope="module")
def device(seat: Seat) -> Station:
    return seat.station()


@pytest.fixture(scope="module")
def api(seat: Seat) -> Any:
    return schemathesis.openapi.from_url(f"{seat.url}/openapi.json")


def test_every_answer_is_one_that_the_document_declares(api: Any, device: Station) -> None:
    asked = []
    for found in api.get_all_operations():
        operation = found.ok()
        asked.append(operation.label)
        _fuzz(operation, device)
    assert len(asked) == 9


def _fuzz(operation: Any, device: Station) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        reply = _signed(device, case)
        assert reply.status_code < 500
        case.validate_response(reply, checks=_CHECKS)

    ask()


def _signed(device: Station, case: Any) -> requests.Response:
    """The request as the fuzzer made it, with a device's token for it."""
    prepared = device.http.prepare_request(requests.Request(**case.as_transport_kwargs(base_url=device.url)))
    body = prepared.body or b""
    body = body.encode() if isinstance(body, str) else body
    path = unquote(urlsplit(str(prepared.url)).path)
    prepared.headers["Authorization"] = f"Bearer {device.token(str(prepared.method), path, body)}"
    return device.http.send(prepared, timeout=20)
