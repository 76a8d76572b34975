"""eSCL (AirScan, Mopria): scanners in the network, without a maker's driver. Our own client.

The way of a job: look at the status, post the settings, ask for the next page until there is none, put the job away.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Generator, Iterator
from urllib.parse import urlsplit, urlunsplit

from station_app.devices.escl_http import Answer, EsclClient
from station_app.devices.escl_search import EsclSearch
from station_app.devices.escl_words import Capabilities, has_paper, problem_of
from station_app.devices.scanner import Begun, Page, Scanner, ScanOrder, Source
from station_app.errors import EnvironmentFault, StationError, UserError

_TRIES = 60  # of a device that says "not yet"
_MORE = 3  # times that a feeder with paper in it is asked although it said that this was all
_MOST_PAGES = 1000  # of one run: no feeder holds as many sheets
_BREATH = 1.0  # seconds at most between two sheets
_CREATED, _DONE, _NO_MORE, _CANCELLED, _NOT_YET = 201, 200, 404, 410, 503
_STUCK = ("scanner_jammed", "scanner_cover_open")
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"


class EsclDriver:
    """An id is ``escl:`` and the device's UUID; or its address, where it does not announce itself."""

    def __init__(self, looking: float = 5.0, answering: float = 15.0, tries: int = _TRIES) -> None:
        """``looking``: seconds to listen for announcements; ``answering``: seconds that each scanner has to say what it
        can do; ``tries``: how often one that is busy is asked, about once a second.
        """
        self._tries = tries
        self._search = EsclSearch(looking, answering)
        self._stopped = threading.Event()
        self._job: tuple[str, str] | None = None  # root and path, for ``stop``

    def scanners(self) -> Iterator[Scanner]:
        return self._search.scanners()

    def scan(self, order: ScanOrder) -> Iterator[Page | Begun | None]:
        """Pages are JPEG, as the device makes them."""
        known = order.certificate
        root = order.address if "://" in order.address else self._search.root_of(order.address, known)
        with contextlib.closing(EsclClient(root, certificate=known)) as client:
            source, settings = Capabilities.read(client.get("ScannerCapabilities")).settings(order)
            yield from self._ready(client, source)
            yield from self._run(client, root, source, settings)

    def stop(self) -> None:
        """The device is told by a connection of its own: the other one waits for a page."""
        self._stopped.set()
        self._search.stop()
        if self._job is not None:
            root, job = self._job
            put_away(_at(root, job))

    def _ready(self, client: EsclClient, source: Source) -> Iterator[None]:
        """Until it can begin: it may be at the end of a page that it has given already."""
        problem: StationError | None = None
        for _ in range(self._tries):
            problem = _problem(client, source)
            if problem is None or problem.code != "scanner_busy":
                break
            yield
            self._rest(1.0)
        if problem is not None:
            raise problem

    def _run(self, client: EsclClient, root: str, source: Source, settings: bytes) -> Iterator[Page | Begun | None]:
        job = yield from self._started(client, settings)
        self._job = (root, job)
        try:
            yield Begun(_at(root, job), client.certificate)
            self._rest(0.0)  # it was stopped before there was a job to stop
            yield from self._pages(client, job, source)
        finally:
            self._job = None
            with contextlib.suppress(EnvironmentFault):
                client.cancel(job)

    def _started(self, client: EsclClient, settings: bytes) -> Generator[None, None, str]:
        """The job's path; a device that is busy with another is asked again for a while."""
        for _ in range(self._tries):
            answer = client.start(settings)
            if answer.status == _CREATED and answer.location:
                return answer.location
            if answer.status != _NOT_YET:
                raise EnvironmentFault("scanner_not_understood")
            yield
            self._rest(answer.wait)
        raise EnvironmentFault("scanner_busy")

    def _pages(self, client: EsclClient, job: str, source: Source) -> Iterator[Page | None]:
        """Brother's feeders want a breath between two sheets, and say that there is no more where they get none."""
        pages, tries, more = 0, 0, 0
        while True:
            began = time.monotonic()
            answer = yield from client.next_page(job)
            if answer.status == _DONE:
                pages, tries, more = pages + 1, 0, 0
                if pages > _MOST_PAGES:
                    raise EnvironmentFault("scanner_not_understood")
                yield _whole(answer.body)
                if source is Source.FLATBED:
                    return
                self._rest(min((time.monotonic() - began) / 2, _BREATH))
            elif answer.status == _NOT_YET and tries < self._tries:
                tries += 1
                yield None
                self._look(client, source)
                self._rest(answer.wait)
            elif answer.status == _NO_MORE and more < _MORE and self._has_more(client, source, pages):
                more += 1
                yield None
                self._rest(_BREATH)
            else:
                break
        _check_end(client, answer, source, pages)

    def _look(self, client: EsclClient, source: Source) -> None:
        """ "Not yet" may be for good. Raises EnvironmentFault ``scanner_jammed``, ``scanner_cover_open``."""
        problem = _problem(client, source)
        if problem is not None and problem.code in _STUCK:
            raise problem

    def _has_more(self, client: EsclClient, source: Source, pages: int) -> bool:
        if not pages or source is Source.FLATBED:
            return False
        try:
            return has_paper(client.get("ScannerStatus"))
        except EnvironmentFault:
            return False  # what there is to say of it is said at the end

    def _rest(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise UserError("scan_cancelled")


def put_away(job: str) -> None:
    """Whatever becomes of it: the device forgets the job by itself later. ``job``: its address."""
    with contextlib.closing(EsclClient(job)) as client, contextlib.suppress(EnvironmentFault):
        client.cancel(urlsplit(job).path)


def _at(root: str, job: str) -> str:
    return urlunsplit(urlsplit(root)._replace(path=job))


def _problem(client: EsclClient, source: Source) -> StationError | None:
    try:
        return problem_of(client.get("ScannerStatus"), source)
    except EnvironmentFault as fault:
        if fault.code != "scanner_busy":
            raise
        return fault


def _check_end(client: EsclClient, answer: Answer, source: Source, pages: int) -> None:
    """What ended the pages: the last sheet, or something that the device has against the next."""
    if answer.status == _CANCELLED:
        raise UserError("scan_cancelled")
    problem = _problem(client, source)
    if problem is not None and problem.code in _STUCK:
        raise problem
    if answer.status != _NO_MORE:
        raise EnvironmentFault("scanner_hung" if answer.status == _NOT_YET else "scanner_gone")
    if not pages:
        raise EnvironmentFault("scanner_gone") if source is Source.FLATBED else UserError("scanner_feeder_empty")


def _whole(content: bytes) -> Page:
    """Raises EnvironmentFault ``scanner_not_understood`` for what is no JPEG from its start to its end."""
    if not content.startswith(_JPEG_START) or not content.rstrip(b"\x00\r\n").endswith(_JPEG_END):
        raise EnvironmentFault("scanner_not_understood")
    return Page(content, "image/jpeg")
