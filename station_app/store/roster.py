"""The roster's own file, ``roster.db``: encrypted like the store, but only a copy of what the server has: the members,
and what they were granted elsewhere.

Apart from the cases it can be written for seconds without holding up a save, need not be backed up, and is made anew
where it is lost. Small news is written row by row (``upsert``, ``remove``). A whole roster is *loaded* beside the old
one, in the order of names so that pages are filled one after the other, and takes its place in one transaction; until
then the old one is searched. A load goes on where it broke off.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine

from station_app import durable
from station_app.domain.member import Member
from station_app.domain.pinyin import spellings_of
from station_app.durable import Point
from station_app.errors import StationError
from station_app.store import connections, faults
from station_app.store.district_grants import DistrictGrants
from station_app.store.members import COLUMNS, Members
from station_app.store.names import NameKeys

# ruff: noqa: S608  the SQL is put together from this module's own constants

ROSTER = "roster.db"
LAYOUT = 2  # another one is fetched anew rather than migrated
_TABLE = """
    CREATE TABLE {name} (
        member_no INTEGER NOT NULL, name TEXT NOT NULL, id_number TEXT NOT NULL, card_no TEXT NOT NULL,
        phone TEXT NOT NULL, employer TEXT NOT NULL, district TEXT NOT NULL,
        full_time_union_social_worker INTEGER NOT NULL CHECK (full_time_union_social_worker IN (0, 1)),
        PRIMARY KEY (name, member_no)
    ) STRICT, WITHOUT ROWID
"""
_KEYS = "CREATE TABLE {name} (key TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (key, name)) STRICT, WITHOUT ROWID"
_INDEXES = (("member_no", "UNIQUE "), ("id_number", ""), ("card_no", ""), ("phone", ""))
_GRANTS = """
    CREATE TABLE grants (
        grant_no INTEGER NOT NULL PRIMARY KEY, id_number TEXT NOT NULL, plan INTEGER NOT NULL, category TEXT NOT NULL,
        occupation TEXT, level INTEGER, level_name TEXT, rank INTEGER, certificate_number TEXT, year_paid INTEGER
    ) STRICT
"""
_GRANTS_OF = "CREATE INDEX grants_id_number ON grants (id_number)"
_STATE = "CREATE TABLE state (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"
_NAMES_OF = "SELECT DISTINCT name FROM members WHERE member_no IN (SELECT value FROM json_each(?))"
_INSERT = f"INTO {{table}} ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_UPSERT = f"""
    INSERT {_INSERT.format(table="members")}
    ON CONFLICT (member_no) DO UPDATE SET {", ".join(f"{each} = excluded.{each}" for each in COLUMNS.split(", ")[1:])}
"""
# who was renamed while the load went on came twice; the log, read from before the load on, brings them once more
_CHANGED_MEANWHILE = """
    DELETE FROM loading_members WHERE member_no IN
        (SELECT member_no FROM loading_members GROUP BY member_no HAVING count(*) > 1)
"""
Row = tuple[int, str, str, str, str, str, str, bool]


@dataclass(frozen=True)
class Load:
    """A load under way: where it goes on (the server's own word; empty: all rows are here) and the cursor after it."""

    position: str
    seq: int


class Roster:
    """The file; one writer at a time. Readers attach it to their connections to the store."""

    def __init__(self, home: Path, key: bytes) -> None:
        self._home = home
        self._key = key
        self._lock = Lock()
        # a copy of what the server has: the last rows before a power cut may be fetched again
        self._engine: Engine = connections.writer(home / ROSTER, key, "PRAGMA synchronous = NORMAL")

    def prepare(self) -> None:
        """Make the file where it is missing, of another layout or unreadable: the server has its content.

        Only with a key that has opened the store.
        """
        path, key = self._home / ROSTER, self._key
        if _layout(path, key) == LAYOUT:
            return
        for each in ("-wal", "-shm", ""):
            path.with_name(path.name + each).unlink(missing_ok=True)
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        with closing(connections.connect(part, key)) as raw:
            raw.execute("PRAGMA journal_mode = WAL")
            tables = (_TABLE.format(name="members"), _KEYS.format(name="member_keys"), _GRANTS, _STATE)
            for statement in (*tables, *_indexes(0), _GRANTS_OF):
                raw.execute(statement)
            raw.execute(f"PRAGMA user_version = {LAYOUT}")
        durable.replace(part, path, Point.STORE_CREATE)

    @contextmanager
    def write(self) -> Iterator[RosterWork]:
        """One transaction; raises the EnvironmentFaults of ``faults``."""
        with self._lock, faults.named(self._home), self._engine.connect() as connection:
            connection.begin()
            yield RosterWork(connection)
            durable.commit(connection, Point.ROSTER)

    @contextmanager
    def read(self) -> Iterator[RosterWork]:
        """The same without keeping anything."""
        with self._lock, faults.named(self._home), self._engine.connect() as connection:
            yield RosterWork(connection)

    def cursors(self) -> tuple[int, int]:
        """How far in the server's log of the roster this copy has come, 0: a whole one is to be loaded; and how far in
        that of the grants.
        """
        with self.read() as work:
            return work.cursor(), work.grants.cursor()

    def finish_load(self) -> None:
        """Give a load whose rows are all here its indexes, and put it in the place of the old roster.

        Whoever begins another one meanwhile takes its rows away, and this comes to nothing.
        """
        with self.read() as work:
            load, number = work.load(), work.loads() + 1
        if load is None or load.position:
            return
        for statement in (
            _CHANGED_MEANWHILE,
            *_indexes(number, "loading_members"),
            "INSERT OR IGNORE INTO loading_keys SELECT key, name FROM loading_given ORDER BY key",
            "DELETE FROM loading_given",
        ):
            with self.write() as work:
                if work.load() != load:
                    return
                work.execute(statement)
        with self.write() as work:
            if work.load() == load:
                work.put_in_place(load.seq)

    def close(self) -> None:
        self._engine.dispose()


class RosterWork:
    """What one transaction on the roster can do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._keys = NameKeys(connection, "member_keys", "members")
        self.members = Members(connection)
        self.grants = DistrictGrants(connection)

    def execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)

    # ---- small news

    def upsert(self, members: Iterable[Member]) -> None:
        """Add or replace by ``member_no``."""
        batch = {member.member_no: row_of(member) for member in members}
        if not batch:
            return
        former = self._names_of(list(batch))
        self._connection.exec_driver_sql(_UPSERT, list(batch.values()))
        names = {row[1] for row in batch.values()}
        self._keys.know(names)
        self._keys.forget(former - names)

    def remove(self, member_nos: Iterable[int]) -> None:
        """Take members out; numbers that are not there do not matter."""
        gone = list(member_nos)
        if not gone:
            return
        former = self._names_of(gone)
        self._connection.exec_driver_sql("DELETE FROM members WHERE member_no = ?", [(each,) for each in gone])
        self._keys.forget(former)

    def _names_of(self, member_nos: Sequence[int]) -> set[str]:
        rows = self._connection.exec_driver_sql(_NAMES_OF, (json.dumps(member_nos),))
        return {row[0] for row in rows}

    # ---- how far it has come

    def cursor(self) -> int:
        return int(self._state("cursor") or 0)

    def set_cursor(self, seq: int) -> None:
        self._set_state("cursor", str(seq))

    def load(self) -> Load | None:
        """The load under way, None when there is none."""
        text = self._state("load")
        return Load(**json.loads(text)) if text else None

    def loads(self) -> int:
        """How many whole rosters were put in place so far."""
        return int(self._state("loads") or 0)

    # ---- a whole roster

    def start_load(self) -> None:
        """Begin anew; what an earlier load brought is thrown away."""
        self.drop_load()
        self.execute(_TABLE.format(name="loading_members"))
        self.execute(_KEYS.format(name="loading_keys"))
        self.execute("CREATE TABLE loading_given (key TEXT NOT NULL, name TEXT NOT NULL) STRICT")

    def drop_load(self) -> None:
        for table in ("loading_members", "loading_keys", "loading_given"):
            self.execute(f"DROP TABLE IF EXISTS {table}")
        self._set_state("load", "")

    def add_loaded(self, rows: Sequence[Row], then: Load) -> None:
        """Rows in the order of names; ``then``: where the next ones come from."""
        insert = f"INSERT OR REPLACE {_INSERT.format(table='loading_members')}"
        if rows:
            self._connection.exec_driver_sql(insert, list(rows))
        self._add_keys({row[1] for row in rows})
        self._set_state("load", json.dumps({"position": then.position, "seq": then.seq}))

    def _add_keys(self, names: Iterable[str]) -> None:
        """Keys that begin with the surname lie together, as the names do; the others are sorted at the end."""
        spelled = [(name, *spellings_of(name)) for name in sorted(names)]
        whole = [(key, name) for name, keys, _ in spelled for key in keys]
        given = [(key, name) for name, _, keys in spelled for key in keys]
        for table, pairs in (("loading_keys", whole), ("loading_given", given)):
            if pairs:
                self._connection.exec_driver_sql(f"INSERT OR IGNORE INTO {table} (key, name) VALUES (?, ?)", pairs)

    def put_in_place(self, seq: int) -> None:
        for old, new in (("members", "loading_members"), ("member_keys", "loading_keys")):
            self.execute(f"DROP TABLE {old}")
            self.execute(f"ALTER TABLE {new} RENAME TO {old}")
        self._set_state("loads", str(self.loads() + 1))
        self.set_cursor(seq)
        self.drop_load()

    def _state(self, key: str) -> str | None:
        found = self._connection.exec_driver_sql("SELECT value FROM state WHERE key = ?", (key,)).scalar()
        return None if found is None else str(found)

    def _set_state(self, key: str, value: str) -> None:
        self._connection.exec_driver_sql("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", (key, value))


def row_of(member: Member) -> Row:
    return (
        member.member_no,
        member.name,
        member.id_number,
        member.card_no,
        member.phone,
        member.employer,
        member.district,
        member.full_time_union_social_worker,
    )


def _indexes(number: int, table: str = "members") -> Iterator[str]:
    """``number`` keeps the names of an old roster's indexes and a new one's apart."""
    for column, unique in _INDEXES:
        yield f"CREATE {unique}INDEX IF NOT EXISTS members_{column}_{number} ON {table} ({column})"


def _layout(path: Path, key: bytes) -> int | None:
    """The layout of the file there; None where there is none that can be read."""
    if not path.exists():
        return None
    try:
        with faults.named(path.parent), closing(connections.connect(path, key)) as raw:
            version: int = raw.execute("PRAGMA user_version").fetchone()[0]
            raw.execute("SELECT value FROM state LIMIT 1").fetchall()
    except StationError as fault:
        if fault.code in ("store_damaged", "store_error"):
            return None
        raise
    return version
