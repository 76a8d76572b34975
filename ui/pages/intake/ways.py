"""怎样才符合: the ways out of an answer and the plans that could apply, each as a line that leads somewhere. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from station_app.plans import Verdict, applicable_plans, ways_out
from ui.messages import table, way_out_sentence, why_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from station_app.domain.application import Content
    from station_app.plans import Applicable, Assessment, Clause, Grant, PlanBook, WayOut

_MOST = 4
_HISTORY_IS_OF = "id_number"  # a record that is somebody else's: is this number the worker's?


@dataclass(frozen=True)
class Way:
    """One line. ``words``: said to the worker; ``why``: said softly below; ``clause`` in the text of the plan ``year``.

    It leads to the field ``field``, or to another plan (``plan``); to neither: it only explains.
    """

    words: str
    why: str = ""
    clause: Clause | None = None
    year: int = 0
    field: str = ""
    plan: int | None = None


def ways(book: PlanBook, content: Content, history: Sequence[Grant], now: Assessment, settled: bool) -> tuple[Way, ...]:
    """What would change the answer, then what other plans say of these papers; of a yes only the latter.

    ``settled``: a revision is frozen, so the plan stays as it is.
    """
    answers = applicable_plans(book, content, history)
    found: list[Way] = []
    for each in ways_out(book, content, history) if now.verdict is not Verdict.ELIGIBLE else ():
        way = _way(each, content.plan, answers)
        if way.plan is None or not settled:
            found.append(way)
    told = {each.plan for each in found}
    found += [each for each in _other_plans(content.plan, answers, settled) if each.plan not in told or not each.plan]
    return tuple(found[:_MOST])


def heading(now: Assessment) -> str:
    """What the lines are, by the answer they are about."""
    return table("wayout")[f"heading.{now.verdict.value}"]


def _way(way: WayOut, year: int, answers: Sequence[Applicable]) -> Way:
    words = way_out_sentence(way)
    plan = next((int(str(each.after)) for each in way.changes if each.field == "plan"), None)
    if plan is not None:
        why = "".join(why_sentences(answer)[0] for answer in answers if answer.year == plan and answer.why)
        field = way.field if way.field != "plan" else ""
        return Way(words, why, way.clause, plan if way.field == "plan" else year, field, None if field else plan)
    return Way(words, "", way.clause, year, _HISTORY_IS_OF if way.field == "history" else way.field)


def _other_plans(year: int, answers: Sequence[Applicable], settled: bool) -> Iterator[Way]:
    """Why this plan and not another that could apply, or which plan the certificate belongs to, though too late."""
    possible = [each for each in answers if each.assessment.verdict is not Verdict.INELIGIBLE]
    mine = next((each for each in possible if each.year == year), None)
    if mine is not None and not settled:
        yield from (_beside(mine, each, answers) for each in possible if each is not mine)
    if not possible:
        yield from _too_late(year, answers)


def _beside(mine: Applicable, other: Applicable, answers: Sequence[Applicable]) -> Way:
    """Another plan that could apply; ``why`` says what puts the one before the other."""
    better = answers.index(other) < answers.index(mine)
    code = "plan_better" if better else "plan_possible"
    words = table("wayout")[code].format(plan=other.year, amount=_amount(other))
    return Way(words, "".join(why_sentences(other if better else mine)), None, other.year, plan=other.year)


def _too_late(year: int, answers: Sequence[Applicable]) -> Iterator[Way]:
    for each in answers:
        if each.year != year and each.meant and each.assessment.reasons:
            words = table("wayout")["plan_meant"].format(plan=each.year)
            clause = next((found.clause for found in each.assessment.findings if found.clause), None)
            yield Way(words, "".join(why_sentences(each)), clause, each.year)


def _amount(answer: Applicable) -> str:
    words, assessment = table("wayout"), answer.assessment
    if assessment.amount is not None:
        return words["amount.eligible"].format(yuan=assessment.amount)
    return words["amount.review"].format(yuan=assessment.amount_if_approved) if assessment.amount_if_approved else ""
