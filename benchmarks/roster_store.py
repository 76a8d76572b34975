"""A store with a million members, made once and kept in ``build/bench-cache`` until what makes it changes.

Beside it the same tables and indexes, exported to a plain SQLite file.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from benchmarks.desks import MASTER
from station_app.domain.member import Member
from station_app.services.desk import system_clock
from station_app.store import Store, StoreKeys, connections
from station_app.store.roster import ROSTER, Load, row_of
from tests.samples.people import person

ROOT = Path(__file__).resolve().parents[1]
_MAKERS = (
    "tests/samples/people.py",
    "station_app/domain/pinyin.py",
    "station_app/store/connections.py",
    "station_app/store/members.py",
    "station_app/store/names.py",
    "station_app/store/roster.py",
)
_BATCH = 50_000


@dataclass(frozen=True)
class RosterStore:
    """``home``: an encrypted store's; ``plain``: the same as plain SQLite; ``count``: members in each."""

    home: Path
    plain: Path
    count: int

    def open(self) -> Store:
        return Store.open(self.home, StoreKeys.derive(MASTER), system_clock)


def roster_store(count: int) -> RosterStore:
    """The kept one, or a new one (about two minutes for a million)."""
    folder = ROOT / "build" / "bench-cache" / f"members-{count}-{_version()}"
    made = RosterStore(folder / "home", folder / "plain.db", count)
    if not (folder / "whole").exists():
        print(f"making a store of {count:,} members, kept for next time ...", file=sys.stderr, flush=True)
        for old in folder.parent.glob(f"members-{count}-*"):
            shutil.rmtree(old)
        made.home.mkdir(parents=True)
        _fill(made)
        _export(made)
        (folder / "whole").touch()
    return made


def _fill(made: RosterStore) -> None:
    store = Store.create(made.home, StoreKeys.derive(MASTER), system_clock)
    rows = sorted(map(row_of, made_members(made.count)), key=itemgetter(1))
    try:
        with store.roster.write() as work:
            work.start_load()
        for start in range(0, len(rows), _BATCH):
            with store.roster.write() as work:
                work.add_loaded(rows[start : start + _BATCH], Load("", 1))
        store.roster.finish_load()
    finally:
        store.close()


def made_members(count: int) -> Iterator[Member]:
    """Invented people, numbered from 1."""
    for number in range(count):
        one = person(number)
        yield Member(
            member_no=number + 1,
            name=one.name,
            id_number=one.id_number,
            card_no=one.card_no,
            phone=one.phone,
            employer=one.employer,
            district=one.district,
            full_time_union_social_worker=one.full_time_union_social_worker,
        )


def _export(made: RosterStore) -> None:
    key = StoreKeys.derive(MASTER).database
    with closing(connections.connect(made.home / ROSTER, key)) as raw:
        raw.execute("ATTACH ? AS plain KEY ''", (str(made.plain),))
        raw.execute("SELECT sqlcipher_export('plain')")
        raw.execute("DETACH plain")


def _version() -> str:
    digest = hashlib.sha256()
    for path in (ROOT / each for each in _MAKERS):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
