"""Blobs over HTTP: they go on where they broke off, and the last one brings the receipt."""

from __future__ import annotations

import os
import socket
from time import monotonic
from urllib.parse import urlsplit

import pytest

from sync.envelope import read_receipt
from tests.integration.central.conftest import Seat
from tests.integration.central.station import Station, sha
from tests.patience import PATIENCE_SECONDS

BLOB = os.urandom(400 * 1024)
KINDS = ("id_front", "id_back", "card", "certificate")


def offset(station: Station, reference: str, blob: bytes = BLOB) -> tuple[int, str]:
    reply = station.head(reference, blob)
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["Cache-Control"] == "no-store"
    return int(reply.headers["Upload-Offset"]), reply.headers["Upload-Complete"]


def cut_off(station: Station, reference: str, sent: int, start: int = 0) -> socket.socket:
    """Begin a PATCH of the whole rest and send only ``sent`` bytes of it; the connection stays open."""
    path, rest = station.blob_path(reference, BLOB), BLOB[start:]
    url = urlsplit(station.url)
    assert url.hostname is not None
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {station.token('PATCH', path, rest)}\r\n"
        f"Content-Type: application/partial-upload\r\nUpload-Offset: {start}\r\nUpload-Complete: ?1\r\n"
        f"Content-Length: {len(rest)}\r\n\r\n"
    )
    line = socket.create_connection((url.hostname, url.port or 80), timeout=20)
    line.sendall(head.encode() + rest[:sent])
    return line


def wait_for(station: Station, reference: str, sent: int) -> None:
    """Until the server has kept ``sent`` bytes of a body that stopped; asking by sync disturbs no upload."""
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        (missing,) = station.sync(have=[{"reference": reference, "revision": 1}]).missing_blobs
        if missing.offset == sent:
            return
    raise AssertionError(f"{missing.offset} of {sent} bytes")


def test_four_scans_in_four_requests_and_the_last_brings_the_receipt(seat: Seat, station: Station) -> None:
    scans = {kind: os.urandom(30_000 + number) for number, kind in enumerate(KINDS)}
    reference = station.submit(scans)
    replies = [station.patch(reference, content) for content in scans.values()]
    assert [reply.status_code for reply in replies] == [200] * 4
    assert [len(reply.json()["receipts"]) for reply in replies] == [0, 0, 0, 1]
    (receipt,) = replies[3].json()["receipts"]
    assert set(read_receipt(receipt, seat.central.keys.public).scans) == {sha(each) for each in scans.values()}
    assert station.sync(have=[{"reference": reference, "revision": 1}]).receipts == [receipt]
    folder = seat.central.home.blobs / station.answer.device_id / reference
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {sha(each): each for each in scans.values()}


@pytest.mark.parametrize("sent", [1, 70_000, 300_000, len(BLOB) - 1])
def test_a_cut_patch_keeps_what_arrived_and_the_rest_follows(station: Station, sent: int) -> None:
    reference = station.submit({"card": BLOB})
    assert offset(station, reference) == (0, "?0")
    cut_off(station, reference, sent).close()
    wait_for(station, reference, sent)
    assert offset(station, reference) == (sent, "?0")
    reply = station.patch(reference, BLOB, sent)
    assert reply.status_code == 200
    assert len(reply.json()["receipts"]) == 1
    assert offset(station, reference) == (len(BLOB), "?1")


def test_asking_how_far_ends_a_request_that_is_stuck(station: Station) -> None:
    """A line that died without a word: the peer is gone, the server still waits."""
    reference = station.submit({"card": BLOB})
    with cut_off(station, reference, 100_000) as stuck:
        wait_for(station, reference, 100_000)
        assert offset(station, reference) == (100_000, "?0")
        assert b" 409 " in stuck.recv(100)
    assert station.patch(reference, BLOB, 100_000).status_code == 200


def test_a_newer_patch_ends_an_older_one(station: Station) -> None:
    reference = station.submit({"card": BLOB})
    with cut_off(station, reference, 100_000) as stuck:
        wait_for(station, reference, 100_000)
        reply = station.patch(reference, BLOB)
        assert (reply.status_code, reply.json()["code"]) == (409, "offset_mismatch")  # its bytes were kept
        assert reply.headers["Upload-Offset"] == "100000"
        assert b" 409 " in stuck.recv(100)
    assert station.patch(reference, BLOB, 100_000).status_code == 200


def test_pieces_one_after_another(station: Station) -> None:
    reference = station.submit({"card": BLOB})
    for start in (0, 100_000, 200_000):
        reply = station.patch(reference, BLOB, start, start + 100_000)
        assert (reply.status_code, reply.content) == (204, b"")
        assert (reply.headers["Upload-Offset"], reply.headers["Upload-Complete"]) == (str(start + 100_000), "?0")
    reply = station.patch(reference, BLOB, 300_000)
    assert (reply.status_code, reply.headers["Upload-Complete"]) == (200, "?1")


def test_a_wrong_offset_is_told_the_right_one(station: Station) -> None:
    reference = station.submit({"card": BLOB})
    station.patch(reference, BLOB, 0, 1000)
    for wrong in (0, 999, 1001):
        reply = station.patch(reference, BLOB, wrong)
        assert reply.status_code == 409
        assert reply.json()["code"] == "offset_mismatch"
        assert (reply.headers["Upload-Offset"], reply.headers["Upload-Complete"]) == ("1000", "?0")


def test_a_blob_that_is_whole_takes_no_more_and_says_its_receipt_again(station: Station) -> None:
    reference = station.submit({"card": BLOB})
    receipts = station.patch(reference, BLOB).json()["receipts"]
    again = station.patch(reference, BLOB)
    assert (again.status_code, again.headers["Upload-Offset"]) == (409, str(len(BLOB)))
    assert again.headers["Upload-Complete"] == "?1"
    empty = station.patch(reference, BLOB, len(BLOB))
    assert (empty.status_code, empty.json()["receipts"]) == (200, receipts)


def test_bytes_that_are_not_their_hash_are_refused_and_can_be_sent_right(station: Station) -> None:
    reference = station.submit({"card": BLOB})
    wrong = bytes(len(BLOB))
    headers = {"Content-Type": "application/partial-upload", "Upload-Offset": "0", "Upload-Complete": "?1"}
    reply = station.ask("PATCH", station.blob_path(reference, BLOB), wrong, headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "blob_hash_mismatch")
    assert offset(station, reference) == (0, "?0")
    assert station.patch(reference, BLOB).status_code == 200


def test_a_changed_body_is_taken_back(station: Station) -> None:
    reference = station.submit({"card": BLOB})
    path = station.blob_path(reference, BLOB)
    headers = {"Content-Type": "application/partial-upload", "Upload-Offset": "0", "Upload-Complete": "?0"}
    reply = station.ask("PATCH", path, BLOB[:1000], headers, station.token("PATCH", path, BLOB[:999]))
    assert (reply.status_code, reply.json()["code"]) == (401, "body_mismatch")
    assert offset(station, reference) == (0, "?0")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"Content-Type": "image/png"}, 415, "media_type_unsupported"),
        ({"Content-Encoding": "gzip"}, 415, "media_type_unsupported"),
        ({"Upload-Offset": "-1"}, 400, "header_invalid"),
        ({"Upload-Offset": "x"}, 400, "header_invalid"),
        ({"Upload-Offset": "1" * 30}, 400, "header_invalid"),
        ({"Upload-Complete": "1"}, 400, "header_invalid"),
        ({"Upload-Offset": str(len(BLOB))}, 413, "upload_too_long"),
        ({"Upload-Complete": "?1"}, 400, "upload_too_short"),
    ],
)
def test_headers_are_checked(station: Station, changed: dict[str, str], status: int, code: str) -> None:
    reference = station.submit({"card": BLOB})
    headers = {"Content-Type": "application/partial-upload", "Upload-Offset": "0", "Upload-Complete": "?0", **changed}
    reply = station.ask("PATCH", station.blob_path(reference, BLOB), BLOB[:1000], headers)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_nobody_can_ask_after_a_blob_that_was_not_promised(station: Station) -> None:
    reference = station.submit({"card": BLOB})
    for path in (
        station.blob_path(reference, b"another"),
        station.blob_path(station.reference(), BLOB),
        f"/v1/applications/{reference}/blobs/xyz",
        f"/v1/applications/..%2F..%2Fkeys/blobs/{sha(BLOB)}",
        f"/v1/applications/{'A' * 300}/blobs/{sha(BLOB)}",
    ):
        decoded = path.replace("%2F", "/")
        reply = station.ask("HEAD", path, token=station.token("HEAD", decoded))
        assert reply.status_code == 404, path


def test_a_server_killed_in_the_middle_goes_on_where_it_was(own_seat: Seat) -> None:
    station = own_seat.station()
    reference = station.submit({"card": BLOB})
    assert station.patch(reference, BLOB, 0, 150_000).status_code == 204
    with cut_off(station, reference, 100_000, 150_000):
        wait_for(station, reference, 250_000)
        own_seat.restart()
    assert offset(station, reference) == (250_000, "?0")
    assert len(station.patch(reference, BLOB, 250_000).json()["receipts"]) == 1


def test_a_body_without_a_length_is_taken_too(station: Station) -> None:
    reference = station.submit({"card": BLOB})
    path = station.blob_path(reference, BLOB)
    headers = {
        "Authorization": f"Bearer {station.token('PATCH', path, BLOB)}",
        "Content-Type": "application/octet-stream",
        "Upload-Offset": "0",
        "Upload-Complete": "?1",
    }
    pieces = (BLOB[start : start + 1000] for start in range(0, len(BLOB), 1000))
    reply = station.http.patch(station.url + path, data=pieces, headers=headers, timeout=20)
    assert reply.status_code == 200, reply.text
    assert len(reply.json()["receipts"]) == 1
