"""Making the tables, and refusing a database that is not of this program's version."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert, inspect, select, update

from central.clock import Clock, stamp
from central.database import Database
from central.grant_news import note_all
from central.tables import SCHEMA_VERSION, counters, metadata, server
from station_app.durable import Point
from station_app.errors import BugError, EnvironmentFault, UserError

COUNTERS = ("roster", "packs", "batches", "audit", "grants")


def make_schema(database: Database, clock: Clock) -> None:
    """Make what is missing, all in one transaction; a database that is there keeps its epoch.

    An older one is brought up to this version: so far each only added tables. Raises EnvironmentFault
    ``database_too_new``.
    """
    with database.write(Point.SERVER_SCHEMA) as tx:
        metadata.create_all(tx)
        version = tx.execute(select(server.c.schema_version)).scalar()
        if version is not None and version > SCHEMA_VERSION:
            raise EnvironmentFault("database_too_new")
        tx.execute(update(server).values(schema_version=SCHEMA_VERSION))
        if version is None:
            tx.execute(
                insert(server).values(
                    id=1, schema_version=SCHEMA_VERSION, epoch=secrets.token_hex(16), created_at=stamp(clock())
                )
            )
        known = set(tx.execute(select(counters.c.name)).scalars())
        if missing := [{"name": name, "value": 0} for name in COUNTERS if name not in known]:
            tx.execute(insert(counters), missing)
            note_all(tx)  # a database from before the log of grants


def read_epoch(database: Database) -> str:
    """The epoch of a database that fits; raises ``central_not_initialised``, ``database_too_new``, ``_too_old``."""
    with database.read() as tx:
        there = inspect(tx).has_table(server.name)
        row = tx.execute(select(server.c.schema_version, server.c.epoch)).first() if there else None
    if row is None:
        raise UserError("central_not_initialised")
    if row.schema_version > SCHEMA_VERSION:
        raise EnvironmentFault("database_too_new")
    if row.schema_version < SCHEMA_VERSION:
        raise EnvironmentFault("database_too_old")
    epoch: str = row.epoch
    return epoch


def next_number(tx: Connection, name: str, count: int = 1) -> int:
    """Draw ``count`` numbers of a kind and return the first; others wait until this transaction ends."""
    last = tx.execute(select(counters.c.value).where(counters.c.name == name).with_for_update()).scalar()
    if last is None:
        raise BugError("counter_unknown", name=name)
    tx.execute(update(counters).where(counters.c.name == name).values(value=last + count))
    first: int = last + 1
    return first
