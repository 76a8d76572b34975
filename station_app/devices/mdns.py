"""Scanners that announce themselves in the network (DNS-SD, ``_uscan._tcp``)."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass

from zeroconf import ServiceInfo, ServiceListener, Zeroconf

_SERVICE = "_uscan._tcp.local."
_ASKING = 3000  # milliseconds for one device's particulars


@dataclass(frozen=True)
class Announced:
    """``lasting``: the device's UUID, or its announced name where it has none. ``root``: its address today."""

    lasting: str
    name: str
    root: str


def announced(seconds: float) -> Iterator[Announced]:
    """Each as it is heard, for so long. Nothing where there is no network."""
    try:
        network = Zeroconf()
    except OSError:
        return
    heard = _Heard()
    try:
        network.add_service_listener(_SERVICE, heard)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                name = heard.names.get(timeout=left)
            except queue.Empty:
                return
            info = network.get_service_info(_SERVICE, name, _ASKING)
            found = _read(info) if info is not None else None
            if found is not None:
                yield found
    finally:
        network.close()


class _Heard(ServiceListener):
    """Names, as zeroconf's own thread hears them."""

    def __init__(self) -> None:
        self.names: queue.Queue[str] = queue.Queue()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.names.put(name)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Particulars are asked for when they are needed."""

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """A device that leaves does not answer: that is told then."""


def _read(info: ServiceInfo) -> Announced | None:
    """None of what has no address."""
    said = {key.decode("ascii", "replace"): (value or b"") for key, value in info.properties.items()}
    facts = {key: value.decode("utf-8", "replace").strip() for key, value in said.items()}
    addresses = [f"[{each}]" if ":" in each else each for each in info.parsed_addresses()]
    if not addresses:
        return None
    title = info.name.removesuffix(f".{_SERVICE}")
    folder = (facts.get("rs") or "eSCL").strip("/")
    root = f"http://{addresses[0]}:{info.port}/{folder}"
    return Announced(facts.get("uuid", "").lower() or title, facts.get("ty") or title, root)
