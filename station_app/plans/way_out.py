"""A way out: what would change a refusal or a review, found by assessing again with one fact changed. Pure.

The values that are tried are those the pack's own rules offer (``rules.base.Check.offers``), the other plans of the
book, and the history without what a repeat rule found in it. Where no single change is enough, the smallest set is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made
from typing import Any

from station_app.domain.application import Content
from station_app.plans.assessment import Assessment, Clause, Verdict
from station_app.plans.case import Case, Fact, Grant
from station_app.plans.engine import draft_case, rules_met, standing
from station_app.plans.plan import Plan, PlanBook
from station_app.plans.rules.base import Offer
from station_app.plans.rules.competition import CompetitionYear
from station_app.plans.rules.dates import DateWindow, IssuedFrom

Value = Fact | tuple[Grant, ...]
DATED = (DateWindow, IssuedFrom, CompetitionYear)

# What a person can settle by going there; everything else is read off papers or records.
ERRANDS = ("is_member", "beijing_union", "has_card")
_LONGEST = 4  # changes taken together, where two are not enough
_OPEN = 2
_SCORES = {Verdict.INELIGIBLE: 0, Verdict.NEEDS_REVIEW: 1, Verdict.ELIGIBLE: 3}


@dataclass(frozen=True)
class Change:
    """One fact that would have another value. ``field``: a fact's name, ``plan`` or ``history``.

    ``code`` and ``params`` are those of the phrase in ``wayout.toml``. ``before`` None: not known. ``also``: other
    facts that are the same thing said twice.
    """

    field: str
    before: Value | None
    after: Value
    code: str
    params: Mapping[str, Any] = made(default_factory=dict)
    also: Mapping[str, Fact] = made(default_factory=dict)

    @property
    def errand(self) -> bool:
        """Whether the person can bring it about."""
        return self.field in ERRANDS

    def to_json(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "from": _plain(self.before),
            "to": _plain(self.after),
            "code": self.code,
            "params": dict(self.params),
            "also": {name: _plain(value) for name, value in self.also.items()},
        }


@dataclass(frozen=True)
class WayOut:
    """Changes and the answer after them.

    ``verdict`` None: of a draft, nothing stands against it any more. ``amount``: yuan, on approval where a review
    remains. ``solved`` and ``left``: the codes that go away, and those that decide afterwards.
    ``partial``: the verdict stays what it was, with fewer reasons. ``clause``: what it rests on: of the first reason it
    does away with, or, of another plan, what that plan says of its dates, else of the amount.
    """

    changes: tuple[Change, ...]
    verdict: Verdict | None
    amount: int | None
    solved: tuple[str, ...]
    left: tuple[str, ...]
    partial: bool
    clause: Clause | None = None

    @property
    def errands(self) -> bool:
        """Whether the person can bring all of it about."""
        return all(each.errand for each in self.changes)

    @property
    def field(self) -> str:
        return self.changes[0].field

    @property
    def from_value(self) -> Value | None:
        return self.changes[0].before

    @property
    def to(self) -> Value:
        return self.changes[0].after

    @property
    def code(self) -> str:
        return self.changes[0].code

    @property
    def params(self) -> Mapping[str, Any]:
        return self.changes[0].params

    @property
    def whole(self) -> bool:
        """Whether nothing stands in the way after it."""
        return self.verdict in (None, Verdict.ELIGIBLE)

    def to_json(self) -> dict[str, Any]:
        return {
            "changes": [each.to_json() for each in self.changes],
            "verdict": self.verdict.value if self.verdict else None,
            "amount": self.amount,
            "solved": list(self.solved),
            "left": list(self.left),
            "partial": self.partial,
            "clause": self.clause.to_json() if self.clause else None,
        }


def ways_out(plans: Plan | PlanBook, case: Case | Content, history: Sequence[Grant] = ()) -> tuple[WayOut, ...]:
    """What would change the answer, the best and the easiest first; empty where it is yes or nothing can be said.

    ``history`` goes with a ``Content``; a ``Case`` carries its own. First come the changes that are enough alone; where
    there is none, the smallest sets that are (two facts, else up to four), and the single ones that help in part.
    """
    book = PlanBook({plans.year: plans}) if isinstance(plans, Plan) else plans
    if isinstance(case, Content):
        case = draft_case(case, history)
    now = standing(book.get(case.plan), case)
    if now is None or now.verdict is Verdict.ELIGIBLE:
        return ()
    start = _Step((), case, now)
    singles = [each for each in _steps(book, start) if _goes_on(start, each)]
    found = [each for each in singles if _is_better(start, each)]
    if not any(each.score >= _OPEN for each in found):
        found += _sets(book, start, singles, max([start.score, *(each.score for each in found)]))
    return tuple(_way(book, start, each) for each in _sorted(start, _distinct(found)))


@dataclass(frozen=True)
class _Step:
    """A case some changes away, and what is said of it."""

    changes: tuple[Change, ...]
    case: Case
    assessment: Assessment | None

    @property
    def score(self) -> int:
        return _SCORES[self.assessment.verdict] if self.assessment else _OPEN

    @property
    def reasons(self) -> frozenset[str]:
        return frozenset(self.assessment.reasons) if self.assessment and self.score < _OPEN else frozenset()

    @property
    def amount(self) -> int | None:
        known = self.assessment
        return None if known is None else known.amount if known.amount is not None else known.amount_if_approved


def changed(case: Case, change: Change | Offer) -> Case:
    """The case with one change made."""
    value = change.after if isinstance(change, Change) else change.value
    if isinstance(value, tuple):
        return replace(case, history=value)
    if change.field == "plan" and isinstance(value, int):
        return replace(case, plan=value)
    return replace(case, facts={**case.facts, **change.also, change.field: value})


def _steps(book: PlanBook, step: _Step) -> Iterator[_Step]:
    """Every case one change further."""
    touched = {each.field for each in step.changes}
    tried: set[tuple[str, Value]] = set()
    for offer in _offers(book, step.case):
        before = _present(step.case, offer.field)
        if offer.field in touched or offer.value == before or (offer.field, offer.value) in tried:
            continue
        tried.add((offer.field, offer.value))
        case = changed(step.case, offer)
        if offer.field != "plan" or _is_meant(book.get(case.plan), case):
            change = Change(offer.field, before, offer.value, offer.code, offer.params, offer.also)
            yield _Step((*step.changes, change), case, standing(book.get(case.plan), case))


def _is_meant(plan: Plan, case: Case) -> bool:
    """Whether a plan can be meant: the facts it needs are there, and its rules on dates have nothing to say."""
    category = plan.category(case.category)
    if any(name not in case.facts and name not in category.defaults for name in category.needs):
        return False
    return not any(found and isinstance(rule.check, DATED) for rule, found in rules_met(plan, case))


def _offers(book: PlanBook, case: Case) -> Iterator[Offer]:
    for rule, _ in rules_met(book.get(case.plan), case):
        yield from rule.check.offers(case)
    for year in book.years:
        if case.category in book.get(year).categories:
            yield Offer("plan", year, "plan", {"plan": year})


def _present(case: Case, field: str) -> Value | None:
    if field == "plan":
        return case.plan
    return case.history if field == "history" else case.facts.get(field)


def _goes_on(before: _Step, after: _Step) -> bool:
    """Whether a change does away with a reason, be it that another comes in its place."""
    if after.changes[-1].field == "plan":
        return _is_better(before, after)
    return after.score > before.score or not before.reasons <= after.reasons


def _is_better(before: _Step, after: _Step) -> bool:
    if after.score != before.score:
        return after.score > before.score
    return after.reasons < before.reasons


def _sets(book: PlanBook, start: _Step, singles: Sequence[_Step], reached: int) -> list[_Step]:
    """The smallest sets of changes that lead further than any single one: the easiest pairs, else one longer way."""
    pairs = [second for first in singles for second in _steps(book, first) if second.score > reached]
    if pairs:
        best = min((-each.score, _effort(each)) for each in pairs)
        return [each for each in pairs if (-each.score, _effort(each)) == best]
    longer = _longer(book, start)
    return [longer] if longer is not None and longer.score > reached else []


def _longer(book: PlanBook, start: _Step) -> _Step | None:
    """Step by step the change that leaves the fewest reasons."""
    step = start
    while step.score < _OPEN and len(step.changes) < _LONGEST:
        onward = [each for each in _steps(book, step) if _goes_on(step, each)]
        if not onward:
            break
        step = min(onward, key=lambda each: (-each.score, len(each.reasons), _effort(each)))
    return step


def _distinct(steps: Iterable[_Step]) -> list[_Step]:
    """One way for the same facts and the same outcome: the first, which is the nearest."""
    chosen: dict[object, _Step] = {}
    for each in steps:
        amount = each.amount if len(each.changes) == 1 else None
        key = (frozenset(change.field for change in each.changes), each.score, amount, each.reasons)
        chosen.setdefault(key, each)
    return list(chosen.values())


def _sorted(start: _Step, steps: Iterable[_Step]) -> list[_Step]:
    """What leads furthest, is shortest and easiest first, and then what changes a field that was found fault with."""
    asked = {each.field for each in start.assessment.findings if each.code in start.reasons} if start.assessment else ()

    def order(step: _Step) -> tuple[int, ...]:
        aside = sum(each.field not in asked for each in step.changes)
        return (-step.score, len(step.changes), _effort(step), aside)

    return sorted(steps, key=order)


def _effort(step: _Step) -> int:
    """Errands first, then what is only not known yet, what may be misread, another plan, a wrong record."""
    efforts = {"plan": 3, "history": 4}
    return max(0 if each.errand else efforts.get(each.field, 1 if each.before is None else 2) for each in step.changes)


def _way(book: PlanBook, start: _Step, step: _Step) -> WayOut:
    verdict = step.assessment.verdict if step.assessment else None
    changes = tuple(sorted(step.changes, key=lambda each: ERRANDS.index(each.field) if each.errand else len(ERRANDS)))
    solved = tuple(sorted(start.reasons - step.reasons))
    left = step.assessment.reasons if step.assessment and step.score < _OPEN else ()
    clause = _clause_after(book, step) if changes[0].field == "plan" else _clause_of(start, solved)
    return WayOut(changes, verdict, step.amount, solved, left, step.score == start.score, clause)


def _clause_of(start: _Step, solved: Sequence[str]) -> Clause | None:
    findings = start.assessment.findings if start.assessment else ()
    return next((each.clause for each in findings if each.code in solved and each.clause), None)


def _clause_after(book: PlanBook, step: _Step) -> Clause | None:
    dated = (rule.check for rule, _ in rules_met(book.get(step.case.plan), step.case))
    said = next((each.clause for each in dated if isinstance(each, DATED) and each.clause), None)
    findings = step.assessment.findings if step.assessment else ()
    return said or next((each.clause for each in findings if each.clause), None)


def _plain(value: Value | None) -> Any:
    if isinstance(value, tuple):
        return [each.plan for each in value]
    return value if value is None or isinstance(value, str | int) else value.isoformat()
