"""The requests of eSCL. Every way in which a device in the network can misbehave ends here as a fault with a code."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from urllib3.exceptions import HTTPError

from station_app.devices.escl_tls import OneDevice, certificate_of, host_of
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError

_CONNECTING, _READING = 5.0, 60.0  # seconds; a scanner answers only once the lamp is warm
_SHAKING = 15.0  # seconds for an old processor's sums
_LARGEST_DOCUMENT, _LARGEST_PAGE = 512 * 1024, 256 * 2**20  # bytes
_CHUNK = 64 * 1024
_PAGE_SECONDS = 600.0  # A4 at 1200 dpi from an old device takes two minutes


@dataclass(frozen=True)
class Answer:
    """``status``: as HTTP has it. ``wait``: seconds asked for before the next try. ``location``: a path."""

    status: int
    body: bytes = b""
    location: str = ""
    wait: float = 1.0


class EsclClient:
    """One device at ``root`` (``http://host:port/eSCL``); no proxy stands between it and this PC.

    Attribute ``certificate``: the SHA-256 of the one that it must show; empty before the first request to one that was
    not known, and where it speaks plain http.
    """

    def __init__(self, root: str, reading: float = _READING, certificate: str = "") -> None:
        """``reading``: seconds that it may be silent. Raises UserError ``scanner_unknown`` where this is no address."""
        self._reading = reading
        self.certificate = certificate
        try:
            parts = urlsplit(root.rstrip("/") + "/")
            self._host, self._zone = host_of(parts)
            self._port = parts.port
        except ValueError as error:
            raise UserError("scanner_unknown") from error
        if parts.scheme not in ("http", "https") or self._port == 0:
            raise UserError("scanner_unknown")
        host = f"[{self._host}]" if ":" in self._host else self._host
        self._netloc = host if self._port is None else f"{host}:{self._port}"
        self._root = urlunsplit(parts._replace(netloc=self._netloc))
        self._proved = parts.scheme == "http"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = self._proved  # it is not by an authority that a scanner is known
        if self._zone and self._proved:
            self._session.mount("http://", OneDevice(self._zone, ""))

    def close(self) -> None:
        self._session.close()

    def get(self, what: str) -> bytes:
        """``ScannerCapabilities`` or ``ScannerStatus``. Raises EnvironmentFault ``scanner_gone``, ``scanner_busy``."""
        with self._send(Point.SCANNER_REQUEST, "GET", urljoin(self._root, what)) as response:
            if response.status_code == requests.codes.unavailable:
                raise EnvironmentFault("scanner_busy")
            if response.status_code != requests.codes.ok:
                raise EnvironmentFault("scanner_gone")
            return b"".join(_pieces(response, _LARGEST_DOCUMENT))

    def start(self, settings: bytes) -> Answer:
        """``location`` is the job's; of what the device says only the path is believed."""
        with self._send(Point.SCANNER_REQUEST, "POST", urljoin(self._root, "ScanJobs"), settings) as response:
            path = _path_of(response.headers.get("Location", ""), self._root)
            return Answer(response.status_code, location=path, wait=_wait(response))

    def next_page(self, job: str) -> Generator[None, None, Answer]:
        """One step for each piece that has come. Raises EnvironmentFault ``scanner_hung`` where the page drips in."""
        until = time.monotonic() + _PAGE_SECONDS
        where = urljoin(self._root, f"{job.rstrip('/')}/NextDocument")
        with self._send(Point.SCANNER_REQUEST, "GET", where) as response:
            pieces = []
            for piece in _pieces(response, _LARGEST_PAGE):
                pieces.append(piece)
                if time.monotonic() > until:
                    raise EnvironmentFault("scanner_hung")
                yield
            return Answer(response.status_code, b"".join(pieces), wait=_wait(response))

    def cancel(self, job: str) -> None:
        """The device forgets the job, if it can be reached; it is not waited for long."""
        self._reading = _CONNECTING
        with self._send(Point.SCANNER_REQUEST, "DELETE", urljoin(self._root, job)):
            pass

    @contextmanager
    def _send(self, point: Point, method: str, url: str, body: bytes | None = None) -> Iterator[requests.Response]:
        """The one place where a request leaves for a scanner. Raises EnvironmentFault ``scanner_gone``,
        ``scanner_certificate_changed``.
        """
        try:
            self._prove()
            with self._open(self._session, method, url, body) as response:
                yield response
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise EnvironmentFault("scanner_gone") from error

    def _prove(self) -> None:
        """Before anything is said to it."""
        if self._proved:
            return
        shown = certificate_of(self._host, self._zone, self._port, min(self._reading, _SHAKING))
        if self.certificate not in ("", shown):
            raise EnvironmentFault("scanner_certificate_changed")
        self.certificate = shown
        self._session.mount("https://", OneDevice(self._zone, shown))
        self._proved = True

    def _open(self, session: requests.Session, method: str, url: str, body: bytes | None) -> requests.Response:
        return session.request(
            method,
            url,
            data=body,
            headers={"Host": self._netloc, **({"Content-Type": "text/xml"} if body else {})},
            timeout=(_CONNECTING, self._reading),
            allow_redirects=False,
            stream=True,
        )


def _path_of(location: str, root: str) -> str:
    """Of a job's address only the path counts: devices name themselves wrong, and some cut their IPv6 address off."""
    if not location:
        return ""
    _, whole, rest = location.partition("://")
    path = rest.partition("/")[2] if whole else urlsplit(urljoin(root + "ScanJobs", location)).path
    return "/" + path.partition("?")[0].partition("#")[0].lstrip("/")


def _pieces(response: requests.Response, most: int) -> Iterator[bytes]:
    """Raises EnvironmentFault ``scanner_not_understood`` where it does not end."""
    size = 0
    for piece in response.iter_content(_CHUNK):
        size += len(piece)
        if size > most:
            raise EnvironmentFault("scanner_not_understood")
        yield piece


def _wait(response: requests.Response) -> float:
    """Seconds; a device that asks for a minute is asked again sooner."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), 3.0) if text.isascii() and text.isdecimal() and len(text) < 7 else 1.0
