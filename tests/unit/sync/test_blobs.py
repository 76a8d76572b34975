"""Scans against a shelf that keeps bytes as the real server does: resumed, not repeated; small before large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from station_app.domain.canonical import sha256_hex
from station_app.errors import EnvironmentFault
from station_app.services.delivery import ScanToSend
from sync import blobs
from sync import sending as lanes
from sync.bundle import BundleSender
from sync.envelope import TokenSigner, new_private_key
from sync.outcomes import Outcome, is_general
from sync.sending import Sending as Lanes
from sync.transport import Transport
from sync.wire import Bundle
from tests.unit.sync.scripted import Asked, Say, Scripted, say_json, say_problem
from tests.unit.sync.stations import NOW

REFERENCE = "CY001-24-A000317-K"


@dataclass
class Shelf:
    """What has arrived; ``before`` may answer first, ``keep`` says how many bytes of a PATCH are kept."""

    held: dict[str, bytes] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)
    before: Callable[[Asked], Say | None] = lambda _asked: None
    bundle: Callable[[list[tuple[str, bytes]]], Say] = lambda _scans: say_problem(404, "not_found")  # an older server

    def __call__(self, asked: Asked) -> Say:
        said = self.before(asked)
        if said is not None:
            return said
        if asked.path == "/v1/blobs":
            return self.bundle(unpacked(asked.body))
        name = asked.path.rsplit("/", 1)[1]
        if asked.method == "HEAD":
            place = {
                "Upload-Offset": str(len(self.held.get(name, b""))),
                "Upload-Complete": f"?{int(name in self.whole)}",
            }
            return Say(204, b"", place)
        if int(asked.headers["upload-offset"]) != len(self.held.get(name, b"")):
            return say_problem(409, "offset_mismatch")
        self.held[name] = self.held.get(name, b"") + asked.body
        if asked.headers["upload-complete"] != "?1":
            return Say(204)
        self.whole.append(name)
        return say_json({"receipts": [f"receipt {name}"]})

    def take(self, scans: list[tuple[str, bytes]], *refused: str) -> Say:
        """A bundle as a server of this version takes it, but for some."""
        for name, content in scans:
            if name not in refused:
                self.held[name] = content
                self.whole.append(name)
        codes = ["blob_unknown" if name in refused else None for name, _ in scans]
        return say_json({"codes": codes, "receipts": ["receipt of a bundle"]})


def unpacked(body: bytes) -> list[tuple[str, bytes]]:
    """The scans of a bundle, by their hash."""
    end = 4 + int.from_bytes(body[:4], "big")
    found = []
    for scan in Bundle.model_validate_json(body[4:end]).scans:
        found.append((scan.sha256, body[end : end + scan.size]))
        end += scan.size
    return found


class Files(dict[str, bytes]):
    """Stands for the store's scan files."""

    def get(self, name: str, _default: object = None) -> bytes:
        if name not in self:
            raise EnvironmentFault("scan_missing")
        return self[name]


@dataclass
class Sending:
    shelf: Shelf
    server: Scripted
    transport: Transport
    files: Files
    meter: list[int] = field(default_factory=list)

    def scan(self, content: bytes, offset: int = 0) -> ScanToSend:
        digest = sha256_hex(content)
        self.files[digest] = content
        return ScanToSend(REFERENCE, digest, len(content), offset, digest)

    def send(self, *scans: ScanToSend) -> dict[str, Outcome]:
        found = {}
        with Lanes(BundleSender(self.files, self.transport, self.meter.append)) as sending:
            sending.add(scans)
            while handful := sending.outcomes():
                found.update({outcome.scan.sha256: outcome for outcome in handful})
        return found

    def methods(self) -> list[str]:
        return [asked.method for asked in self.server.asked]


@contextmanager
def _sending(shelf: Shelf) -> Iterator[Sending]:
    with Scripted(shelf) as server:
        signer = TokenSigner(new_private_key(), "device-1", "0" * 16)
        transport = Transport(server.url, signer, lambda: NOW, offset=timedelta(0))
        try:
            yield Sending(shelf, server, transport, Files())
        finally:
            transport.close()


@pytest.fixture
def sending() -> Iterator[Sending]:
    with _sending(Shelf()) as made:
        yield made


def test_a_fresh_scan_costs_one_request_and_brings_its_receipt(sending: Sending) -> None:
    scan = sending.scan(b"a page" * 50_000)
    outcome = sending.send(scan)[scan.sha256]
    assert outcome.fault is None
    assert outcome.receipts == (f"receipt {scan.sha256}",)
    assert sending.methods() == ["PATCH"]
    assert sum(sending.meter) == scan.size


def test_what_the_server_holds_is_not_sent_again(sending: Sending) -> None:
    scan = sending.scan(b"0123456789" * 1000, offset=4000)
    sending.shelf.held[scan.sha256] = (b"0123456789" * 1000)[:4000]
    sending.send(scan)
    assert sending.shelf.held[scan.sha256] == b"0123456789" * 1000
    assert [len(asked.body) for asked in sending.server.asked] == [0, 6000]  # asked how far, then the rest
    assert sum(sending.meter) == 6000


def test_a_broken_connection_is_resumed_from_where_the_server_stands(sending: Sending) -> None:
    content = b"0123456789" * 1000
    scan = sending.scan(content)

    def once(asked: Asked) -> Say | None:
        if asked.method == "PATCH" and not sending.shelf.held:
            sending.shelf.held[scan.sha256] = asked.body[:7000]
            return Say(cut=True)
        return None

    sending.shelf.before = once
    assert sending.send(scan)[scan.sha256].fault is None
    assert sending.shelf.held[scan.sha256] == content
    assert sending.methods() == ["PATCH", "HEAD", "PATCH"]
    assert len(sending.server.asked[2].body) == 3000
    assert sum(sending.meter) == scan.size


def test_a_lost_answer_of_the_last_piece_is_asked_for_without_a_byte(sending: Sending) -> None:
    scan = sending.scan(b"page")

    def lost(asked: Asked) -> Say | None:
        if asked.body:
            sending.shelf.held[scan.sha256] = asked.body
            sending.shelf.whole.append(scan.sha256)
            return Say(cut=True)
        return None

    sending.shelf.before = lost
    outcome = sending.send(scan)[scan.sha256]
    assert (outcome.fault, outcome.receipts) == (None, (f"receipt {scan.sha256}",))
    assert [(asked.method, asked.body) for asked in sending.server.asked][1:] == [("HEAD", b""), ("PATCH", b"")]
    assert sum(sending.meter) == scan.size


def test_an_offset_the_server_disputes_is_asked_for(sending: Sending) -> None:
    scan = sending.scan(b"0123456789")
    sending.shelf.held[scan.sha256] = b"0123"
    assert sending.send(scan)[scan.sha256].fault is None
    assert sending.shelf.held[scan.sha256] == b"0123456789"
    assert sending.methods() == ["PATCH", "HEAD", "PATCH"]


def test_a_large_scan_goes_in_pieces(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "LARGE", 1000)
    content = bytes(range(250)) * 10
    scan = sending.scan(content)
    assert sending.send(scan)[scan.sha256].receipts
    assert sending.shelf.held[scan.sha256] == content
    assert [len(asked.body) for asked in sending.server.asked] == [1000, 1000, 500]


def test_small_before_large(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "LANES", 1)
    scans = [sending.scan(bytes([size % 251]) * size) for size in (5000, 100, 3000, 1)]
    sending.send(*scans)
    assert [len(asked.body) for asked in sending.server.asked if asked.method == "PATCH"] == [1, 100, 3000, 5000]


def test_several_connections_at_a_time(sending: Sending) -> None:
    scans = [sending.scan(bytes([number]) * 100_000) for number in range(12)]
    outcomes = sending.send(*scans)
    assert all(outcome.fault is None for outcome in outcomes.values())
    assert len(outcomes) == 12
    assert 1 < len({asked.client_port for asked in sending.server.asked}) <= 4


def test_a_refused_scan_keeps_no_other_back(sending: Sending) -> None:
    bad, good = sending.scan(b"bad"), sending.scan(b"good page")

    def refuse(asked: Asked) -> Say | None:
        return say_problem(404, "blob_unknown") if bad.sha256 in asked.path and asked.method == "PATCH" else None

    sending.shelf.before = refuse
    outcomes = sending.send(bad, good)
    assert outcomes[good.sha256].fault is None
    fault = outcomes[bad.sha256].fault
    assert fault is not None
    assert fault.params["server_code"] == "blob_unknown"
    assert not is_general(outcomes[bad.sha256])


def test_a_file_that_cannot_be_read_keeps_no_other_back(sending: Sending) -> None:
    lost, short, good = sending.scan(b"lost"), sending.scan(b"short"), sending.scan(b"good page")
    del sending.files[lost.sha256]
    sending.files[short.sha256] = b"sho"
    outcomes = sending.send(lost, short, good)
    codes = {outcomes[each.sha256].fault.code for each in (lost, short)}  # type: ignore[union-attr]
    assert codes == {"scan_missing", "scan_damaged"}
    assert outcomes[good.sha256].fault is None
    assert not any(is_general(outcome) for outcome in outcomes.values())


def test_one_scan_that_makes_the_server_stumble_keeps_no_other_back(sending: Sending) -> None:
    bad, *good = (sending.scan(b"x" * (size + 1)) for size in range(6))
    sending.shelf.before = lambda asked: say_problem(500, "internal") if bad.sha256 in asked.path else None
    outcomes = sending.send(bad, *good)
    assert all(outcomes[each.sha256].fault is None for each in good)
    assert not is_general(outcomes[bad.sha256])


def test_a_server_that_is_down_is_left_alone(sending: Sending) -> None:
    scans = [sending.scan(b"x" * (size + 1)) for size in range(60)]
    sending.shelf.before = lambda _asked: say_problem(503, "busy")
    outcomes = sending.send(*scans)
    assert len(sending.server.asked) < 10
    assert sum(outcome.untried for outcome in outcomes.values()) > 50


def test_stopping_ends_it_in_the_middle(sending: Sending) -> None:
    scans = [sending.scan(b"x" * (size + 1)) for size in range(40)]

    def stop(_asked: Asked) -> Say | None:
        if len(sending.shelf.whole) >= 3:
            sending.transport.close()
            return Say(cut=True)
        return None

    sending.shelf.before = stop
    outcomes = sending.send(*scans)
    codes = {outcome.fault.code for outcome in outcomes.values() if outcome.fault}
    assert codes == {"stopped"}
    assert sum(outcome.untried for outcome in outcomes.values()) > 20


# ---- in bundles


@pytest.fixture
def bundling(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> Sending:
    """A server that knows bundles, one lane, and a line that is known to be quick."""
    monkeypatch.setattr(lanes, "LANES", 1)
    sending.shelf.bundle = sending.shelf.take
    return sending


def test_small_scans_share_a_request(bundling: Sending) -> None:
    scans = [bundling.scan(bytes([number]) * 9_000) for number in range(12)]
    outcomes = bundling.send(*scans)
    assert bundling.methods() == ["POST"]
    assert all(outcome.fault is None for outcome in outcomes.values())
    assert bundling.shelf.held == {scan.sha256: bundling.files[scan.file_name] for scan in scans}
    assert [jws for outcome in outcomes.values() for jws in outcome.receipts] == ["receipt of a bundle"]
    manifest = len(bundling.server.asked[0].body) - 12 * 9_000
    assert sum(bundling.meter) == 12 * 9_000 + manifest


def test_what_is_partly_there_or_large_travels_alone(bundling: Sending) -> None:
    part, large = bundling.scan(b"0123456789" * 10, offset=40), bundling.scan(b"x" * 1_100_000)
    bundling.shelf.held[part.sha256] = (b"0123456789" * 10)[:40]
    small = [bundling.scan(bytes([number]) * 100) for number in range(3)]
    outcomes = bundling.send(part, large, *small)
    assert sorted(bundling.methods()) == ["HEAD", "PATCH", "PATCH", "POST"]
    assert all(outcome.fault is None for outcome in outcomes.values())


def test_a_scan_that_a_bundle_does_not_take_is_tried_alone_and_keeps_no_other_back(bundling: Sending) -> None:
    bad, *good = [bundling.scan(bytes([number]) * 100) for number in range(5)]
    bundling.shelf.bundle = lambda scans: bundling.shelf.take(scans, bad.sha256)
    bundling.shelf.before = lambda asked: say_problem(404, "blob_unknown") if asked.method == "PATCH" else None
    outcomes = bundling.send(bad, *good)
    assert all(outcomes[each.sha256].fault is None for each in good)
    fault = outcomes[bad.sha256].fault
    assert fault is not None
    assert fault.params["server_code"] == "blob_unknown"


def test_a_bundle_that_broke_off_is_resumed_scan_by_scan(bundling: Sending) -> None:
    scans = [bundling.scan(bytes([number]) * 1_000) for number in range(3)]

    def cut(told: list[tuple[str, bytes]]) -> Say:
        bundling.shelf.take(told[:1])
        bundling.shelf.held[told[1][0]] = told[1][1][:700]
        return Say(cut=True)

    bundling.shelf.bundle = cut
    outcomes = bundling.send(*scans)
    assert all(outcome.fault is None for outcome in outcomes.values())
    assert bundling.methods() == ["POST", *["HEAD", "PATCH"] * 3]
    assert [len(asked.body) for asked in bundling.server.asked if asked.method == "PATCH"] == [0, 300, 1_000]
    assert sum(bundling.meter) == 3_000  # what was there already counts as done: progress ends at nothing left


def test_a_line_that_is_gone_ends_the_bundle_too(bundling: Sending) -> None:
    scans = [bundling.scan(bytes([number]) * 1_000) for number in range(9)]
    bundling.shelf.bundle = lambda _told: Say(cut=True)
    bundling.shelf.before = lambda _asked: Say(cut=True)
    outcomes = bundling.send(*scans)
    assert {outcome.fault.code for outcome in outcomes.values() if outcome.fault} == {"connection_lost"}
    assert len(bundling.server.asked) <= 4


def test_an_older_server_is_asked_for_a_bundle_once(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "LANES", 1)
    scans = [sending.scan(bytes([number]) * 30_000) for number in range(12)]
    outcomes = sending.send(*scans)
    assert all(outcome.fault is None for outcome in outcomes.values())
    assert sending.methods() == ["POST", *["PATCH"] * 12]


def test_a_file_that_cannot_be_read_leaves_the_bundle(bundling: Sending) -> None:
    lost, *good = [bundling.scan(bytes([number]) * 100) for number in range(4)]
    del bundling.files[lost.sha256]
    outcomes = bundling.send(lost, *good)
    assert outcomes[lost.sha256].ours
    assert bundling.methods() == ["POST"]
    assert all(outcomes[each.sha256].fault is None for each in good)


def test_an_answer_with_too_few_words_is_no_consent(bundling: Sending) -> None:
    scans = [bundling.scan(bytes([number]) * 100) for number in range(3)]
    bundling.shelf.bundle = lambda _told: say_json({"codes": [None], "receipts": []})
    outcomes = bundling.send(*scans)
    assert bundling.methods() == ["POST", "HEAD", "PATCH", "HEAD", "PATCH"]
    assert all(outcome.fault is None for outcome in outcomes.values())
