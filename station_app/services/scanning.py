"""扫描设备: what can be scanned from, and pages from a scanner into a folder, for setting a scanner up."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from station_app import durable
from station_app.devices import drivers
from station_app.devices.job import ListJob, ScanJob
from station_app.devices.run import Run
from station_app.devices.scanner import Scanner, ScanOrder
from station_app.durable import Point
from station_app.errors import StationError
from station_app.store import faults

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}


@dataclass(frozen=True)
class SavedPage:
    """A page that lies in the clear where the caller wanted it."""

    file: Path
    content: bytes

    def to_json(self) -> dict[str, Any]:
        return {"file": str(self.file), "size": len(self.content), "sha256": sha256(self.content).hexdigest()}


class Search:
    """All scanners there are, each as soon as its driver knows it; iterate it once, ``cancel`` from any thread.

    The drivers look at the same time: some listen to the network for seconds. Of one that fails: what it had found, and
    then the fault.
    """

    def __init__(self) -> None:
        self._runs = [Run(partial(ListJob, name)) for name in drivers.names()]

    def cancel(self) -> None:
        for run in self._runs:
            run.cancel()

    def __iter__(self) -> Iterator[Scanner | StationError]:
        found: SimpleQueue[Scanner | StationError | None] = SimpleQueue()
        with ThreadPoolExecutor(len(self._runs), "scanners") as pool:
            try:
                for run in self._runs:
                    pool.submit(_look, run, found)
                for _ in self._runs:
                    while (each := found.get()) is not None:
                        yield each
            finally:
                self.cancel()


def _look(run: Run[ListJob], found: SimpleQueue[Scanner | StationError | None]) -> None:
    try:
        with run.job() as job:
            for scanner in job:
                found.put(scanner)
    except StationError as error:
        if not run.cancelled:
            found.put(error)
    finally:
        found.put(None)


def scanners() -> Iterator[Scanner | StationError]:
    """All there are, in the order in which they are found."""
    yield from Search()


def scan_to_folder(order: ScanOrder, folder: Path) -> Iterator[SavedPage]:
    """Each page as soon as it is there, durable, under a number that is free.

    Raises UserError ``scanner_*``, ``file_not_writable``, EnvironmentFault ``scanner_*``; the pages before it stay.
    """
    with ScanJob(order) as pages:
        for page in pages:
            yield SavedPage(_saved(folder, page.content, _ENDINGS.get(page.media_type, "bin")), page.content)


def _saved(folder: Path, content: bytes, ending: str) -> Path:
    try:
        durable.make_folder(folder, Point.OUTPUT_FILE)
        taken = {each.stem for each in folder.iterdir()}
        name = next(name for number in range(1, len(taken) + 2) if (name := f"page-{number:03d}") not in taken)
        durable.write_file(folder / f"{name}.{ending}", content, Point.OUTPUT_FILE)
    except OSError as error:
        raise faults.of_output(error) from error
    return folder / f"{name}.{ending}"
