"""Back into a home whose key no longer opens for its operator: a forgotten password, a lost keyring, another account.

Through the association: ``ask`` makes a request file, ``apply`` takes the answer to it; or, where the association's
identity is at hand, ``recover`` at once. The operator gets a slot with a new password. Nothing else changes: the data
is the same, under the same key.
"""

from __future__ import annotations

import base64
import contextlib
import json
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pyrage

from station_app import durable
from station_app.access import key_file, slots
from station_app.access.secrets import SecretStore, secret_store
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.errors import EnvironmentFault, UserError
from station_app.services.desk import Clock, stamp
from station_app.store import Store, StoreKeys, UnitOfWork
from sync.recovery import RecoveryRequest, code_of, open_answer

FILE = "recovery.json"  # what ``apply`` needs of the last request


@dataclass(frozen=True)
class Asked:
    """A request: its ``text`` goes to the association; ``code`` is read to it on the phone."""

    operator: str
    text: str
    code: str
    session: str = field(repr=False)


def ask(home: Path, operator: str, clock: Clock, secrets: SecretStore | None = None) -> Asked:
    """Ask the association for a way in for this operator; the request before it, if there was one, is void.

    The session key lies in the OS store where there is one. Raises UserError ``operator_unknown``,
    ``recovery_missing``; EnvironmentFault of keyring and disk.
    """
    secrets = secrets or secret_store()
    keys = key_file.read(home)
    if operator not in {slot.name for slot in keys.operators}:
        raise UserError("operator_unknown", "operator")
    if not keys.recovery:
        raise UserError("recovery_missing")
    session = pyrage.x25519.Identity.generate()
    request = RecoveryRequest(
        request_id=str(uuid4()),
        operator=operator,
        asked_at=stamp(clock()),
        session=str(session.to_public()),
        sealed=[base64.b64encode(slot.sealed).decode() for slot in keys.recovery],
    )
    text = request.model_dump_json()
    _forget(home, secrets)
    _keep(home, request, text, str(session), secrets)
    return Asked(operator, text, code_of(text), str(session))


def pending(home: Path, secrets: SecretStore | None = None) -> Asked | None:
    """The request that waits for its answer; None when there is none, or none that could be answered."""
    try:
        raw = json.loads((home / FILE).read_text("utf-8"))
        text, session = str(raw["request"]), str(raw["session"])
        request = RecoveryRequest.model_validate_json(text)
        if not session:
            session = ((secrets or secret_store()).get(request.request_id) or b"").decode()
    except (OSError, ValueError, KeyError, TypeError, EnvironmentFault):
        return None
    return Asked(request.operator, text, code_of(text), session) if session else None


def apply(home: Path, answer: str, password: str, clock: Clock, secrets: SecretStore | None = None) -> str:
    """Take the association's answer; the name of the operator, who signs in with ``password`` now.

    The caller holds the home. Raises UserError ``recovery_not_asked``, ``recovery_answer_unreadable``,
    ``recovery_answer_other``, ``operator_disabled``, ``password_too_short``; EnvironmentFault of keys and store.
    """
    secrets = secrets or secret_store()
    slots.check_new_password(password, secrets)
    asked = pending(home, secrets)
    if asked is None:
        raise UserError("recovery_not_asked")
    master = open_answer(answer.strip(), asked.text, asked.session)
    name = _let_in(home, master, asked.operator, password, clock, secrets, asked.code)
    _forget(home, secrets)
    return name


def recover(
    home: Path, operator: str, identity: str, password: str, clock: Clock, secrets: SecretStore | None = None
) -> None:
    """Give the operator (by name; empty where there is but one) a new password; the caller holds the home.

    Raises UserError ``recovery_missing``, ``identity_unreadable``, ``identity_wrong``, ``operator_needed``,
    ``operator_unknown``, ``operator_disabled``, ``password_too_short``; EnvironmentFault of keys and store.
    """
    secrets = secrets or secret_store()
    slots.check_new_password(password, secrets)
    _let_in(home, slots.open_recovery_slot(home, identity), operator, password, clock, secrets, "")


def _let_in(
    home: Path, master: bytes, operator: str, password: str, clock: Clock, secrets: SecretStore, code: str
) -> str:
    with closing(Store.open(home, StoreKeys.derive(master), clock)) as store:  # proves the key
        with store.write(Point.OPERATOR) as uow:
            person = _person(uow, operator)
            uow.operators.own_password(person.id)
            _let_somebody_lead(uow, person)
            uow.audit.add("recovered", person.id, person.id, code=code)
        slots.add_operator_slot(home, master, person, password, secrets)
    return person.name


def _person(uow: UnitOfWork, operator: str) -> Operator:
    known = uow.operators.all()
    if not operator and len(known) != 1:
        raise UserError("operator_needed")
    person = uow.operators.by_name(operator or known[0].name)
    if person.disabled:
        raise UserError("operator_disabled", "operator")
    return person


def _let_somebody_lead(uow: UnitOfWork, person: Operator) -> None:
    """A station whose leads are all gone could never add anybody again."""
    if not any(each.role is Role.LEAD and not each.disabled for each in uow.operators.all()):
        uow.operators.set_role(person.id, Role.LEAD)
        uow.audit.add("role_changed", person.id, person.id, role=Role.LEAD.value)


def _keep(home: Path, request: RecoveryRequest, text: str, session: str, secrets: SecretStore) -> None:
    if secrets.usable:
        secrets.put(request.request_id, session.encode())
    document = {"request": text, "session": "" if secrets.usable else session}
    try:
        durable.write_file(home / FILE, json.dumps(document).encode(), Point.KEY_SLOTS)
    except OSError as error:
        raise EnvironmentFault("keys_unwritable", errno=error.errno) from error


def _forget(home: Path, secrets: SecretStore) -> None:
    """What is left of a request opens nothing once it is answered or void."""
    with contextlib.suppress(OSError, ValueError, KeyError, EnvironmentFault):
        raw = json.loads((home / FILE).read_text("utf-8"))
        if not raw["session"]:
            secrets.forget(RecoveryRequest.model_validate_json(raw["request"]).request_id)
    with contextlib.suppress(OSError):
        (home / FILE).unlink()
