"""人员: what each role may do, and how operators come, change and go. Real homes, real key files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from station_app.access import key_file, slots
from station_app.access.secrets import NoSecrets
from station_app.domain.application import ScanKind
from station_app.domain.operator import MAY, Act, Operator, Role
from station_app.durable import Point
from station_app.errors import UserError
from station_app.services import (
    capture,
    copies,
    elsewhere,
    intake,
    passes,
    people,
    session,
    settings,
    submission,
    todo,
    tray,
)
from station_app.services.desk import Desk
from tests.unit.services.conftest import OPERATOR, PASSWORD, Watch, content

FIRST, OWN = "the first password", "a password of my own"
_NAME = "李国强"
_WRITES: dict[str, tuple[Act, Callable[[Desk], object]]] = {
    "new_case": (Act.CASES, lambda desk: intake.new_case(desk, content())),
    "save_content": (Act.CASES, lambda desk: intake.save_content(desk, "none", content())),
    "set_consent": (Act.CASES, lambda desk: intake.set_consent(desk, "none", {})),
    "submit": (Act.CASES, lambda desk: submission.submit(desk, "none")),
    "withdraw": (Act.CASES, lambda desk: submission.withdraw(desk, "none")),
    "add_scan": (Act.CASES, lambda desk: capture.add_scan(desk, "none", ScanKind.CARD, b"")),
    "replace_scan": (Act.CASES, lambda desk: capture.replace_scan(desk, "none", b"")),
    "tray.keep": (Act.CASES, lambda desk: tray.keep(desk, [b""])),
    "tray.file_page": (Act.CASES, lambda desk: tray.file_page(desk, "none", "none", ScanKind.CARD)),
    "tray.discard": (Act.DISCARD, lambda desk: tray.discard(desk, ["none"])),
    "note_export": (Act.CASES, lambda desk: copies.note_export(desk, "none", "区总复核")),
    "remove_scan": (Act.CASES, lambda desk: capture.remove_scan(desk, "none")),
    "rename_scan": (Act.CASES, lambda desk: capture.rename_scan(desk, "none", ScanKind.CARD)),
    "rotate_scan": (Act.CASES, lambda desk: capture.rotate_scan(desk, "none", 90)),
    "retry": (Act.CASES, lambda desk: passes.retry(desk, "none")),
    "retry_todo": (Act.CASES, lambda desk: todo.retry(desk, "none")),
    "acknowledge": (Act.CASES, lambda desk: elsewhere.acknowledge(desk, "none")),
    "change_setting": (Act.STATION, lambda desk: settings.change(desk, "idle_lock_minutes", 9)),
    "add_operator": (Act.PEOPLE, lambda desk: people.add(desk, "赵敏", Role.CLERK, FIRST)),
    "disable": (Act.PEOPLE, lambda desk: people.disable(desk, "nobody")),
    "give_password": (Act.PEOPLE, lambda desk: people.give_password(desk, "nobody", FIRST)),
    "done_here": (Act.AUDIT, people.done_here),
}


def _as(desk: Desk, role: Role, first_password: bool = False) -> Desk:
    return replace(desk, operator=replace(desk.operator, role=role, first_password=first_password))


def _code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except UserError as error:
        return error.code
    return ""


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(_WRITES))
def test_a_role_may_do_what_the_table_says_and_nothing_else(desk: Desk, role: Role, name: str) -> None:
    act, work = _WRITES[name]
    forbidden = _code_of(lambda: work(_as(desk, role))) == "role_forbids"
    assert forbidden is (act not in MAY[role])


@pytest.mark.parametrize("name", list(_WRITES))
def test_nothing_is_done_on_a_first_password(desk: Desk, name: str) -> None:
    _, work = _WRITES[name]
    assert _code_of(lambda: work(_as(desk, Role.LEAD, first_password=True))) == "first_password"


def test_an_auditor_changes_nothing_but_the_look(desk: Desk) -> None:
    settings.change(_as(desk, Role.AUDITOR), "text_size", 16)
    assert settings.read_all(desk)["text_size"] == 16


def test_a_new_operator_must_change_the_first_password(desk: Desk, watch: Watch) -> None:
    people.add(desk, f" {_NAME} ", Role.CLERK, FIRST)
    desk.store.close()
    theirs = session.sign_in(desk.home, _NAME, FIRST, watch, NoSecrets())
    assert theirs.operator.role is Role.CLERK
    assert _code_of(lambda: session.change_password(theirs, FIRST, FIRST)) == "password_same"
    session.change_password(theirs, FIRST, OWN)
    assert theirs.operator.may(Act.CASES)
    session.sign_out(theirs)
    theirs = session.sign_in(desk.home, _NAME, OWN, watch, NoSecrets())
    assert not theirs.operator.first_password
    session.sign_out(theirs)


def test_a_changed_password_wraps_the_slot_and_nothing_else(desk: Desk) -> None:
    before = key_file.read(desk.home)
    session.change_password(desk, PASSWORD, OWN)
    after = key_file.read(desk.home)
    assert [each.operator_id for each in before.operators] == [each.operator_id for each in after.operators]
    assert before.operators[0].sealed != after.operators[0].sealed
    assert slots.open_slot(desk.home, OPERATOR, OWN, NoSecrets())[0] == desk.master


def test_a_disabled_operator_does_not_get_in_and_the_others_do(desk: Desk, watch: Watch) -> None:
    people.add(desk, _NAME, Role.LEAD, FIRST)
    people.disable(desk, _NAME)
    assert session.operators(desk.home) == [OPERATOR]
    assert _code_of(lambda: people.disable(desk, OPERATOR)) == "operator_self"
    desk.store.close()
    assert _code_of(lambda: session.sign_in(desk.home, _NAME, FIRST, watch, NoSecrets())) == "operator_unknown"
    session.sign_out(session.sign_in(desk.home, OPERATOR, PASSWORD, watch, NoSecrets()))


def test_a_slot_that_a_power_cut_has_kept_opens_nothing(desk: Desk, watch: Watch) -> None:
    people.add(desk, _NAME, Role.CLERK, FIRST)
    with desk.store.write(Point.OPERATOR) as uow:
        people.shut_out(uow, uow.operators.by_name(_NAME), desk.operator.id)
    desk.store.close()
    assert _code_of(lambda: session.sign_in(desk.home, _NAME, FIRST, watch, NoSecrets())) == "operator_disabled"
    assert session.operators(desk.home) == [OPERATOR]


def test_a_lead_gives_a_forgotten_password_anew_but_not_to_the_revoked(desk: Desk, watch: Watch) -> None:
    added = people.add(desk, _NAME, Role.CLERK, FIRST).value
    people.disable(desk, _NAME)
    people.give_password(desk, _NAME, OWN)
    assert slots.open_slot(desk.home, _NAME, OWN, NoSecrets())[1] == added.id
    with desk.store.write(Point.OPERATOR) as uow:
        uow.facts.set("revoked_operators", added.id)
    assert _code_of(lambda: people.give_password(desk, _NAME, FIRST)) == "operator_revoked"


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        (" ", FIRST, "operator_name_missing"),
        ("李\n强", FIRST, "operator_name_malformed"),
        ("长" * 21, FIRST, "operator_name_malformed"),
        (OPERATOR, FIRST, "operator_name_taken"),
        (_NAME, "short", "password_too_short"),
    ],
)
def test_an_operator_is_not_made_of_nothing(desk: Desk, name: str, password: str, code: str) -> None:
    assert _code_of(lambda: people.add(desk, name, Role.CLERK, password)) == code
    assert session.operators(desk.home) == [OPERATOR]


def test_every_act_on_people_stands_in_the_audit(desk: Desk) -> None:
    added: Operator = people.add(desk, _NAME, Role.AUDITOR, FIRST).value
    people.give_password(desk, _NAME, OWN)
    people.disable(desk, _NAME)
    told = [(row.action, row.subject, row.operator_id) for row in people.done_here(desk, 3)]
    acts = ("operator_disabled", "password_given", "operator_added")
    assert told == [(act, added.id, desk.operator.id) for act in acts]
