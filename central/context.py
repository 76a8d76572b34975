"""An open server: what every use case works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from central.clock import Clock, beijing_day, stamp
from central.database import Database
from central.home import CONFIGURATION, Configuration, Home
from central.keys import ServerKeys, load_keys, make_keys
from central.schema import make_schema, read_epoch
from station_app import durable
from station_app.durable import Point
from station_app.errors import UserError


@dataclass(frozen=True)
class Central:
    """``epoch`` is the database's: it changes when a server was restored, and stations offer again what they sent."""

    home: Home
    configuration: Configuration
    database: Database
    keys: ServerKeys
    epoch: str
    clock: Clock

    def now(self) -> str:
        return stamp(self.clock())

    def today(self) -> date:
        """The calendar day in Beijing."""
        return beijing_day(self.clock())

    def close(self) -> None:
        self.database.close()


def make_central(environ: Mapping[str, str], clock: Clock) -> Central:
    """Make the home, the keys and the database where they are missing, and open it."""
    home = Home.of(environ)
    for folder in (home.path, home.blobs, home.bank, home.notices):
        durable.make_folder(folder, Point.SERVER_KEYS)
    if not home.configuration.exists():
        durable.write_file(home.configuration, CONFIGURATION.encode(), Point.SERVER_KEYS)
    make_keys(home)
    database = Database(home.database_url)
    try:
        make_schema(database, clock)
    finally:
        database.close()
    return open_central(environ, clock)


def open_central(environ: Mapping[str, str], clock: Clock) -> Central:
    """Open a home; raises UserError ``central_not_initialised`` and the database's faults."""
    home = Home.of(environ)
    keys = load_keys(home)
    if home.database_url == f"sqlite:///{home.path / 'central.db'}" and not (home.path / "central.db").exists():
        raise UserError("central_not_initialised", home=str(home.path))
    database = Database(home.database_url)
    try:
        epoch = read_epoch(database)
    except BaseException:
        database.close()
        raise
    return Central(home, Configuration.read(home.configuration), database, keys, epoch, clock)
