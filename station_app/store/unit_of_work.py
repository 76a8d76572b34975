"""What one transaction can do: a repository for each kind of thing, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from station_app.plans import Grant
from station_app.store.applications import Applications
from station_app.store.audit import Audit
from station_app.store.district_grants import DistrictGrants
from station_app.store.facts import Facts
from station_app.store.keys import StoreKeys
from station_app.store.members import Members
from station_app.store.operators import Operators
from station_app.store.originals import Originals
from station_app.store.outbox import Outbox
from station_app.store.packs import Packs
from station_app.store.paper_files import PaperFiles
from station_app.store.prints import Prints
from station_app.store.readings import Readings
from station_app.store.receipts import Receipts
from station_app.store.retention import Retention
from station_app.store.scans import Scans
from station_app.store.settings import Settings
from station_app.store.times import Clock
from station_app.store.tray import Tray


@dataclass
class UnitOfWork:
    """Handed out by ``Store.write`` and ``Store.read``; useless once they end."""

    connection: Connection
    keys: StoreKeys
    clock: Clock
    reader: Callable[[], AbstractContextManager[Connection]]  # one that sees the roster's file too

    def district_grants_of(self, id_number: str) -> list[Grant]:
        """What this person has at other PCs. A writer does not see the roster's file, so it asks a reader."""
        with self.reader() as connection:
            return DistrictGrants(connection).of(id_number)

    @cached_property
    def members(self) -> Members:
        return Members(self.connection)

    @cached_property
    def applications(self) -> Applications:
        return Applications(self.connection)

    @cached_property
    def scans(self) -> Scans:
        return Scans(self.connection)

    @cached_property
    def originals(self) -> Originals:
        return Originals(self.connection)

    @cached_property
    def paper_files(self) -> PaperFiles:
        return PaperFiles(self.connection)

    @cached_property
    def readings(self) -> Readings:
        return Readings(self.connection)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self.connection)

    @cached_property
    def prints(self) -> Prints:
        return Prints(self.connection)

    @cached_property
    def tray(self) -> Tray:
        return Tray(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self.connection)

    @cached_property
    def receipts(self) -> Receipts:
        return Receipts(self.connection)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self.connection, self.keys.audit, self.clock)

    @cached_property
    def settings(self) -> Settings:
        return Settings(self.connection)

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.connection)

    @cached_property
    def packs(self) -> Packs:
        return Packs(self.connection)

    @cached_property
    def operators(self) -> Operators:
        return Operators(self.connection, self.clock)
