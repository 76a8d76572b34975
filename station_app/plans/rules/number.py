"""Hints on a certificate's number: how it begins, and the year and level that are written into it. Never refusals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from station_app.plans.assessment import Severity
from station_app.plans.case import Case
from station_app.plans.rules.base import NOTHING, Found, Offer, Outcome, Pack
from station_app.plans.tables import Table
from station_app.plans.text import normalise

_PIECES = {"A": "[A-Z]", "9": "[0-9]", "Y": "[0-9]", "L": "[1-5]"}


@dataclass(frozen=True)
class NumberLetter:
    """「第一位字母大写」: a small letter is to be corrected, a leading digit worth a second look (digest A-43)."""

    small: Outcome
    digit: Outcome
    needs: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: Table, pack: Pack) -> NumberLetter:
        clause = pack.clause(table)
        return cls(
            Outcome("number_letter_small", Severity.INFO, "number", clause),
            Outcome("number_leading_digit", Severity.INFO, "number", clause),
        )

    def __call__(self, case: Case) -> Found:
        first = normalise(case.text("number") or "")[:1]
        if first.islower():
            return self.small()
        return self.digit() if first.isdecimal() else NOTHING

    def offers(self, case: Case) -> Iterable[Offer]:
        return ()


@dataclass(frozen=True)
class NumberLayout:
    """Where a number carries its year and its level, ``YY99999999L99999``: A a letter, 9 a digit, Y year, L level.

    A number of another shape says nothing. The year is that of the certificate or of its first issue.
    """

    shape: re.Pattern[str]
    year_at: int
    level_at: int
    other_year: Outcome
    other_level: Outcome
    needs: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: Table, pack: Pack) -> NumberLayout:
        layout, clause = table.text("layout"), pack.clause(table)
        if not set(layout) <= set(_PIECES) or "YY" not in layout or layout.count("Y") != 2 or layout.count("L") != 1:
            raise table.wrong("layout", "layout_unreadable")
        return cls(
            re.compile("".join(_PIECES[each] for each in layout)),
            layout.index("Y"),
            layout.index("L"),
            Outcome("number_year_differs", Severity.INFO, "number", clause),
            Outcome("number_level_differs", Severity.INFO, "number", clause),
        )

    def __call__(self, case: Case) -> Found:
        number = normalise(case.text("number") or "").upper()
        if not self.shape.fullmatch(number):
            return NOTHING
        found: Found = NOTHING
        year, level = int(number[self.year_at : self.year_at + 2]), int(number[self.level_at])
        days = [day for name in ("issue_date", "first_issue_date") if (day := case.day(name)) is not None]
        if days and all(day.year % 100 != year for day in days):
            found += self.other_year(year=f"{year:02d}", given=days[0].year)
        if case.number("level") not in (None, 0, level):
            found += self.other_level(level=level, given=case.number("level"))
        return found

    def offers(self, case: Case) -> Iterable[Offer]:
        return ()
