"""The transport against a server that answers by a script: tokens, kept connections, the clock, cutting."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station_app.domain.canonical import sha256_hex
from station_app.errors import EnvironmentFault, UserError
from sync.address import check_server_url
from sync.connection import READ_SECONDS, SLOWEST, patience
from sync.envelope import TokenSigner, fingerprint, new_private_key, public_key_of, read_token
from sync.transport import BlobPiece, Transport
from sync.wire import EMPTY_SHA256, EnrolRequest, SyncRequest
from tests.patience import PATIENCE_SECONDS
from tests.unit.sync.scripted import Asked, Say, Script, Scripted, certificate, say_json, say_problem

NOW = datetime(2024, 5, 15, 6, 30, tzinfo=UTC)
KEY = new_private_key()
AUDIENCE = fingerprint(public_key_of(new_private_key()))
SIGNER = TokenSigner(KEY, "device-1", AUDIENCE)
REFERENCE = "CY001-24-A000317-K"
ANSWER = {"epoch": "one", "server_time": "2024-05-15T06:30:00Z"}


@contextmanager
def talking(script: Script, now: datetime = NOW) -> Iterator[tuple[Transport, Scripted]]:
    with Scripted(script) as server:
        transport = Transport(server.url, SIGNER, lambda: now)
        try:
            yield transport, server
        finally:
            transport.close()


def blob(content: bytes, offset: int = 0) -> BlobPiece:
    return BlobPiece(REFERENCE, sha256_hex(content), memoryview(content), sha256_hex(content), offset, completes=True)


def failing(script: Script) -> str:
    with talking(script) as (transport, _server), pytest.raises((EnvironmentFault, UserError)) as caught:
        transport.sync(SyncRequest())
    return caught.value.code


def test_a_token_is_bound_to_method_path_and_body() -> None:
    with talking(lambda _asked: say_json(ANSWER)) as (transport, server):
        transport.sync(SyncRequest(epoch="one"))
    [asked] = server.asked
    scheme, _, token = asked.headers["authorization"].partition(" ")
    claims = read_token(token, public_key_of(KEY), AUDIENCE, NOW)
    assert scheme == "Bearer"
    assert (claims.iss, claims.method, claims.path) == ("device-1", "POST", "/v1/sync")
    assert claims.body_sha256 == sha256_hex(asked.body)
    assert SyncRequest.model_validate_json(asked.body).epoch == "one"


def test_enrolment_goes_unsigned() -> None:
    request = EnrolRequest(code="0" * 12, device_key="A" * 43, proof="B" * 86)
    with talking(lambda _asked: say_problem(403, "enrolment_code_unknown")) as (transport, server):
        with pytest.raises(UserError) as caught:
            transport.enrol(request)
        assert caught.value.params["server_code"] == "enrolment_code_unknown"
        assert "authorization" not in server.asked[0].headers


def test_one_connection_is_kept_for_all_requests() -> None:
    with talking(lambda _asked: say_json(ANSWER)) as (transport, server):
        for _ in range(5):
            transport.sync(SyncRequest())
        assert len({asked.client_port for asked in server.asked}) == 1


def test_a_kept_connection_that_died_costs_nothing() -> None:
    ports: list[int] = []

    def script(asked: Asked) -> Say:
        ports.append(asked.client_port)
        return Say(cut=True) if len(ports) == 2 else say_json(ANSWER)

    with talking(script) as (transport, server):
        transport.sync(SyncRequest())
        transport.sync(SyncRequest())
        tokens = {asked.headers["authorization"] for asked in server.asked}
    assert len(ports) == len(tokens) == 3  # a token is good for one request
    assert ports[0] == ports[1] != ports[2]


def test_a_lost_answer_of_a_blob_is_not_repeated_blindly() -> None:
    with talking(lambda _asked: Say(cut=True)) as (transport, server):
        with pytest.raises(EnvironmentFault, match="connection_lost"):
            transport.send_blob(blob(b"page"), lambda _size: None)
        assert len(server.asked) == 1


def test_a_wrong_clock_is_learned_once_and_signed_with() -> None:
    theirs = NOW + timedelta(days=3650)

    def script(asked: Asked) -> Say:
        token = asked.headers["authorization"].partition(" ")[2]
        try:
            read_token(token, public_key_of(KEY), AUDIENCE, theirs)
        except UserError as error:
            return say_problem(401, error.code, server_time=theirs.isoformat())
        return say_json({**ANSWER, "server_time": theirs.isoformat()})

    with talking(script) as (transport, server):
        assert transport.sync(SyncRequest()).epoch == "one"
        transport.sync(SyncRequest())
        assert len(server.asked) == 3
        assert transport.offset == timedelta(days=3650)


def test_a_clock_that_cannot_be_learned_is_reported() -> None:
    assert failing(lambda _asked: say_problem(401, "clock_skew")) == "clock_skew"


def test_the_clock_is_not_learned_twice_for_one_request() -> None:
    asked: list[Asked] = []

    def script(each: Asked) -> Say:
        asked.append(each)
        return say_problem(401, "clock_skew", server_time=NOW.isoformat())

    assert failing(script) == "clock_skew"
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Say(200, b"<html>", {"Content-Type": "text/html; charset=utf-8"}), "captive_portal"),
        (Say(302, b"", {"Location": "http://login.example/"}), "captive_portal"),
        (say_json({"epoch": 7}), "answer_unreadable"),
        (say_json({"wire": 2}), "wire_too_old"),
        (say_problem(500, "internal"), "server_error"),
        (Say(cut=True), "connection_lost"),
    ],
)
def test_answers_that_are_not_ours(said: Say, code: str) -> None:
    assert failing(lambda _asked: said) == code


def test_a_redirect_is_not_followed() -> None:
    with talking(lambda _asked: Say(302, b"", {"Location": "/elsewhere"})) as (transport, server):
        with pytest.raises(EnvironmentFault):
            transport.sync(SyncRequest())
        assert [asked.path for asked in server.asked] == ["/v1/sync"]


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        transport = Transport(f"http://127.0.0.1:{taken.getsockname()[1]}", None, lambda: NOW)
        with pytest.raises(EnvironmentFault, match="server_unreachable"):
            transport.enrol(EnrolRequest(code="0" * 12, device_key="A" * 43, proof="B" * 86))
        transport.close()


def test_an_unknown_kind_of_change_is_left_out() -> None:
    changes = [
        {"kind": "weather", "seq": 1},
        {"kind": "pack", "seq": 2, "year": 2024, "version": 3, "sha256": "a" * 64},
    ]
    with talking(lambda _asked: say_json({**ANSWER, "changes": changes})) as (transport, _server):
        answer = transport.sync(SyncRequest())
    assert [each.seq for each in answer.changes] == [2]


def test_a_blob_travels_whole_and_tells_how_far_it_is() -> None:
    content = bytes(range(256)) * 4000
    seen: list[int] = []
    with talking(lambda _asked: say_json({"receipts": ["r"]})) as (transport, server):
        answer = transport.send_blob(blob(content, offset=7), seen.append)
    [asked] = server.asked
    assert answer.receipts == ["r"]
    assert asked.body == content
    assert (asked.headers["upload-offset"], asked.headers["upload-complete"]) == ("7", "?1")
    assert asked.headers["content-length"] == str(len(content))
    assert "transfer-encoding" not in asked.headers
    assert sum(seen) == len(content)
    assert len(seen) > 1


def test_how_far_a_blob_is_on_the_server() -> None:
    with talking(lambda _asked: Say(204, b"", {"Upload-Offset": "4096"})) as (transport, server):
        assert transport.blob_offset(REFERENCE, "a" * 64) == 4096
    token = server.asked[0].headers["authorization"].partition(" ")[2]
    assert read_token(token, public_key_of(KEY), AUDIENCE, NOW).body_sha256 == EMPTY_SHA256


def test_closing_cuts_what_is_under_way() -> None:
    with talking(lambda _asked: Say(held=True)) as (transport, server):
        codes: list[str] = []

        def ask() -> None:
            with pytest.raises(EnvironmentFault) as caught:
                transport.sync(SyncRequest())
            codes.append(caught.value.code)

        asking = threading.Thread(target=ask)
        asking.start()
        assert server.holding.wait(PATIENCE_SECONDS)
        transport.close()
        asking.join(PATIENCE_SECONDS)
        assert codes == ["stopped"]
        with pytest.raises(EnvironmentFault, match="stopped"):
            transport.sync(SyncRequest())


def test_closing_cuts_a_connection_being_made() -> None:
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())  # a listener whose queue is full answers no SYN
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        transport = Transport(f"http://127.0.0.1:{full.getsockname()[1]}", SIGNER, lambda: NOW)
        codes: list[str] = []

        def ask() -> None:
            with pytest.raises(EnvironmentFault) as caught:
                transport.sync(SyncRequest())
            codes.append(caught.value.code)

        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(0.3)
        assert asking.is_alive()
        transport.close()
        asking.join(1)
        assert codes == ["stopped"]


def test_the_environments_proxy_is_not_used_on_this_pc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with talking(lambda _asked: say_json(ANSWER)) as (transport, _server):
        assert transport.sync(SyncRequest()).epoch == "one"


def test_the_proxy_of_the_settings_is_used_elsewhere() -> None:
    with Scripted(lambda _asked: Say(407, b"who are you", {"Content-Type": "text/html"})) as proxy:
        transport = Transport("https://central.example", SIGNER, lambda: NOW, proxy=proxy.url)
        with pytest.raises(EnvironmentFault, match="proxy_failed"):
            transport.sync(SyncRequest())
        transport.close()
        assert [asked.path for asked in proxy.asked] == ["central.example:443"]


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "http://", "://"])
def test_a_proxy_that_is_not_there(proxy: str) -> None:
    transport = Transport("https://central.example", SIGNER, lambda: NOW, proxy=proxy)
    with pytest.raises(EnvironmentFault, match="proxy_failed"):
        transport.sync(SyncRequest())
    transport.close()


def test_tls_with_a_certificate_nobody_vouches_for(tmp_path: Path) -> None:
    with Scripted(lambda _asked: say_json(ANSWER), certificate(tmp_path)) as server:
        transport = Transport(server.url, SIGNER, lambda: NOW)
        with pytest.raises(EnvironmentFault, match="server_untrusted"):
            transport.sync(SyncRequest())
        transport.close()
        assert server.asked == []


def test_tls_with_one_that_somebody_does(tmp_path: Path) -> None:
    with Scripted(lambda _asked: say_json(ANSWER), certificate(tmp_path)) as server:
        transport = Transport(server.url, SIGNER, lambda: NOW)
        transport._lanes.settings["verify"] = str(certificate(tmp_path))
        for _ in range(2):
            assert transport.sync(SyncRequest()).epoch == "one"
        transport.close()
        assert len({asked.client_port for asked in server.asked}) == 1


def test_a_large_body_on_a_slow_line_is_waited_for_longer() -> None:
    assert patience(0, 50) == 30
    assert 30 < patience(20_000, 50) < 50
    assert patience(100_000, 50) == patience(10_000_000, 50) == 50
    assert patience(10_000_000, 120) == READ_SECONDS + 2 * 64 * 1024 / SLOWEST  # what the kernel may still hold


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://central.example/", "https://central.example"),
        (" http://127.0.0.1:8400 ", "http://127.0.0.1:8400"),
        ("http://localhost:8400/", "http://localhost:8400"),
        ("http://[::1]:8400", "http://[::1]:8400"),
    ],
)
def test_addresses_that_may_be_talked_to(text: str, url: str) -> None:
    assert check_server_url(text) == url


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://central.example", "server_url_not_https"),
        ("http://127.0.0.1.example", "server_url_not_https"),
        ("http://10.1.2.3", "server_url_not_https"),
        ("central.example", "server_url_invalid"),
        ("ftp://127.0.0.1", "server_url_invalid"),
        ("https://u:p@central.example", "server_url_invalid"),
        ("https://[central", "server_url_invalid"),
        ("", "server_url_invalid"),
    ],
)
def test_addresses_that_may_not(text: str, code: str) -> None:
    with pytest.raises(UserError, match=code):
        check_server_url(text)


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.transport.READ_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=_drip, args=(listener,), daemon=True)
        dripping.start()
        transport = Transport(f"http://127.0.0.1:{listener.getsockname()[1]}", SIGNER, lambda: NOW)
        with pytest.raises(EnvironmentFault) as raised:
            transport.sync(SyncRequest())
        transport.close()
        dripping.join(10)
    assert raised.value.code == "server_silent"
    assert transport.requests == 1


def _drip(listener: socket.socket) -> None:
    """A long answer of blanks, one at a time, as long as somebody listens."""
    client, _ = listener.accept()
    with client, contextlib.suppress(OSError):
        while select.select([client], [], [], 0.2)[0]:
            client.recv(65_536)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            client.sendall(b" ")
            select.select([client], [], [], 0.02)
