"""The facts of one case, typed, and how they are read from JSON (contracts.md, "Assessment, as JSON lines").

Facts stand under their bare names, which are unique over the sections ``member`` and ``certificate``, beside
``applied_on``. A fact nobody has stated is absent; no rule may take an absent fact for a false one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from station_app.domain.application import Category
from station_app.domain.fields import SECTIONS, FieldProblem, FieldSpec, FieldType, read_date, read_value
from station_app.errors import UserError
from station_app.plans.text import normalise

Fact = str | int | bool | date
_Values = Mapping[str, Any]

FACT_SPECS: Mapping[str, FieldSpec] = {**SECTIONS["member"], **SECTIONS["certificate"]}
_DATES = frozenset(name for name, spec in FACT_SPECS.items() if spec.type is FieldType.DATE)

# Titles above level 1 (digest A-40): level 0.
_ABOVE_LEVEL_1 = frozenset({"特级技师", "首席技师"})
_ROUNDS = {"决赛": "final", "复赛": "semifinal", "半决赛": "semifinal", "初赛": "preliminary"}

_MEMBER_FACTS = ("is_member", "has_card", "beijing_union")
_CERTIFICATE_FACTS: Mapping[Category, tuple[str, ...]] = {
    Category.VOCATIONAL: ("kind", "occupation", "level", "issuer", "issue_date"),
    Category.SOCIAL_WORKER: ("kind", "level_name", "issuer"),
    Category.COMPETITION: ("competition", "year", "round", "rank"),
}


@dataclass(frozen=True)
class Grant:
    """One entry of the person's history. ``year_paid`` None: applied for under ``plan``, still open, not paid.

    ``reference`` and ``state``: the case it stands for, where that is known; ``elsewhere``: it is another PC's,
    of which no more is known. No rule looks at them.
    """

    plan: int
    category: Category
    occupation: str | None = None
    level: int | None = None
    level_name: str | None = None
    rank: int | None = None
    year_paid: int | None = None
    certificate_number: str | None = None
    reference: str | None = None
    state: str | None = None
    elsewhere: bool = False

    @property
    def source(self) -> dict[str, str]:
        """The earlier case, as parameters of a finding."""
        if self.elsewhere:
            return {"elsewhere": "grant_paid" if self.year_paid else "grant_open"}
        return {"reference": self.reference, "state": self.state or ""} if self.reference else {}


@dataclass(frozen=True)
class Case:
    """What the rules look at. ``also_holds``: the person says there is another qualification to choose from."""

    plan: int
    category: Category
    facts: Mapping[str, Fact]
    history: tuple[Grant, ...] = ()
    also_holds: bool = False

    def text(self, name: str) -> str | None:
        value = self.facts.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        value = self.facts.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool | None:
        value = self.facts.get(name)
        return value if isinstance(value, bool) else None

    def day(self, name: str) -> date | None:
        value = self.facts.get(name)
        return value if isinstance(value, date) else None


def facts_of(category: Category, sections: Iterable[Mapping[str, Any]]) -> dict[str, Fact]:
    """Facts from sections whose values have the types of ``domain.fields``; names that are no facts are left out."""
    facts: dict[str, Fact] = {}
    for section in sections:
        for name, value in section.items():
            if value is not None and name in FACT_SPECS:
                facts[name] = date.fromisoformat(value) if name in _DATES else value
    if category is Category.VOCATIONAL and _is_above_level_1(facts.get("level_name")):
        facts["level"] = 0
    for name in ("round", "highest_round"):
        if name in facts:
            facts[name] = _ROUNDS.get(str(facts[name]), facts[name])
    return facts


def read_case(raw: object) -> Case:
    """Read one line of JSON. Keys that are no facts are ignored.

    Raises UserError with the code and the field of the first problem: ``not_an_object``, ``missing``,
    ``not_a_date``, ``not_a_whole_number``, ``not_true_or_false``, ``not_text``, ``not_a_choice``, ``not_a_list``,
    ``out_of_range``, ``too_long``, ``control_character``; ``params["problems"]`` lists them all.
    """
    if not isinstance(raw, Mapping):
        raise UserError("not_an_object")
    problems: list[FieldProblem] = []
    plan = _whole_number(raw, "plan", problems)
    category = _category(raw.get("category"), problems)
    member = _section(raw, "member", problems)
    certificate = _section(raw, "certificate", problems)
    if category is Category.VOCATIONAL and _is_above_level_1(certificate.get("level_name")):
        certificate["level"] = 0
    history = _history(raw.get("history"), problems)
    applied_on = _day(raw, "applied_on", problems)
    if category is not None:
        _missing(category, member, certificate, problems)
    if problems or category is None or plan is None or applied_on is None:
        raise UserError(problems[0].code, problems[0].field, problems=[each.to_json() for each in problems])
    facts = facts_of(category, (member, certificate))
    facts["applied_on"] = applied_on
    return Case(plan, category, facts, history, bool(raw.get("also_holds")))


def _missing(category: Category, member: _Values, certificate: _Values, problems: list[FieldProblem]) -> None:
    """Add what a section lacks; a value that is wrong, or a section that is none, has its own problem already."""
    known = {each.field for each in problems}
    for section, values, wanted in (
        ("member", member, _MEMBER_FACTS),
        ("certificate", certificate, _CERTIFICATE_FACTS[category]),
    ):
        if section not in known:
            absent = (name for name in wanted if name not in values and name not in known)
            problems += [FieldProblem(name, "missing") for name in absent]


def _section(raw: Mapping[str, Any], name: str, problems: list[FieldProblem]) -> dict[str, Any]:
    given = raw.get(name)
    if not isinstance(given, Mapping):
        problems.append(FieldProblem(name, "missing" if given is None else "not_an_object"))
        return {}
    values: dict[str, Any] = {}
    for key, value in given.items():
        spec = SECTIONS[name].get(key)
        if spec is None or value is None or value == "":
            continue
        read = 0 if key == "level" and _is_above_level_1(value) else read_value(spec, value, key, problems)
        if read is not None:
            values[key] = read
    return values


def _is_above_level_1(value: object) -> bool:
    return isinstance(value, str) and normalise(value) in _ABOVE_LEVEL_1


def _category(raw: object, problems: list[FieldProblem]) -> Category | None:
    if isinstance(raw, str) and raw in set(Category):
        return Category(raw)
    problems.append(FieldProblem("category", "missing" if raw is None else "not_a_choice"))
    return None


def _whole_number(raw: Mapping[str, Any], name: str, problems: list[FieldProblem]) -> int | None:
    value = raw.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    problems.append(FieldProblem(name, "missing" if value is None else "not_a_whole_number"))
    return None


def _day(raw: Mapping[str, Any], name: str, problems: list[FieldProblem]) -> date | None:
    if raw.get(name) is None:
        problems.append(FieldProblem(name, "missing"))
        return None
    return read_date(raw[name], name, problems)


def _history(raw: object, problems: list[FieldProblem]) -> tuple[Grant, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        problems.append(FieldProblem("history", "not_a_list"))
        return ()
    return tuple(grant for each in raw if (grant := _grant(each, problems)) is not None)


def _grant(raw: object, problems: list[FieldProblem]) -> Grant | None:
    if not isinstance(raw, Mapping):
        problems.append(FieldProblem("history", "not_an_object"))
        return None
    found: list[FieldProblem] = []
    plan = _whole_number(raw, "plan", found)
    category = _category(raw.get("category"), found)
    year_paid = None
    if "year_paid" not in raw or raw["year_paid"] is not None:
        year_paid = _whole_number(raw, "year_paid", found)
    values = {
        name: read_value(FACT_SPECS[name], raw[name], name, found)
        for name in ("occupation", "level", "level_name", "rank")
        if raw.get(name) is not None
    }
    number = raw.get("certificate_number")
    if number is not None:
        values["certificate_number"] = read_value(FACT_SPECS["number"], number, "certificate_number", found)
    problems += [FieldProblem(f"history.{each.field}", each.code) for each in found]
    if plan is None or category is None:
        return None
    return Grant(plan, category, year_paid=year_paid, **values)


def same_number(one: str | None, other: str | None) -> bool:
    """Whether two certificate numbers are the same number; an absent one never is."""
    return bool(one) and bool(other) and normalise(one or "").upper() == normalise(other or "").upper()
