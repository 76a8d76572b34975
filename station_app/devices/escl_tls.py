"""Who a scanner is that speaks https: it signed its certificate itself, which alone can be known again.

No authority vouches for a scanner, and its name or address in the certificate is the one it had in the factory. What is
checked is that the certificate is the one of the first time (ADR 0040).
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult

import requests
from requests.adapters import HTTPAdapter

_ZONE = re.compile(r"[A-Za-z0-9._~-]{1,32}")
_ENCODED = "%25"  # RFC 6874: before a zone in an address of the web
_HTTPS = 443


def host_of(address: SplitResult) -> tuple[str, str]:
    """The host without its zone, and the zone of an IPv6 address of one cable. Raises ValueError."""
    host, encoded, zone = (address.hostname or "").partition(_ENCODED)
    if not host or "%" in host or "@" in address.netloc or (encoded and not _ZONE.fullmatch(zone)):
        raise ValueError("no host")
    return host, zone


def certificate_of(host: str, zone: str, port: int | None, seconds: float) -> str:
    """SHA-256 of what the device shows. Raises OSError where nobody speaks TLS there; it may be silent for so long."""
    where = (f"{host}%{zone}" if zone else host, port or _HTTPS)
    with socket.create_connection(where, seconds) as plain, _context().wrap_socket(plain) as speaking:
        shown = speaking.getpeercert(binary_form=True)
    if not shown:
        raise OSError("no certificate")
    return sha256(shown).hexdigest()


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class OneDevice(HTTPAdapter):
    """Connections to one device: by the zone that an address of ``requests`` cannot carry, and to no other certificate
    than this one.
    """

    def __init__(self, zone: str, certificate: str) -> None:
        self._zone, self._certificate = zone, certificate
        super().__init__()

    def build_connection_pool_key_attributes(
        self,
        request: requests.PreparedRequest,
        verify: bool | str,
        cert: str | tuple[str, str] | None = None,
    ) -> Any:
        where, how = super().build_connection_pool_key_attributes(request, verify, cert)
        return {**where, **self._host(where)}, {**how, **self._tls()}

    def _host(self, where: Mapping[str, Any]) -> dict[str, str]:
        return {"host": f"[{where['host'].strip('[]')}{_ENCODED}{self._zone}]"} if self._zone else {}

    def _tls(self) -> dict[str, Any]:
        if not self._certificate:
            return {}
        return {"cert_reqs": "CERT_NONE", "ssl_context": _context(), "assert_fingerprint": self._certificate}
