"""The database: made once, refused when it is not ours, and written so that another engine needs only another URL."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

import central
from central import tables
from central.context import make_central, open_central
from station_app.durable import Point
from station_app.errors import EnvironmentFault, StationError, UserError
from tests.unit.central.office import Clock, Office


def test_making_it_again_changes_nothing(office: Office) -> None:
    environment = {"CENTRAL_HOME": str(office.central.home.path)}
    again = make_central(environment, office.clock)
    again.close()
    assert (again.epoch, again.keys) == (office.central.epoch, office.central.keys)


def test_keys_are_for_their_owner_alone(office: Office) -> None:
    for file in office.central.home.keys.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    assert repr(office.central.keys.private) not in repr(office.central)


def test_a_home_that_is_not_there_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="central_not_initialised"):
        open_central({"CENTRAL_HOME": str(tmp_path / "nowhere")}, Clock())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("version", "code"), [(99, "database_too_new"), (0, "database_too_old")])
def test_a_database_of_another_version_is_refused(office: Office, version: int, code: str) -> None:
    with office.central.database.write(Point.SERVER_SCHEMA) as tx:
        tx.execute(update(tables.server).values(schema_version=version))
    with pytest.raises(EnvironmentFault, match=code):
        open_central({"CENTRAL_HOME": str(office.central.home.path)}, office.clock)


def test_a_file_that_is_no_database_is_named_as_such(office: Office) -> None:
    home = office.central.home.path
    office.central.close()
    for file in home.glob("central.db*"):
        file.unlink()
    (home / "central.db").write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(EnvironmentFault, match="database_damaged"):
        open_central({"CENTRAL_HOME": str(home)}, office.clock)


def test_an_unusable_url_is_the_callers_fault(office: Office) -> None:
    for url in ("nonsense", "postgresql+nodriver://x/y"):
        with pytest.raises(StationError, match="database_url_invalid"):
            open_central({"CENTRAL_HOME": str(office.central.home.path), "CENTRAL_DATABASE_URL": url}, office.clock)


def test_a_database_elsewhere_is_used(tmp_path: Path) -> None:
    environment = {
        "CENTRAL_HOME": str(tmp_path / "home"),
        "CENTRAL_DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.db'}",
    }
    make_central(environment, Clock()).close()
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "home" / "central.db").exists()


def test_what_is_written_is_kept_and_what_fails_is_undone(office: Office) -> None:
    def fails_half_way() -> None:
        with office.central.database.write(Point.SERVER_PAY) as tx:
            tx.execute(update(tables.counters).values(value=77))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_half_way()
    with office.central.database.read() as tx:
        assert 77 not in tx.execute(select(tables.counters.c.value)).scalars().all()


def test_every_table_and_lock_can_be_said_to_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in tables.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect)).strip().startswith("CREATE TABLE")
        for index in table.indexes:
            assert "CREATE" in str(CreateIndex(index).compile(dialect=dialect))
    locked = select(tables.devices.c.log_seq).with_for_update()
    assert "FOR UPDATE" in str(locked.compile(dialect=dialect))
    assert "FOR UPDATE" not in str(locked.compile(dialect=sqlite.dialect()))


def test_only_one_module_knows_which_engine_it_is() -> None:
    folder = Path(central.__file__).parent
    knowing = {
        file.name
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text")
        or (isinstance(node, ast.Attribute) and node.attr in ("exec_driver_sql", "dialect", "on_conflict_do_update"))
        or (isinstance(node, ast.Import) and any(each.name == "sqlite3" for each in node.names))
    }
    assert knowing == {"database.py"}
