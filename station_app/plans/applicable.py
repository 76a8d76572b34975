"""Which plan applies when several could: every plan's answer to the same papers, the one to apply under first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made
from datetime import date
from typing import Any

from station_app.domain.application import Content
from station_app.plans.assessment import Assessment, Verdict
from station_app.plans.case import Case, Grant
from station_app.plans.engine import draft_case, rules_met, standing
from station_app.plans.plan import Plan, PlanBook
from station_app.plans.rules.competition import CompetitionYear
from station_app.plans.rules.dates import DateWindow, IssuedFrom
from station_app.plans.rules.general import Deadline

_RANKS = {Verdict.ELIGIBLE: 0, Verdict.NEEDS_REVIEW: 1, Verdict.INELIGIBLE: 2}


@dataclass(frozen=True)
class Why:
    """One reason for a plan or against it: a code and parameters for ``ui.messages.why_sentence``."""

    code: str
    params: Mapping[str, Any] = made(default_factory=dict)


@dataclass(frozen=True)
class Applicable:
    """One plan's answer. ``meant``: the certificate's date lies where the plan's own words put it, without doubt.

    ``why``: what speaks for it; what speaks against it are the findings that decided its assessment.
    """

    year: int
    assessment: Assessment
    why: tuple[Why, ...]
    meant: bool


def applicable_plans(book: PlanBook, content: Content | Case, history: Sequence[Grant] = ()) -> tuple[Applicable, ...]:
    """Every plan that has an answer, whatever plan ``content`` names; the one to apply under comes first.

    The order: the better verdict; a plan whose dates mean this certificate; the higher amount; the later plan. A plan
    that lacks a fact and refuses nothing has no answer. ``why`` of the first says what puts it before the next.
    """
    case = draft_case(content, history) if isinstance(content, Content) else content
    answers = [answer for year in book.years if (answer := _answer(book.get(year), replace(case, plan=year)))]
    answers.sort(key=_order)
    if answers and answers[0].assessment.verdict is not Verdict.INELIGIBLE:
        answers[0] = replace(answers[0], why=(*answers[0].why, *_before_the_next(answers)))
    return tuple(answers)


def _answer(plan: Plan, case: Case) -> Applicable | None:
    assessment = standing(plan, case)
    if assessment is None:
        return None
    met = list(rules_met(plan, case))
    meant = not any(found and isinstance(rule.check, DateWindow | IssuedFrom | CompetitionYear) for rule, found in met)
    if assessment.verdict is Verdict.INELIGIBLE:
        return Applicable(plan.year, assessment, (), meant)
    why = [each for rule, found in met if not found for each in _fits(rule.check, case)]
    why += [Why("why_later_plan") for rule, found in met if found and isinstance(rule.check, IssuedFrom)]
    return Applicable(plan.year, assessment, tuple(why), meant)


def _fits(check: object, case: Case) -> Iterator[Why]:
    """What a rule on a date says for its plan."""
    if isinstance(check, DateWindow):
        first = case.day("first_issue_date") if check.first else None
        field = "first_issue_date" if first else check.field
        day = first or case.day(check.field)
        params = {"field": field, "day": _iso(day), "start": _iso(check.start), "end": _iso(check.end)}
        yield Why("why_in_window" if check.end else "why_after_start", params)
    elif isinstance(check, CompetitionYear):
        yield Why("why_contest_year", {"year": check.year})
    elif isinstance(check, Deadline):
        yield Why("why_in_time", {"last": _iso(check.last)})


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _order(answer: Applicable) -> tuple[int, bool, int, int]:
    assessment = answer.assessment
    yuan = assessment.amount or assessment.amount_if_approved or 0
    return (_RANKS[assessment.verdict], not answer.meant, -yuan, -answer.year)


def _before_the_next(answers: Sequence[Applicable]) -> tuple[Why, ...]:
    """The first thing in which the best differs from the second."""
    best = _order(answers[0])
    if len(answers) == 1 or answers[1].assessment.verdict is Verdict.INELIGIBLE:
        return (Why("why_only"),)
    second, year = _order(answers[1]), answers[1].year
    if best[0] != second[0]:
        return (Why("why_sure", {"plan": year}),)
    if best[1] != second[1]:
        return (Why("why_meant", {"plan": year}),)
    if best[2] != second[2]:
        return (Why("why_more", {"plan": year, "yuan": -best[2], "other": -second[2]}),)
    return (Why("why_later", {"plan": year}),)
