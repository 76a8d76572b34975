"""Conditions on dates. All are calendar days in Beijing; which date counts is each plan's own rule (digest A-8)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from station_app.plans.assessment import Clause, Severity
from station_app.plans.case import Case, Fact
from station_app.plans.rules.base import NOTHING, Found, Offer, Outcome, Pack, read_fact
from station_app.plans.rules.general import read_severity
from station_app.plans.tables import Table


@dataclass(frozen=True)
class DateWindow:
    """The date that counts must lie in the window, both days included; no ``end``: open.

    Where the first issue counts (``first``), it decides as soon as it is known; a re-issued certificate whose first
    issue is unknown goes to the reviewer unless the paper itself is older than the window (digest A-7).
    """

    field: str
    start: date
    end: date | None
    boundary: frozenset[date]
    first: bool
    outside: Outcome
    first_outside: Outcome
    first_unknown: Outcome
    on_boundary: Outcome

    @classmethod
    def read(cls, table: Table, pack: Pack) -> DateWindow:
        clause, field = pack.clause(table), read_fact(table, "field")
        first = pack.clause(table, "first_issue_clause")
        start, end = table.day("start"), table.optional_day("end")
        if end is not None and end < start:
            raise table.wrong("end", "end_before_start")

        def outcome(code: str, severity: Severity, field: str, clause: Clause | None) -> Outcome:
            return Outcome(code, severity, field, clause)

        return cls(
            field,
            start,
            end,
            frozenset(table.days("boundary")),
            first is not None,
            outcome(table.text("code"), read_severity(table), field, clause),
            outcome("first_issue_outside_window", Severity.REFUSE, "first_issue_date", first),
            outcome("first_issue_unknown", Severity.REVIEW, "first_issue_date", first),
            outcome("issue_date_on_boundary", Severity.REVIEW, field, clause),
        )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.field,)

    @property
    def clause(self) -> Clause | None:
        return self.outside.clause

    def __call__(self, case: Case) -> Found:
        printed = case.day(self.field)
        if printed is None:
            return NOTHING
        if self.first:
            first = case.day("first_issue_date")
            if first is not None and first != printed:
                return self._judge(first, self.first_outside)
            if first is None and case.flag("reissued") and printed >= self.start:
                return self.first_unknown(day=printed.isoformat())
        return self._judge(printed, self.outside)

    def _judge(self, day: date, outside: Outcome) -> Found:
        if day in self.boundary:
            return self.on_boundary(day=day.isoformat())
        if day < self.start or (self.end is not None and day > self.end):
            end = self.end.isoformat() if self.end else ""
            window = f"{self.start.isoformat()} – {end}".rstrip()
            return outside(day=day.isoformat(), start=self.start.isoformat(), end=end, window=window)
        return NOTHING

    def offers(self, case: Case) -> Iterable[Offer]:
        """A first issue that counts is never later than the printed date: where it must be, both are changed."""
        printed, first = case.day(self.field), case.day("first_issue_date") if self.first else None
        if printed is None:
            return
        inside = self._nearest(printed if first is None else min(first, printed))
        if first is None and inside != printed:
            yield self._offer(self.field, inside)
        if self.first and inside != first:
            also = {self.field: inside} if inside > printed else {}
            if first is not None or not also:
                yield self._offer("first_issue_date", inside, also)
        if self.first and case.flag("reissued"):
            yield Offer("reissued", False, "reissued_not")

    def _nearest(self, day: date) -> date:
        """The day of the window that is nearest; at its edges the days of doubt are passed over."""
        inside = max(self.start, day if self.end is None else min(self.end, day))
        step = timedelta(days=-1 if inside == self.end else 1)
        while inside in self.boundary:
            inside += step
        return inside

    def _offer(self, field: str, day: date, also: Mapping[str, Fact] | None = None) -> Offer:
        start, end = self._nearest(self.start), self.end
        if end is None:
            return Offer(field, day, "date_from", {"field": field, "start": start.isoformat()}, also or {})
        if (start, end) == (date(start.year, 1, 1), date(start.year, 12, 31)):
            return Offer(field, day, "date_in_year", {"field": field, "year": start.year}, also or {})
        span = {"start": start.isoformat(), "end": end.isoformat()}
        return Offer(field, day, "date_between", {"field": field, **span}, also or {})


@dataclass(frozen=True)
class FirstIssueUnclear:
    """A re-issued certificate under a plan that does not say which date counts then: the reviewer's."""

    outcome: Outcome
    needs: tuple[str, ...] = ("issue_date",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> FirstIssueUnclear:
        return cls(Outcome("first_issue_unclear", Severity.REVIEW, "first_issue_date", pack.clause(table)))

    def __call__(self, case: Case) -> Found:
        first = case.day("first_issue_date")
        differs = first is not None and first != case.day("issue_date")
        return self.outcome() if differs or (first is None and case.flag("reissued")) else NOTHING

    def offers(self, case: Case) -> Iterable[Offer]:
        printed = case.day("issue_date")
        if printed is not None:
            yield Offer("first_issue_date", printed, "first_issue_same")
        if case.flag("reissued"):
            yield Offer("reissued", False, "reissued_not")


@dataclass(frozen=True)
class IssuedFrom:
    """A date from which another plan may be meant: only a remark (digest A-3)."""

    start: date
    outcome: Outcome
    needs: tuple[str, ...] = ("issue_date",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> IssuedFrom:
        return cls(table.day("start"), Outcome(table.text("code"), Severity.INFO, "issue_date", pack.clause(table)))

    @property
    def clause(self) -> Clause | None:
        return self.outcome.clause

    def __call__(self, case: Case) -> Found:
        day = case.day("issue_date")
        return self.outcome(day=day.isoformat()) if day is not None and day >= self.start else NOTHING

    def offers(self, case: Case) -> Iterable[Offer]:
        return ()


@dataclass(frozen=True)
class RegistrationLimit:
    """So many months from the issue date to the registration, that day included.

    ``margin`` days before and after the limit are in doubt (A-4); zero: none is.
    """

    months: int
    margin: timedelta
    outside: Outcome
    close: Outcome
    needs: tuple[str, ...] = ("issue_date", "applied_on")

    @classmethod
    def read(cls, table: Table, pack: Pack) -> RegistrationLimit:
        clause = pack.clause(table)
        return cls(
            table.whole("months"),
            timedelta(days=table.optional_whole("margin_days") or 0),
            Outcome("registration_after_half_year", Severity.REFUSE, "applied_on", clause),
            Outcome("registration_near_half_year", Severity.REVIEW, "applied_on", clause),
        )

    def __call__(self, case: Case) -> Found:
        issued, applied = case.day("issue_date"), case.day("applied_on")
        if issued is None or applied is None:
            return NOTHING
        last = add_months(issued, self.months)
        if applied <= self._sure(last):
            return NOTHING
        outcome = self.outside if applied - last > self.margin else self.close
        return outcome(months=self.months, last=last.isoformat(), applied_on=applied.isoformat())

    def offers(self, case: Case) -> Iterable[Offer]:
        issued, applied = case.day("issue_date"), case.day("applied_on")
        if issued is None or applied is None or not self(case):
            return
        in_time = self._sure(add_months(issued, self.months))
        yield Offer("applied_on", in_time, "applied_by", {"last": in_time.isoformat()})
        early = add_months(_shifted(applied, self.margin.days), -self.months)
        for each in (_shifted(early, days) for days in range(5)):  # at a month's end some days later
            if applied <= self._sure(add_months(each, self.months)):
                yield Offer("issue_date", each, "date_from", {"field": "issue_date", "start": each.isoformat()})
                return

    def _sure(self, last: date) -> date:
        """The last day that is in time without doubt."""
        return _shifted(last, -self.margin.days - 1) if self.margin else last


def _shifted(day: date, days: int) -> date:
    """So many days later or earlier; the calendar's ends stop it."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def add_months(day: date, months: int) -> date:
    """The same day so many months later or earlier, the month's end where there is none."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if year > MAXYEAR:
        return date.max
    if year < MINYEAR:
        return date.min
    return date(year, month, min(day.day, monthrange(year, month)[1]))
