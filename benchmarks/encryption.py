"""What encryption costs: the same services on an encrypted home and on its plain twin, turn by turn.

The twin is the same program with the keys left out: plain SQLite by the same driver, pages written as they are; every
check, hash, audit row, fsync and rename stays. What is left between the two is SQLCipher and AES-GCM alone.

- ``encryption_save``: a case and its four pages of 400 KB, from the call of the services to their answer
- ``encryption_lookup``: what clerks have typed after each key, among fifty thousand members
- ``encryption_open``: a home that nobody has open, until the first lines of the ledger are there
- ``encryption_page``: a page of 400 KB, from the disk's cache to its bytes, proved whole
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import sqlcipher3.dbapi2 as driver

from benchmarks.desks import MASTER, desk_at
from benchmarks.lookup import typed
from benchmarks.measure import Measure, Timed, alternated, compared, median, timed
from benchmarks.save import SCAN_BYTES, cases, save
from station_app.domain.application import Content
from station_app.domain.member import Member
from station_app.durable import Point
from station_app.services import capture, intake, ledger, members
from station_app.services.desk import Desk, system_clock
from station_app.store import Store, StoreKeys, connections, database
from station_app.store.records import LedgerQuery
from station_app.store.scan_files import ScanFiles
from tests.samples.cases import case
from tests.samples.people import person
from tests.samples.pictures import padded, scans_of

MEMBERS, PEOPLE = 50_000, 60
SAVES, LOOKUPS, OPENINGS, PAGES = 40, 7, 30, 60
SAVE_LIMIT, LOOKUP_LIMIT, OPEN_LIMIT, PAGE_LIMIT = 1.5, 1.25, 2.0, 2.0
_KEYS = StoreKeys.derive(MASTER)
_PLAIN = bytes(32)  # the database key of the twin: none


def measure(folder: Path) -> list[Measure]:
    with _twin():
        made = [_filled(folder / name, keys) for name, keys in (("encrypted", _KEYS), ("plain", _plain_keys()))]
        try:
            return [*_worked(made), *_opened(made)]
        finally:
            for desk in made:
                desk.store.close()


def _worked(made: list[Desk]) -> list[Measure]:
    texts = typed(PEOPLE, random.Random(20240515))
    pages = [_page(desk) for desk in made]
    return [
        _compared("encryption_save", "ms", 1e3, SAVE_LIMIT, SAVES, *map(_saving, made)),
        _compared(
            "encryption_lookup", "us", 1e6 / len(texts), LOOKUP_LIMIT, LOOKUPS, *(_looking(d, texts) for d in made)
        ),
        _compared("encryption_page", "ms", 1e3, PAGE_LIMIT, PAGES, *map(_reading, made, pages)),
    ]


def _opened(made: list[Desk]) -> list[Measure]:
    for desk in made:
        desk.store.close()
    return [_compared("encryption_open", "ms", 1e3, OPEN_LIMIT, OPENINGS, *map(_opening, made))]


def _compared(name: str, unit: str, scale: float, limit: float, runs: int, subject: Timed, baseline: Timed) -> Measure:
    ours, plain = alternated(subject, baseline, runs, warm_up=2)
    return compared(name, unit, median(ours) * scale, median(plain) * scale, limit, runs)


# ---- what is timed


def _saving(desk: Desk) -> Timed:
    coming = cases()
    return lambda: save(desk, *next(coming))


def _looking(desk: Desk, texts: list[str]) -> Timed:
    return timed(lambda: [members.lookup(desk, text, 20) for text in texts])


def _reading(desk: Desk, scan_id: str) -> Timed:
    return timed(lambda: capture.read_scan(desk, scan_id))


def _opening(desk: Desk) -> Timed:
    def work() -> None:
        with closing(_open(desk.home, desk.store.keys)) as store:
            ledger.find(desk_at(desk.home, store, desk.plans), LedgerQuery(limit=50))

    return timed(work)


# ---- the two homes


def _filled(home: Path, keys: StoreKeys) -> Desk:
    home.mkdir()
    Store.create(home, keys, system_clock).close()
    store = _open(home, keys)
    with store.write(Point.ENROLMENT) as uow:
        uow.facts.set("station_no", "CY001")
        uow.facts.set("device_letter", "A")
    with store.roster.write() as work:
        work.upsert(_member(number) for number in range(MEMBERS))
    return desk_at(home, store)


def _open(home: Path, keys: StoreKeys) -> Store:
    store = Store.open(home, keys, system_clock)
    if keys.database == _PLAIN:
        store.scans = _PlainFiles(home, keys)
    return store


def _page(desk: Desk) -> str:
    """The id of a page that is filed with a case."""
    record = intake.new_case(desk, Content.from_json(case(1))).value.record
    kind, content = next(iter(scans_of(person(1), case(1), SCAN_BYTES - 64).items()))
    return capture.add_scan(desk, record.id, kind, padded(content, SCAN_BYTES, "one")).value.id


def _member(number: int) -> Member:
    one = person(number)
    return Member(number + 1, one.name, one.id_number, one.card_no, one.phone, one.employer, one.district)


# ---- the twin


def _plain_keys() -> StoreKeys:
    return StoreKeys(**{**vars(_KEYS), "database": _PLAIN})


class _PlainFiles(ScanFiles):
    """Pages as they are."""

    def _seal(self, name: str, content: bytes) -> bytes:
        return content

    def _unseal(self, name: str, sealed: bytes) -> bytes:
        return sealed


@contextmanager
def _twin() -> Iterator[None]:
    """While this lasts, a store whose database key is ``_PLAIN`` is opened without one."""
    keyed, spelled, check = connections.connect, connections._key, database._check_shape

    def connect(path: Path, key: bytes) -> Any:
        if key != _PLAIN:
            return keyed(path, key)
        return driver.connect(str(path), isolation_level=None, check_same_thread=False)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(connections, "connect", connect))
        stack.enter_context(mock.patch.object(connections, "_key", lambda key: "" if key == _PLAIN else spelled(key)))
        stack.enter_context(
            mock.patch.object(database, "_check_shape", lambda path: None if "plain" in path.parts else check(path))
        )
        yield
