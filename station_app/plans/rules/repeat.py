"""Conditions on what the person has received before: each plan has its own (digest A-6, A-24, A-30, A-31, A-46).

A pack spells a condition as a list of words that must all hold of one entry of the history:
``paid``/``open``, ``this_plan``/``other_plan``, ``same_category``, ``same_occupation``, ``same_level``,
``same_certificate``, ``paid_in_year`` (with the key ``year``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from station_app.plans.case import Case, Grant, same_number
from station_app.plans.rules.base import NOTHING, Found, Offer, Outcome, Pack
from station_app.plans.rules.general import read_severity
from station_app.plans.tables import Table
from station_app.plans.text import normalise


@dataclass(frozen=True)
class Repeat:
    """Answers once per earlier grant that all the words fit; names the earlier case where it is known."""

    words: tuple[str, ...]
    year: int | None
    level_names: Mapping[str, int]
    outcome: Outcome

    @classmethod
    def read(cls, table: Table, pack: Pack) -> Repeat:
        words = table.texts("same")
        if not words or any(each not in _WORDS for each in words):
            raise table.wrong("same", "word_unknown")
        year = table.optional_whole("year")
        if ("paid_in_year" in words) != (year is not None):
            raise table.wrong("year", "word_unknown")
        field = table.optional_text("field")
        return cls(
            words, year, pack.level_names, Outcome(table.text("code"), read_severity(table), field, pack.clause(table))
        )

    @property
    def needs(self) -> tuple[str, ...]:
        return ("occupation",) if "same_occupation" in self.words else ()

    def __call__(self, case: Case) -> Found:
        found: Found = NOTHING
        for grant in case.history:
            if self._fits(case, grant):
                known = {"plan": grant.plan, "category": grant.category.value, "year_paid": grant.year_paid}
                found += self.outcome(**known, **grant.source)
        return found

    def offers(self, case: Case) -> Iterable[Offer]:
        """The history without what was found in it: a record can be somebody else's."""
        kept = tuple(grant for grant in case.history if not self._fits(case, grant))
        if len(kept) < len(case.history):
            found = next(grant for grant in case.history if self._fits(case, grant))
            yield Offer("history", kept, "not_received", {"plan": found.plan})

    def _fits(self, case: Case, grant: Grant) -> bool:
        return all(_WORDS[each](self, case, grant) for each in self.words)

    def level_of(self, level: int | None, name: str | None) -> int | None:
        """A level by its number or, for social workers, by its name."""
        return self.level_names.get(normalise(name)) if name and level is None else level


def _same_occupation(rule: Repeat, case: Case, grant: Grant) -> bool:
    mine = case.text("occupation")
    return bool(mine and grant.occupation) and normalise(mine or "") == normalise(grant.occupation or "")


def _same_level(rule: Repeat, case: Case, grant: Grant) -> bool:
    mine = rule.level_of(case.number("level"), case.text("level_name"))
    return mine is not None and mine == rule.level_of(grant.level, grant.level_name)


def _same_certificate(rule: Repeat, case: Case, grant: Grant) -> bool:
    numbers = (case.text("number"), case.text("management_no"))
    return any(same_number(each, grant.certificate_number) for each in numbers)


_WORDS: Mapping[str, Callable[[Repeat, Case, Grant], bool]] = {
    "paid": lambda rule, case, grant: grant.year_paid is not None,
    "open": lambda rule, case, grant: grant.year_paid is None,
    "this_plan": lambda rule, case, grant: grant.plan == case.plan,
    "other_plan": lambda rule, case, grant: grant.plan != case.plan,
    "same_category": lambda rule, case, grant: grant.category is case.category,
    "same_occupation": _same_occupation,
    "same_level": _same_level,
    "same_certificate": _same_certificate,
    "paid_in_year": lambda rule, case, grant: grant.year_paid == rule.year,
}
