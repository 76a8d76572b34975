"""Conditions that fit any fact: true or false, a number between bounds, the deadline, a remark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from station_app.plans.assessment import Severity
from station_app.plans.case import Case
from station_app.plans.rules.base import NOTHING, Found, Offer, Outcome, Pack, read_fact
from station_app.plans.tables import Table


def read_severity(table: Table, default: Severity = Severity.REFUSE) -> Severity:
    text = table.text("severity", default.value)
    if text not in set(Severity):
        raise table.wrong("severity", "severity_unknown")
    return Severity(text)


@dataclass(frozen=True)
class Flag:
    """A yes-or-no fact that must have one value. An optional one says nothing while it is unknown."""

    fact: str
    wanted: bool
    optional: bool
    outcome: Outcome

    @classmethod
    def read(cls, table: Table, pack: Pack) -> Flag:
        fact = read_fact(table)
        outcome = Outcome(table.text("code"), read_severity(table), fact, pack.clause(table))
        return cls(fact, table.flag("wanted", default=True), table.flag("optional", default=False), outcome)

    @property
    def needs(self) -> tuple[str, ...]:
        return () if self.optional else (self.fact,)

    def __call__(self, case: Case) -> Found:
        given = case.flag(self.fact)
        return NOTHING if given is None or given is self.wanted else self.outcome()

    def offers(self, case: Case) -> Iterable[Offer]:
        return (Offer(self.fact, self.wanted, self.fact if self.wanted else f"{self.fact}_not"),)


@dataclass(frozen=True)
class Deadline:
    """The last day to apply, that day included (digest, invariant 7)."""

    last: date
    outcome: Outcome
    needs: tuple[str, ...] = ("applied_on",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> Deadline:
        outcome = Outcome("after_deadline", Severity.REFUSE, "applied_on", pack.clause(table))
        return cls(table.day("last"), outcome)

    def __call__(self, case: Case) -> Found:
        applied_on = case.day("applied_on")
        if applied_on is None or applied_on <= self.last:
            return NOTHING
        return self.outcome(applied_on=applied_on.isoformat(), last=self.last.isoformat())

    def offers(self, case: Case) -> Iterable[Offer]:
        return (Offer("applied_on", self.last, "applied_by", {"last": self.last.isoformat()}),)


@dataclass(frozen=True)
class Range:
    """A whole number between bounds, both included; on ``boundary`` the text leaves it open."""

    fact: str
    low: int | None
    high: int | None
    boundary: frozenset[int]
    below: Outcome | None
    above: Outcome | None
    on_boundary: Outcome | None

    @classmethod
    def read(cls, table: Table, pack: Pack) -> Range:
        fact, clause = read_fact(table), pack.clause(table)

        def outcome(key: str, severity: Severity, *, wanted: bool) -> Outcome | None:
            return Outcome(table.text(key), severity, fact, clause) if wanted else None

        low, high, boundary = table.optional_whole("low"), table.optional_whole("high"), table.wholes("boundary")
        if low is not None and high is not None and high < low:
            raise table.wrong("high", "end_before_start")
        return cls(
            fact,
            low,
            high,
            frozenset(boundary),
            outcome("below", Severity.REFUSE, wanted=low is not None),
            outcome("above", Severity.REFUSE, wanted=high is not None),
            outcome("on_boundary", Severity.REVIEW, wanted=bool(boundary)),
        )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.fact,)

    def __call__(self, case: Case) -> Found:
        given = case.number(self.fact)
        if given is None:
            return NOTHING
        if self.on_boundary and given in self.boundary:
            return self.on_boundary(given=given)
        if self.below and self.low is not None and given < self.low:
            return self.below(given=given, low=self.low)
        if self.above and self.high is not None and given > self.high:
            return self.above(given=given, high=self.high)
        return NOTHING

    def offers(self, case: Case) -> Iterable[Offer]:
        low, high = self.low or 0, self.high
        while low in self.boundary:
            low += 1
        while high is not None and high in self.boundary:
            high -= 1
        if high is not None:
            yield Offer(self.fact, high, "at_most", {"field": self.fact, "high": high})
        if self.low is not None:
            yield Offer(self.fact, low, "at_least", {"field": self.fact, "low": low})


@dataclass(frozen=True)
class Remark:
    """Something to know about every case the rule's ``when`` fits."""

    outcome: Outcome
    needs: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: Table, pack: Pack) -> Remark:
        return cls(Outcome(table.text("code"), Severity.INFO, table.optional_text("field"), pack.clause(table)))

    def __call__(self, case: Case) -> Found:
        return self.outcome()

    def offers(self, case: Case) -> Iterable[Offer]:
        return ()


@dataclass(frozen=True)
class Choice:
    """A person who holds several qualifications may choose one."""

    outcome: Outcome
    needs: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: Table, pack: Pack) -> Choice:
        return cls(Outcome(table.text("code"), Severity.INFO, None, pack.clause(table)))

    def __call__(self, case: Case) -> Found:
        return self.outcome() if case.also_holds else NOTHING

    def offers(self, case: Case) -> Iterable[Offer]:
        return ()
