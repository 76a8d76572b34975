"""A real HTTP server on a free loopback port that answers by a script: for answers that our own server never gives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


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


class Scripted:
    """Context manager; ``url`` is where it listens, ``asked`` what it was asked."""

    def __init__(self, script: Script) -> None:
        self.asked: list[Asked] = []
        self.holding = threading.Event()
        self._let_go = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(script))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

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

            do_POST = do_PATCH = do_HEAD = do_GET  # noqa: N815

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        return Handler
