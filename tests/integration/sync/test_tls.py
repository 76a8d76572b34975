"""TLS with a pinned authority: a real server, and what a station says of those that are not it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from central import tls
from central.context import make_central
from station_app.errors import StationError, UserError
from station_app.services.passes import PassReport
from sync.enrolment import enrol
from sync.envelope import sign_authority
from sync.identity import identity_of, open_transport
from sync.transport import Transport
from sync.wire import SyncRequest
from tests.integration.sync.town import Office, Town
from tests.system.world import World

pytestmark = pytest.mark.slow

_NOW = datetime.now(UTC)
_HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A server that answers over TLS only, with a certificate of an authority of its own."""
    world = World(tmp_path_factory.mktemp("secure"))
    world.central("init")
    certificate, key = world.central("tls-init", _HERE, "localhost").out.split()
    town = Town(world)
    with world.serving(0, "none", "--cert", certificate, "--key", key) as town.server:
        yield town


@pytest.fixture
def office(secure: Town, tmp_path: Path) -> Iterator[Office]:
    with secure.office(tmp_path / "station") as office:
        yield office


class _Impostor(ThreadingHTTPServer):
    """Answers everything with one body, and remembers what it was asked."""

    daemon_threads = True
    asked: list[str]
    body: bytes

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A handshake that the station has broken off."""


class _Handler(BaseHTTPRequestHandler):
    server: _Impostor

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_POST = do_GET  # noqa: N815  the name that http.server calls

    def log_message(self, *_words: object) -> None:
        """Nothing on stderr."""


@contextmanager
def _answering(certificate: Path, body: bytes = b"{}") -> Iterator[_Impostor]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name(tls.SERVER_KEY))
    with _Impostor((_HERE, 0), _Handler) as server:
        server.asked, server.body = [], body
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _url(server: _Impostor) -> str:
    return f"https://{_HERE}:{server.server_address[1]}"


def _code_at(office: Office, url: str) -> str:
    """What the station says of whoever answers at ``url``."""
    office.set_fact("server_url", url)
    with closing(open_transport(office.desk, identity_of(office.desk))) as transport:
        with pytest.raises(StationError) as caught:
            transport.sync(SyncRequest())
        return caught.value.code


def _certificate_of(secure: Town, host: str, now: datetime) -> Path:
    """Another certificate of the very authority that the station trusts."""
    with secure.central() as central:
        kept = [(file, file.read_bytes()) for file in tls.folder(central.home).iterdir()]
        made = tls.make_certificate(central.home, [host], now)
        other = central.home.path / f"{host}-{now:%Y%m%d}"
        other.mkdir(exist_ok=True)
        for name in (tls.SERVER, tls.SERVER_KEY):
            (other / name).write_bytes(made.with_name(name).read_bytes())
        for file, content in kept:
            file.write_bytes(content)
    return other / tls.SERVER


def test_a_station_learns_the_authority_with_its_code_and_trusts_no_other(office: Office, secure: Town) -> None:
    with secure.central() as central:
        assert office.fact("tls_authority") == tls.authority_of(central.home)
    record = office.submit(1)
    report: PassReport = office.sync()
    assert (report.code, report.received) == (None, 1)
    assert secure.references(office) == [record.reference]


def test_without_the_pin_the_server_is_a_stranger(secure: Town) -> None:
    with closing(Transport(secure.url, None, lambda: _NOW)) as transport, pytest.raises(StationError) as caught:
        transport.authority()
    assert caught.value.code == "server_untrusted"


def test_another_authority_a_wrong_name_and_a_certificate_out_of_date(
    office: Office, secure: Town, tmp_path: Path
) -> None:
    with closing(make_central({"CENTRAL_HOME": str(tmp_path / "other")}, lambda: _NOW)) as other:
        foreign = tls.make_certificate(other.home, [_HERE], _NOW)
    expected = {
        foreign: "server_untrusted",
        _certificate_of(secure, "elsewhere.example", _NOW): "certificate_name",
        _certificate_of(secure, _HERE, _NOW - timedelta(days=1500)): "certificate_expired",
        _certificate_of(secure, _HERE, _NOW + timedelta(days=400)): "certificate_expired",
    }
    for certificate, code in expected.items():
        with _answering(certificate) as impostor:
            assert _code_at(office, _url(impostor)) == code
            assert impostor.asked == []  # nothing was told to a stranger


@pytest.mark.parametrize(
    ("heard", "made", "code"),
    [
        (500, 400, None),  # the PC is behind: the certificate is good by the server's last word
        (500, 600, "certificate_expired"),
        (5000, 0, None),  # or by the PC's own clock, whatever the server once said
        (1500, 400, "certificate_expired"),
        (-30, 400, "certificate_expired"),  # the PC is not behind: its own clock counts
    ],
)
def test_a_clock_that_is_behind_the_servers_last_word_does_not_judge_certificates(
    office: Office, secure: Town, heard: int, made: int, code: str | None
) -> None:
    """``heard``, ``made``: days from now, of the server's last word and of a certificate for 825 days."""
    certificate = _certificate_of(secure, _HERE, _NOW + timedelta(days=made))
    office.set_fact("server_time", (_NOW + timedelta(days=heard)).isoformat())
    with _answering(certificate) as impostor:
        expected = code or "answer_unreadable"  # it was asked, and is no server of ours
        assert _code_at(office, _url(impostor)) == expected
        assert (impostor.asked == []) is (code is not None)


def test_behind_or_not_a_stranger_stays_one(office: Office, tmp_path: Path) -> None:
    with closing(make_central({"CENTRAL_HOME": str(tmp_path / "other")}, lambda: _NOW)) as other:
        foreign = tls.make_certificate(other.home, [_HERE], _NOW)
    office.set_fact("server_time", (_NOW + timedelta(days=30)).isoformat())
    with _answering(foreign) as impostor:
        assert _code_at(office, _url(impostor)) == "server_untrusted"
        assert impostor.asked == []


def test_an_impostor_at_enrolment_is_told_no_code(secure: Town, tmp_path: Path) -> None:
    with closing(make_central({"CENTRAL_HOME": str(tmp_path / "other")}, lambda: _NOW)) as other:
        certificate = tls.make_certificate(other.home, [_HERE], _NOW)
        body = sign_authority(other.keys.private, tls.authority_of(other.home)).model_dump_json().encode()
    with secure.office(tmp_path / "fresh", enrolled=False) as fresh, _answering(certificate, body) as impostor:
        with pytest.raises(StationError) as caught:
            enrol(fresh.desk, _url(impostor), secure.code(fresh.number))
        assert caught.value.code == "server_key_mismatch"
        assert impostor.asked == ["/v1/authority"]
        assert fresh.fact("tls_authority") is None


def test_files_that_are_no_pair_are_refused_before_anything_is_served(tmp_path: Path) -> None:
    (tmp_path / "nothing.pem").write_text("nothing")
    with pytest.raises(UserError, match="tls_files_unusable"):
        tls.check_files(tmp_path / "nothing.pem", tmp_path / "nothing.pem")
