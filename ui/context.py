"""What every page is given: one operator's desk and the ways to work with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from station_app.events import Events
    from station_app.services.desk import Desk
    from station_app.services.sorting import Stack
    from sync.standing import Standing
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

    def send_now(self) -> None:
        """Send the scans that wait for their hour, this once."""


class StandingHandle(Protocol):
    """Whom a page may ask whether a person has applied or been paid elsewhere; every call returns at once."""

    @property
    def latest(self) -> Standing | None:
        """The newest answer; ``Changed`` of kind ``GRANTS`` tells when to look again."""

    def ask(self, id_number: str, plan: int) -> None:
        """Ask the server, if there is a line to it."""


class ReadingHandle(Protocol):
    """What a page may see of the reading worker."""

    @property
    def stack(self) -> Stack:
        """What becomes of the pages that were put into the tray last; ``Changed`` of kind ``TRAY`` tells when."""

    @property
    def failure(self) -> str | None:
        """The code of why nothing is read at the moment."""


@dataclass(frozen=True)
class Context:
    """Shared by the pages of one signed-in operator; ``sync``, ``standing`` and ``reading`` are None only before
    enrolment and in tests.
    """

    desk: Desk
    tasks: Tasks
    bridge: Bridge
    theme: Theme
    events: Events
    sync: SyncHandle | None = None
    standing: StandingHandle | None = None
    reading: ReadingHandle | None = None
