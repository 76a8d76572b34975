"""Conditions on the occupation printed on the certificate, against the plan's catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from station_app.plans.assessment import Severity
from station_app.plans.case import Case
from station_app.plans.catalogue import Catalogue, is_everything
from station_app.plans.rules.base import NOTHING, Found, Offer, Outcome, Pack, names_of
from station_app.plans.tables import Table
from station_app.plans.text import most_alike, normalise

_SHOWN = 3


@dataclass(frozen=True)
class InCatalogue:
    """The name must be listed for the issuer and level; a name that is near goes to the reviewer.

    ``conflicts``: names on which the seeds contradict each other (digest A-17).
    """

    catalogue: Catalogue
    conflicts: frozenset[str]
    refused: Outcome
    near: Outcome
    conflict: Outcome
    normalised: Outcome
    needs: tuple[str, ...] = ("occupation", "issuer", "level")

    @classmethod
    def read(cls, table: Table, pack: Pack) -> InCatalogue:
        clause = pack.clause(table)
        return cls(
            pack.catalogue,
            names_of(table.texts("conflicts")),
            Outcome(table.text("code"), Severity.REFUSE, "occupation", clause),
            Outcome("occupation_near_miss", Severity.REVIEW, "occupation", clause),
            Outcome("seed_conflict", Severity.REVIEW, "occupation", clause),
            Outcome("name_normalised", Severity.INFO, "occupation", clause),
        )

    def __call__(self, case: Case) -> Found:
        name, issuer, level = case.text("occupation") or "", case.text("issuer") or "", case.number("level") or 0
        entry = self.catalogue.find(name, issuer, level)
        if entry is not None:
            same = name == entry.occupation or is_everything(entry)
            return NOTHING if same else self.normalised(listed=entry.occupation)
        if normalise(name) in self.conflicts:
            return self.conflict()
        near = self.catalogue.near(name, issuer, level)
        return self.near(nearest="、".join(near[:3])) if near else self.refused()

    def offers(self, case: Case) -> Iterable[Offer]:
        """Listed names that are alike, unless this is an occupation of its own; else one of the list, whichever."""
        name, issuer, level = case.text("occupation") or "", case.text("issuer") or "", case.number("level") or 0
        if self.catalogue.find(name, issuer, level) is not None:
            return
        names = self.catalogue.names_for(issuer, level)
        alike = self.catalogue.near(name, issuer, level)
        if not alike and not self.catalogue.is_known(name):
            alike = most_alike(name, names)
        for each in alike[:_SHOWN]:
            yield Offer("occupation", each, "occupation", {"occupation": each})
        if names and not alike:
            yield Offer("occupation", names[0], "occupation_listed", {"occupation": names[0], "count": len(names)})


@dataclass(frozen=True)
class CatalogueLevel:
    """The level column of the list: no ground of refusal (digest, section 2, "The level column")."""

    catalogue: Catalogue
    differs: Outcome
    mismatch: Outcome
    needs: tuple[str, ...] = ("occupation", "issuer", "level")

    @classmethod
    def read(cls, table: Table, pack: Pack) -> CatalogueLevel:
        clause = pack.clause(table)
        return cls(
            pack.catalogue,
            Outcome("catalogue_level_differs", Severity.INFO, "level", clause),
            Outcome("catalogue_level_mismatch", Severity.REVIEW, "level", clause),
        )

    def __call__(self, case: Case) -> Found:
        level = case.number("level") or 0
        entry = self.catalogue.find(case.text("occupation") or "", case.text("issuer") or "", level)
        printed = entry.printed_level if entry else None
        if printed is None or level == printed or level == 0:
            return NOTHING
        return (self.mismatch if level < printed else self.differs)(printed=printed, level=level)

    def offers(self, case: Case) -> Iterable[Offer]:
        level = case.number("level") or 0
        entry = self.catalogue.find(case.text("occupation") or "", case.text("issuer") or "", level)
        if entry is not None and entry.printed_level is not None:
            yield Offer("level", entry.printed_level, "level", {"level": entry.printed_level})
