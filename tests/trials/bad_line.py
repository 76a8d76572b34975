"""A TCP line in trouble: requests are cut, lost, delayed, repeated, reordered, and answers do not come."""

from __future__ import annotations

import contextlib
import random
import re
import socket
from threading import Event, Lock, Thread

from tests.integration.sync.line import Line

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_PIECE = 16_384
_SECONDS = 20.0


class BadLine(Line):
    """In front of the server at ``aim``; every request has the chance ``trouble`` to meet one of the troubles."""

    def __init__(self) -> None:
        super().__init__(0)
        self.trouble = 0.0
        self.met: list[str] = []
        self._chance = random.Random(0)
        self._late: list[bytes] = []
        self._closing = Event()
        self._turn = Lock()

    def aim(self, port: int, seed: str, trouble: float) -> None:
        """Which server, and how bad the line is from now on."""
        self._target, self.trouble = port, trouble
        self._chance = random.Random(seed)
        self.met, self._late = [], []

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        super().__exit__(None, None, None)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._run(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        """Request after request of one connection, each read whole before it goes on."""
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as server:
            client.settimeout(_SECONDS)
            back = Thread(target=self._back, args=(server, client))
            back.start()
            try:
                while request := _request(client):
                    if not self._forward(request, client, server):
                        return
            finally:
                for each in (server, client):
                    with contextlib.suppress(OSError):
                        each.shutdown(socket.SHUT_RDWR)
                back.join()

    def _forward(self, request: bytes, client: socket.socket, server: socket.socket) -> bool:
        """Let a request pass; False: the connection ends."""
        with self._turn:
            late, self._late = self._late, []
            trouble = self._chance.choice(_TROUBLES) if self._chance.random() < self.trouble else ""
            self.met += [trouble] if trouble else []
            size = self._chance.randrange(len(request))
        if trouble == "late":
            self._late = [*late, request]
            return False
        if trouble == "lost":
            return False
        if trouble == "delayed":
            self._closing.wait(0.3)
        server.sendall(request[:size] if trouble == "cut" else request)
        for each in (*late, *([request] if trouble == "twice" else ())):
            self._alone(each)
        return trouble not in ("cut", "unanswered")

    def _alone(self, request: bytes) -> None:
        """Send a request on a connection of its own; nobody hears the answer."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as server:
            server.settimeout(_SECONDS)
            server.sendall(request)
            server.recv(_PIECE)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(_PIECE):
                client.sendall(piece)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


_TROUBLES = ("cut", "lost", "unanswered", "delayed", "twice", "late")


def _request(client: socket.socket) -> bytes:
    """One whole HTTP request; nothing at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(_PIECE)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    missing = (int(found[1]) if found else 0) - len(body)
    parts = [data]
    while missing > 0:
        piece = client.recv(min(_PIECE, missing))
        if not piece:
            break
        parts.append(piece)
        missing -= len(piece)
    return b"".join(parts)
