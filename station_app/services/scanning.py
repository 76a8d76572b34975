"""扫描设备: what can be scanned from, and pages from a scanner into a folder, for setting a scanner up."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from station_app import durable
from station_app.devices import drivers
from station_app.devices.job import ScanJob, scanners_of
from station_app.devices.scanner import Scanner, ScanOrder
from station_app.durable import Point
from station_app.errors import EnvironmentFault, StationError, UserError

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}


@dataclass(frozen=True)
class SavedPage:
    """A page that lies in the clear where the caller wanted it."""

    file: Path
    content: bytes

    def to_json(self) -> dict[str, Any]:
        return {"file": str(self.file), "size": len(self.content), "sha256": sha256(self.content).hexdigest()}


def scanners() -> Iterator[Scanner | StationError]:
    """All there are, driver by driver; of a driver that fails, what it had found, and then the fault.

    The drivers look at the same time: some listen to the network for seconds.
    """
    names = drivers.names()
    with ThreadPoolExecutor(len(names), "scanners") as pool:
        for found in pool.map(_found_by, names):
            yield from found


def _found_by(name: str) -> list[Scanner | StationError]:
    found: list[Scanner | StationError] = []
    try:
        for scanner in scanners_of(name):
            found.append(scanner)  # noqa: PERF402  what came before a fault stays
    except EnvironmentFault as fault:
        found.append(fault)
    return found


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
        raise UserError("file_not_writable") from error
    return folder / f"{name}.{ending}"
