"""Scanners that announce themselves in the network (DNS-SD, ``_uscan._tcp`` and ``_uscans._tcp``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import count
from threading import Thread

import zeroconf
from zeroconf import ServiceInfo, ServiceListener, Zeroconf

_SCHEMES = {"_uscan._tcp.local.": "http", "_uscans._tcp.local.": "https"}
_ASKING = 3000  # milliseconds for one device's particulars
_MOST = 64  # names that are asked about; a network with more is somebody's joke
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Announced:
    """``lasting``: the device's UUID, or its announced name where it has none. ``roots``: its addresses today, the
    likeliest first: a device on two networks announces what cannot be reached from here as well.
    """

    lasting: str
    name: str
    roots: tuple[str, ...]

    @property
    def secure(self) -> bool:
        return self.roots[0].startswith("https:")


@contextmanager
def listening(told: Callable[[Announced], None]) -> Iterator[None]:
    """While it is open, each that is heard is told, in a thread of its own: one whose particulars do not come holds up
    no other. Nothing where there is no network.
    """
    try:
        network = Zeroconf()
    except OSError:
        yield
        return
    try:
        number = count()
        for service in _SCHEMES:
            network.add_service_listener(service, _Heard(told, number))  # zeroconf takes each for one service only
        yield
    finally:
        network.close()


class _Heard(ServiceListener):
    """Names, as zeroconf's own thread hears them."""

    def __init__(self, told: Callable[[Announced], None], number: Iterator[int]) -> None:
        """``number``: of all services together."""
        self._told = told
        self._number = number

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        if next(self._number) < _MOST:
            Thread(target=_tell, args=(zc, type_, name, self._told), name="announced scanner", daemon=True).start()

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Particulars are asked for when they are needed."""

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """A device that leaves does not answer: that is told then."""


def _tell(network: Zeroconf, service: str, name: str, told: Callable[[Announced], None]) -> None:
    try:
        info = network.get_service_info(service, name, _ASKING)
    except (zeroconf.Error, OSError, RuntimeError, TimeoutError):  # nobody listens any more
        return
    found = _read(info) if info is not None else None
    if found is not None:
        told(found)


def _read(info: ServiceInfo) -> Announced | None:
    """None of what has no address. Keys are in any case (RFC 6763, 6.4)."""
    said = {key.decode("ascii", "replace").lower(): (value or b"") for key, value in info.properties.items()}
    facts = {key: value.decode("utf-8", "replace").strip() for key, value in said.items()}
    folder = (facts.get("rs") or "eSCL").strip("/")
    scheme = _SCHEMES[info.type]
    roots = tuple(f"{scheme}://{each}:{info.port}/{folder}" for each in _hosts(info.parsed_scoped_addresses()))
    if not roots:
        return None
    title = _plain(info.name.removesuffix(f".{info.type}"))
    lasting = _plain(facts.get("uuid", "")).lower() or title
    # an id with an address in it is one that a person has typed, and is believed
    return Announced(lasting.replace("://", " "), _plain(facts.get("ty", "")) or title, roots)


def _hosts(addresses: list[str]) -> list[str]:
    """As they stand in a root, those of one cable last, IPv6 ones with the zone of the interface they were heard on: a
    device without router and DHCP has no others.
    """
    known = [ip_address(each) for each in dict.fromkeys(addresses)]
    usable = [each for each in known if not (each.version == 6 and each.is_link_local and "%" not in str(each))]
    return [_host(each) for each in sorted(usable, key=lambda at: at.is_link_local)]


def _host(address: IPv4Address | IPv6Address) -> str:
    return f"[{str(address).replace('%', '%25')}]" if address.version == 6 else str(address)


def _plain(text: str) -> str:
    """A name that may stand in a line: whoever is in the network chooses it."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:_LONGEST_NAME]
