"""操作员: who sits at the counter. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an operator may do beyond entering cases: ``LEAD`` sees to the station, ``AUDITOR`` only reads."""

    CLERK = "clerk"
    LEAD = "lead"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Operator:
    """``id`` is a uuid4 and stands in audit rows; ``name`` is what the sign-in window shows."""

    id: str
    name: str
    role: Role = Role.CLERK
