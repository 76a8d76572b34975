"""What the page decides, without any widget."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from station_app.domain.application import Category, Content, FieldReturn, ReturnCode, ScanKind, State
from station_app.plans import Grant, Verdict
from station_app.store.records import ScanRecord
from tests.unit.ui.intake.conftest import PLANS, Steady, member, sample
from ui.messages import finding_sentence
from ui.pages.intake.draft import Draft
from ui.pages.intake.judgement import Step
from ui.pages.intake.presenter import CONSENT, IntakePresenter

TODAY = date(2024, 5, 15)


@pytest.fixture
def presenter() -> IntakePresenter:
    made = IntakePresenter(lambda: PLANS, lambda: TODAY, Steady())
    made.start(made.blank(2024))
    return made


def fill(presenter: IntakePresenter, number: int = 3) -> None:
    """Everything but scans and consent."""
    presenter.take_member(member(number))
    presenter.set_value("position", "技师")
    for name, value in sample(number)[1]["certificate"].items():
        presenter.set_value(name, value)


def scan(kind: ScanKind, revision: int = 0) -> ScanRecord:
    return ScanRecord(kind.value, "a", kind, "0" * 64, 1, "image/jpeg", "f", "2024-05-15T06:30:00Z", revision)


def missing(presenter: IntakePresenter) -> list[str | None]:
    return [each.field for each in presenter.judge().missing]


def test_a_blank_case_is_no_case_until_something_is_entered(presenter: IntakePresenter) -> None:
    assert not presenter.draft.begun
    presenter.set_value("name", "张")
    assert presenter.draft.begun


def test_what_is_missing_stands_in_the_order_of_the_form_and_scans_and_consent_last(presenter: IntakePresenter) -> None:
    names = missing(presenter)
    assert names[:5] == ["name", "id_number", "phone", "card_no", "employer"]
    assert names.index("occupation") < names.index("issuer") < names.index("scan.id_front")
    assert names[-1] == CONSENT
    assert "kind" not in names  # has a default in the plan
    assert "position" not in names  # not required


def test_a_member_of_the_roster_brings_their_standing(presenter: IntakePresenter) -> None:
    presenter.take_member(member(3))
    content = presenter.draft.content
    assert content.value("id_number") == member(3).id_number
    assert content.member["is_member"] is content.member["has_card"] is content.member["beijing_union"] is True


def test_another_number_takes_the_standing_of_the_person_before_away(presenter: IntakePresenter) -> None:
    presenter.take_member(member(3))
    presenter.set_value("id_number", member(4).id_number)
    assert not presenter.draft.content.member


def test_what_the_clerk_said_by_hand_outranks_the_roster_that_is_found_later(presenter: IntakePresenter) -> None:
    presenter.set_value("id_number", member(3).id_number)
    presenter.set_value("name", "李")
    presenter.set_value("beijing_union", False)
    filled = presenter.complete_from(member(3))
    assert "name" not in filled
    assert {"card_no", "phone", "employer"} == set(filled)
    assert presenter.draft.content.member == {
        "beijing_union": False, "is_member": True, "has_card": True,
        "full_time_union_social_worker": member(3).full_time_union_social_worker,
    }  # fmt: skip


def test_the_roster_of_another_person_fills_nothing(presenter: IntakePresenter) -> None:
    presenter.set_value("id_number", member(4).id_number)
    assert presenter.complete_from(member(3)) == ()


def test_a_sound_card_number_says_that_there_is_a_card(presenter: IntakePresenter) -> None:
    presenter.set_value("card_no", member(3).card_no[:10])
    assert presenter.draft.content.value("has_card") is None
    presenter.set_value("card_no", member(3).card_no)
    assert presenter.draft.content.value("has_card") is True


def test_a_problem_waits_until_the_number_is_whole_or_left(presenter: IntakePresenter) -> None:
    presenter.set_value("id_number", "9901")
    assert "id_number" not in presenter.judge().problems
    presenter.leave("id_number")
    assert presenter.judge().problems["id_number"] == "id_number_length"
    wrong = member(3).id_number[:17] + ("0" if member(3).id_number[17] != "0" else "1")
    presenter.set_value("id_number", wrong)
    assert presenter.judge().problems["id_number"] == "id_number_check"
    assert "id_number" in missing(presenter)


def test_a_card_number_that_fails_luhn_is_a_hint_and_no_problem(presenter: IntakePresenter) -> None:
    number = member(3).card_no
    presenter.set_value("card_no", number[:-1] + str((int(number[-1]) + 1) % 10))
    judged = presenter.judge()
    assert judged.hints == {"card_no": "card_no_doubtful"}
    assert "card_no" not in judged.problems
    assert "card_no" not in missing(presenter)


def test_half_a_date_is_a_problem_once_left_and_counts_as_missing(presenter: IntakePresenter) -> None:
    presenter.set_value("issue_date", None, "2023-0")
    assert "issue_date" not in presenter.judge().problems
    presenter.leave("issue_date")
    assert presenter.judge().problems["issue_date"] == "not_a_date"
    assert missing(presenter).count("issue_date") == 1
    presenter.set_value("issue_date", "2023-06-20")
    assert "issue_date" not in missing(presenter)


def test_a_refusal_that_stands_already_shows_while_fields_are_missing(presenter: IntakePresenter) -> None:
    presenter.set_value("issue_date", "2022-01-01")
    judged = presenter.judge()
    assert judged.assessment is not None
    assert judged.assessment.verdict is Verdict.INELIGIBLE
    assert judged.ineligible


def test_a_grant_of_the_same_year_refuses(presenter: IntakePresenter) -> None:
    fill(presenter)
    known = presenter.history_known(member(3).id_number, (Grant(2024, Category.COMPETITION, rank=1, year_paid=2024),))
    assert known
    assessment = presenter.judge().assessment
    assert assessment is not None
    assert assessment.reasons == ("already_funded_this_year",)


def test_the_finding_names_the_earlier_case(presenter: IntakePresenter) -> None:
    fill(presenter)
    paid = Grant(2024, Category.COMPETITION, rank=1, year_paid=2024, reference="CY001-24-A000001-F", state="paid")
    assert presenter.history_known(member(3).id_number, (paid,))
    assessment = presenter.judge().assessment
    assert assessment is not None
    (finding,) = (each for each in assessment.findings if each.code == "already_funded_this_year")
    assert finding_sentence(finding).endswith("（前一件：CY001-24-A000001-F，2024 年方案，已划拨）")
    assert presenter.history_known(member(3).id_number, (replace(paid, reference=None),))
    assessment = presenter.judge().assessment
    assert assessment is not None
    assert all("前一件" not in finding_sentence(each) for each in assessment.findings)


def test_the_year_of_2024_is_read_off_the_certificate_and_other_plans_have_none(presenter: IntakePresenter) -> None:
    presenter.set_value("issue_date", "2023-06-20")
    assert presenter.judge().notes == {"issue_date": "年度 2023"}
    presenter.set_facts(year=2017)
    assert presenter.judge().notes == {}


def test_a_leading_digit_is_a_hint_only_where_the_plan_wants_a_letter(presenter: IntakePresenter) -> None:
    presenter.set_value("number", "1300000000201234")
    assert presenter.judge().hints["number"] == "number_leading_digit"
    presenter.set_facts(year=2013)
    assert "number" not in presenter.judge().hints


def test_a_number_of_another_year_or_level_is_a_hint_beside_it_and_no_refusal(presenter: IntakePresenter) -> None:
    fill(presenter)
    presenter.set_value("number", "S000011000123221000456")
    judged = presenter.judge()
    assert judged.hints["number"] in ("number_year_differs", "number_level_differs")
    assert judged.assessment is not None
    assert judged.assessment.verdict is Verdict.ELIGIBLE


def test_a_name_that_is_nearly_listed_is_doubted_beside_its_field(presenter: IntakePresenter) -> None:
    presenter.set_facts(year=2017)
    fill(presenter)
    for name, value in {"kind": "职业资格证书", "occupation": "汽车维修电", "level": 3}.items():
        presenter.set_value(name, value)
    presenter.set_value("issue_date", "2017-06-01")
    assert presenter.judge().hints["occupation"] == "occupation_near_miss"
    presenter.set_value("occupation", "汽车维修电工")
    assert "occupation" not in presenter.judge().hints


def test_an_answer_about_another_person_is_dropped(presenter: IntakePresenter) -> None:
    fill(presenter)
    assert not presenter.history_known(member(4).id_number, ())


def test_categories_keep_what_was_entered_for_each(presenter: IntakePresenter) -> None:
    fill(presenter)
    before = dict(presenter.draft.content.certificate)
    presenter.set_category(Category.SOCIAL_WORKER)
    here = presenter.draft.content.certificate
    assert "occupation" not in here
    assert here["kind"] == "社会工作者职业资格证书"
    assert here["number"] == before["number"]
    presenter.set_category(Category.VOCATIONAL)
    assert dict(presenter.draft.content.certificate) == before


def test_steps_to_a_submission(presenter: IntakePresenter) -> None:
    fill(presenter)
    assert presenter.next_step(presenter.judge()) == (Step.MEND, "scan.id_front")
    presenter.draft.scans = tuple(scan(kind) for kind in ScanKind)
    assert presenter.next_step(presenter.judge()) == (Step.MEND, CONSENT)
    presenter.confirm_consent(given=True)
    assert presenter.draft.consent["notice"]
    assert presenter.next_step(presenter.judge()) == (Step.SUBMIT, "")
    presenter.set_value("issue_date", "2021-06-20")
    assert presenter.next_step(presenter.judge())[0] is Step.INSIST
    presenter.set_insistence("本人认为应当受理")
    assert presenter.next_step(presenter.judge())[0] is Step.SUBMIT


def test_days_left_until_the_deadline(presenter: IntakePresenter) -> None:
    judged = presenter.judge()
    assert judged.deadline == date(2024, 10, 31)
    assert judged.days_left == 169


def test_a_plan_without_a_printed_deadline_has_none(presenter: IntakePresenter) -> None:
    presenter.start(presenter.blank(2014))
    judged = presenter.judge()
    assert (judged.deadline, judged.days_left) == (None, None)


def test_a_year_without_the_category_turns_to_one_it_has(presenter: IntakePresenter) -> None:
    presenter.set_category(Category.SOCIAL_WORKER)
    presenter.set_facts(year=2013)
    content = presenter.draft.content
    assert content.category in presenter.plan.categories
    assert presenter.category_plan is not None
    kind = presenter.category_plan.field("kind")
    assert kind is not None
    assert content.value("kind") == kind.default


def test_a_returned_case_opens_on_its_field_and_locks_the_others_until_asked(presenter: IntakePresenter) -> None:
    content = Content.from_json(sample(3)[1])
    returned = (FieldReturn("card_no", ReturnCode.MISMATCH),)
    presenter.start(Draft(content, state=State.RETURNED, revision=1, returned=returned))
    draft = presenter.draft
    assert presenter.first_returned() == "card_no"
    assert not draft.locked("card_no")
    assert draft.locked("name")
    assert draft.locked("category")
    presenter.open_fields()
    assert not draft.locked("name")


def test_the_day_of_applying_stays_in_later_revisions(presenter: IntakePresenter) -> None:
    content = Content.from_json(sample(3)[1])
    presenter.start(Draft(content, state=State.RETURNED, revision=1))
    presenter.set_facts(year=2017, applied_on=date(2024, 5, 1))
    assert presenter.draft.content.plan == 2024
    assert presenter.draft.content.applied_on == content.applied_on


def test_what_was_submitted_is_judged_as_it_was_then(presenter: IntakePresenter) -> None:
    fill(presenter)
    then = presenter.judge().assessment
    draft = replace(presenter.draft, state=State.PAID, judged=then, history=(Grant(2024, Category.VOCATIONAL),))
    presenter.start(draft)
    judged = presenter.judge()
    assert judged.assessment == then
    assert judged.missing == ()
    assert draft.locked("card_no")


def test_who_holds_no_card_is_asked_for_none(presenter: IntakePresenter) -> None:
    fill(presenter)
    presenter.set_value("has_card", False)
    presenter.set_value("card_no", "")
    for kind in (ScanKind.ID_FRONT, ScanKind.ID_BACK, ScanKind.CERTIFICATE):
        presenter.draft.scans = (*presenter.draft.scans, scan(kind))
    assert missing(presenter) == [CONSENT]


def test_the_deadline_is_held_against_the_day_of_applying() -> None:
    late = IntakePresenter(lambda: PLANS, lambda: date(2026, 11, 21), Steady())
    late.start(late.blank(2024))
    assert late.judge().days_early == -751
    late.set_facts(applied_on=date(2024, 5, 15))
    judged = late.judge()
    assert (judged.days_left, judged.days_early) == (-751, 169)
