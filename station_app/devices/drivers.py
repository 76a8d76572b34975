"""The drivers there are, by the name their scanners' ids begin with. Each is imported only in its own process."""

from __future__ import annotations

import sys

from station_app.devices.scanner import ScannerDriver
from station_app.errors import UserError

_HERE = ("sane", "escl") if sys.platform != "win32" else ("wia", "escl")


def names() -> tuple[str, ...]:
    """The drivers that can work on this system."""
    return _HERE


def check(name: str) -> None:
    """Raises UserError ``scanner_unknown`` where no driver has this name."""
    if name not in _HERE:
        raise UserError("scanner_unknown")


def load(name: str) -> ScannerDriver:
    check(name)
    if name == "escl":
        from station_app.devices.escl import EsclDriver

        return EsclDriver()
    if name == "wia":
        from station_app.devices.wia import WiaDriver

        return WiaDriver()
    from station_app.devices.sane import SaneDriver

    return SaneDriver()
