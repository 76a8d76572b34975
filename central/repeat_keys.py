"""What no second payment may repeat: one key for each refusing repeat rule of the plan, read off the rule itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from station_app.domain.canonical import canonical_json, sha256_hex
from station_app.plans import Case, Plan, Severity
from station_app.plans.rules.repeat import Repeat
from station_app.plans.text import normalise

_Part = str | int | None
_PARTS: Mapping[str, Callable[[Repeat, Case], _Part]] = {
    "this_plan": lambda rule, case: case.plan,
    "same_category": lambda rule, case: case.category.value,
    "same_occupation": lambda rule, case: normalise(case.text("occupation") or "") or None,
    "same_level": lambda rule, case: rule.level_of(case.number("level"), case.text("level_name")),
    "same_certificate": lambda rule, case: (
        normalise(case.text("number") or case.text("management_no") or "").upper() or None
    ),
}


def repeat_keys(plan: Plan, case: Case, id_number: str) -> list[str]:
    """SHA-256 keys; two payments with a key in common would break the plan's repeat rule."""
    checks = [rule.check for rule in plan.category(case.category).rules]
    found = [_key(check, case, id_number) for check in checks if isinstance(check, Repeat)]
    return sorted({key for key in found if key is not None})


def _key(rule: Repeat, case: Case, id_number: str) -> str | None:
    """None where the rule only warns, looks at other plans, or speaks of what this case does not state."""
    if rule.outcome.severity is not Severity.REFUSE or "paid" not in rule.words:
        return None
    if not set(rule.words) <= {"paid", *_PARTS}:
        return None
    parts = {word: _PARTS[word](rule, case) for word in rule.words if word != "paid"}
    if None in parts.values():
        return None
    return sha256_hex(canonical_json({"id_number": id_number, **parts}))
