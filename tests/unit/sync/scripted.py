"""A real HTTP server on a free loopback port that answers by a script: for answers that our own server never gives."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    client_port: int


@dataclass(frozen=True)
class Say:
    """An answer. ``cut``: none, the connection just ends. ``held``: none, until the server is closed."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    held: bool = False


def say_json(document: object, status: int = 200) -> Say:
    return Say(status, json.dumps(document).encode(), {"Content-Type": "application/json"})


def say_problem(status: int, code: str, **more: object) -> Say:
    body = json.dumps({"title": code, "status": status, "code": code, **more}).encode()
    return Say(status, body, {"Content-Type": "application/problem+json"})


Script = Callable[[Asked], Say]


def certificate(folder: Path) -> Path:
    """A key and a certificate of its own making for 127.0.0.1, in one file; made once for each folder."""
    file = folder / "server.pem"
    if file.exists():
        return file
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class Scripted:
    """Context manager; ``url`` is where it listens, ``asked`` what it was asked."""

    def __init__(self, script: Script, pem: Path | None = None) -> None:
        self.asked: list[Asked] = []
        self.holding = threading.Event()
        self._let_go = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(script))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"{'https' if pem else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        if pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, script: Script) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(handler.command, handler.path, headers, handler.rfile.read(length), handler.client_address[1])
        self.asked.append(asked)
        said = script(asked)
        if said.held:
            self.holding.set()
            self._let_go.wait()
        if said.cut or said.held:
            handler.close_connection = True
            return
        handler.send_response(said.status)
        for name, value in {**said.headers, "Content-Length": str(len(said.body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(said.body)

    def _handler(self, script: Script) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 5

            def do_GET(self) -> None:
                outer._answer(self, script)

            do_POST = do_PATCH = do_HEAD = do_CONNECT = do_GET  # noqa: N815

            def handle(self) -> None:
                with contextlib.suppress(ssl.SSLError, ConnectionError):
                    super().handle()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        return Handler
