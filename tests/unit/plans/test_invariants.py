"""The invariants of the policy digest, section 9, on made-up cases of every plan."""

from __future__ import annotations

import string
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from station_app.domain.application import Category, Channel, Content
from station_app.plans import Assessment, Severity, Verdict, assess, preview, read_case
from tests.unit.plans.cases import CENTRE, grant, judge, plan_of, raw_case
from tests.unit.plans.generated import NAMES, raw_cases


def judged(raw: dict[str, Any]) -> Assessment:
    return assess(plan_of(raw["plan"]), read_case(raw))


@given(raw_cases())
def test_amounts_are_of_the_plan_and_800_is_level_3_only(raw: dict[str, Any]) -> None:
    answer = judged(raw)
    yuan = answer.amount if answer.amount is not None else answer.amount_if_approved
    assert yuan in (None, 800, 1000, 2000)
    if yuan == 800:
        assert raw["category"] == "vocational"
        assert raw["certificate"]["level"] == 3
        assert raw["plan"] in (2017, 2024)


@given(raw_cases())
def test_the_verdict_follows_from_the_findings(raw: dict[str, Any]) -> None:
    answer = judged(raw)
    severities = {each.severity for each in answer.findings}
    if answer.verdict is Verdict.INELIGIBLE:
        assert Severity.REFUSE in severities
        assert set(answer.reasons) == {each.code for each in answer.findings if each.severity is Severity.REFUSE}
    elif answer.verdict is Verdict.NEEDS_REVIEW:
        assert severities <= {Severity.REVIEW, Severity.INFO}
        assert answer.reasons
    else:
        assert severities == {Severity.INFO}
    assert (answer.amount is None) == (answer.verdict is not Verdict.ELIGIBLE)


@given(raw_cases())
def test_without_membership_or_card_there_is_no_silent_yes(raw: dict[str, Any]) -> None:
    raw["member"]["has_card"] = False
    answer = judged(raw)
    if raw["plan"] == 2014:
        assert "card_needed_before_payment" in {each.code for each in answer.findings}
    else:
        assert "no_card" in answer.reasons


@given(raw_cases(), st.sampled_from(list(Channel)), st.sampled_from(list(Channel)))
def test_the_channel_never_decides(raw: dict[str, Any], one: Channel, other: Channel) -> None:
    def seen(channel: Channel) -> object:
        content = Content.from_json(
            {key: raw[key] for key in ("plan", "category", "applied_on", "member", "certificate")}
            | {"channel": channel.value}
        )
        return preview(plan_of(raw["plan"]), content, ())

    assert seen(one) == seen(other)


@given(raw_cases())
def test_bracket_width_and_spaces_never_change_the_verdict(raw: dict[str, Any]) -> None:
    before = judged(raw)
    for name in ("occupation", "issuer"):
        text = raw["certificate"].get(name)
        if text:
            wide = text.replace("(", "（").replace(")", "）")
            raw["certificate"][name] = " ".join(wide)
    after = judged(raw)
    assert (after.verdict, after.amount, after.amount_if_approved) == (
        before.verdict,
        before.amount,
        before.amount_if_approved,
    )


@given(st.sampled_from([2013, 2017]), st.sampled_from(NAMES), st.data())
def test_another_character_never_turns_a_refusal_into_an_acceptance(year: int, name: str, data: st.DataObject) -> None:
    """Only a name that stands on the list itself is accepted, however near the entered one was."""
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from([*string.ascii_letters, "员", "工", "师", ""]))
    changed = name[:place] + letter + name[place + 1 :]
    if not changed:
        return
    issuer = CENTRE if year == 2013 else "北京通信行业职业技能鉴定中心"
    answer = judged(raw_case(year, "vocational", occupation=changed, issuer=issuer))
    listed = {"".join(each.split()).replace("（", "(").replace("）", ")") for each in plan_of(year).occupations}
    if answer.verdict is Verdict.ELIGIBLE:
        assert changed.replace("（", "(").replace("）", ")") in listed


@given(raw_cases())
def test_the_2017_repeat_ignores_issuer_and_year_and_2024s_ignores_occupation_and_level(raw: dict[str, Any]) -> None:
    changed = {**raw, "history": [dict(each) for each in raw["history"]]}
    codes = {2017: "already_funded_same_occupation_level", 2024: "already_funded_this_year"}
    for entry in changed["history"]:
        if raw["plan"] == 2017:
            entry["plan"] = 2014 if entry["plan"] != 2014 else 2013
            entry["year_paid"] = entry["year_paid"] and entry["year_paid"] - 1
        elif raw["plan"] == 2024:
            entry["occupation"], entry["level"] = "洗衣师", 1
    code = codes.get(raw["plan"])
    assert (code in judged(raw).reasons) == (code in judged(changed).reasons)


NO_LONGER = {"is_member": False, "beijing_union": False}
FAILURES: dict[tuple[int, str], dict[str, dict[str, Any]]] = {
    (2013, "vocational"): {
        "not_member": NO_LONGER,
        "no_card": {"has_card": False},
        "certificate_kind_not_funded": {"kind": "特种作业操作证"},
        "level_not_funded": {"level": 4},
        "issuer_not_listed": {"issuer": "示例技师学院"},
        "issue_date_outside_window": {"issue_date": "2013-09-01"},
        "registration_after_half_year": {"applied_on": "2014-12-01"},
    },
    (2017, "vocational"): {
        "not_beijing_member": {"beijing_union": False},
        "no_card": {"has_card": False},
        "after_deadline": {"applied_on": "2018-11-01"},
        "certificate_kind_not_funded": {"kind": "特种作业操作证"},
        "level_not_funded": {"level": 4},
        "issue_date_outside_window": {"issue_date": "2018-01-01"},
    },
    (2017, "social_worker"): {
        "not_member": NO_LONGER,
        "not_union_social_worker": {"full_time_union_social_worker": False},
        "level_not_funded": {"level_name": "助理社会工作师"},
        "issuer_not_listed": {"issuer": "天津市人力资源和社会保障局"},
        "sign_date_outside_window": {"sign_date": "2016-12-31"},
        "after_deadline": {"applied_on": "2019-01-01"},
    },
    (2017, "competition"): {
        "no_card": {"has_card": False},
        "competition_year_mismatch": {"year": 2016},
        "occupation_certifiable": {"occupation_certifiable": True},
        "rank_outside_limit": {"rank": 11},
        "entrants_below_minimum": {"entrants": 12},
    },
    (2024, "vocational"): {
        "not_beijing_member": {"beijing_union": False},
        "certificate_kind_not_funded": {"kind": "专项职业能力证书"},
        "level_not_funded": {"level": 5},
        "issuer_not_registered": {"issuer": "示例技师学院", "issuer_registered": False},
        "first_issue_outside_window": {"first_issue_date": "2022-12-31"},
        "after_deadline": {"applied_on": "2024-11-01"},
        "already_funded_this_year": {"history": [grant(2024, "competition", 2024, occupation="焊工")]},
    },
    (2024, "competition"): {
        "not_member": NO_LONGER,
        "competition_not_covered": {"competition": "2023年某竞赛"},
        "not_individual_final": {"individual": False},
        "rank_outside_limit": {"rank": 11},
    },
}


@given(st.sampled_from(sorted(FAILURES)), st.data())
def test_a_refusal_names_every_failed_rule(pair: tuple[int, str], data: st.DataObject) -> None:
    """Whichever rules fail together, each is named; none hides another."""
    failures = FAILURES[pair]
    chosen = data.draw(st.sets(st.sampled_from(sorted(failures)), min_size=1))
    changes: dict[str, Any] = {}
    for code in chosen:
        changes |= failures[code]
    assert set(judge(*pair, **changes).reasons) == chosen


@given(st.sampled_from([2017, 2024]), st.integers(-400, 400))
def test_the_deadline_day_itself_is_in_time(year: int, offset: int) -> None:
    last = plan_of(year).deadline
    assert last is not None
    answer = judged(raw_case(year, "vocational", applied_on=(last + timedelta(days=offset)).isoformat()))
    assert ("after_deadline" in answer.reasons) == (offset > 0)


@given(raw_cases())
def test_the_same_case_has_the_same_answer(raw: dict[str, Any]) -> None:
    assert judged(raw) == judged(raw)


@given(raw_cases(), st.data())
def test_a_preview_never_says_yes_where_the_case_says_no(raw: dict[str, Any], data: st.DataObject) -> None:
    """Taking facts out may hide a refusal that rested on them; what is shown as refused stays refused."""
    whole = judged(raw)
    plan = plan_of(raw["plan"])
    needs = plan.category(Category(raw["category"])).needs
    for name in data.draw(st.sets(st.sampled_from(sorted(set(needs) - {"applied_on"})))):
        raw["member"].pop(name, None)
        raw["certificate"].pop(name, None)
    keys = ("plan", "category", "applied_on", "member", "certificate")
    content = Content.from_json({key: raw[key] for key in keys})
    history = read_case({**raw_case(raw["plan"], raw["category"]), "history": raw["history"]}).history
    seen = preview(plan, content, history).assessment
    if seen is not None and seen.verdict is Verdict.INELIGIBLE and "kind" in content.certificate:
        assert set(seen.reasons) <= set(whole.reasons)
