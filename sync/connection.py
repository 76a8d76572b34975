"""HTTP sessions whose sockets another thread can cut: closing the program must not wait for a network.

Everything here is about bytes and sockets; what an answer means stands in ``transport`` and ``failures``.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from queue import Empty, LifoQueue
from threading import Lock
from typing import Any
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
PIECE = (
    256 * 1024
)  # bytes given to the socket at once; smaller ones cost more turns of the interpreter than of the line
_PIECE_SECONDS = 120.0
SLOWEST = 6 * 1024  # bytes a second of the slowest line that is to work
# The kernel would take megabytes, and a slow line still be sending them when the answer is given up.
_SEND_BUFFER = PIECE
_OPTIONS = [
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER),
]


def patience(size: int, most: float) -> float:
    """Seconds to wait for the answer to a body of ``size`` bytes, whose end the kernel may still hold."""
    return min(most, READ_SECONDS + min(size, 2 * _SEND_BUFFER) / SLOWEST)


class Sockets:
    """The sockets now in use. ``cut`` ends them all, from any thread, and lets no new one begin."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: WeakSet[socket.socket] = WeakSet()
        self.is_cut = False

    def add(self, each: socket.socket) -> None:
        """Raises ConnectionAbortedError after ``cut``."""
        with self._lock:
            if not self.is_cut:
                self._open.add(each)
                return
        each.close()
        raise ConnectionAbortedError

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


class _Cuttable(HTTPConnection):
    """Registers its socket before it connects, and gives every piece of a body time to leave."""

    registry: Sockets

    def _new_conn(self) -> socket.socket:
        try:
            return _dial(self._dns_host, self.port, self.timeout, self.registry)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "connecting took too long") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error

    def connect(self) -> None:
        super().connect()
        self.registry.add(self.sock)  # under TLS another object than the dialled one
        self.sock.settimeout(_PIECE_SECONDS)

    def request(self, *arguments: Any, **options: Any) -> None:
        if not self.is_closed:
            self.timeout = _PIECE_SECONDS  # urllib3 would give a kept connection's body the connect timeout
        super().request(*arguments, **options)


def _dial(host: str, port: int, timeout: float | None, registry: Sockets) -> socket.socket:
    """Try every address of ``host``; raises the last one's OSError."""
    failure: OSError = ConnectionError(host)
    for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
        each = socket.socket(family, kind, protocol)
        try:
            for option in _OPTIONS:
                each.setsockopt(*option)
            each.settimeout(timeout)
            registry.add(each)
            each.connect(address)
        except OSError as error:
            each.close()
            failure = error
        else:
            return each
    raise failure


def _pool_classes(sockets: Sockets) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(_Cuttable):
        registry = sockets

    class Secure(_Cuttable, HTTPSConnection):
        registry = sockets

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Adapter(HTTPAdapter):
    """requests' adapter over cuttable connections."""

    def __init__(self, sockets: Sockets) -> None:
        self._classes = _pool_classes(sockets)
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._classes

    def proxy_manager_for(self, proxy: str, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._classes
        return manager


class Lanes:
    """Sessions with kept connections. A thread takes one for a request and gives it back: the last used comes first.

    ``settings`` are what requests makes of the proxy and the environment for this server, worked out once.
    """

    def __init__(self, url: str, proxy: str, trust_environment: bool) -> None:
        self._idle: LifoQueue[requests.Session] = LifoQueue()
        self._sockets = Sockets()
        with requests.Session() as session:
            session.trust_env = trust_environment
            proxies = {"http": proxy, "https": proxy} if proxy else {}
            self.settings: dict[str, Any] = dict(session.merge_environment_settings(url, proxies, True, None, None))

    @contextlib.contextmanager
    def lane(self) -> Iterator[requests.Session]:
        session = self._take()
        try:
            yield session
        finally:
            if self._sockets.is_cut:
                session.close()
            else:
                self._idle.put(session)

    def _take(self) -> requests.Session:
        try:
            return self._idle.get_nowait()
        except Empty:
            return self._session()

    def _session(self) -> requests.Session:
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(self._sockets))
        return session

    @property
    def is_cut(self) -> bool:
        return self._sockets.is_cut

    def cut(self) -> None:
        """End every request under way, from any thread; none can begin any more."""
        self._sockets.cut()
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return
