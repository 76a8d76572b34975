"""What every kind of condition is made of.

A *check* looks at a case and answers findings. A *rule* is one check of a pack with the circumstances under which it
is looked at: the category, the condition ``when`` and the rules it comes ``after`` (digest, section 10: a rule whose
premise failed is not evaluated).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any, Protocol

from station_app.domain.application import Category
from station_app.plans.assessment import Clause, Finding, Severity
from station_app.plans.case import FACT_SPECS, Case, Fact, Grant
from station_app.plans.catalogue import Catalogue
from station_app.plans.tables import Table
from station_app.plans.text import normalise

Found = tuple[Finding, ...]
NOTHING: Found = ()
FACT_NAMES = frozenset({*FACT_SPECS, "applied_on"})


@dataclass(frozen=True)
class Outcome:
    """A finding in waiting: everything but its parameters."""

    code: str
    severity: Severity
    field: str | None
    clause: Clause | None

    def __call__(self, **params: Any) -> Found:
        return (Finding(self.code, self.severity, self.field, self.clause, params),)


@dataclass(frozen=True)
class Offer:
    """One fact with another value, at which a condition would be met: what ``plans.way_out`` tries.

    ``field``: the fact, or ``history``, or ``plan``. ``code`` and ``params``: the phrase that says it. ``also``: facts
    that are another side of the same thing (a contest's year stands in its name as well).
    """

    field: str
    value: Fact | tuple[Grant, ...]
    code: str
    params: Mapping[str, Any] = made(default_factory=dict)
    also: Mapping[str, Fact] = made(default_factory=dict)


class Check(Protocol):
    """One condition. ``needs``: the facts without which it can say nothing; it is only called with them there.

    ``offers``: values at which this condition would be met or met otherwise, the nearest first. They are only tried:
    whether one helps, the whole plan decides.
    """

    @property
    def needs(self) -> tuple[str, ...]: ...

    def __call__(self, case: Case) -> Found: ...

    def offers(self, case: Case) -> Iterable[Offer]: ...


@dataclass(frozen=True)
class Pack:
    """What the rules of a pack share while they are read. ``level_names``: normalised name to level."""

    clauses: Mapping[str, Clause]
    catalogue: Catalogue
    level_names: Mapping[str, int]

    def clause(self, table: Table, key: str = "clause") -> Clause | None:
        """The clause a rule names; absent: the plan prints none."""
        name = table.optional_text(key)
        if name is None:
            return None
        if name not in self.clauses:
            raise table.wrong(key, "clause_unknown")
        return self.clauses[name]


@dataclass(frozen=True)
class Condition:
    """Facts and the values wanted of each; texts compare normalised. Empty: always."""

    wanted: tuple[tuple[str, frozenset[str | int | bool]], ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.wanted)

    def holds(self, case: Case) -> bool:
        for name, values in self.wanted:
            fact = case.facts.get(name)
            if (normalise(fact) if isinstance(fact, str) else fact) not in values:
                return False
        return True


@dataclass(frozen=True)
class Rule:
    """A check and its circumstances. ``needs`` counts the facts of ``when`` too."""

    id: str
    check: Check
    categories: frozenset[Category]
    when: Condition
    after: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return (*self.when.facts, *self.check.needs)


def read_condition(table: Table) -> Condition:
    """``when = { level = [1, 2], round = ["final"] }``."""
    wanted = []
    for name, values in table.entries().items():
        if name not in FACT_NAMES:
            raise table.wrong(name, "fact_unknown")
        if not isinstance(values, list) or not values or not all(isinstance(each, str | int) for each in values):
            raise table.wrong(name, "not_a_list")
        wanted.append((name, frozenset(normalise(each) if isinstance(each, str) else each for each in values)))
    return Condition(tuple(wanted))


def read_fact(table: Table, key: str = "fact", default: str | None = None) -> str:
    """A key whose value must be the name of a fact."""
    name = table.text(key, default)
    if name not in FACT_NAMES:
        raise table.wrong(key, "fact_unknown")
    return name


def names_of(values: tuple[str, ...]) -> frozenset[str]:
    """Names ready to be compared."""
    return frozenset(map(normalise, values))
