"""What the window needs before anybody signs in, kept outside the encrypted store. No personal data."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import NamedTuple

from station_app.config import BY_KEY

FILE = "window.json"


class Remembered(NamedTuple):
    """``theme`` and ``text_size`` copy the settings; ``told_no_secret_store``: the clerk has been told once."""

    theme: str = str(BY_KEY["theme"].default)
    text_size: int = int(BY_KEY["text_size"].default)
    told_no_secret_store: bool = False


def load(home: Path) -> Remembered:
    """What was remembered; the defaults for what cannot be read or is no longer a choice."""
    try:
        raw = json.loads((home / FILE).read_text("ascii"))
        known = Remembered(str(raw["theme"]), int(raw["text_size"]), bool(raw["told_no_secret_store"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Remembered()
    if known.theme not in BY_KEY["theme"].choices or known.text_size not in BY_KEY["text_size"].choices:
        return Remembered(told_no_secret_store=known.told_no_secret_store)
    return known


def save(home: Path, remembered: Remembered) -> None:
    """Keep it; a disk that refuses costs only the memory."""
    from station_app import durable
    from station_app.durable import Point

    with contextlib.suppress(OSError):
        durable.write_file(home / FILE, json.dumps(remembered._asdict()).encode("ascii"), Point.SETTING)
