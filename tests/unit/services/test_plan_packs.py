"""Life of a plan pack on a station: checked, kept by version, and what it changes told to the clerk."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from station_app.domain.application import FieldReturn, ReturnCode, State
from station_app.durable import Point
from station_app.errors import UserError
from station_app.events import Kind
from station_app.plans import Verdict, bundle, load_plan
from station_app.services import intake, plan_flips, plan_packs, session, submission, todo
from station_app.services.desk import Desk
from station_app.services.todo import Need, TodoRow
from station_app.store.records import AuditRow, Source
from sync.bodies import Submission
from sync.envelope import encode_key, new_private_key, public_key_of, sign_pack
from sync.wire import PackAnswer
from tests.samples.packs import PASSED, later_bundle, later_files
from tests.unit.services.conftest import OPERATOR, PASSWORD, complete, content

KEY = new_private_key()


@pytest.fixture(autouse=True)
def enrolled(desk: Desk) -> None:
    with desk.store.write(Point.ENROLMENT) as uow:
        uow.facts.set("server_key", encode_key(public_key_of(KEY)))


def pack(version: int = 2, key: bytes = KEY, deadline: str = "2024-10-31") -> PackAnswer:
    return sign_pack(key, 2024, version, later_bundle(version, deadline))


def waiting(desk: Desk) -> list[TodoRow]:
    return [row for row in todo.todo(desk) if row.need is Need.ANSWER_CHANGED]


def audited(desk: Desk, action: str) -> list[AuditRow]:
    with desk.store.read() as uow:
        return [row for row in uow.audit.last() if row.action == action]


def frozen(desk: Desk, application_id: str) -> list[Submission]:
    with desk.store.read() as uow:
        return [Submission.model_validate_json(each.body) for each in uow.applications.revisions(application_id)]


def send_back(desk: Desk, application_id: str) -> None:
    returned = (FieldReturn("phone", ReturnCode.MISSING),)
    with desk.store.write(Point.APPLY) as uow:
        uow.applications.move(application_id, State.RECEIVED, desk.now(), "", Source.SERVER)
        uow.applications.move(application_id, State.RETURNED, desk.now(), "", Source.SERVER, returned=returned)


def test_a_newer_pack_is_in_force_and_the_older_one_is_kept(desk: Desk) -> None:
    changed = plan_packs.store_pack(desk, pack(deadline="2024-11-30"))
    assert changed.touches(Kind.PLANS)
    assert (desk.plans.get(2024).version, desk.plans.get(2024).deadline) == (2, date(2024, 11, 30))
    assert desk.plans.get(2024, 1).deadline == date(2024, 10, 31)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (pack(key=new_private_key()), "pack_unsigned"),
        (pack().model_copy(update={"text": later_bundle(3)}), "pack_unsigned"),
        (pack().model_copy(update={"signature": "x"}), "pack_unsigned"),
        (sign_pack(KEY, 2024, 2, "{}"), "pack_malformed"),
        (sign_pack(KEY, 2024, 3, later_bundle(2)), "pack_malformed"),
        (sign_pack(KEY, 2024, 1, later_bundle(1)), "pack_not_newer"),
    ],
)
def test_what_is_forged_malformed_or_not_newer_is_refused(desk: Desk, told: PackAnswer, code: str) -> None:
    before = desk.plans
    with pytest.raises(UserError) as caught:
        plan_packs.store_pack(desk, told)
    assert caught.value.code == code
    assert desk.plans is before
    assert [line.plan.version for line in plan_packs.listing(desk) if line.plan.year == 2024] == [1]


def test_drafts_and_queued_cases_whose_answer_changed_wait_for_the_clerk(desk: Desk) -> None:
    queued = submission.submit(desk, complete(desk).id).value
    draft = intake.new_case(desk, content(8)).value.record
    before = todo.count(desk)
    plan_packs.store_pack(desk, pack(deadline=PASSED))
    rows = {row.application_id: row for row in waiting(desk)}
    assert rows.keys() == {queued.id, draft.id}
    for row in rows.values():
        assert row.change is not None
        assert (row.change.earlier, row.change.version) == (1, 2)
        assert row.change.after is not None
        assert row.change.after.reasons == ("after_deadline",)
    assert [row.need for row in todo.todo(desk) if row.application_id == draft.id] == [Need.ANSWER_CHANGED]
    assert todo.count(desk) == before + 1 == len(todo.todo(desk))
    assert {row.subject for row in audited(desk, "answer_changed")} == rows.keys()


def test_a_draft_goes_over_to_the_new_version_and_what_is_filed_keeps_its_own(desk: Desk) -> None:
    queued = submission.submit(desk, complete(desk).id).value
    draft = intake.new_case(desk, content(8)).value.record
    plan_packs.store_pack(desk, pack(deadline=PASSED))
    now = intake.open_case(desk, draft.id).record
    assert now.content == draft.content
    assert now.assessment is not None
    assert (now.pack_version, now.assessment["verdict"]) == (2, "ineligible")
    kept = intake.open_case(desk, queued.id).record
    assert (kept.pack_version, kept.assessment) == (1, queued.assessment)


def test_a_case_that_came_back_goes_out_again_under_the_version_it_was_filed_under(desk: Desk) -> None:
    case = submission.submit(desk, complete(desk).id).value
    send_back(desk, case.id)
    plan_packs.store_pack(desk, pack(deadline=PASSED))
    assert waiting(desk) == []
    intake.save_content(desk, case.id, case.content)
    again = submission.submit(desk, case.id).value  # without insistence: the last day of version 1 has not passed
    assert [each.pack_version for each in frozen(desk, again.id)] == [1, 1]
    later = complete(desk, 8)
    with pytest.raises(UserError, match="insistence_needed"):
        submission.submit(desk, later.id)
    submission.submit(desk, later.id, "职工坚持")
    assert [each.pack_version for each in frozen(desk, later.id)] == [2]


def test_the_line_goes_when_it_is_acknowledged_submitted_or_withdrawn(desk: Desk) -> None:
    seen, sent, gone = (complete(desk, number) for number in (7, 8, 9))
    plan_packs.store_pack(desk, pack(deadline=PASSED))
    assert len(waiting(desk)) == 3
    assert plan_flips.acknowledge(desk, seen.id).changed.touches(Kind.APPLICATIONS)
    submission.submit(desk, sent.id, "职工坚持")
    submission.withdraw(desk, gone.id)
    assert waiting(desk) == []
    assert [row.subject for row in audited(desk, "changed_answer_seen")] == [seen.id]


def test_a_third_version_that_answers_as_the_first_takes_the_line_away(desk: Desk) -> None:
    intake.new_case(desk, content(8))
    plan_packs.store_pack(desk, pack(2, deadline=PASSED))
    plan_packs.store_pack(desk, pack(3))
    assert waiting(desk) == []
    plan_packs.store_pack(desk, pack(4, deadline=PASSED))
    (row,) = waiting(desk)
    assert row.change is not None
    assert (row.change.earlier, row.change.version) == (3, 4)


def test_a_version_whose_answers_are_the_same_says_nothing(desk: Desk) -> None:
    submission.submit(desk, complete(desk).id)
    plan_packs.store_pack(desk, pack())
    assert waiting(desk) == []
    assert audited(desk, "answer_changed") == []
    assert json.loads(json.dumps(audited(desk, "pack_kept")[0].ids)) == {"version": 2, "changed": 0}


def test_everything_is_there_after_a_restart(desk: Desk) -> None:
    case = intake.new_case(desk, content(8)).value.record
    plan_packs.store_pack(desk, pack(deadline=PASSED))
    session.sign_out(desk)
    again = session.sign_in(desk.home, OPERATOR, PASSWORD, desk.clock, desk.secrets)
    try:
        assert (again.plans.get(2024).version, again.plans.get(2024, 1).version) == (2, 1)
        (row,) = waiting(again)
        assert row.application_id == case.id
        lines = {(line.plan.year, line.plan.version): line for line in plan_packs.listing(again)}
    finally:
        session.sign_out(again)
    assert [(key[1], lines[key].in_force, lines[key].signed) for key in sorted(lines) if key[0] == 2024] == [
        (1, False, None),
        (2, True, True),
    ]


def test_a_program_that_ships_a_newer_pack_is_like_a_pack_by_sync(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = submission.submit(desk, complete(desk).id).value
    session.sign_out(desk)
    newer = later_files(deadline=PASSED)
    monkeypatch.setattr("resources.plan_files", lambda year: newer if year == 2024 else _shipped(year))
    again = session.sign_in(desk.home, OPERATOR, PASSWORD, desk.clock, desk.secrets)
    try:
        assert again.plans.get(2024).version == 2
        assert again.plans.get(2024, case.pack_version).deadline == date(2024, 10, 31)
        (row,) = waiting(again)
        assert row.change is not None
        assert row.change.before is not None
        assert (row.application_id, row.change.before.verdict) == (case.id, Verdict.ELIGIBLE)
    finally:
        session.sign_out(again)


def _shipped(year: int) -> dict[str, str]:
    folder = Path(__file__).parents[3] / "resources" / "plans" / str(year)
    return {each.name: each.read_text("utf-8") for each in folder.iterdir()}


def test_a_kept_pack_that_this_program_cannot_read_keeps_nobody_out(desk: Desk) -> None:
    with desk.store.write(Point.APPLY) as uow:
        uow.packs.put(2030, 1, '{"plan.toml": "of a later program"}', "x", desk.now())
    session.sign_out(desk)
    again = session.sign_in(desk.home, OPERATOR, PASSWORD, desk.clock, desk.secrets)
    assert again.plans.years == desk.plans.years
    session.sign_out(again)


def test_a_forged_pack_in_the_store_is_named(desk: Desk) -> None:
    text = bundle(later_files())
    assert load_plan(later_files()).version == 2
    with desk.store.write(Point.APPLY) as uow:
        uow.packs.put(2024, 2, text, pack(key=new_private_key()).signature, desk.now())
    session.sign_out(desk)
    again = session.sign_in(desk.home, OPERATOR, PASSWORD, desk.clock, desk.secrets)
    try:
        signed = {line.plan.version: line.signed for line in plan_packs.listing(again) if line.plan.year == 2024}
    finally:
        session.sign_out(again)
    assert signed == {1: None, 2: False}
