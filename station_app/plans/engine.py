"""From a plan and a case to an assessment: every rule is looked at, every failed one is named. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from station_app.domain.application import Content
from station_app.domain.fields import FieldProblem
from station_app.errors import BugError, UserError
from station_app.plans.assessment import Assessment, Finding, Severity, Verdict
from station_app.plans.case import Case, Fact, Grant, facts_of
from station_app.plans.plan import CategoryPlan, Plan
from station_app.plans.rules.base import Found, Rule


@dataclass(frozen=True)
class Preview:
    """What can be said of a draft: what is still missing or out of order, and the assessment as far as it stands."""

    missing: tuple[FieldProblem, ...]
    assessment: Assessment | None


def assess(plan: Plan, case: Case) -> Assessment:
    """The assessment of a complete case.

    Raises UserError ``missing`` with the field when the plan needs a fact that the case does not state.
    """
    if case.plan != plan.year:
        raise BugError("plan_mismatch")
    category = plan.categories.get(case.category)
    if category is None:
        return _not_covered(plan, case)
    case = _with_defaults(category, case)
    for name in category.needs:
        if name not in case.facts:
            raise UserError("missing", name)
    return _conclude(category, case, _findings(category.rules, case))


def case_of(content: Content, history: Sequence[Grant]) -> Case:
    """The case a complete draft states. Raises UserError ``missing``; ``assess`` names facts its plan lacks."""
    if content.applied_on is None:
        raise UserError("missing", "applied_on")
    return draft_case(content, history)


def preview(plan: Plan, content: Content, history: Sequence[Grant]) -> Preview:
    """What can be said while the clerk is still typing.

    ``missing`` holds the plan's required fields without a value (code ``missing``), in entry order, and
    ``first_issue_after_issue``. ``assessment`` is the full one as soon as all facts the rules need are there; before
    that it is there only to show refusals that stand already (verdict ineligible), else None.
    """
    category = plan.categories.get(content.category)
    missing = tuple(_problems(category, content)) if category is not None else ()
    return Preview(missing, standing(plan, draft_case(content, history)))


def standing(plan: Plan, case: Case) -> Assessment | None:
    """The assessment as far as the facts that are there allow: full, or the refusals that stand already, or None."""
    category = plan.categories.get(case.category)
    if category is None:
        return _not_covered(plan, case)
    case = _with_defaults(category, case)
    findings = _findings(category.rules, case)
    if all(name in case.facts for name in category.needs):
        return _conclude(category, case, findings)
    if any(each.severity is Severity.REFUSE for each in findings):
        return Assessment(Verdict.INELIGIBLE, None, None, tuple(findings))
    return None


def rules_met(plan: Plan, case: Case) -> Iterator[tuple[Rule, Found]]:
    """The rules that are looked at in this case, in order, each with what it found."""
    category = plan.categories.get(case.category)
    if category is None:
        yield from _looked_at((each for each in plan.everybody if case.category in each.categories), case)
    else:
        yield from _looked_at(category.rules, _with_defaults(category, case))


def draft_case(content: Content, history: Sequence[Grant]) -> Case:
    """The case a draft states so far."""
    facts: dict[str, Fact] = facts_of(content.category, (content.member, content.certificate))
    if content.applied_on is not None:
        facts["applied_on"] = content.applied_on
    return Case(content.plan, content.category, facts, tuple(history))


def _with_defaults(category: CategoryPlan, case: Case) -> Case:
    if all(name in case.facts for name in category.defaults):
        return case
    return replace(case, facts={**category.defaults, **case.facts})


def _problems(category: CategoryPlan, content: Content) -> Iterable[FieldProblem]:
    sections = {"applicant": content.applicant, "member": content.member, "certificate": content.certificate}
    if content.applied_on is None:
        yield FieldProblem("applied_on", "missing")
    for field in category.fields:
        if field.required and field.default is None and field.name not in sections[field.section]:
            yield FieldProblem(field.name, "missing")
    first, printed = content.certificate.get("first_issue_date"), content.certificate.get("issue_date")
    if first and printed and date.fromisoformat(first) > date.fromisoformat(printed):
        yield FieldProblem("first_issue_date", "first_issue_after_issue")


def _findings(rules: Iterable[Rule], case: Case) -> list[Finding]:
    return [each for _, found in _looked_at(rules, case) for each in found]


def _looked_at(rules: Iterable[Rule], case: Case) -> Iterator[tuple[Rule, Found]]:
    """A rule is passed over when a rule it comes after refused or was passed over, or a fact it needs is not there."""
    closed: set[str] = set()
    for rule in rules:
        if not closed.isdisjoint(rule.after) or not all(name in case.facts for name in rule.when.facts):
            closed.add(rule.id)
        elif rule.when.holds(case):
            found = rule.check(case) if all(name in case.facts for name in rule.check.needs) else None
            if found is not None:
                yield rule, found
            if found is None or any(each.severity is Severity.REFUSE for each in found):
                closed.add(rule.id)


def _not_covered(plan: Plan, case: Case) -> Assessment:
    rules = (each for each in plan.everybody if case.category in each.categories)
    findings = (*_findings(rules, case), *plan.not_covered(category=case.category.value))
    return Assessment(Verdict.INELIGIBLE, None, None, findings)


def _conclude(category: CategoryPlan, case: Case, findings: list[Finding]) -> Assessment:
    severities = {each.severity for each in findings}
    if Severity.REFUSE in severities:
        return Assessment(Verdict.INELIGIBLE, None, None, tuple(findings))
    amount = next((each for each in category.amounts if each.when.holds(case)), None)
    yuan = amount.yuan if amount else None
    if amount is not None:
        sure = Severity.REVIEW not in severities
        outcome = amount.outcome if sure else replace(amount.outcome, code="amount_if_approved")
        findings = [*outcome(yuan=amount.yuan, label=amount.label), *findings]
    if Severity.REVIEW in severities:
        return Assessment(Verdict.NEEDS_REVIEW, None, yuan, tuple(findings))
    if yuan is None:
        raise BugError("amount_missing")
    return Assessment(Verdict.ELIGIBLE, yuan, None, tuple(findings))
