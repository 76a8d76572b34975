"""A TCP line between station and server that can be cut in the middle of a body or swallow an answer."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from tests.patience import PATIENCE_SECONDS

_PIECE = 16_384


class Line:
    """Context manager; ``url`` is where the station connects. Everything passes until a fault is asked for.

    ``sent`` counts the bytes that went up to the server.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._threads: list[Thread] = []
        self._cut: tuple[bytes, int] | None = None
        self._stored: Callable[[], bool] = lambda: True
        self._swallow: bytes | None = None
        self.sent = 0
        self.faults = 0
        self.faulty = Event()  # set with the first fault
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut_after(self, verb: bytes, size: int, stored: Callable[[], bool] = lambda: True) -> None:
        """Once: end the connection when the next request of this kind has sent so many bytes.

        ``stored``: whether the server has what was sent; a cut before that would lose it on the way.
        """
        self._cut, self._stored = (verb, size), stored

    def await_stored(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._stored() and time.monotonic() < deadline:
            os.sched_yield()

    def swallow(self, start: bytes) -> None:
        """Once: let a request that begins so through and drop the connection when the server answers."""
        self._swallow = start

    def __enter__(self) -> Self:
        self._run(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _run(self, work: object, *arguments: object) -> None:
        thread = Thread(target=work, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            _Pair(self, client, server).run(self._run)

    # ---- asked by the pairs

    def take_cut(self, piece: bytes) -> int | None:
        """How many bytes of this request may pass, if it is the one to be cut."""
        with self._lock:
            if self._cut is None or not piece.startswith(self._cut[0]):
                return None
            size, self._cut = self._cut[1], None
            self.faults += 1
            self.faulty.set()
            return size

    def take_swallow(self, piece: bytes) -> bool:
        with self._lock:
            if self._swallow is None or not piece.startswith(self._swallow):
                return False
            self._swallow = None
            self.faults += 1
            self.faulty.set()
            return True

    def count(self, size: int) -> None:
        with self._lock:
            self.sent += size


class _Pair:
    """One connection and its other half."""

    def __init__(self, line: Line, client: socket.socket, server: socket.socket) -> None:
        self._line = line
        self._client = client
        self._server = server
        self._swallowing = False

    def run(self, start: object) -> None:
        start(self._up)  # type: ignore[operator]
        start(self._down)  # type: ignore[operator]

    def _up(self) -> None:
        left: int | None = None
        with contextlib.suppress(OSError):
            while piece := self._client.recv(_PIECE):
                left = self._line.take_cut(piece) if left is None else left
                self._swallowing = self._line.take_swallow(piece) or self._swallowing
                allowed = piece if left is None else piece[:left]
                self._server.sendall(allowed)
                self._line.count(len(allowed))
                if left is not None:
                    left -= len(allowed)
                    if left <= 0:
                        self._line.await_stored()
                        break
        self._end()

    def _down(self) -> None:
        with contextlib.suppress(OSError):
            while piece := self._server.recv(_PIECE):
                if self._swallowing:
                    break
                self._client.sendall(piece)
        self._end()

    def _end(self) -> None:
        for each in (self._client, self._server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
