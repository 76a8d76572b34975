"""What every page is given: one operator's desk and the ways to work with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from station_app.events import Events
    from station_app.services.desk import Desk
    from sync.worker import SyncStatus
    from ui.bridge import Bridge
    from ui.tasks import Tasks
    from ui.theme import Theme


class SyncHandle(Protocol):
    """What a page may ask of the sync worker; every call returns at once."""

    @property
    def status(self) -> SyncStatus:
        """What it is doing now; ``Changed`` of kind ``SYNC`` tells when to look again."""

    def wake(self) -> None:
        """Make a pass now instead of at the next turn."""

    def pause(self) -> None:
        """Leave the network alone until ``resume``."""

    def resume(self) -> None: ...


@dataclass(frozen=True)
class Context:
    """Shared by the pages of one signed-in operator; ``sync`` is None only before enrolment."""

    desk: Desk
    tasks: Tasks
    bridge: Bridge
    theme: Theme
    events: Events
    sync: SyncHandle | None = None
