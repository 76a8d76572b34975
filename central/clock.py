"""The server's time: one spelling of a moment, and the calendar day in Beijing, which all plans count by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def system_clock() -> datetime:
    """The machine's clock, aware UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as the database and the wire write it: ``2024-05-15T06:30:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def beijing_day(moment: datetime) -> date:
    """The calendar day of a moment in Beijing (UTC+8, no summer time)."""
    return moment.astimezone(BEIJING).date()
