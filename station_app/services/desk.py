"""What every clerk action works with: an open home and who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Generic, TypeVar

from station_app.access.secrets import SecretStore
from station_app.domain.operator import Act, Operator
from station_app.errors import UserError
from station_app.events import Changed
from station_app.plans import PlanBook
from station_app.store import Store

T = TypeVar("T")
Clock = Callable[[], datetime]
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def system_clock() -> datetime:
    """The PC's clock, aware UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as the store and the wire write it: ``2024-05-15T06:30:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Desk:
    """An open home: its store, the operator at it, the plans in force.

    ``plans`` changes when sync brings a pack; ``master`` wraps further key slots and is dropped at sign-out.
    """

    home: Path
    store: Store
    operator: Operator
    plans: PlanBook
    clock: Clock
    secrets: SecretStore
    master: bytes = field(repr=False)

    def require(self, act: Act) -> None:
        """Raises UserError ``first_password`` (it must be changed before anything else), ``role_forbids``."""
        if self.operator.first_password:
            raise UserError("first_password")
        if not self.operator.may(act):
            raise UserError("role_forbids", role=f"role.{self.operator.role}")

    def now(self) -> str:
        return stamp(self.clock())

    def today(self) -> date:
        """The calendar day in Beijing, which all plans count by."""
        return self.clock().astimezone(BEIJING).date()


@dataclass(frozen=True)
class Written(Generic[T]):
    """What a service that wrote answers: its value, and what the write touched."""

    value: T
    changed: Changed
