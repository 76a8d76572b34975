"""Small text files that go to the association and come back."""

from __future__ import annotations

from pathlib import Path

from station_app import durable
from station_app.durable import Point
from station_app.errors import UserError
from station_app.store import faults

_LARGEST = 64 * 1024  # bytes


def write(file: Path, text: str) -> None:
    """Raises UserError ``target_full``, ``file_not_writable``."""
    try:
        durable.write_file(file.absolute(), text.encode(), Point.OUTPUT_FILE)
    except OSError as error:
        raise faults.of_output(error) from error


def read(file: Path) -> str:
    """Raises UserError ``file_unreadable`` (param ``file``)."""
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("file_unreadable", file=file.name) from error
