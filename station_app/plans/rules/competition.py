"""Conditions on a competition: which contest, which year, which round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from station_app.plans.assessment import Clause, Severity
from station_app.plans.case import Case
from station_app.plans.rules.base import NOTHING, Found, Offer, Outcome, Pack
from station_app.plans.tables import Table
from station_app.plans.text import contest_name, normalise, year_in


@dataclass(frozen=True)
class CompetitionCovered:
    """The contest is covered by its name, or by its class together with the association's part in it.

    A longer name around a covered one, and a contest whose class or organiser is not stated, go to the reviewer.
    """

    names: Mapping[str, str]
    classes: Mapping[str, str]
    refused: Outcome
    unclear: Outcome
    needs: tuple[str, ...] = ("competition",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> CompetitionCovered:
        clause = pack.clause(table)
        return cls(
            {contest_name(each): each for each in table.texts("names")},
            {normalise(each): each for each in table.texts("classes")},
            Outcome("competition_not_covered", Severity.REFUSE, "competition", clause),
            Outcome("competition_unclear", Severity.REVIEW, "competition", clause),
        )

    def __call__(self, case: Case) -> Found:
        name = contest_name(case.text("competition") or "")
        by_class = self._by_class(case) if self.classes else False
        if name in self.names or by_class:
            return NOTHING
        if by_class is None or any(each in name for each in self.names):
            return self.unclear()
        return self.refused()

    def offers(self, case: Case) -> Iterable[Offer]:
        for name in self.names.values():
            yield Offer("competition", name, "competition", {"competition": name})
        organised = case.flag("association_organised")
        if normalise(case.text("class") or "") in self.classes:
            yield Offer("association_organised", True, "association_organised")
        for each in list(self.classes.values())[-1:]:
            also = {} if organised else {"association_organised": True}
            yield Offer("class", each, "class" if organised else "class_organised", {"class": each}, also)

    def _by_class(self, case: Case) -> bool | None:
        """True, False, or None where a fact is not stated."""
        given, organised = case.text("class"), case.flag("association_organised")
        if organised is False or (given is not None and normalise(given) not in self.classes):
            return False
        return None if given is None or organised is None else True


@dataclass(frozen=True)
class CompetitionYear:
    """The contest's year, as stated and as its name carries it."""

    year: int
    outcome: Outcome
    needs: tuple[str, ...] = ("year", "competition")

    @classmethod
    def read(cls, table: Table, pack: Pack) -> CompetitionYear:
        outcome = Outcome("competition_year_mismatch", Severity.REFUSE, "year", pack.clause(table))
        return cls(table.whole("year"), outcome)

    @property
    def clause(self) -> Clause | None:
        return self.outcome.clause

    def __call__(self, case: Case) -> Found:
        given = {case.number("year"), year_in(case.text("competition") or "") or self.year}
        return NOTHING if given == {self.year} else self.outcome(year=self.year)

    def offers(self, case: Case) -> Iterable[Offer]:
        name = case.text("competition") or ""
        said = year_in(name)
        also = {}
        if said is not None and said != self.year:
            also["competition"] = normalise(name).replace(str(said), str(self.year))
            if case.number("year") == self.year:
                yield Offer("competition", also["competition"], "competition", also)
        yield Offer("year", self.year, "competition_year", {"year": self.year}, also)


@dataclass(frozen=True)
class Round:
    """The round in which the place was won, with the contest's highest round where that matters (digest A-21)."""

    funded: tuple[tuple[str, str | None], ...]
    unclear: tuple[tuple[str, str | None], ...]
    refused: Outcome
    doubtful: Outcome

    @classmethod
    def read(cls, table: Table, pack: Pack) -> Round:
        clause = pack.clause(table)
        return cls(
            _read_rounds(table, "funded"),
            _read_rounds(table, "unclear"),
            Outcome("round_not_funded", Severity.REFUSE, "round", clause),
            Outcome("round_unclear", Severity.REVIEW, "round", clause),
        )

    @property
    def needs(self) -> tuple[str, ...]:
        highest = any(each is not None for _, each in self.funded + self.unclear)
        return ("round", "highest_round") if highest else ("round",)

    def __call__(self, case: Case) -> Found:
        given = (case.text("round"), case.text("highest_round"))
        if _among(given, self.funded):
            return NOTHING
        return self.doubtful() if _among(given, self.unclear) else self.refused()

    def offers(self, case: Case) -> Iterable[Offer]:
        for funded, highest in self.funded:
            if case.text("round") != funded:
                also = {} if highest is None else {"highest_round": highest}
                yield Offer("round", funded, f"round_{funded}", also=also)
            elif highest is not None:
                yield Offer("highest_round", highest, f"highest_round_{highest}")


def _read_rounds(table: Table, key: str) -> tuple[tuple[str, str | None], ...]:
    rounds = []
    for row in table.tables(key):
        rounds.append((row.text("round"), row.optional_text("highest_round")))
        row.end()
    return tuple(rounds)


def _among(given: tuple[str | None, str | None], rounds: tuple[tuple[str, str | None], ...]) -> bool:
    return any(given[0] == each and highest in (None, given[1]) for each, highest in rounds)
