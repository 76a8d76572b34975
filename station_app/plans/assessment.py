"""助推条件判断: verdict, amount and findings, and their JSON (contracts.md, "Assessment, as JSON lines").

A finding carries a code and parameters, never a sentence: sentences belong to ``ui.messages``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What the rules say of a case."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    NEEDS_REVIEW = "needs_review"


class Severity(StrEnum):
    """What a finding does to the verdict: refuses, asks the reviewer, or only informs."""

    REFUSE = "refuse"
    REVIEW = "review"
    INFO = "info"


# Information that an eligible verdict leans on (digest, section 10); other information is no reason.
READINGS = frozenset(
    {
        "name_normalised",
        "catalogue_level_differs",
        "card_needed_before_payment",
        "membership_needed_before_payment",
        "issuer_annex_conflict",
    }
)
_DECIDING = {
    Verdict.ELIGIBLE: Severity.INFO,
    Verdict.INELIGIBLE: Severity.REFUSE,
    Verdict.NEEDS_REVIEW: Severity.REVIEW,
}


@dataclass(frozen=True)
class Clause:
    """Where a rule stands: the text's file name, the literal quotation (white space aside), the place, ``三（一）``."""

    file: str
    quote: str
    place: str

    def to_json(self) -> dict[str, str]:
        return {"file": self.file, "quote": self.quote, "place": self.place}


@dataclass(frozen=True)
class Finding:
    """One thing a rule found. ``field``: the bare name of the field to look at, or None. ``params``: JSON values."""

    code: str
    severity: Severity
    field: str | None = None
    clause: Clause | None = None
    params: Mapping[str, Any] = made(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity.value,
            "field": self.field,
            "clause": self.clause.to_json() if self.clause else None,
            "params": dict(self.params),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Finding:
        clause = Clause(**raw["clause"]) if raw.get("clause") else None
        return cls(raw["code"], Severity(raw["severity"]), raw.get("field"), clause, dict(raw.get("params") or {}))


@dataclass(frozen=True)
class Assessment:
    """The answer. ``amount`` in yuan when eligible; ``amount_if_approved`` when a reviewer has to look first."""

    verdict: Verdict
    amount: int | None
    amount_if_approved: int | None
    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes that decided the verdict: every failed rule, each code once."""
        deciding = _DECIDING[self.verdict]
        codes = (each.code for each in self.findings if each.severity is deciding)
        if self.verdict is Verdict.ELIGIBLE:
            codes = (each for each in codes if each in READINGS)
        return tuple(dict.fromkeys(codes))

    def to_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"verdict": self.verdict.value, "amount": self.amount}
        if self.verdict is Verdict.NEEDS_REVIEW:
            answer["amount_if_approved"] = self.amount_if_approved
        answer["reasons"] = list(self.reasons)
        answer["findings"] = [each.to_json() for each in self.findings]
        return answer

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Assessment:
        findings = tuple(Finding.from_json(each) for each in raw["findings"])
        return cls(Verdict(raw["verdict"]), raw["amount"], raw.get("amount_if_approved"), findings)
