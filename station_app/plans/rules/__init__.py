"""The kinds of condition a pack can use: one implementation each. The packs are data; nothing here knows a year."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from station_app.domain.application import Category
from station_app.plans.rules.base import Check, Pack, Rule, read_condition
from station_app.plans.rules.certificate import (
    CertificateKind,
    Level,
    LevelName,
    ListedIssuer,
    RegisteredIssuer,
)
from station_app.plans.rules.competition import CompetitionCovered, CompetitionYear, Round
from station_app.plans.rules.dates import DateWindow, FirstIssueUnclear, IssuedFrom, RegistrationLimit
from station_app.plans.rules.general import Choice, Deadline, Flag, Range, Remark
from station_app.plans.rules.number import NumberLayout, NumberLetter
from station_app.plans.rules.occupation import CatalogueLevel, InCatalogue
from station_app.plans.rules.repeat import Repeat
from station_app.plans.tables import Table

__all__ = ["KINDS", "read_rule"]

KINDS: Mapping[str, Callable[[Table, Pack], Check]] = {
    "flag": Flag.read,
    "deadline": Deadline.read,
    "range": Range.read,
    "remark": Remark.read,
    "choice": Choice.read,
    "certificate_kind": CertificateKind.read,
    "level": Level.read,
    "level_name": LevelName.read,
    "listed_issuer": ListedIssuer.read,
    "registered_issuer": RegisteredIssuer.read,
    "number_letter": NumberLetter.read,
    "number_layout": NumberLayout.read,
    "catalogue": InCatalogue.read,
    "catalogue_level": CatalogueLevel.read,
    "date_window": DateWindow.read,
    "first_issue_unclear": FirstIssueUnclear.read,
    "issued_from": IssuedFrom.read,
    "registration_limit": RegistrationLimit.read,
    "competition_covered": CompetitionCovered.read,
    "competition_year": CompetitionYear.read,
    "round": Round.read,
    "repeat": Repeat.read,
}


def read_rule(table: Table, pack: Pack) -> Rule:
    """One ``[[rules]]`` table; raises ``pack_invalid``."""
    kind = table.text("kind")
    if kind not in KINDS:
        raise table.wrong("kind", "kind_unknown")
    categories = table.texts("for")
    if any(each not in set(Category) for each in categories):
        raise table.wrong("for", "category_unknown")
    rule = Rule(
        id=table.text("id", ""),
        check=KINDS[kind](table, pack),
        categories=frozenset(map(Category, categories)) or frozenset(Category),
        when=read_condition(table.table("when")),
        after=table.texts("after"),
    )
    table.end()
    return rule
