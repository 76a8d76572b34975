"""The words in which two plan packs differ. Qt-free; the sentences stand in ``plans.toml`` like all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ui.messages import fill, label, table

if TYPE_CHECKING:
    from station_app.plans import Assessment
    from station_app.plans.diff import Difference

_INNER = frozenset({"kind", "for", "id", "after", "section", "name"})
_LONGEST_LIST = 12


def difference_sentence(difference: Difference) -> str:
    """One line that says what differs: 规则 颁证日期的期间（职业技能等级）：起由“…”改为“…”。"""
    before, after = difference.before, difference.after
    if difference.area == "text":
        return _said("diff.text", before=before, after=after)
    lists = isinstance(before or after, list)
    values = {
        "what": _what(difference),
        "key": _word("key", difference.key) if difference.key else "",
        "before": _summary(difference, before),
        "after": _summary(difference, after),
    }
    if before is not None and after is not None:
        return _said("diff.list" if lists else "diff.changed", **values)
    return _said(f"diff.key_{difference.change}" if difference.key else f"diff.{difference.change}", **values)


def answer_words(assessment: Assessment | None) -> str:
    """An answer in few words, for a list of those that change."""
    if assessment is None:
        return _said("flip.unknown")
    amount = assessment.amount if assessment.amount is not None else assessment.amount_if_approved
    return _said(f"flip.{assessment.verdict.value}", yuan=amount)


def _what(difference: Difference) -> str:
    """The part, its name, and whom it is for."""
    parts = [_word("area", difference.area), _name(difference)]
    said = " ".join(each for each in parts if each)
    categories = [label(f"category.{each}") for each in difference.category.split(",") if each]
    return f"{said}（{'、'.join(categories)}）" if categories else said


def _name(difference: Difference) -> str:
    if difference.area == "rule":
        kind, _, looks_at = difference.name.partition(":")
        return fill(_word("rule", kind), {"looks_at": looks_at})
    if difference.area == "field":
        return label(difference.name)
    return label(f"channel.{difference.name}") if difference.area == "channel" else difference.name


def _summary(difference: Difference, value: Any) -> str:
    """A value in words; of a whole table what a person would ask for."""
    if isinstance(value, list) and difference.area == "scan":
        return "、".join(label(f"scan.{each}") for each in value)
    if difference.key or not isinstance(value, Mapping):
        return _value(value)
    if difference.area == "clause":
        return f"“{value['quote']}”（{value['place']}）"
    if difference.area == "amount":
        return f"{value['yuan']} 元"
    if difference.area in ("field", "channel"):
        return str(value.get("label") or _name(difference))
    shown = {key: each for key, each in value.items() if key not in _INNER}
    return "，".join(f"{_word('key', key)} {_value(each)}" for key, each in shown.items()) or _name(difference)


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return _word("value", str(value).lower())
    if isinstance(value, list):
        more = f" 等 {len(value)} 项" if len(value) > _LONGEST_LIST else ""
        return "、".join(_value(each) for each in value[:_LONGEST_LIST]) + more
    if isinstance(value, Mapping):
        if "label" in value:
            return str(value["label"])
        return "，".join(f"{label(key)} {_value(each)}" for key, each in value.items())
    return _word("value", "".join(str(value).splitlines()))


def _word(group: str, name: str) -> str:
    return table("plans").get(f"{group}.{name}", name)


def _said(code: str, **values: object) -> str:
    return fill(table("plans")[code], values)
