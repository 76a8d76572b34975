"""Serial ports, by names that stay: ``/dev/ttyUSB0`` and ``COM3`` are given out anew with every replug."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from station_app.errors import EnvironmentFault

BY_ID = Path("/dev/serial/by-id")
_USB = "usb:"


class Seen(Protocol):
    """What is used of a port as pyserial lists it."""

    device: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True)
class Port:
    """``id``: what is remembered; ``name``: what a person recognises; ``path``: what is opened today."""

    id: str
    name: str
    path: str


def ports(seen: Sequence[Seen] | None = None, by_id: Path = BY_ID) -> list[Port]:
    """The ports there are now. May block where a driver does: not on the window's thread.

    The id is the USB device's maker, model and serial number; without a serial number its name in ``by_id``, else the
    port's own (Windows keeps COMn for a socket).
    """
    listed = _seen() if seen is None else seen
    lasting = _lasting_names(by_id)
    return [_port(each, lasting) for each in listed]


def path_of(port_id: str, seen: Sequence[Seen] | None = None) -> str:
    """What to open today; an id that is a path or COMn is itself. Raises EnvironmentFault ``id_reader_gone``."""
    if not port_id.startswith(_USB):
        return port_id
    for port in ports(seen):
        if port.id == port_id:
            return port.path
    raise EnvironmentFault("id_reader_gone")


def _seen() -> Sequence[Seen]:
    from serial.tools import list_ports  # nobody else needs it

    return sorted(list_ports.comports(), key=lambda each: str(each.device))


def _port(each: Seen, lasting: dict[str, str]) -> Port:
    name = f"{each.device}　{each.description}" if each.description not in ("", "n/a") else each.device
    if each.vid is not None and each.pid is not None and each.serial_number:
        return Port(f"{_USB}{each.vid:04x}:{each.pid:04x}:{each.serial_number}", name, each.device)
    path = lasting.get(each.device, each.device)
    return Port(path, name, path)


def _lasting_names(by_id: Path) -> dict[str, str]:
    """By the device that the link leads to."""
    if sys.platform == "win32" or not by_id.is_dir():
        return {}
    return {str(link.resolve()): str(link) for link in sorted(by_id.iterdir())}
