"""Which scanners are in the network now, and where one of them is today. Those that are dead hide none."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from queue import Empty, SimpleQueue

from station_app.devices import mdns
from station_app.devices.escl_http import EsclClient
from station_app.devices.escl_words import Capabilities
from station_app.devices.mdns import Announced
from station_app.devices.scanner import Scanner
from station_app.errors import EnvironmentFault, StationError, UserError

_CAPABILITIES = "ScannerCapabilities"
_MOMENT = 1.0  # seconds: who has announced itself for http has done so for https as well by then


class EsclSearch:
    """For one call of ``scanners`` or of ``root_of``; ``stop`` from any thread ends it.

    ``looking``: seconds to listen for announcements; ``answering``: seconds that each has to say what it can do.
    """

    def __init__(self, looking: float, answering: float) -> None:
        self._looking, self._answering = looking, answering
        self._news: SimpleQueue[Announced | Scanner | None] = SimpleQueue()
        self._stopped = False

    def scanners(self) -> Iterator[Scanner]:
        """Each as soon as it has answered; one that takes the call and says nothing is told at the end. One that
        announces itself twice, for http and for https, is told once, or again where the second is better.
        """
        until = time.monotonic() + self._looking
        names: dict[str, str] = {}
        waiting: Counter[str] = Counter()
        useful: set[str] = set()
        with mdns.listening(self._ask):
            while (each := self._next(until + self._answering if any(waiting.values()) else until)) is not None:
                if isinstance(each, Announced):
                    names.setdefault(_id_of(each), each.name)
                    waiting[_id_of(each)] += 1
                    continue
                waiting[each.id] -= 1
                if each.id not in useful and (each.problem is None or not waiting[each.id]):
                    useful |= {each.id} if each.problem is None else set()
                    yield each
        for scanner_id in sorted(waiting) if not self._stopped else ():
            if waiting[scanner_id] > 0 and scanner_id not in useful:
                yield Scanner(scanner_id, names[scanner_id], "escl", problem="scanner_hung")

    def root_of(self, lasting: str, certificate: str = "") -> str:
        """Its address today, of several the first that answers; https rather than http, and nothing else where its
        ``certificate`` is known. Raises EnvironmentFault ``scanner_gone``, ``scanner_certificate_changed``.
        """
        until = time.monotonic() + self._looking
        plain: list[str] = []
        fault = "scanner_gone"
        with mdns.listening(self._news.put):
            while (each := self._next(until)) is not None:
                if not isinstance(each, Announced) or each.lasting != lasting:
                    continue
                if not each.secure:
                    plain += each.roots if not certificate else ()
                    until = min(until, time.monotonic() + _MOMENT) if plain else until
                    continue
                root, changed = self._reached(each.roots, certificate)
                if root is not None:
                    return root
                fault = "scanner_certificate_changed" if changed else fault
        if self._stopped:
            raise UserError("scan_cancelled")
        root, _ = self._reached(plain, "")
        if root is None:
            raise EnvironmentFault(fault)
        return root

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

    def _reached(self, roots: Sequence[str], certificate: str) -> tuple[str | None, bool]:
        """The first that answers; whether one has shown another certificate."""
        changed = False
        for root in roots:
            try:
                self._call(root, certificate)
            except StationError as error:  # also where it announces what is no address
                changed = changed or error.code == "scanner_certificate_changed"
            else:
                return root, changed
        return None, changed

    def _call(self, root: str, certificate: str) -> None:
        with closing(EsclClient(root, self._answering, certificate)) as client:
            client.get(_CAPABILITIES)


def _id_of(each: Announced) -> str:
    return f"escl:{each.lasting}"
