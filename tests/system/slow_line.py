"""A TCP proxy that is a poor line: so many bytes a second for all connections together, late, with gaps, counted.

A packet that is lost makes TCP wait and send it again; here the whole line stands still for as long, which is no better
for several connections than for one. Nothing is kept beyond what is under way, so that a sender feels the line.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import Queue
from random import Random
from threading import Event, Lock, Thread

_PACKET = 1400  # bytes
_HELD = 8 * 1024  # bytes that a socket of the line may hold
_Late = Queue[tuple[float, bytes]]


@dataclass(frozen=True)
class Shape:
    """``rate``: bytes a second each way; ``delay``: seconds each way; ``lost``: share of packets, each of which costs
    ``gap`` seconds.
    """

    rate: float
    delay: float = 0.0
    lost: float = 0.0
    gap: float = 0.6


@dataclass
class _Way:
    """One direction: when it is free again, and how much it has carried."""

    shape: Shape
    chance: Random
    closed: Event
    carried: int = 0
    _free: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def carry(self, packet: bytes) -> float:
        """Wait for the packet's turn; when it arrives."""
        with self._lock:
            begin = max(time.monotonic(), self._free)
            gap = self.shape.gap if self.chance.random() < self.shape.lost else 0.0
            self._free = end = begin + gap + len(packet) / self.shape.rate
        self.closed.wait(max(0.0, end - time.monotonic()))
        with self._lock:
            self.carried += len(packet)
        return end + self.shape.delay


class SlowLine:
    """In front of the server at ``target``. ``up``: bytes that went to the server, ``down``: that came back.

    ``after`` is called once, when ``limit`` bytes have gone up; whatever comes later on a connection of then is lost.
    """

    def __init__(
        self, target: int, shape: Shape, listener: socket.socket, limit: int, after: Callable[[], None], seed: int
    ) -> None:
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._target = target
        self._listener = listener
        self._limit = limit
        self._after = after
        self._closed = Event()
        self._cut = Event()
        self._up = _Way(shape, Random(seed), self._closed)
        self._down = _Way(shape, Random(seed + 1), self._closed)
        self._lock = Lock()
        self._open: list[socket.socket] = []
        self._threads: list[Thread] = []

    @property
    def up(self) -> int:
        return self._up.carried

    @property
    def down(self) -> int:
        return self._down.carried

    @property
    def was_cut(self) -> bool:
        return self._cut.is_set()

    def accept_all(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = _connection(self._target)
            except OSError:
                client.close()
                continue
            self._open += [client, server]
            before = not self._cut.is_set()
            for source, sink, way in ((client, server, self._up), (server, client, self._down)):
                late: _Late = Queue(maxsize=max(2, int(way.shape.rate * way.shape.delay / _PACKET) + 2))
                self._start(partial(self._take, source, way, late, before))
                self._start(partial(self._give, sink, late))

    def _start(self, work: Callable[[], None]) -> None:
        thread = Thread(target=work)
        thread.start()
        self._threads.append(thread)

    def _take(self, source: socket.socket, way: _Way, late: _Late, before: bool) -> None:
        with contextlib.suppress(OSError):
            while packet := source.recv(_PACKET):
                if before and self._cut.is_set():
                    continue
                late.put((way.carry(packet), packet))
                if way is self._up:
                    self._look()
        late.put((0.0, b""))

    def _give(self, sink: socket.socket, late: _Late) -> None:
        alive = True
        while (item := late.get())[1]:
            self._closed.wait(max(0.0, item[0] - time.monotonic()))
            try:
                if alive:
                    sink.sendall(item[1])
            except OSError:
                alive = False
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _look(self) -> None:
        with self._lock:
            if self._cut.is_set() or self._up.carried < self._limit:
                return
            self._cut.set()
        self._after()

    def close(self) -> None:
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for each in self._open:
            each.close()


def _connection(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _HELD)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        made.connect(("127.0.0.1", port))
    except OSError:
        made.close()
        raise
    return made


def _nothing() -> None:
    """No limit."""


@contextmanager
def slow_line(
    target: int, shape: Shape, port: int = 0, limit: int = 2**62, after: Callable[[], None] = _nothing, seed: int = 7
) -> Iterator[SlowLine]:
    """The line at ``port``, in front of the server at ``target``."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _HELD)  # taken over by what it accepts
    listener.bind(("127.0.0.1", port))
    listener.listen()
    line = SlowLine(target, shape, listener, limit, after, seed)
    thread = Thread(target=line.accept_all)
    thread.start()
    try:
        yield line
    finally:
        line.close()
        thread.join(10)
