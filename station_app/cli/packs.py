"""Plan packs as a person names them: the year of one that the program ships, a folder, its ``plan.toml``, a bundle."""

from __future__ import annotations

from pathlib import Path

import resources
from resources.pack_files import pack_at
from station_app.cli.output import WrongUse


def pack_files(name: str) -> dict[str, str]:
    """A pack's files, name to text. Raises UserError ``pack_invalid`` and WrongUse ``file_unreadable``."""
    if name.isdecimal() and name.isascii() and int(name) in resources.plan_years():
        return resources.plan_files(int(name))
    try:
        return pack_at(Path(name))
    except OSError as error:
        raise WrongUse("file_unreadable", file=name) from error
