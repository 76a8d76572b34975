"""eSCL (AirScan, Mopria): scanners in the network, without a maker's driver. Our own client.

The way of a job: look at the status, post the settings, ask for the next page until there is none, put the job away.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Iterator

from station_app.devices import mdns
from station_app.devices.escl_http import Answer, EsclClient
from station_app.devices.escl_words import Capabilities, problem_of
from station_app.devices.scanner import Page, Scanner, ScanOrder, Source
from station_app.errors import EnvironmentFault, StationError, UserError

_TRIES = 60  # of a device that says "not yet"
_CREATED, _DONE, _NO_MORE, _CANCELLED, _NOT_YET = 201, 200, 404, 410, 503
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"


class EsclDriver:
    """An id is ``escl:`` and the device's UUID; or its address, where it does not announce itself."""

    def __init__(self, looking: float = 5.0) -> None:
        """``looking``: seconds to listen for announcements."""
        self._looking = looking
        self._stopped = threading.Event()
        self._job: tuple[str, str] | None = None  # root and path, for ``stop``

    def scanners(self) -> Iterator[Scanner]:
        seen = set()
        for each in mdns.announced(self._looking):
            if each.lasting not in seen:
                seen.add(each.lasting)
                yield _described(each)

    def scan(self, order: ScanOrder) -> Iterator[Page | None]:
        """Pages are JPEG, as the device makes them."""
        root = self._root_of(order.address)
        with contextlib.closing(EsclClient(root)) as client:
            source, settings = Capabilities.read(client.get("ScannerCapabilities")).settings(order)
            problem = problem_of(client.get("ScannerStatus"), source)
            if problem is not None:
                raise problem
            yield None
            yield from self._run(client, root, source, settings)

    def stop(self) -> None:
        """The device is told by a connection of its own: the other one waits for a page."""
        self._stopped.set()
        if self._job is not None:
            root, job = self._job
            with contextlib.closing(EsclClient(root)) as client, contextlib.suppress(EnvironmentFault):
                client.cancel(job)

    def _root_of(self, address: str) -> str:
        """Today's address. Raises EnvironmentFault ``scanner_gone``."""
        if "://" in address:
            return address
        for each in mdns.announced(self._looking):
            if each.lasting == address:
                return each.root
        raise EnvironmentFault("scanner_gone")

    def _run(self, client: EsclClient, root: str, source: Source, settings: bytes) -> Iterator[Page | None]:
        job = yield from self._started(client, settings)
        self._job = (root, job)
        try:
            yield from self._pages(client, job, source)
        finally:
            self._job = None
            with contextlib.suppress(EnvironmentFault):
                client.cancel(job)

    def _started(self, client: EsclClient, settings: bytes) -> Generator[None, None, str]:
        """The job's path; a device that is busy with another is asked again for a while."""
        for _ in range(_TRIES):
            answer = client.start(settings)
            if answer.status == _CREATED and answer.location:
                return answer.location
            if answer.status != _NOT_YET:
                raise EnvironmentFault("scanner_not_understood")
            yield
            self._rest(answer)
        raise EnvironmentFault("scanner_busy")

    def _pages(self, client: EsclClient, job: str, source: Source) -> Iterator[Page | None]:
        pages, tries = 0, 0
        while True:
            answer = yield from client.next_page(job)
            if answer.status == _DONE:
                pages, tries = pages + 1, 0
                yield _whole(answer.body)
                if source is Source.FLATBED:
                    return
            elif answer.status == _NOT_YET and tries < _TRIES:
                tries += 1
                yield None
                self._rest(answer)
            else:
                break
        _check_end(client, answer.status, source, pages)

    def _rest(self, answer: Answer) -> None:
        if self._stopped.wait(answer.wait):
            raise UserError("scan_cancelled")


def _check_end(client: EsclClient, status: int, source: Source, pages: int) -> None:
    """What ended the pages: the last sheet, or something that the device has against the next."""
    if status == _CANCELLED:
        raise UserError("scan_cancelled")
    problem = problem_of(client.get("ScannerStatus"), source)
    if problem is not None and problem.code in ("scanner_jammed", "scanner_cover_open"):
        raise problem
    if status != _NO_MORE:
        raise EnvironmentFault("scanner_hung" if status == _NOT_YET else "scanner_gone")
    if not pages:
        raise EnvironmentFault("scanner_gone") if source is Source.FLATBED else UserError("scanner_feeder_empty")


def _whole(content: bytes) -> Page:
    """Raises EnvironmentFault ``scanner_not_understood`` for what is no JPEG from its start to its end."""
    if not content.startswith(_JPEG_START) or not content.rstrip(b"\x00\r\n").endswith(_JPEG_END):
        raise EnvironmentFault("scanner_not_understood")
    return Page(content, "image/jpeg")


def _described(found: mdns.Announced) -> Scanner:
    scanner_id = f"escl:{found.lasting}"
    try:
        with contextlib.closing(EsclClient(found.root)) as client:
            capabilities = Capabilities.read(client.get("ScannerCapabilities"))
    except StationError as error:
        return Scanner(scanner_id, found.name, "escl", problem=error.code)
    return Scanner(scanner_id, found.name, "escl", tuple(capabilities.ways))
