"""Which plan applies when several could, and why."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from station_app.domain.application import Content
from station_app.plans import Applicable, PlanBook, Verdict, applicable_plans, assess, preview, read_case
from tests.unit.plans.cases import CENTRE, grant, plan_of, raw_case
from tests.unit.plans.generated import YEARS, raw_cases
from ui.messages import table, why_sentences

V, S, C = "vocational", "social_worker", "competition"
BOOK = PlanBook({year: plan_of(year) for year in YEARS})


def answers(year: int, category: str, /, **changes: Any) -> tuple[Applicable, ...]:
    return applicable_plans(BOOK, read_case(raw_case(year, category, **changes)))


def test_the_plan_whose_window_names_the_date_is_alone() -> None:
    (first, *others) = answers(2017, V)
    assert (first.year, first.assessment.amount) == (2017, 1000)
    assert all(each.assessment.verdict is not Verdict.ELIGIBLE for each in others)
    assert why_sentences(first)[0] == "申报截止 2018-10-31，还来得及。"
    assert why_sentences(first)[1] == "颁证日期是 2017-06-20，在方案写明的 2017-01-01 至 2017-12-31 之内。"


def test_a_certificate_of_2014_is_for_2014_although_2013_prints_no_end() -> None:
    """Digest A-3: amounts are equal, both could be meant; 2013 itself says that a later plan may be."""
    found = answers(2014, V, occupation="车工", issue_date="2014-03-03", applied_on="2014-05-05")
    assert [each.year for each in found if each.assessment.verdict is Verdict.ELIGIBLE] == [2014, 2013]
    assert [each.meant for each in found[:2]] == [True, False]
    assert "2013 年方案写的日期不是指这张证书。" in why_sentences(found[0])
    assert "证书在下一年颁发，也许该按下一年的方案。" in why_sentences(found[1])


def test_where_only_one_can_be_used_it_is_said() -> None:
    found = answers(2024, V)
    assert found[0].year == 2024
    assert why_sentences(found[0])[-1] == "只有这一年的方案能用。"
    assert all(each.why == () for each in found if each.assessment.verdict is Verdict.INELIGIBLE)


def test_what_a_plan_has_against_the_case_is_said_in_full() -> None:
    last = next(each for each in answers(2024, V, level=3) if each.year == 2013)
    said = why_sentences(last)
    assert len(said) == len(set(last.assessment.reasons))
    assert any("资助范围" in each for each in said)


def test_a_sure_answer_comes_before_one_that_must_be_reviewed() -> None:
    found = answers(2013, V, issue_date="2013-11-05")
    assert [each.year for each in found[:2]] == [2013, 2014]
    assert "按 2014 年方案还要审核，按这一年不用。" in why_sentences(found[0])


def test_a_plan_without_the_category_is_refused_with_its_clause() -> None:
    found = {each.year: each for each in answers(2017, S)}
    assert found[2013].assessment.reasons == ("category_not_in_plan",)
    assert found[2017].assessment.verdict is Verdict.ELIGIBLE


def test_contests_are_told_by_their_year() -> None:
    found = answers(2014, C)
    assert found[0].year == 2014
    assert "是 2014 年的竞赛。" in why_sentences(found[0])


def test_a_reissued_certificate_is_placed_by_its_first_issue() -> None:
    found = answers(2017, V, issue_date="2023-05-05", first_issue_date="2017-05-05", reissued=True)
    assert found[0].year == 2017
    assert any(each.startswith("首次取得日期是 2017-05-05") for each in why_sentences(found[0]))


def test_history_and_drafts_are_taken_as_they_are() -> None:
    raw = raw_case(2024, V)
    content = Content.from_json({key: raw[key] for key in ("plan", "category", "applied_on", "member", "certificate")})
    earlier = read_case(raw_case(2024, V, history=[grant(2024, V, 2024, occupation="焊工", level=1)])).history
    assert applicable_plans(BOOK, content)[0].assessment.verdict is Verdict.ELIGIBLE
    assert applicable_plans(BOOK, content, earlier)[0].assessment.verdict is not Verdict.ELIGIBLE
    bare = Content.from_json({"plan": 1999, "category": V, "certificate": {"issuer": CENTRE}})
    assert applicable_plans(BOOK, bare) == ()


@given(raw_cases())
def test_every_answer_is_that_of_its_plan_and_the_best_comes_first(raw: dict[str, Any]) -> None:
    found = applicable_plans(BOOK, read_case(raw))
    ranks = {Verdict.ELIGIBLE: 0, Verdict.NEEDS_REVIEW: 1, Verdict.INELIGIBLE: 2}
    order = [ranks[each.assessment.verdict] for each in found]
    assert order == sorted(order)
    assert len({each.year for each in found}) == len(found)
    own = next(each for each in found if each.year == raw["plan"])
    assert own.assessment == assess(plan_of(raw["plan"]), read_case(raw))
    keys = ("plan", "category", "applied_on", "member", "certificate")
    content = Content.from_json({key: raw[key] for key in keys})
    history = read_case({**raw_case(raw["plan"], raw["category"]), "history": raw["history"]}).history
    for each in found:
        at = Content(**{**content.__dict__, "plan": each.year})
        assert preview(plan_of(each.year), at, history).assessment == each.assessment
        assert all(why.code in table("plans") for why in each.why)
        assert all("{" not in words for words in why_sentences(each))
