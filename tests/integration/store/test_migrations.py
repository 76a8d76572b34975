"""The ladder: its sum is the declared schema, it goes up and down with data, and it guards what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault
from station_app.store import Store, StoreKeys, connections
from station_app.store.migrations import STATION, Ladder
from station_app.store.schema import METADATA
from tests.integration.store.conftest import HandClock, record

_NEXT = """
from alembic import op

revision = "9999"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE visits (id INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT")
    op.execute("ALTER TABLE facts ADD COLUMN note TEXT")
    {extra}


def downgrade() -> None:
    op.execute("ALTER TABLE facts DROP COLUMN note")
    op.execute("DROP TABLE visits")
"""


@contextmanager
def _database(path: Path, keys: StoreKeys) -> Iterator[Connection]:
    engine = connections.writer(path, keys.database)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _shape(connection: Connection) -> dict[str, Any]:
    """Tables, columns, keys and indexes, as SQLite itself sees them; names of constraints aside."""

    def ask(pragma: str, name: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM pragma_{pragma}('{name}')")]

    shape: dict[str, Any] = {}
    for name, without_rowid, strict in connection.exec_driver_sql(
        "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    ).all():
        if name.startswith("sqlite_") or name == "alembic_version":
            continue
        indexes = sorted(
            (
                row[1] if row[3] == "c" else row[3],
                row[2],
                row[4],
                tuple(column[2] for column in ask("index_info", row[1])),
            )
            for row in ask("index_list", name)
        )
        foreign = sorted(row[2:5] for row in ask("foreign_key_list", name))
        shape[name] = (without_rowid, strict, ask("table_info", name), indexes, foreign)
    return shape


def _conditions(connection: Connection) -> dict[str, str]:
    """The CHECKs and the words of partial indexes, white space and quotes aside."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'")
    return {
        name: "".join(sql.replace('"', "").split())
        for name, sql in rows
        if name not in ("alembic_version", "sqlite_sequence")
    }


def test_the_head_is_the_declared_schema(tmp_path: Path, keys: StoreKeys) -> None:
    with _database(tmp_path / "climbed.db", keys) as climbed, _database(tmp_path / "declared.db", keys) as declared:
        STATION.climb(climbed)
        METADATA.create_all(declared)
        assert _shape(climbed) == _shape(declared)
        assert _conditions(climbed) == _conditions(declared)


def test_alembic_sees_no_difference_either(tmp_path: Path, keys: StoreKeys) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with _database(tmp_path / "a.db", keys) as connection:
        STATION.climb(connection)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_named_revisions_are_those_of_the_folder() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(STATION.versions[0].parent))
    scripts = ScriptDirectory.from_config(config)
    assert [each.revision for each in scripts.walk_revisions()][::-1] == list(STATION.revisions)


def test_down_and_up_again_is_the_same(tmp_path: Path, keys: StoreKeys) -> None:
    with _database(tmp_path / "a.db", keys) as connection:
        STATION.climb(connection)
        before = _shape(connection), _conditions(connection)
        STATION.descend(connection, "base")
        assert _shape(connection) == {}
        STATION.climb(connection)
        assert (_shape(connection), _conditions(connection)) == before


def _longer(folder: Path, extra: str = "pass") -> Ladder:
    folder.mkdir()
    (folder / "r9999_next.py").write_text(_NEXT.format(extra=extra, before=STATION.head), "utf-8")
    return Ladder((*STATION.revisions, "9999"), (*STATION.versions, folder))


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write(Point.DRAFT) as uow:
        uow.applications.add(record())
        uow.facts.set("station_no", "CY001")
    return store


def test_an_older_store_is_backed_up_and_climbs_with_its_data(
    filled: Store, home: Path, keys: StoreKeys, clock: HandClock, tmp_path: Path
) -> None:
    filled.close()
    ladder = _longer(tmp_path / "more")
    with closing(Store.open(home, keys, clock, ladder)) as store, store.read() as uow:
        assert uow.applications.get("case-1") == record()
        assert [tuple(row) for row in uow.connection.exec_driver_sql("SELECT value, note FROM facts")] == [
            ("CY001", None)
        ]
    (backup,) = (home / "backups").iterdir()
    with closing(connections.connect(backup, keys.database)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [(STATION.head,)]
        assert old.execute("SELECT reference FROM applications").fetchall() == [(record().reference,)]


def test_a_store_at_the_head_is_not_backed_up(filled: Store, home: Path, keys: StoreKeys, clock: HandClock) -> None:
    filled.close()
    Store.open(home, keys, clock).close()
    assert not (home / "backups").exists()


def test_a_rung_that_breaks_leaves_the_store_as_it_was(
    filled: Store, home: Path, keys: StoreKeys, clock: HandClock, tmp_path: Path
) -> None:
    filled.close()
    ladder = _longer(tmp_path / "more", extra='op.execute("INSERT INTO no_such_table VALUES (1)")')
    with pytest.raises(Exception, match=r"store_error|no_such_table"):
        Store.open(home, keys, clock, ladder)
    with closing(Store.open(home, keys, clock)) as store, store.read() as uow:
        assert uow.applications.get("case-1") == record()
        assert uow.connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'visits'").scalar() == 0


def test_down_with_data_keeps_it(filled: Store, home: Path, keys: StoreKeys, clock: HandClock, tmp_path: Path) -> None:
    filled.close()
    ladder = _longer(tmp_path / "more")
    Store.open(home, keys, clock, ladder).close()
    with pytest.raises(EnvironmentFault, match="store_too_new"):
        Store.open(home, keys, clock)
    with _database(home / "store.db", keys) as connection:
        ladder.descend(connection, STATION.head)
    with closing(Store.open(home, keys, clock)) as store, store.read() as uow:
        assert uow.applications.get("case-1") == record()


def test_a_migrated_store_still_has_its_triggers(
    filled: Store, home: Path, keys: StoreKeys, clock: HandClock, tmp_path: Path
) -> None:
    with filled.read() as uow:
        before = uow.connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()
    assert len(before) >= 18
    filled.close()
    with closing(Store.open(home, keys, clock, _longer(tmp_path / "more"))) as store, store.read() as uow:
        assert uow.connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all() == before


def test_the_server_is_asked_again_for_the_places_of_payments(tmp_path: Path, keys: StoreKeys) -> None:
    """0004: what was heard before it has no place in the server's log, so the log is heard from its beginning."""
    with _database(tmp_path / "a.db", keys) as connection:
        STATION.climb(connection, "0003")
        told = [("cursor", '{"log":7,"roster":9,"packs":3}'), ("epoch", "no json")]
        connection.exec_driver_sql("INSERT INTO facts VALUES (?, ?)", told)
        durable.commit(connection, Point.SYNC_STATE)
        STATION.climb(connection)
        facts = {row.key: row.value for row in connection.exec_driver_sql("SELECT key, value FROM facts")}
    assert facts == {"cursor": '{"log":0,"roster":9,"packs":3}', "epoch": "no json"}
