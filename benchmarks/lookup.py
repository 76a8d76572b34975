"""A keystroke's lookup among a million members, beside the same queries on plain sqlite3; and up to painted rows.

The texts are what clerks have typed after each key: growing prefixes of names, pinyin, initials, ID numbers, cards and
phones. The baseline is one connection of the standard library with the same tables, indexes and pragmas on a plain
file: prepared statements, rows as the driver gives them. Both must find the same people.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.desks import desk_at
from benchmarks.measure import Measure, bounded, compared, percentile
from benchmarks.painting import painted_times
from benchmarks.roster_store import RosterStore, roster_store
from station_app.domain.identity import tidy_number
from station_app.domain.pinyin import GIVEN, keys_of, query_key
from station_app.services import members
from station_app.services.desk import Desk
from tests.samples.people import person

MEMBERS = 1_000_000
PEOPLE, ROUNDS, PAINTED = 400, 3, 200
LIMIT, LIMIT_MS = 2.0, 16.0
ROWS = 20
_LONGEST = 8  # characters typed of one text
_LAST = "\U0010ffff"
_COLUMNS = "member_no, name, id_number, card_no, phone, employer, district, full_time_union_social_worker"
_BY_NAME = """
    SELECT m.member_no, m.name, m.id_number, m.card_no, m.phone, m.employer, m.district,
           m.full_time_union_social_worker
    FROM (SELECT DISTINCT name FROM member_keys WHERE key >= ? AND key < ? ORDER BY key LIMIT ?) k
    CROSS JOIN members m ON m.name = k.name LIMIT ?
"""
_BY_NUMBER = tuple(
    f"SELECT {_COLUMNS} FROM members WHERE {column} >= ? AND {column} < ? ORDER BY {column} LIMIT ?"
    for column in ("id_number", "card_no", "phone")
)


def measure(folder: Path) -> list[Measure]:
    made = roster_store(MEMBERS)
    texts = typed(PEOPLE, random.Random(20240515))
    store = made.open()
    try:
        desk = desk_at(made.home, store)
        subject, baseline = _queried(desk, made, texts)
        painted = painted_times(desk, [text for text in texts if len(text) > 1][:PAINTED])
    finally:
        store.close()
    ours, plain = percentile(subject, 0.95) * 1e6, percentile(baseline, 0.95) * 1e6
    return [
        compared("lookup_p95", "us", ours, plain, LIMIT, len(subject)),
        bounded("lookup_painted_p95", "ms", percentile(painted, 0.95) * 1e3, LIMIT_MS, len(painted)),
    ]


def typed(people: int, chance: random.Random) -> list[str]:
    """What stands in the line after each key, for so many people, each looked for in one way; shuffled."""
    texts = []
    for _ in range(people):
        one = person(chance.randrange(MEMBERS))
        spellings = [key for key in keys_of(one.name) if key.isascii() and key.isalpha()]
        whole = chance.choice([one.name, chance.choice(spellings), one.id_number, one.card_no, one.phone])
        texts += [whole[:length] for length in range(1, min(len(whole), _LONGEST) + 1)]
    chance.shuffle(texts)
    return texts


def _queried(desk: Desk, made: RosterStore, texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds of each lookup and of its baseline, turn by turn; the first round warms both and is not counted."""
    subject, baseline = [], []
    with closing(_plain_connection(made.plain)) as plain:
        for turn in range(ROUNDS):
            for text in texts:
                begun = perf_counter()
                found = members.lookup(desk, text, ROWS)
                between = perf_counter()
                rows = _plain_lookup(plain, text)
                ended = perf_counter()
                if turn:
                    subject.append(between - begun)
                    baseline.append(ended - between)
                elif [one.member_no for one in found] != [row[0] for row in rows]:
                    raise RuntimeError("the two lookups differ")
    return subject, baseline


def _plain_connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA query_only = ON")
    return connection


def _plain_lookup(plain: sqlite3.Connection, text: str) -> list[Any]:
    number = tidy_number(text)
    if number and number.removesuffix("X").isdigit():
        return _plain_by_number(plain, number)
    found: dict[int, Any] = {}
    for prefix in (query_key(text), GIVEN + query_key(text)):
        for row in plain.execute(_BY_NAME, (prefix, prefix + _LAST, ROWS, ROWS)):
            found.setdefault(row[0], row)
        if len(found) >= ROWS:
            break
    return list(found.values())[:ROWS]


def _plain_by_number(plain: sqlite3.Connection, number: str) -> list[Any]:
    found: dict[int, Any] = {}
    for sql in _BY_NUMBER:
        for row in plain.execute(sql, (number, number + _LAST, ROWS - len(found))):
            found[row[0]] = row
        if len(found) >= ROWS:
            break
    return list(found.values())
