"""The processes of the drivers among all that a test run has started."""

from __future__ import annotations

from contextlib import suppress

import psutil

_CHILD = "station_app.devices.child"


def of_drivers(of: psutil.Process | None = None) -> dict[str, psutil.Process]:
    """The driver's process and what it has started, by name. A server that other tests share is none of them."""
    found: dict[str, psutil.Process] = {}
    for each in (of or psutil.Process()).children():
        with suppress(psutil.NoSuchProcess):
            if each.status() == psutil.STATUS_ZOMBIE or _CHILD in each.cmdline():
                found |= {own.name(): own for own in (each, *each.children(recursive=True))}
    return found
