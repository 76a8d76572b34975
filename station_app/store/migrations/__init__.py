"""The ladder from any older schema to this one. Alembic is imported only when there is a rung to climb.

A database from a newer program is refused, never touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from station_app import durable
from station_app.durable import Point
from station_app.errors import EnvironmentFault

if TYPE_CHECKING:
    from alembic.config import Config


@dataclass(frozen=True)
class Ladder:
    """``revisions`` from the oldest to the newest, named here so that opening need not ask Alembic."""

    revisions: tuple[str, ...]
    versions: tuple[Path, ...]

    @property
    def head(self) -> str:
        return self.revisions[-1]

    def revision_of(self, connection: Connection) -> str | None:
        """The revision the database stands at, None for an empty one; raises EnvironmentFault ``store_too_new``."""
        known = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
        ).first()
        row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first() if known else None
        if row is None:
            return None
        revision = str(row[0])
        if revision not in self.revisions:
            raise EnvironmentFault("store_too_new", revision=revision)
        return revision

    def climb(self, connection: Connection, target: str = "head") -> None:
        """Upgrade to ``target`` in one transaction, which this commits."""
        from alembic import command

        config = self._config(connection)
        command.upgrade(config, target)
        durable.commit(connection, Point.MIGRATION)

    def descend(self, connection: Connection, target: str) -> None:
        """Downgrade to ``target`` in one transaction, which this commits."""
        from alembic import command

        command.downgrade(self._config(connection), target)
        durable.commit(connection, Point.MIGRATION)

    def _config(self, connection: Connection) -> Config:
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent))
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", _joined(self.versions))
        config.attributes["connection"] = connection
        return config


def _joined(folders: tuple[Path, ...]) -> str:
    import os

    return os.pathsep.join(str(each) for each in folders)


STATION = Ladder(
    ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"), (Path(__file__).parent / "versions",)
)
