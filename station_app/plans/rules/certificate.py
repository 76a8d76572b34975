"""Conditions on the certificate itself: its kind, its level, who issued it, its number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from station_app.plans.assessment import Severity
from station_app.plans.case import Case
from station_app.plans.rules.base import NOTHING, Found, Offer, Outcome, Pack, names_of
from station_app.plans.tables import Table
from station_app.plans.text import edits_within, likeness, normalise


@dataclass(frozen=True)
class CertificateKind:
    """The kind of certificate: accepted, unclear (a reviewer decides), anything else refused."""

    accepted: Mapping[str, str]
    unclear: frozenset[str]
    refused: Outcome
    doubtful: Outcome
    needs: tuple[str, ...] = ("kind",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> CertificateKind:
        clause = pack.clause(table)
        return cls(
            {normalise(each): each for each in table.texts("accepted")},
            names_of(table.texts("unclear")),
            Outcome("certificate_kind_not_funded", Severity.REFUSE, "kind", clause),
            Outcome("certificate_kind_unclear", Severity.REVIEW, "kind", clause),
        )

    def __call__(self, case: Case) -> Found:
        kind = normalise(case.text("kind") or "")
        if kind in self.accepted:
            return NOTHING
        return self.doubtful(given=kind) if kind in self.unclear else self.refused(given=kind)

    def offers(self, case: Case) -> Iterable[Offer]:
        return (Offer("kind", each, "kind", {"kind": each}) for each in list(self.accepted.values())[:1])


@dataclass(frozen=True)
class Level:
    """The level by number. Level 0 stands for a title above level 1 (digest A-40)."""

    funded: frozenset[int]
    unclear: frozenset[int]
    refused: Outcome
    doubtful: Outcome
    needs: tuple[str, ...] = ("level",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> Level:
        clause = pack.clause(table)
        return cls(
            frozenset(table.wholes("funded")),
            frozenset(table.wholes("unclear")),
            Outcome("level_not_funded", Severity.REFUSE, "level", clause),
            Outcome("level_unclear", Severity.REVIEW, "level", clause),
        )

    def __call__(self, case: Case) -> Found:
        level = case.number("level")
        if level in self.funded:
            return NOTHING
        return self.doubtful(given=level) if level in self.unclear else self.refused(given=level)

    def offers(self, case: Case) -> Iterable[Offer]:
        given = case.number("level") or 0
        nearest = sorted(self.funded, key=lambda level: (abs(level - given), level))
        return (Offer("level", level, "level", {"level": level}) for level in nearest)


@dataclass(frozen=True)
class LevelName:
    """The level by name (social workers; digest A-10). A name the pack does not know goes to the reviewer.

    ``never``: words that no funded level's name holds (助理).
    """

    levels: Mapping[str, int]
    funded: frozenset[int]
    never: frozenset[str]
    refused: Outcome
    doubtful: Outcome
    needs: tuple[str, ...] = ("level_name",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> LevelName:
        clause = pack.clause(table)
        return cls(
            pack.level_names,
            frozenset(table.wholes("funded")),
            names_of(table.texts("never")),
            Outcome("level_not_funded", Severity.REFUSE, "level_name", clause),
            Outcome("level_unclear", Severity.REVIEW, "level_name", clause),
        )

    def __call__(self, case: Case) -> Found:
        name = normalise(case.text("level_name") or "")
        if self.levels.get(name) in self.funded:
            return NOTHING
        never = any(each in name for each in self.never)
        return self.refused(given=name) if never else self.doubtful(given=name)

    def offers(self, case: Case) -> Iterable[Offer]:
        names: dict[int, str] = {}
        for name, level in self.levels.items():
            names.setdefault(level, name)
        chosen = (names[level] for level in sorted(self.funded, reverse=True) if level in names)
        return (Offer("level_name", name, "level_name", {"level_name": name}) for name in chosen)


@dataclass(frozen=True)
class ListedIssuer:
    """The issuer must be one of those named; at most two edits from one of the same city is near.

    ``noted`` names are accepted with a remark, ``doubtful`` names go to the reviewer (digest A-9).
    """

    listed: Mapping[str, str]
    city: str
    noted: frozenset[str]
    doubtful: frozenset[str]
    refused: Outcome
    near: Outcome
    remark: Outcome
    review: Outcome
    needs: tuple[str, ...] = ("issuer",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> ListedIssuer:
        clause, conflict = pack.clause(table), pack.clause(table, "conflict_clause")
        return cls(
            {normalise(each): each for each in table.texts("listed")},
            table.text("city"),
            names_of(table.texts("noted")),
            names_of(table.texts("doubtful")),
            Outcome("issuer_not_listed", Severity.REFUSE, "issuer", clause),
            Outcome("issuer_near_miss", Severity.REVIEW, "issuer", clause),
            Outcome("issuer_annex_conflict", Severity.INFO, "issuer", conflict or clause),
            Outcome("issuer_annex_conflict", Severity.REVIEW, "issuer", conflict or clause),
        )

    def __call__(self, case: Case) -> Found:
        name = normalise(case.text("issuer") or "")
        if name in self.listed:
            return NOTHING
        if name in self.noted:
            return self.remark()
        if name in self.doubtful:
            return self.review()
        near = nearest_issuer(name, self.listed, self.city)
        return self.near(nearest=near) if near else self.refused()

    def offers(self, case: Case) -> Iterable[Offer]:
        return _issuers(case, self.listed)


@dataclass(frozen=True)
class RegisteredIssuer:
    """One of the bodies named, or a body on record with it (备案): whether it is, is a fact of its own (A-28)."""

    named: Mapping[str, str]
    city: str
    refused: Outcome
    unknown: Outcome
    nearest: Outcome
    needs: tuple[str, ...] = ("issuer",)

    @classmethod
    def read(cls, table: Table, pack: Pack) -> RegisteredIssuer:
        clause = pack.clause(table)
        return cls(
            {normalise(each): each for each in table.texts("named")},
            table.text("city"),
            Outcome("issuer_not_registered", Severity.REFUSE, "issuer", clause),
            Outcome("issuer_registration_unknown", Severity.REVIEW, "issuer_registered", clause),
            Outcome("issuer_nearest", Severity.INFO, "issuer", clause),
        )

    def __call__(self, case: Case) -> Found:
        name, registered = normalise(case.text("issuer") or ""), case.flag("issuer_registered")
        if name in self.named or registered:
            return NOTHING
        if registered is False:
            return self.refused()
        near = nearest_issuer(name, self.named, self.city)
        return self.unknown() + (self.nearest(nearest=near) if near else NOTHING)

    def offers(self, case: Case) -> Iterable[Offer]:
        yield Offer("issuer_registered", True, "issuer_registered")
        yield from _issuers(case, self.named)


def _issuers(case: Case, listed: Mapping[str, str]) -> Iterable[Offer]:
    given = normalise(case.text("issuer") or "")
    nearest = sorted(listed, key=lambda name: -likeness(given, name))
    return (Offer("issuer", listed[name], "issuer", {"issuer": listed[name]}) for name in nearest)


def nearest_issuer(name: str, listed: Mapping[str, str], city: str) -> str | None:
    """The listed issuer that ``name`` may be a slip of: same city, at most two edits."""
    if not name.startswith(city):
        return None
    return next((printed for each, printed in listed.items() if edits_within(name, each, 2)), None)
