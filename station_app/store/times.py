"""The one spelling of a moment: ISO 8601 UTC with ``Z``, whole seconds, so that text order is time order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from station_app.errors import BugError

Clock = Callable[[], datetime]
Moment = datetime | str


def stamp(moment: Moment) -> str:
    """``2024-05-15T06:30:00Z``; text is read and written again. Raises BugError ``moment_without_zone``."""
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if read.tzinfo is None:
        raise BugError("moment_without_zone")
    return read.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
