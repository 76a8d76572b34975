"""What changed between two packs, and which cases are answered otherwise. Pure.

Differences are found in the packs' own tables: a rule keeps its identity by its kind, what it looks at and whom it is
for, not by its place in the file. The words for them are ``ui.messages.difference_sentence``'s.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from station_app.plans.assessment import Assessment
from station_app.plans.case import Case
from station_app.plans.catalogue import Catalogue, Entry, read_catalogue, read_names
from station_app.plans.engine import standing
from station_app.plans.plan import Plan

Table = Mapping[str, Any]

# What tells rules of one kind apart: a key of their own, else the first of these that they have.
_LOOKS_AT = {"repeat": "code", "catalogue": "code", "number_layout": "layout"}
_USUALLY = ("fact", "field", "code")
_HEAD = ("year", "version", "title", "source", "sms", "review_months", "payment_months", "category_clause")
_FORM = ("kind", "title", "mark", "declaration", "signature", "date_line", "remark")


@dataclass(frozen=True)
class Difference:
    """One thing that differs. ``before`` None: added; ``after`` None: taken away; lists hold only what differs.

    ``area``: ``head clause rule amount field channel material scan seal form text list known level_name category
    issuer notice contact``. ``category``: the category's value, several joined by a comma, or empty. ``name``: which
    of the area; ``key``: which of its keys, or empty for the whole.
    """

    area: str
    category: str
    name: str
    key: str
    before: Any
    after: Any

    @property
    def change(self) -> str:
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    def to_json(self) -> dict[str, Any]:
        return {
            "area": self.area,
            "change": self.change,
            "category": self.category,
            "name": self.name,
            "key": self.key,
            "before": _plain(self.before),
            "after": _plain(self.after),
        }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    """What differs between the files of two packs that hold, in the order of a pack."""
    one, two = tomllib.loads(before["plan.toml"]), tomllib.loads(after["plan.toml"])
    return (
        *_keys("head", "", "", one, two, _HEAD),
        *_sets("notice", "", "", one.get("notices", []), two.get("notices", [])),
        *_sets("issuer", "", "", one.get("issuers", []), two.get("issuers", [])),
        *_keys("contact", "", "", one.get("contact", {}), two.get("contact", {}), None),
        *_level_names(one, two),
        *_named("field", "", _by(one, "fields", "name"), _by(two, "fields", "name")),
        *_named("clause", "", one.get("clauses", {}), two.get("clauses", {})),
        *_rules(one, two),
        *_categories(one.get("categories", {}), two.get("categories", {})),
        *_catalogue(before, after),
        *_text(before["text.txt"], after["text.txt"]),
    )


def _keys(
    area: str, category: str, name: str, one: Table, two: Table, keys: Sequence[str] | None
) -> Iterator[Difference]:
    """Key by key; of lists only what differs."""
    for key in dict.fromkeys([*one, *two]) if keys is None else keys:
        before, after = one.get(key), two.get(key)
        if isinstance(before, list) and isinstance(after, list):
            yield from _sets(area, category, name, before, after, key)
        elif before != after:
            yield Difference(area, category, name, key, before, after)


def _sets(
    area: str, category: str, name: str, one: Sequence[Any], two: Sequence[Any], key: str = ""
) -> Iterator[Difference]:
    gone, new = [each for each in one if each not in two], [each for each in two if each not in one]
    if gone or new:
        yield Difference(area, category, name, key, gone or None, new or None)


def _named(area: str, category: str, one: Table, two: Table) -> Iterator[Difference]:
    """Tables by name: added, taken away, or changed in some keys."""
    for name in dict.fromkeys([*one, *two]):
        before, after = one.get(name), two.get(name)
        if before is None or after is None:
            yield Difference(area, category, name, "", before, after)
        else:
            yield from _keys(area, category, name, before, after, None)


def _level_names(one: Table, two: Table) -> Iterator[Difference]:
    def levels(table: Table) -> dict[str, list[str]]:
        return {str(row["level"]): row["names"] for row in table.get("level_names", [])}

    yield from _keys("level_name", "", "", levels(one), levels(two), None)


def _rules(one: Table, two: Table) -> Iterator[Difference]:
    for part in ("everybody", "rules"):
        for before, after in _matched(one.get(part, []), two.get(part, [])):
            rule = after or before or {}
            name, category = _rule_name(rule), ",".join(rule.get("for", []))
            if before is None or after is None:
                yield Difference("rule", category, name, "", before, after)
            else:
                keys = [
                    key for key in dict.fromkeys([*before, *after]) if key != "id"
                ]  # a name of its own says nothing
                yield from _keys("rule", category, name, before, after, keys)


def _rule_name(rule: Table) -> str:
    """``flag:has_card``: the kind and what tells it apart."""
    keys = (_LOOKS_AT[rule["kind"]],) if rule["kind"] in _LOOKS_AT else _USUALLY
    return f"{rule['kind']}:{next((rule[key] for key in keys if key in rule), '')}"


def _matched(one: Sequence[Table], two: Sequence[Table]) -> list[tuple[Table | None, Table | None]]:
    """Rules of both packs, the likest together; in the order of the second pack, what is gone at the end."""
    marks = [(_likeness(mine, theirs), -abs(i - k), i, k) for i, mine in enumerate(one) for k, theirs in enumerate(two)]
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for mark, _, i, k in sorted(marks, reverse=True):
        if mark and i not in taken and k not in partner:
            partner[k] = i
            taken.add(i)
    together = [(one[partner[k]] if k in partner else None, theirs) for k, theirs in enumerate(two)]
    return together + [(mine, None) for i, mine in enumerate(one) if i not in taken]


def _likeness(one: Table, two: Table) -> int:
    """0: not the same rule. The kind, what it looks at and whom it is for must fit; the rest ranks."""
    if one["kind"] != two["kind"] or _rule_name(one) != _rule_name(two):
        return 0
    mine, theirs = set(one.get("for", [])), set(two.get("for", []))
    if (mine or theirs) and not mine & theirs:
        return 0
    return 1 + 8 * (one == two) + 4 * (mine == theirs) + 2 * (one.get("when") == two.get("when")) + _same(one, two)


def _same(one: Table, two: Table) -> int:
    return sum(one.get(key) == two.get(key) for key in ("id", "same", "severity", "code"))


def _categories(one: Table, two: Table) -> Iterator[Difference]:
    for name in dict.fromkeys([*one, *two]):
        before, after = one.get(name), two.get(name)
        if before is None or after is None:
            label = (before or after or {}).get("label", "")
            yield Difference("category", name, label, "", before and label, after and label)
        else:
            yield from _category(name, before, after)


def _category(name: str, one: Table, two: Table) -> Iterator[Difference]:
    yield from _keys("category", name, "", one, two, ("label", "certificate_label"))
    yield from _amounts(name, one.get("amounts", []), two.get("amounts", []))
    for area in ("materials", "scans"):
        yield from _sets(area.removesuffix("s"), name, "", one.get(area, []), two.get(area, []))
    yield from _named("channel", name, _by(one, "channels", "channel"), _by(two, "channels", "channel"))
    yield from _named("field", name, _by(one, "fields", "name"), _by(two, "fields", "name"))
    before, after = one.get("form", {}), two.get("form", {})
    yield from _keys("form", name, "", before, after, _FORM)
    yield from _sets("seal", name, "", before.get("seals", []), after.get("seals", []))
    yield from _sets("form", name, "", _cells(before), _cells(after), "cells")


def _amounts(name: str, one: Sequence[Table], two: Sequence[Table]) -> Iterator[Difference]:
    """Amounts are the same line where they are paid for the same facts."""
    for after in two:
        before = next((each for each in one if each["when"] == after["when"]), None)
        if before is None:
            yield Difference("amount", name, after["label"], "", None, after)
        else:
            yield from _keys("amount", name, after["label"], before, after, None)
    for before in one:
        if all(before["when"] != each["when"] for each in two):
            yield Difference("amount", name, before["label"], "", before, None)


def _by(table: Table, key: str, name: str) -> dict[str, Table]:
    return {str(row[name]): row for row in table.get(key, [])}


def _cells(form: Table) -> list[str]:
    return ["".join(cell["label"].split()) for section in form.get("sections", []) for cell in section.get("cells", [])]


def _catalogue(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    one, two = _entries(before), _entries(after)
    gone, new = [each for each in one if each not in two], [each for each in two if each not in one]
    if gone or new:
        shown = [[_entry(each) for each in rows] or None for rows in (gone, new)]
        yield Difference("list", "", "", "", shown[0], shown[1])
    known = [list(read_names(files["occupations.txt"])) for files in (before, after)]
    yield from _sets("known", "", "", known[0], known[1])


def _entries(files: Mapping[str, str]) -> tuple[Entry, ...]:
    catalogue = read_catalogue(files["catalogue.csv"]) if "catalogue.csv" in files else Catalogue(())
    return catalogue.entries


def _entry(entry: Entry) -> str:
    levels = "、".join(str(each) for each in sorted(entry.levels))
    parts = [
        entry.issuer,
        f"{levels} 级" if levels else "",
        f"印 {entry.printed_level} 级" if entry.printed_level else "",
    ]
    said = "，".join(each for each in parts if each)
    return f"{entry.occupation}（{said}）" if said else entry.occupation


def _text(one: str, two: str) -> Iterator[Difference]:
    if one != two:
        yield Difference("text", "", "", "", len("".join(one.split())), len("".join(two.split())))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Flip:
    """A case whose answer the other plan changes. None: that plan lacks a fact to say anything."""

    name: str
    before: Assessment | None
    after: Assessment | None


def flips(before: Plan, after: Plan, cases: Iterable[tuple[str, Case]]) -> Iterator[Flip]:
    """The named cases that are answered otherwise: another verdict, another amount or other reasons."""
    for name, case in cases:
        old, new = (standing(plan, replace(case, plan=plan.year)) for plan in (before, after))
        if not same_answer(old, new):
            yield Flip(name, old, new)


def same_answer(one: Assessment | None, other: Assessment | None) -> bool:
    """Whether verdict, amount and reasons are the same."""
    return _answer(one) == _answer(other)


def _answer(assessment: Assessment | None) -> object:
    if assessment is None:
        return None
    return (assessment.verdict, assessment.amount, assessment.amount_if_approved, frozenset(assessment.reasons))
