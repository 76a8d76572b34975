"""The fields of an application: names, types and limits. One table; windows, commands and the wire all read it.

Which fields a category needs is the plan's business (``plans``); here stands only what a value may look like.
Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class FieldType(StrEnum):
    """JSON shapes a value can have."""

    TEXT = "text"
    DATE = "date"  # YYYY-MM-DD
    INTEGER = "integer"
    BOOLEAN = "boolean"


@dataclass(frozen=True)
class FieldSpec:
    """What a value may look like. ``longest`` counts characters, ``low`` and ``high`` bound whole numbers."""

    type: FieldType
    longest: int = 200
    low: int = 0
    high: int = 10_000_000


@dataclass(frozen=True)
class FieldProblem:
    """A value that cannot stand: which field (None: the whole) and a code for ``ui.messages``."""

    field: str | None
    code: str

    def to_json(self) -> dict[str, str | None]:
        return {"field": self.field, "code": self.code}


_TEXT = FieldSpec(FieldType.TEXT)
_DATE = FieldSpec(FieldType.DATE)
_BOOLEAN = FieldSpec(FieldType.BOOLEAN)

SECTIONS: Mapping[str, Mapping[str, FieldSpec]] = {
    "applicant": {
        "name": FieldSpec(FieldType.TEXT, longest=60),
        "id_number": FieldSpec(FieldType.TEXT, longest=20),
        "card_no": FieldSpec(FieldType.TEXT, longest=25),
        "phone": FieldSpec(FieldType.TEXT, longest=20),
        "employer": _TEXT,
        "position": FieldSpec(FieldType.TEXT, longest=60),
    },
    "member": {
        "is_member": _BOOLEAN,
        "has_card": _BOOLEAN,
        "beijing_union": _BOOLEAN,
        "full_time_union_social_worker": _BOOLEAN,
        "union_region": FieldSpec(FieldType.TEXT, longest=60),
        "retired": _BOOLEAN,
    },
    "certificate": {
        "kind": FieldSpec(FieldType.TEXT, longest=60),
        "number": FieldSpec(FieldType.TEXT, longest=60),
        "management_no": FieldSpec(FieldType.TEXT, longest=60),
        # vocational
        "occupation": FieldSpec(FieldType.TEXT, longest=100),
        "level": FieldSpec(FieldType.INTEGER, low=0, high=9),
        "issuer": _TEXT,
        "issue_date": _DATE,
        "first_issue_date": _DATE,
        "reissued": _BOOLEAN,
        "issuer_registered": _BOOLEAN,
        # social worker
        "level_name": FieldSpec(FieldType.TEXT, longest=60),
        "approval_date": _DATE,
        "sign_date": _DATE,
        # competition
        "competition": _TEXT,
        "year": FieldSpec(FieldType.INTEGER, low=1900, high=2999),
        "round": FieldSpec(FieldType.TEXT, longest=20),
        "highest_round": FieldSpec(FieldType.TEXT, longest=20),
        "rank": FieldSpec(FieldType.INTEGER, low=1, high=100_000),
        "entrants": FieldSpec(FieldType.INTEGER, low=0, high=10_000_000),
        "occupation_certifiable": _BOOLEAN,
        "class": FieldSpec(FieldType.TEXT, longest=40),
        "association_organised": _BOOLEAN,
        "individual": _BOOLEAN,
        # the App's optional fields (2024 plan, annex 2; 音训 is a slip for 培训)
        "training_name": _TEXT,
        "training_address": _TEXT,
        "training_hours": FieldSpec(FieldType.TEXT, longest=20),
        "training_fee": FieldSpec(FieldType.TEXT, longest=20),
        "assessment_address": _TEXT,
        "assessment_method": FieldSpec(FieldType.TEXT, longest=40),
        "assessment_fee": FieldSpec(FieldType.TEXT, longest=20),
    },
}


def read_section(name: str, raw: object, problems: list[FieldProblem]) -> dict[str, Any]:
    """Read one section; what cannot be read is left out and added to ``problems``."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        problems.append(FieldProblem(name, "not_an_object"))
        return {}
    values: dict[str, Any] = {}
    for key, value in raw.items():
        spec = SECTIONS[name].get(key)
        if spec is None:
            problems.append(FieldProblem(str(key), "field_unknown"))
        elif value is not None and value != "":
            read = read_value(spec, value, key, problems)
            if read is not None:
                values[key] = read
    return values


def read_value(spec: FieldSpec, value: object, name: str, problems: list[FieldProblem]) -> Any:
    """One JSON value checked against its spec; None and an entry in ``problems`` when it does not fit."""
    if spec.type is FieldType.BOOLEAN:
        return value if isinstance(value, bool) else _problem(problems, name, "not_true_or_false")
    if spec.type is FieldType.INTEGER:
        return _read_integer(spec, value, name, problems)
    if spec.type is FieldType.DATE:
        read = read_date(value, name, problems)
        return read.isoformat() if read else None
    return _read_text(spec, value, name, problems)


def read_date(value: object, name: str, problems: list[FieldProblem]) -> date | None:
    """A calendar date, ``YYYY-MM-DD`` and nothing else."""
    if isinstance(value, str) and len(value) == len("YYYY-MM-DD"):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    problems.append(FieldProblem(name, "not_a_date"))
    return None


def _read_integer(spec: FieldSpec, value: object, name: str, problems: list[FieldProblem]) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        problems.append(FieldProblem(name, "not_a_whole_number"))
        return None
    if not spec.low <= value <= spec.high:
        problems.append(FieldProblem(name, "out_of_range"))
        return None
    return value


def _read_text(spec: FieldSpec, value: object, name: str, problems: list[FieldProblem]) -> str | None:
    if not isinstance(value, str):
        problems.append(FieldProblem(name, "not_text"))
        return None
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in value):
        problems.append(FieldProblem(name, "control_character"))
        return None
    if len(value) > spec.longest:
        problems.append(FieldProblem(name, "too_long"))
        return None
    return value.strip() or None


def _problem(problems: list[FieldProblem], name: str, code: str) -> None:
    problems.append(FieldProblem(name, code))
