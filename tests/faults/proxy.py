"""A TCP proxy that stops in the middle: it passes so many bytes of one kind of request and then calls back."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread


@dataclass
class CuttingProxy:
    """Passes everything until a request that begins with ``verb`` has sent ``limit`` bytes; then ``cut`` is called once
    and nothing more goes through on that connection."""

    target: int
    verb: bytes
    limit: int
    cut: Callable[[], None]
    listener: socket.socket
    counted: int = 0  # bytes of such requests that were passed
    _done: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    @property
    def was_cut(self) -> bool:
        return self._done.is_set()

    def accept_all(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            thread = Thread(target=self._serve, args=(client,))
            thread.start()
            self._threads.append(thread)

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.target)) as server:
            back = Thread(target=_answer, args=(server, client))
            back.start()
            self._forward(client, server)
            for each in (client, server):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            back.join()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        sent, counting = 0, False
        while piece := client.recv(16_384):
            counting = counting or self.verb in piece
            if counting and not self._done.is_set() and sent + len(piece) > self.limit:
                server.sendall(piece[: self.limit - sent])
                self._done.set()
                self.cut()
                return
            server.sendall(piece)
            sent += len(piece) if counting else 0
            self.counted += len(piece) if counting else 0

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self._threads:
            thread.join(10)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)


def _answer(server: socket.socket, client: socket.socket) -> None:
    """What the server says, and its end: a client must not wait for the answer of one that is gone."""
    _pump(server, client)
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting(target: int, verb: bytes, limit: int, cut: Callable[[], None], port: int = 0) -> Iterator[CuttingProxy]:
    """The proxy at ``port``, in front of the server at ``target``."""
    proxy = CuttingProxy(target, verb, limit, cut, socket.create_server(("127.0.0.1", port)))
    thread = Thread(target=proxy.accept_all)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join(10)
