"""Saving one application with four scans of 400 KB, beside writing and fsyncing the same bytes.

The subject is what a clerk's actions cost from the call of the service to its answer: the draft, assessed and numbered,
then the four pages dropped on it, each checked, encrypted, durable and filed with the case, every step audited. The
baseline is five files, each opened, written, fsynced and closed: the case's JSON and the four pages.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks.desks import new_desk
from benchmarks.measure import Measure, Seconds, alternated, compared, median
from station_app.domain.application import Content, ScanKind
from station_app.services import capture, intake
from station_app.services.desk import Desk
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import padded, scans_of

RUNS, LIMIT = 60, 2.5
SCAN_BYTES = 400 * 1024
_TAIL = 64  # bytes of comment by which the pages of two cases differ

Pages = dict[ScanKind, bytes]


def measure(folder: Path) -> list[Measure]:
    desk = new_desk(folder / "home")
    plain = folder / "plain"
    plain.mkdir()
    saved, written = cases(), cases()
    try:
        subject, baseline = alternated(
            lambda: save(desk, *next(saved)), lambda: _write(plain, *next(written)), RUNS, warm_up=5
        )
    finally:
        desk.store.close()
    return [compared("save", "ms", median(subject) * 1e3, median(baseline) * 1e3, LIMIT, RUNS)]


def cases() -> Iterator[tuple[int, Content, Pages]]:
    """Endless cases, no two pages alike."""
    base = scans_of(person(0), case(0), SCAN_BYTES - _TAIL)
    for number in itertools.count():
        pages = {kind: padded(content, SCAN_BYTES, f"{number}") for kind, content in base.items()}
        yield number, Content.from_json(case(number)), pages


def save(desk: Desk, number: int, content: Content, pages: Pages) -> Seconds:
    begun = perf_counter()
    application_id = intake.new_case(desk, content).value.record.id
    capture.add_scans(desk, application_id, list(pages.items()))
    return perf_counter() - begun


def _write(folder: Path, number: int, content: Content, pages: Pages) -> Seconds:
    begun = perf_counter()
    _write_file(folder / f"{number}.json", json.dumps(content.to_json(), ensure_ascii=False).encode())
    for kind, page in pages.items():
        _write_file(folder / f"{number}.{kind}", page)
    return perf_counter() - begun


def _write_file(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
