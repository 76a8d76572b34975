"""HTTP sessions whose sockets another thread can cut: closing the program must not wait for a network.

Everything here is about bytes and sockets; what an answer means stands in ``transport`` and ``failures``.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime
from queue import Empty, LifoQueue
from threading import Lock
from typing import Any, Literal
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
PIECE = 256 * 1024  # bytes at once; smaller ones cost more turns of the interpreter than of a quick line
_PIECE_SECONDS = 120.0
SLOWEST = 2 * 1024  # bytes a second of the slowest line that is to work
# The kernel would take megabytes, and a slow line still be sending them when the answer is given up or the program is
# gone: what it holds then is sent for nothing.
_SEND_BUFFER = 64 * 1024
_CHECK_NO_TIME = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which the ssl module does not name
_EXPIRED = 10  # OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED
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
        self.check_peer()

    def check_peer(self) -> None:
        """What the handshake has left open."""

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


def _pool_classes(sockets: Sockets, context: ssl.SSLContext | None) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(_Cuttable):
        registry = sockets

    class Secure(_Cuttable, HTTPSConnection):
        registry = sockets

        def check_peer(self) -> None:
            if isinstance(context, _Trust):
                under_tls: Any = self.sock
                context.check(under_tls.getpeercert())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

        def _validate_conn(self, conn: Any) -> None:
            """urllib3 would warn of the one question that is asked of a stranger on purpose."""
            if conn.is_closed:
                conn.connect()

    return {"http": PlainPool, "https": SecurePool}


class _Adapter(HTTPAdapter):
    """requests' adapter over cuttable connections."""

    def __init__(self, sockets: Sockets, context: ssl.SSLContext | None = None) -> None:
        self._classes = _pool_classes(sockets, context)
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        options |= self._trust
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._classes

    @property
    def _trust(self) -> dict[str, Any]:
        return {"ssl_context": self._context} if self._context is not None else {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """A context of our own says all; requests would add the authorities of its own bundle to it."""
        if self._context is None:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if self._context is not None:
            checked: Literal["CERT_REQUIRED", "CERT_NONE"] = (
                "CERT_REQUIRED" if self._context.verify_mode else "CERT_NONE"
            )
            pool = {"cert_reqs": checked, "ssl_context": self._context}
        return host, pool

    def proxy_manager_for(self, proxy: str, **options: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(proxy, **(options | self._trust))
        manager.pool_classes_by_scheme = self._classes
        return manager


class _Trust(ssl.SSLContext):
    """Certificates are good that are good at one of ``moments`` (seconds since 1970)."""

    moments: tuple[float, ...]

    def check(self, certificate: Any) -> None:
        """Raises ``ssl.SSLCertVerificationError`` as OpenSSL would."""
        begins, ends = (ssl.cert_time_to_seconds(certificate[name]) for name in ("notBefore", "notAfter"))
        if not any(begins <= moment <= ends for moment in self.moments):
            error = ssl.SSLCertVerificationError("certificate out of date")
            error.verify_code = _EXPIRED
            raise error


def trusting_only(authority: str, *moments: datetime) -> ssl.SSLContext:
    """A context for the certificates of this authority (PEM) and of no other. Raises ``ssl.SSLError``.

    ``moments``: by which to judge them where the PC's clock is in doubt; a certificate must be good at one of them.
    """
    context = _Trust(ssl.PROTOCOL_TLS_CLIENT) if moments else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if isinstance(context, _Trust):
        context.moments = tuple(moment.timestamp() for moment in moments)
        context.verify_flags |= _CHECK_NO_TIME
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=authority)
    return context


def trusting_nobody() -> ssl.SSLContext:
    """For the one question whose answer proves itself: whom to trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Lanes:
    """Sessions with kept connections. A thread takes one for a request and gives it back: the last used comes first.

    ``context``: whom to trust for TLS, None: whom requests trusts. ``settings`` are what requests makes of the proxy
    and the environment for this server, worked out once.
    """

    def __init__(self, url: str, proxy: str, trust_environment: bool, context: ssl.SSLContext | None = None) -> None:
        self._idle: LifoQueue[requests.Session] = LifoQueue()
        self._sockets = Sockets()
        self._context = context
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
            session.mount(scheme, _Adapter(self._sockets, self._context))
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
