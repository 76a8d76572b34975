"""What a write touched, and the one place that tells others about it.

``Changed`` names kinds of things, never rows: a view that shows such things asks again. Nobody calls another view.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock


class Kind(StrEnum):
    """The kinds of things a write can touch."""

    APPLICATIONS = "applications"
    MEMBERS = "members"
    OUTBOX = "outbox"
    SCANS = "scans"
    TRAY = "tray"  # pages that wait to be filed
    SYNC = "sync"  # the progress and the result of a pass
    SETTINGS = "settings"
    OPERATORS = "operators"
    PLANS = "plans"
    GRANTS = "grants"  # what people applied for or were paid at other PCs
    READINGS = "readings"  # what was read off pages
    BACKUP = "backup"  # the progress and the result of an automatic backup


@dataclass(frozen=True)
class Changed:
    """The answer of every service that writes."""

    kinds: frozenset[Kind] = frozenset()

    @classmethod
    def of(cls, *kinds: Kind) -> Changed:
        return cls(frozenset(kinds))

    def __or__(self, other: Changed) -> Changed:
        return Changed(self.kinds | other.kinds)

    def __bool__(self) -> bool:
        return bool(self.kinds)

    def touches(self, *kinds: Kind) -> bool:
        return not self.kinds.isdisjoint(kinds)


Listener = Callable[[Changed], None]


@dataclass
class Events:
    """Carries ``Changed`` from any thread to those who listen; a listener is called on the sender's thread."""

    _listeners: list[Listener] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; the returned function takes it away again."""
        with self._lock:
            self._listeners.append(listener)

        def forget() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return forget

    def send(self, changed: Changed) -> None:
        if not changed:
            return
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(changed)
