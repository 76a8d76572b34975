"""What every page is given: one operator's desk and the ways to work with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from station_app.events import Events
    from station_app.services.desk import Desk
    from ui.bridge import Bridge
    from ui.tasks import Tasks
    from ui.theme import Theme


class SyncHandle(Protocol):
    """What a page may ask of the sync worker."""

    def wake(self) -> None:
        """Start a pass now instead of at the next turn."""


@dataclass(frozen=True)
class Context:
    """Shared by the pages of one signed-in operator; ``sync`` is None only before enrolment."""

    desk: Desk
    tasks: Tasks
    bridge: Bridge
    theme: Theme
    events: Events
    sync: SyncHandle | None = None
