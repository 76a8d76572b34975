"""The served OpenAPI document tells the truth: whatever is asked, the answer is one that it declares."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.wire import Problem
from tests.integration.central.conftest import Seat
from tests.integration.central.station import Station

JSON = {"Content-Type": "application/json"}
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def document(seat: Seat) -> dict[str, Any]:
    made: dict[str, Any] = requests.get(f"{seat.url}/openapi.json", timeout=20).json()
    return made


@pytest.fixture(scope="module")
def asking(seat: Seat) -> Station:
    return seat.station()


def declared(document: dict[str, Any], method: str, path: str, reply: requests.Response) -> None:
    """The answer's status, media type and headers are those of the document; errors are problem documents."""
    responses = document["paths"][path][method.lower()]["responses"]
    assert str(reply.status_code) in responses, (reply.status_code, reply.text)
    described = responses[str(reply.status_code)]
    assert reply.status_code < 500
    media_type = reply.headers.get("Content-Type")
    if method != "HEAD" and "content" in described:
        assert media_type in described["content"]
    for name in described.get("headers", {}):
        assert name in reply.headers
    if method != "HEAD" and reply.status_code >= 400:
        assert Problem.model_validate(reply.json()).status == reply.status_code


def test_every_route_declares_its_answers_and_bounds(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {
        "/v1/authority",
        "/v1/enrol",
        "/v1/sync",
        "/v1/applications/{reference}/blobs/{sha256}",
        "/v1/blobs",
        "/v1/plans/{year}",
        "/v1/roster/{position}",
        "/v1/standing",
    }
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations) == 9
    for each in operations:
        assert {"401", "403"} & set(each["responses"]) or each["operationId"] == "authority"
        assert {"500", "503"} <= set(each["responses"])
        assert ("security" in each) == (each["operationId"] not in ("enrol", "authority"))
    text = json.dumps(document)
    references = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert references <= set(document["components"]["schemas"])
    sync_request = document["components"]["schemas"]["SyncRequest"]["properties"]
    assert (sync_request["ops"]["maxItems"], sync_request["have"]["maxItems"]) == (50, 1000)


@FUZZ
@given(body=VALUES)
def test_any_json_for_enrol(seat: Seat, document: dict[str, Any], body: object) -> None:
    reply = requests.post(f"{seat.url}/v1/enrol", data=json.dumps(body), headers=JSON, timeout=20)
    declared(document, "POST", "/v1/enrol", reply)
    assert reply.status_code == 422


@FUZZ
@given(body=VALUES | st.fixed_dictionaries({"ops": VALUES, "have": VALUES, "cursor": VALUES, "audit_head": VALUES}))
def test_any_json_for_sync(asking: Station, document: dict[str, Any], body: object) -> None:
    reply = asking.ask("POST", "/v1/sync", json.dumps(body).encode(), JSON)
    declared(document, "POST", "/v1/sync", reply)


OPS = st.fixed_dictionaries(
    {
        "op_id": st.uuids(version=4).map(str),
        "seq": st.integers(1, 2**62),
        "kind": st.sampled_from(["submit", "withdraw", "add_scans"]),
        "body": st.text(max_size=50) | VALUES.map(json.dumps),
    }
)
SUBMISSIONS = st.fixed_dictionaries(
    {},
    optional={
        "content": VALUES,
        "scans": VALUES,
        "author": VALUES,
        "assessment": VALUES,
        "insisted": VALUES,
        "consent": VALUES,
        "revision": VALUES,
        "intake_seq": VALUES,
        "pack_version": VALUES,
    },
)
CONTENTS = st.fixed_dictionaries(
    {"plan": st.sampled_from([2013, 2014, 2017, 2024, -1, 10**40]), "category": st.text(max_size=20)},
    optional={
        "channel": VALUES,
        "applied_on": st.dates().map(str) | VALUES,
        "applicant": st.dictionaries(st.sampled_from(["name", "id_number", "card_no", "phone"]), VALUES),
        "member": VALUES,
        "certificate": st.dictionaries(
            st.sampled_from(["level", "occupation", "issue_date", "rank", "round", "number", "level_name"]), VALUES
        ),
    },
)


@FUZZ
@given(ops=st.lists(OPS, max_size=5))
def test_any_op_has_a_result(asking: Station, document: dict[str, Any], ops: list[dict[str, Any]]) -> None:
    reply = asking.ask("POST", "/v1/sync", json.dumps({"ops": ops}).encode(), JSON)
    declared(document, "POST", "/v1/sync", reply)
    assert reply.status_code == 200
    assert len(reply.json()["results"]) == len(ops)


@FUZZ
@given(changed=SUBMISSIONS | st.fixed_dictionaries({"content": CONTENTS}))
def test_any_submission_has_a_result(asking: Station, document: dict[str, Any], changed: dict[str, Any]) -> None:
    body = {**asking.submission(), **changed}
    reply = asking.ask("POST", "/v1/sync", json.dumps({"ops": [asking.op("submit", body)]}).encode(), JSON)
    declared(document, "POST", "/v1/sync", reply)
    assert reply.status_code == 200


@FUZZ
@given(
    reference=st.text(st.characters(codec="utf-8", exclude_characters="/?#"), min_size=1, max_size=50),
    blob=st.text("0123456789abcdefg", max_size=70),
    offset=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    complete=st.sampled_from(["?0", "?1", "1", ""]),
    body=st.binary(max_size=100),
)
def test_any_upload(
    asking: Station, document: dict[str, Any], reference: str, blob: str, offset: str, complete: str, body: bytes
) -> None:
    path = f"/v1/applications/{reference}/blobs/{blob or '0'}"
    if reference in (".", ".."):  # the client itself takes such steps out of a path
        return
    headers = {
        "Content-Type": "application/partial-upload",
        "Upload-Offset": offset,
        "Upload-Complete": complete,
        "Authorization": f"Bearer {asking.token('PATCH', path, body)}",
    }
    url = f"{asking.url}/v1/applications/{quote(reference, safe='')}/blobs/{blob or '0'}"
    reply = asking.http.patch(url, data=body, headers=headers, timeout=20)
    declared(document, "PATCH", "/v1/applications/{reference}/blobs/{sha256}", reply)


PAGE = b"a page of a bundle " * 10
BUNDLED = st.fixed_dictionaries(
    {
        "reference": st.text(max_size=40) | st.just("CY001-24-A000001-F"),
        "sha256": st.just(hashlib.sha256(PAGE).hexdigest()) | st.text("0123456789abcdefg", max_size=66),
        "size": st.just(len(PAGE)) | st.integers(-1, 2**40) | VALUES,
    }
)


@FUZZ
@given(
    length=st.none() | st.integers(0, 2**32 - 1),
    manifest=VALUES | st.fixed_dictionaries({"scans": st.lists(BUNDLED, max_size=4) | VALUES}),
    rest=st.binary(max_size=300) | st.integers(0, 4).map(lambda number: PAGE * number),
)
def test_any_bundle(
    asking: Station, document: dict[str, Any], length: int | None, manifest: object, rest: bytes
) -> None:
    """``length``: what the body's first bytes say of the manifest; None: the truth."""
    text = json.dumps(manifest).encode()
    body = (len(text) if length is None else length).to_bytes(4) + text + rest
    headers = {"Content-Type": "application/vnd.zhutui.bundle"}
    reply = asking.ask("POST", "/v1/blobs", body, headers, asking.token("POST", "/v1/blobs", text))
    declared(document, "POST", "/v1/blobs", reply)


@pytest.mark.parametrize("body", [b"", b"{", b'{"ops": [}', b"\xff\xfe", b"[" * 100_000, b'"\\ud800"'])
def test_what_is_no_json_is_refused(asking: Station, document: dict[str, Any], body: bytes) -> None:
    reply = asking.ask("POST", "/v1/sync", body, JSON)
    declared(document, "POST", "/v1/sync", reply)
    assert (reply.status_code, reply.json()["code"]) == (400, "json_invalid")


@pytest.mark.parametrize("path", ["/v1/enrol", "/v1/sync"])
@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "", "multipart/form-data"])
def test_other_media_types_are_refused(asking: Station, document: dict[str, Any], path: str, media_type: str) -> None:
    reply = asking.ask("POST", path, b"{}", {"Content-Type": media_type})
    declared(document, "POST", path, reply)
    assert reply.status_code == 415


def test_a_huge_body_is_refused_before_it_is_read(asking: Station, document: dict[str, Any]) -> None:
    """Only the length is told; nothing of it is ever sent."""
    import socket
    from urllib.parse import urlsplit

    url = urlsplit(asking.url)
    head = f"POST /v1/enrol HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((url.hostname or "", url.port or 80), timeout=20) as line:
        line.sendall(f"{head}Content-Length: 99999999999\r\n\r\n".encode())
        answer = line.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"body_too_large" in answer
    reply = asking.ask("POST", "/v1/enrol", b" " * 20_000, JSON)
    assert reply.status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "POST", "TRACE"])
def test_other_methods_are_refused_and_told_which_there_are(seat: Seat, method: str) -> None:
    blob = f"/v1/applications/ST001-24-A100001-K/blobs/{'0' * 64}"
    allowed = {"/v1/enrol": "POST", "/v1/sync": "POST", blob: "HEAD, PATCH", "/v1/plans/2024": "GET"}
    for path, methods in allowed.items():
        if method not in methods:
            reply = requests.request(method, seat.url + path, timeout=20)
            assert (reply.status_code, reply.headers["Allow"]) == (405, methods)
            assert reply.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/enrol/", "/docs", "/v1/applications/x/blobs", "/v1/plans/"])
def test_other_paths_are_not_found(seat: Seat, path: str) -> None:
    reply = requests.get(seat.url + path, timeout=20)
    assert (reply.status_code, reply.headers["Content-Type"]) == (404, "application/problem+json")
    assert reply.json()["code"] == "not_found"


def test_a_wrong_host_header_changes_nothing(seat: Seat) -> None:
    reply = requests.get(f"{seat.url}/v1/plans/2024", headers={"Host": "evil:99999"}, timeout=20)
    assert reply.status_code == 401
