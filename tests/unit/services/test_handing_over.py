"""移交: who may give what to whom, and that both names stand in the audit and in the case's history."""

from __future__ import annotations

from dataclasses import replace

import pytest

from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.errors import UserError
from station_app.services import handing_over, intake, ledger, people, submission, todo
from station_app.services.desk import Desk
from station_app.store.records import LedgerQuery
from tests.unit.services.conftest import OPERATOR, complete, content
from ui.models.case_detail import read_detail

_CLERK, _AUDITOR, _GONE = "李国强", "赵敏", "孙丽"


@pytest.fixture
def full_desk(desk: Desk) -> Desk:
    """A clerk, an auditor and one who was disabled beside the lead."""
    for name, role in ((_CLERK, Role.CLERK), (_AUDITOR, Role.AUDITOR), (_GONE, Role.CLERK)):
        people.add(desk, name, role, "the first password")
    people.disable(desk, _GONE)
    return desk


def _operator(desk: Desk, name: str) -> Operator:
    return replace(next(each for each in people.operators(desk) if each.name == name), first_password=False)


def _code(desk: Desk, case: str, to: str) -> str:
    with pytest.raises(UserError) as caught:
        handing_over.hand_over(desk, [case], to)
    return caught.value.code


def test_a_hand_over_carries_both_names(full_desk: Desk) -> None:
    record = intake.new_case(full_desk, content()).value.record
    taker = handing_over.hand_over(full_desk, [record.reference], _CLERK).value
    shown = ledger.show(full_desk, record.id)
    assert (shown["author"]["name"], shown["holder"]["name"]) == (OPERATOR, _CLERK)
    assert (shown["history"][-1]["handed_from"], shown["history"][-1]["handed_to"]) == (OPERATOR, _CLERK)
    (row,) = people.done_here(full_desk, 1)
    assert (row.action, row.subject, row.operator_id) == ("handed_over", record.id, full_desk.operator.id)
    assert (row.ids["giver"], row.ids["taker"]) == (full_desk.operator.id, taker.id)


def test_the_lists_say_whose_case_it_is(full_desk: Desk) -> None:
    record = intake.new_case(full_desk, content()).value.record
    handing_over.hand_over(full_desk, [record.id], _CLERK)
    assert [row.holder_name for row in todo.todo(full_desk)] == [_CLERK]
    assert [row.holder_name for row in ledger.find(full_desk, LedgerQuery())] == [_CLERK]
    detail = read_detail(full_desk, record.id)
    assert ("经办", f"{_CLERK}（{OPERATOR}受理）") in detail.facts
    assert detail.history[0][1] == f"{OPERATOR} 移交给 {_CLERK}"


def test_who_has_a_case_gives_it_away_and_nobody_else_but_a_lead(full_desk: Desk) -> None:
    record = intake.new_case(full_desk, content()).value.record
    clerk = replace(full_desk, operator=_operator(full_desk, _CLERK))
    assert _code(clerk, record.id, _CLERK) == "hand_over_others"
    handing_over.hand_over(full_desk, [record.id], _CLERK)
    handing_over.hand_over(clerk, [record.id], OPERATOR)
    handing_over.hand_over(full_desk, [record.id], _CLERK)
    handing_over.hand_over(full_desk, [record.id], OPERATOR)  # a lead takes it back from a clerk who is away


@pytest.mark.parametrize(
    ("to", "code"),
    [(_AUDITOR, "hand_over_to"), (_GONE, "hand_over_to"), (OPERATOR, "hand_over_same"), ("没有", "operator_unknown")],
)
def test_not_everybody_can_take_it(full_desk: Desk, to: str, code: str) -> None:
    record = intake.new_case(full_desk, content()).value.record
    assert _code(full_desk, record.id, to) == code
    assert {each.name for each in handing_over.takers(full_desk)} == {OPERATOR, _CLERK}


def test_all_cases_go_or_none(full_desk: Desk) -> None:
    record = intake.new_case(full_desk, content()).value.record
    sent = complete(full_desk, 8)
    submission.submit(full_desk, sent.id)
    with pytest.raises(UserError, match="hand_over_state"):
        handing_over.hand_over(full_desk, [record.id, sent.id], _CLERK)
    assert ledger.show(full_desk, record.id)["holder"]["name"] == OPERATOR


def test_who_submits_is_the_author_of_the_revision(full_desk: Desk) -> None:
    record = complete(full_desk)
    handing_over.hand_over(full_desk, [record.id], _CLERK)
    clerk = replace(full_desk, operator=_operator(full_desk, _CLERK))
    submission.submit(clerk, record.id)
    with full_desk.store.write(Point.AUDIT) as uow:
        (revision,) = uow.applications.revisions(record.id)
    assert f'"name":"{_CLERK}"' in revision.body
