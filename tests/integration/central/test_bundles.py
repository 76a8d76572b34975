"""Bundles against the real server: whole scans in one body, each with its own outcome, broken streams kept."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from sync.wire import MAX_BUNDLED
from tests.integration.central.conftest import Seat
from tests.integration.central.station import Station, sha
from tests.patience import PATIENCE_SECONDS

TYPE = {"Content-Type": "application/vnd.zhutui.bundle"}
PAGES = {kind: f"{kind} ".encode() * 3000 for kind in ("id_front", "id_back", "card", "certificate")}


@pytest.fixture
def reference(station: Station) -> str:
    """A case of four pages, told and accepted."""
    return station.submit(PAGES)


def told(reference: str, contents: Sequence[bytes], **changed: Any) -> bytes:
    scans = [{"reference": reference, "sha256": sha(each), "size": len(each), **changed} for each in contents]
    return json.dumps({"scans": scans}).encode()


def post(
    station: Station, manifest: bytes, contents: Sequence[bytes], headers: Mapping[str, str] = TYPE
) -> requests.Response:
    body = len(manifest).to_bytes(4, "big") + manifest + b"".join(contents)
    token = station.token("POST", "/v1/blobs", manifest)
    return station.ask("POST", "/v1/blobs", body, headers, token)


def offset(station: Station, reference: str, content: bytes) -> int:
    return int(station.head(reference, content).headers["Upload-Offset"])


def test_a_case_arrives_whole_in_one_request_with_its_receipt(station: Station, reference: str) -> None:
    contents = list(PAGES.values())
    answer = post(station, told(reference, contents), contents).json()
    assert answer["codes"] == [None] * 4
    assert len(answer["receipts"]) == 1
    assert all(offset(station, reference, each) == len(each) for each in contents)
    again = post(station, told(reference, contents), contents).json()
    assert again == answer  # the same receipt, as often as it is asked for


def test_each_scan_has_its_own_outcome(station: Station, reference: str) -> None:
    good, spoiled, unknown = PAGES["card"], PAGES["id_back"], b"never promised"
    manifest = told(reference, [good, spoiled, unknown])
    answer = post(station, manifest, [good, spoiled[::-1], unknown]).json()
    assert answer == {"codes": [None, "blob_hash_mismatch", "blob_unknown"], "receipts": []}
    assert offset(station, reference, good) == len(good)
    assert offset(station, reference, spoiled) == 0


def test_the_same_scan_twice_in_a_bundle_is_refused(station: Station, reference: str) -> None:
    page = PAGES["card"]
    reply = post(station, told(reference, [page, page]), [page, page])
    assert (reply.status_code, reply.json()["code"]) == (422, "request_invalid")


def test_two_bundles_of_the_same_scans_at_once_end_with_whole_scans(station: Station, reference: str) -> None:
    contents = list(PAGES.values())
    with ThreadPoolExecutor(4) as pool:
        orders = [contents, contents[::-1]] * 4
        replies = [pool.submit(post, station, told(reference, each), each) for each in orders]
        codes = {code for each in replies for code in each.result(30).json()["codes"]}
    assert codes <= {None, "offset_mismatch"}
    assert post(station, told(reference, contents), contents).json()["codes"] == [None] * 4
    assert all(offset(station, reference, each) == len(each) for each in contents)


def test_a_scan_that_has_begun_to_arrive_is_left_to_patch(station: Station, reference: str) -> None:
    page = PAGES["card"]
    station.patch(reference, page, end=700)
    assert post(station, told(reference, [page]), [page]).json()["codes"] == ["offset_mismatch"]
    assert offset(station, reference, page) == 700


def test_another_stations_case_is_as_unknown_as_none(seat: Seat, reference: str) -> None:
    page = PAGES["card"]
    assert post(seat.station(), told(reference, [page]), [page]).json() == {"codes": ["blob_unknown"], "receipts": []}


def test_a_size_that_was_not_promised_is_refused(station: Station, reference: str) -> None:
    page = PAGES["card"]
    manifest = told(reference, [page], size=len(page) - 1)
    assert post(station, manifest, [page[:-1]]).json()["codes"] == ["upload_too_long"]


@pytest.mark.parametrize(
    ("manifest", "rest", "status", "code"),
    [
        (b"{", b"", 422, "request_invalid"),
        (b"[]", b"", 422, "request_invalid"),
        (b'{"scans": []}', b"", 422, "request_invalid"),
        (b'{"scans": [' + b"1," * 300 + b"1]}", b"", 422, "request_invalid"),
        (told("CY001-24-A000001-F", [b"x"] * (MAX_BUNDLED + 1)), b"x" * (MAX_BUNDLED + 1), 422, "request_invalid"),
        (told("CY001-24-A000001-F", [b"page"]), b"pag", 422, "request_invalid"),
        (told("CY001-24-A000001-F", [b"page"]), b"pages", 422, "request_invalid"),
        (b" " * 60_000, b"", 413, "body_too_large"),
    ],
)
def test_a_body_that_is_no_bundle_is_refused(
    station: Station, manifest: bytes, rest: bytes, status: int, code: str
) -> None:
    reply = post(station, manifest, [rest])
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_the_token_is_bound_to_the_manifest(station: Station, reference: str) -> None:
    page = PAGES["card"]
    manifest = told(reference, [page])
    body = len(manifest).to_bytes(4, "big") + manifest + page
    for signed in (body, b"", told(reference, [PAGES["id_back"]])):
        reply = station.ask("POST", "/v1/blobs", body, TYPE, station.token("POST", "/v1/blobs", signed))
        assert (reply.status_code, reply.json()["code"]) == (401, "body_mismatch")
    assert offset(station, reference, page) == 0


def test_another_media_type_is_refused(station: Station, reference: str) -> None:
    page = PAGES["card"]
    reply = post(station, told(reference, [page]), [page], {"Content-Type": "application/octet-stream"})
    assert (reply.status_code, reply.json()["code"]) == (415, "media_type_unsupported")


@pytest.mark.parametrize("cut", [0, 3, 4, 60, -1])
def test_what_arrived_of_a_broken_body_is_kept(station: Station, reference: str, cut: int) -> None:
    """``cut``: bytes of the body that leave; -1: a whole scan and a part of the next."""
    first, second = PAGES["card"], PAGES["id_back"]
    manifest = told(reference, [first, second])
    body = len(manifest).to_bytes(4, "big") + manifest + first + second
    sent = body[: cut if cut >= 0 else 4 + len(manifest) + len(first) + 5000]
    _send_raw(station, sent, len(body), station.token("POST", "/v1/blobs", manifest))
    kept = (len(first), 5000) if cut < 0 else (0, 0)
    _wait_until(lambda: (offset(station, reference, first), offset(station, reference, second)) == kept)


def test_little_of_a_body_that_stands_still_is_in_the_servers_memory_alone(station: Station) -> None:
    """Whole scans, too: after a kill of the server they would be sent again."""
    pages = {kind: f"{kind} ".encode() * 20_000 for kind in PAGES}
    contents = list(pages.values())
    reference = station.submit(pages)
    manifest = told(reference, contents)
    body = len(manifest).to_bytes(4, "big") + manifest + b"".join(contents)
    sent = sum(map(len, contents)) - 10_000
    with _begun(station, body[:-10_000], len(body), station.token("POST", "/v1/blobs", manifest)):
        _wait_until(lambda: sent - sum(offset(station, reference, each) for each in contents) <= 128 * 1024)


@contextmanager
def _begun(station: Station, sent: bytes, told_length: int, token: str) -> Iterator[socket.socket]:
    """A request that has come so far."""
    address = urlsplit(station.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as line:
        head = (
            f"POST /v1/blobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: {TYPE['Content-Type']}\r\nContent-Length: {told_length}\r\n\r\n"
        )
        line.sendall(head.encode() + sent)
        yield line


def _send_raw(station: Station, sent: bytes, told_length: int, token: str) -> None:
    with _begun(station, sent, told_length, token) as line:
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass


def _wait_until(holds: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE_SECONDS
    while not holds():
        assert monotonic() < until
