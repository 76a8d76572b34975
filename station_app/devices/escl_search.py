"""Which scanners are in the network now, and where one of them is today. Those that are dead hide none."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from queue import Empty, SimpleQueue

from station_app.devices import mdns
from station_app.devices.escl_http import EsclClient
from station_app.devices.escl_words import Capabilities
from station_app.devices.mdns import Announced
from station_app.devices.scanner import Scanner
from station_app.errors import EnvironmentFault, StationError, UserError

_CAPABILITIES = "ScannerCapabilities"


class EsclSearch:
    """For one call of ``scanners`` or of ``root_of``; ``stop`` from any thread ends it.

    ``looking``: seconds to listen for announcements; ``answering``: seconds that each has to say what it can do.
    """

    def __init__(self, looking: float, answering: float) -> None:
        self._looking, self._answering = looking, answering
        self._news: SimpleQueue[Announced | Scanner | None] = SimpleQueue()
        self._stopped = False

    def scanners(self) -> Iterator[Scanner]:
        """Each as soon as it has answered; one that takes the call and says nothing is told at the end."""
        until = time.monotonic() + self._looking
        names: dict[str, str] = {}
        waiting: set[str] = set()
        with mdns.listening(self._ask):
            while (each := self._next(until + self._answering if waiting else until)) is not None:
                if isinstance(each, Scanner):
                    if each.id in waiting:
                        waiting.remove(each.id)
                        yield each
                elif _id_of(each) not in names:
                    names[_id_of(each)] = each.name
                    waiting.add(_id_of(each))
        for scanner_id in sorted(waiting) if not self._stopped else ():
            yield Scanner(scanner_id, names[scanner_id], "escl", problem="scanner_hung")

    def root_of(self, lasting: str) -> str:
        """Its address today, of several the first that answers. Raises EnvironmentFault ``scanner_gone``."""
        until = time.monotonic() + self._looking
        with mdns.listening(self._news.put):
            while (each := self._next(until)) is not None:
                if isinstance(each, Announced) and each.lasting == lasting:
                    root = self._reached(each.roots)
                    if root is not None:
                        return root
        raise UserError("scan_cancelled") if self._stopped else EnvironmentFault("scanner_gone")

    def stop(self) -> None:
        self._stopped = True
        self._news.put(None)

    def _next(self, until: float) -> Announced | Scanner | None:
        """None once it is time, or it was stopped."""
        try:
            each = self._news.get(timeout=max(until - time.monotonic(), 0.0)) if not self._stopped else None
        except Empty:
            return None
        return each

    def _ask(self, each: Announced) -> None:
        """In a thread of its own."""
        self._news.put(each)
        self._news.put(self._described(each))

    def _described(self, each: Announced) -> Scanner:
        problem = "scanner_gone"
        for root in each.roots:
            try:
                with closing(EsclClient(root, self._answering)) as client:
                    capabilities = Capabilities.read(client.get(_CAPABILITIES))
                return Scanner(_id_of(each), each.name, "escl", tuple(capabilities.ways))
            except StationError as error:
                problem = error.code
        return Scanner(_id_of(each), each.name, "escl", problem=problem)

    def _reached(self, roots: Sequence[str]) -> str | None:
        for root in roots:
            with suppress(StationError), closing(EsclClient(root, self._answering)) as client:
                client.get(_CAPABILITIES)
                return root
        return None


def _id_of(each: Announced) -> str:
    return f"escl:{each.lasting}"
