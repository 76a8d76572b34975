"""操作员: who sits at the counter, and what a role may do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an operator may do beyond reading: ``MAY`` is the whole of it."""

    CLERK = "clerk"
    LEAD = "lead"
    AUDITOR = "auditor"


class Act(StrEnum):
    """What takes a role to do. Looking at cases and changing one's own password take none."""

    CASES = "cases"  # begin, fill in, submit, withdraw; scans; the hand in the queue
    DISCARD = "discard"  # throw away pages that wait to be filed
    HAND_OVER = "hand_over"  # give away cases that are somebody else's
    STATION = "station"  # settings that hold for everybody, enrolment
    PEOPLE = "people"  # add and disable operators, give a new first password
    AUDIT = "audit"  # read who did what


MAY: Mapping[Role, frozenset[Act]] = {
    Role.CLERK: frozenset({Act.CASES}),
    Role.LEAD: frozenset(Act),
    Role.AUDITOR: frozenset({Act.AUDIT}),
}


@dataclass(frozen=True)
class Operator:
    """``id`` is a uuid4 and stands in audit rows; ``name`` is what the sign-in window shows.

    ``first_password``: a lead chose the password, so nothing can be done before it is changed. ``disabled``: cannot
    sign in any more.
    """

    id: str
    name: str
    role: Role = Role.CLERK
    first_password: bool = False
    disabled: bool = False

    def may(self, act: Act) -> bool:
        return not self.first_password and not self.disabled and act in MAY[self.role]
