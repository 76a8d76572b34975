"""The server's folder: where things lie, and what was configured there."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from station_app.errors import UserError

CONFIGURATION = """\
# The server's settings. Restart `central serve` after a change.

[notices]
# A short message to the applicant when a case was returned or paid. No plan of 2024 promises one: a courtesy.
sms = true
"""


@dataclass(frozen=True)
class Home:
    """``CENTRAL_HOME``: keys, scans, bank files and notices; the database too, unless a URL names another."""

    path: Path
    database_url: str

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> Home:
        path = _folder(environ)
        return cls(path, environ.get("CENTRAL_DATABASE_URL") or f"sqlite:///{path / 'central.db'}")

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def bank(self) -> Path:
        return self.path / "bank"

    @property
    def notices(self) -> Path:
        return self.path / "notices"

    @property
    def configuration(self) -> Path:
        return self.path / "central.toml"


@dataclass(frozen=True)
class Configuration:
    """``central.toml``. ``sms``: whether applicants are told by a short message."""

    sms: bool = True

    @classmethod
    def read(cls, file: Path) -> Configuration:
        """The settings of a home; defaults where the file or a line is missing. Raises ``configuration_unreadable``."""
        try:
            raw = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError("configuration_unreadable", file=str(file)) from error
        sms = raw.get("notices", {}).get("sms", True)
        if not isinstance(sms, bool):
            raise UserError("configuration_unreadable", file=str(file))
        return cls(sms)


def _folder(environ: Mapping[str, str]) -> Path:
    if environ.get("CENTRAL_HOME"):
        return Path(environ["CENTRAL_HOME"]).absolute()
    shared = Path("/var/lib/zhutui-central")
    if shared.is_dir() and os.access(shared, os.W_OK):
        return shared
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "zhutui-central"
