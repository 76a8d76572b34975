"""The server's address: which ones a station may talk to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from station_app.errors import UserError


def check_server_url(text: str) -> str:
    """The server's address without a trailing slash; plain http only to this PC.

    Raises UserError ``server_url_invalid`` or ``server_url_not_https``, field ``server_url``.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise UserError("server_url_invalid", "server_url")
    if parts.scheme == "http" and not is_loopback(url):
        raise UserError("server_url_not_https", "server_url")
    return url


def is_loopback(url: str) -> bool:
    """Whether an address means this very PC."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
