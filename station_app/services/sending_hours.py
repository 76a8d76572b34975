"""When scans may use the line: always, at night, or when a clerk says so (a line that is paid by what it carries).

What is small goes at any time: submissions, states, receipts, plans. Scans, and a roster of many members, wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from station_app.services.desk import BEIJING, Desk


class ScansWhen(StrEnum):
    """The values of the setting ``scans_when``."""

    ALWAYS = "always"
    NIGHT = "night"
    ASKED = "asked"


@dataclass(frozen=True)
class SendingHours:
    """``begins`` and ``ends``: hours of the day in Beijing, for ``NIGHT``; the same twice is the whole day."""

    when: ScansWhen
    begins: int
    ends: int

    def open_at(self, moment: datetime) -> bool:
        """Whether scans go at this moment without being asked for."""
        if self.when is not ScansWhen.NIGHT:
            return self.when is ScansWhen.ALWAYS
        hour = moment.astimezone(BEIJING).hour
        return (hour - self.begins) % 24 < ((self.ends - self.begins) % 24 or 24)


def sending_hours(desk: Desk) -> SendingHours:
    with desk.store.read() as uow:
        values = [uow.settings.get(key) for key in ("scans_when", "night_from", "night_to")]
    return SendingHours(ScansWhen(str(values[0])), int(values[1]), int(values[2]))


def may_send_now(desk: Desk) -> bool:
    return sending_hours(desk).open_at(desk.clock())
