"""What ``keys.json`` tells anybody: who may sign in, and whether there is a store. Unchecked, and quick.

The sign-in window paints from it, so it imports next to nothing; whether the file is whole (``key_file.read``) is
looked at right after the first picture.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from station_app.errors import EnvironmentFault

FILE = "keys.json"
_TRACES = ("store.db-wal", "scans", "backups")  # what a store leaves in its home from its first day


def document(home: Path) -> dict[str, Any] | None:
    """The file as it stands, None for a home without it. EnvironmentFault ``keys_damaged``, ``keys_unreadable``."""
    try:
        raw = json.loads((home / FILE).read_bytes().decode("ascii"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvironmentFault("keys_unreadable", errno=error.errno) from error
    except ValueError as error:
        raise EnvironmentFault("keys_damaged") from error
    if not isinstance(raw, dict):
        raise EnvironmentFault("keys_damaged")
    return raw


def operators(home: Path) -> list[str]:
    """The names in the order they were added. EnvironmentFault as ``document``."""
    raw = document(home)
    try:
        return list(dict.fromkeys(str(slot["name"]) for slot in raw["operators"])) if raw else []
    except (KeyError, TypeError) as error:
        raise EnvironmentFault("keys_damaged") from error


def is_set_up(home: Path) -> bool:
    """Whether there is a store that somebody can sign in to.

    A home that has lost one of its two halves is not a new one: nothing may be set up over it. Raises EnvironmentFault
    ``keys_missing``, ``store_missing``, and those of ``document``.
    """
    keys, store = bool(operators(home)), (home / "store.db").exists()
    if store and not keys:
        raise EnvironmentFault("keys_missing")
    if not store and any((home / name).exists() for name in _TRACES):
        raise EnvironmentFault("store_missing")
    return keys and store
