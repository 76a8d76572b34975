"""A million members from the server into the encrypted store, searched meanwhile.

The subject is one pass of a new station against ``central serve`` in a process of its own: pages asked for, checked,
spelled, written, indexed, put in place. The baseline is plain sqlite3 given the same rows, spellings and indexes, all
made beforehand and already in memory. Then the roster is loaded once more while somebody types: what a lookup
takes, with the interpreter shared by both.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

from benchmarks.measure import Measure, Seconds, bounded, percentile
from benchmarks.roster_store import ROOT, made_members
from central.clock import system_clock as central_clock
from central.context import open_central
from central.roster import import_roster
from station_app.access.secrets import NoSecrets
from station_app.domain.pinyin import keys_of
from station_app.services import members, roster, session, setup
from station_app.services.desk import Desk, system_clock
from station_app.store.roster import Row, row_of
from sync.engine import one_pass
from sync.enrolment import enrol
from sync.identity import transport_for
from tests.journey.central import Central

MEMBERS = 1_000_000
LEAST, MOST_MS = 20_000, 16.0
_TYPED = ("z", "zh", "zha", "张", "张建", "zjg", "9900", "990012", "138", "1380013", "6299", "建国", "liming")


def measure(folder: Path) -> list[Measure]:
    central = Central(_server_home())
    with ExitStack() as stack:
        url = stack.enter_context(central.serving())
        desk = setup.create_home(folder / "station", "王芳", "just for this measure", system_clock, NoSecrets())
        stack.callback(session.sign_out, desk)
        enrol(desk, url, central.answer("enrol", "CY001", "--name", "测试站"))
        loaded = _load(desk)
        typed = _typed_meanwhile(desk)
    plain = _plain(folder / "plain.db", sorted(map(row_of, made_members(MEMBERS)), key=lambda row: row[1]))
    return [
        Measure(
            "roster_load",
            "rows/s",
            round(MEMBERS / loaded),
            round(MEMBERS / plain),
            round(loaded / plain, 2),
            LEAST,
            "value",
            "higher",
        ),
        bounded("roster_lookup_meanwhile", "ms", percentile(typed, 0.95) * 1e3, MOST_MS, len(typed)),
    ]


def _server_home() -> Path:
    """A server with a million members, made once for each version of its tables."""
    version = hashlib.sha256((ROOT / "central" / "tables.py").read_bytes()).hexdigest()[:12]
    home = ROOT / "build" / "bench-cache" / f"central-{MEMBERS}-{version}"
    if not (home / "whole").exists():
        shutil.rmtree(home, ignore_errors=True)
        Central(home).command("init")
        with closing(open_central({"CENTRAL_HOME": str(home)}, central_clock)) as central:
            import_roster(central, made_members(MEMBERS))
        (home / "whole").touch()
    return home


def _load(desk: Desk) -> Seconds:
    begun = perf_counter()
    transport = transport_for(desk)
    try:
        report = one_pass(desk, transport)
    finally:
        transport.close()
    taken = perf_counter() - begun
    with desk.store.read() as uow:
        if report.code is not None or uow.members.count() != MEMBERS:
            raise RuntimeError(f"the roster is not whole: {report.code}")
    return taken


def _typed_meanwhile(desk: Desk) -> list[Seconds]:
    """What each lookup took while the roster was loaded again."""
    roster.begin_anew(desk)
    over = Event()
    taken: list[Seconds] = []

    def type_on() -> None:
        while not over.wait(0.02):
            for text in _TYPED:
                begun = perf_counter()
                members.lookup(desk, text)
                taken.append(perf_counter() - begun)

    typing = Thread(target=type_on)
    typing.start()
    try:
        _load(desk)
    finally:
        over.set()
        typing.join()
    return taken


def _plain(path: Path, rows: Sequence[Row]) -> Seconds:
    pairs = sorted((key, name) for name in dict.fromkeys(row[1] for row in rows) for key in keys_of(name))
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "temp_store = MEMORY"):
            plain.execute(f"PRAGMA {pragma}")
        columns = "no INT, name, id, card, phone, employer, district, social"
        plain.execute(f"CREATE TABLE members ({columns}, PRIMARY KEY (name, no)) WITHOUT ROWID")
        plain.execute("CREATE TABLE member_keys (key, name, PRIMARY KEY (key, name)) WITHOUT ROWID")
        begun = perf_counter()
        plain.execute("BEGIN")
        plain.executemany("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        plain.executemany("INSERT INTO member_keys VALUES (?, ?)", pairs)
        for column in ("no", "id", "card", "phone"):
            plain.execute(f"CREATE INDEX members_{column} ON members ({column})")
        plain.execute("COMMIT")
        return perf_counter() - begun
