"""A forgotten password through the association: real homes, a real server's keys, files between them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central import audit
from central.context import make_central
from central.keys import recovery_identity
from central.recovery import recover as answer_at_central
from station_app.access import key_file, slots
from station_app.access.secrets import NoSecrets
from station_app.domain.operator import Role
from station_app.durable import Point
from station_app.errors import EnvironmentFault, StationError, UserError
from station_app.services import intake, ledger, people, recovery, session, setup
from station_app.services.desk import Desk
from station_app.store.records import LedgerQuery
from sync.recovery import answer, code_of, open_answer, read_request
from tests.unit.services.conftest import OPERATOR, PASSWORD, Watch, content

NEW = "a brand new password"


class _Association:
    """A server's home, with the identity that was carried away."""

    def __init__(self, folder: Path) -> None:
        self.central = make_central({"CENTRAL_HOME": str(folder)}, Watch())
        self.identity = recovery_identity(self.central.home).rename(folder.parent / "carried away.txt")

    def answer(self, request: Path, out: Path) -> tuple[str, str]:
        return answer_at_central(self.central, request, self.identity, out)

    def audited(self) -> list[tuple[str, str]]:
        from central.tables import audit as rows

        with self.central.database.read() as tx:
            assert audit.first_broken(tx) is None
            return [(row.action, row.subject) for row in tx.execute(rows.select())]


@pytest.fixture
def association(tmp_path: Path) -> object:
    made = _Association(tmp_path / "central")
    yield made
    made.central.close()


@pytest.fixture
def home(tmp_path: Path, association: _Association) -> Path:
    """A home with one draft, whose operator has forgotten the password."""
    desk = setup.create_home(tmp_path / "home", OPERATOR, PASSWORD, Watch(), NoSecrets())
    with desk.store.write(Point.ENROLMENT) as uow:
        for name, value in (("station_no", "CY001"), ("device_letter", "A")):
            uow.facts.set(name, value)
    slots.add_recovery_slot(desk.home, desk.master, association.central.keys.recovery_recipient)
    intake.new_case(desk, content())
    session.sign_out(desk)
    return desk.home


def _code(work: Callable[[], object]) -> str:
    with pytest.raises(StationError) as caught:
        work()
    return caught.value.code


def _signed_in(home: Path, password: str = NEW, name: str = OPERATOR) -> Desk:
    return session.sign_in(home, name, password, Watch(), NoSecrets())


def _asked(home: Path, folder: Path) -> Path:
    file = folder / "request.json"
    file.write_text(recovery.ask(home, OPERATOR, Watch(), NoSecrets()).text + "\n")
    return file


def test_a_new_password_opens_the_same_store_and_no_case_is_lost(
    home: Path, tmp_path: Path, association: _Association
) -> None:
    request = _asked(home, tmp_path)
    operator, code = association.answer(request, tmp_path / "answer")
    waiting = recovery.pending(home, NoSecrets())
    assert waiting is not None
    assert (operator, code) == (OPERATOR, waiting.code)
    assert recovery.apply(home, (tmp_path / "answer").read_text(), NEW, Watch(), NoSecrets()) == OPERATOR
    assert _code(lambda: _signed_in(home, PASSWORD)) == "password_wrong"
    desk = _signed_in(home)
    assert len(ledger.find(desk, LedgerQuery())) == 1
    row = next(each for each in people.done_here(desk) if each.action == "recovered")
    assert row.ids == {"code": code}
    session.sign_out(desk)
    assert association.audited() == [("recovery_answered", code)]


def test_the_master_key_is_in_neither_file(home: Path, tmp_path: Path, association: _Association) -> None:
    request = _asked(home, tmp_path)
    association.answer(request, tmp_path / "answer")
    desk_key = slots.open_slot(home, OPERATOR, PASSWORD, NoSecrets())[0]
    travelled = request.read_bytes() + (tmp_path / "answer").read_bytes()
    for spelt in (desk_key, desk_key.hex().encode(), base64.b64encode(desk_key)):
        assert spelt not in travelled


def test_an_answer_is_good_once_and_for_its_own_request(home: Path, tmp_path: Path, association: _Association) -> None:
    association.answer(_asked(home, tmp_path), tmp_path / "old")
    association.answer(_asked(home, tmp_path), tmp_path / "new")
    old, new = ((tmp_path / name).read_text() for name in ("old", "new"))
    assert _code(lambda: recovery.apply(home, old, NEW, Watch(), NoSecrets())) == "recovery_answer_other"
    recovery.apply(home, new, NEW, Watch(), NoSecrets())
    assert _code(lambda: recovery.apply(home, new, NEW, Watch(), NoSecrets())) == "recovery_not_asked"
    assert not (home / recovery.FILE).exists()


def test_another_associations_identity_answers_nothing(home: Path, tmp_path: Path, association: _Association) -> None:
    request = _asked(home, tmp_path)
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    work = lambda: answer_at_central(association.central, request, other, tmp_path / "answer")  # noqa: E731
    assert _code(work) == "recovery_identity_other"
    assert not (tmp_path / "answer").exists()
    assert association.audited() == []


def test_an_answer_with_another_key_opens_nothing_and_changes_nothing(
    home: Path, tmp_path: Path, association: _Association
) -> None:
    asked = recovery.ask(home, OPERATOR, Watch(), NoSecrets())
    before = key_file.read(home)
    forged = json.loads(asked.text)
    recipient = association.central.keys.recovery_recipient
    sealed = pyrage.encrypt(bytes(32), [pyrage.x25519.Recipient.from_str(recipient)])
    forged["sealed"] = [base64.b64encode(sealed).decode()]
    told = answer(json.dumps(forged), association.identity.read_text())
    assert _code(lambda: recovery.apply(home, told, NEW, Watch(), NoSecrets())) == "recovery_answer_other"
    slots.add_recovery_slot(home, bytes(32), recipient)  # a request whose slot holds another home's key
    file = _asked(home, tmp_path)
    association.answer(file, tmp_path / "answer")
    with pytest.raises(EnvironmentFault, match="store_wrong_key"):
        recovery.apply(home, (tmp_path / "answer").read_text(), NEW, Watch(), NoSecrets())
    assert key_file.read(home).operators == before.operators


def test_a_disabled_operator_is_not_let_in(home: Path, tmp_path: Path, association: _Association) -> None:
    desk = _signed_in(home, PASSWORD)
    people.add(desk, "李国强", Role.LEAD, "the first password")
    with desk.store.write(Point.OPERATOR) as uow:
        uow.operators.disable(desk.operator.id)
    session.sign_out(desk)
    association.answer(_asked(home, tmp_path), tmp_path / "answer")
    work = lambda: recovery.apply(home, (tmp_path / "answer").read_text(), NEW, Watch(), NoSecrets())  # noqa: E731
    assert _code(work) == "operator_disabled"


def test_a_station_that_lost_its_last_lead_gets_one(home: Path, tmp_path: Path, association: _Association) -> None:
    desk = _signed_in(home, PASSWORD)
    with desk.store.write(Point.OPERATOR) as uow:
        uow.operators.set_role(desk.operator.id, Role.CLERK)
    session.sign_out(desk)
    association.answer(_asked(home, tmp_path), tmp_path / "answer")
    recovery.apply(home, (tmp_path / "answer").read_text(), NEW, Watch(), NoSecrets())
    desk = _signed_in(home)
    assert desk.operator.role is Role.LEAD
    session.sign_out(desk)


def test_before_enrolment_there_is_nobody_to_ask(tmp_path: Path) -> None:
    desk = setup.create_home(tmp_path / "fresh", OPERATOR, PASSWORD, Watch(), NoSecrets())
    session.sign_out(desk)
    assert _code(lambda: recovery.ask(desk.home, OPERATOR, Watch(), NoSecrets())) == "recovery_missing"


@given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner)).map(json.dumps))
def test_whatever_the_files_hold_is_refused_in_words(text: str) -> None:
    for read in (read_request, lambda each: open_answer(each, "", str(pyrage.x25519.Identity.generate()))):
        with pytest.raises(UserError, match=r"recovery_(request|answer)_unreadable"):
            read(text)
    assert len(code_of(text.encode("utf-8", "replace").decode("utf-8", "replace"))) == 19
