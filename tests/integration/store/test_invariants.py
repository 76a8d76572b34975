"""What the database itself refuses, whoever asks: triggers and constraints, not habits of our code."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from station_app.domain.application import MOVES, ScanKind, State
from station_app.durable import Point
from station_app.errors import BugError
from station_app.store import Store
from station_app.store.records import ApplicationRecord, ScanRecord
from tests.integration.store.conftest import HandClock, record

SHA = "ab" * 32


def scan(scan_id: str = "scan-1", application_id: str = "case-1") -> ScanRecord:
    return ScanRecord(scan_id, application_id, ScanKind.CARD, SHA, 10, "image/png", "name", "2024-05-15T06:30:00Z")


@pytest.fixture
def submitted(store: Store, draft: ApplicationRecord, clock: HandClock) -> Store:
    """A case with a frozen revision, an op, a receipt, a scan and an audit row."""
    with store.write(Point.SUBMIT) as uow:
        uow.scans.add(scan())
        uow.scans.freeze(draft.id, 1)
        uow.applications.freeze(draft.id, 1, '{"revision":1}', operator_id="operator-1", at=clock())
        uow.applications.move(draft.id, State.QUEUED, clock(), "operator-1", "station")
        uow.outbox.enqueue("op-1", draft.id, draft.reference, "submit", 1, '{"revision":1}', clock())
        uow.receipts.add(draft.reference, 1, "a.b.c", clock())
        uow.audit.add("submitted", draft.id, "operator-1")
    return store


def _refused(store: Store, statement: str, *values: object) -> str:
    """The code with which the database refuses a statement."""
    with pytest.raises(BugError) as caught, store.write(Point.DRAFT) as uow:
        uow.connection.exec_driver_sql(statement, values)
    return caught.value.code


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE revisions SET body = '{}'", "revision_immutable"),
        ("UPDATE revisions SET operator_id = 'somebody else'", "revision_immutable"),
        ("DELETE FROM revisions", "revision_immutable"),
        ("UPDATE receipts SET jws = 'x'", "receipt_immutable"),
        ("DELETE FROM receipts", "receipt_immutable"),
        ("UPDATE audit SET action = 'nothing'", "audit_immutable"),
        ("DELETE FROM audit WHERE seq = 1", "audit_immutable"),
        ("UPDATE moves SET at = '2020-01-01T00:00:00Z'", "move_immutable"),
        ("DELETE FROM moves", "move_immutable"),
        ("UPDATE outbox SET body = '{}'", "outbox_immutable"),
        ("UPDATE outbox SET op_id = 'another'", "outbox_immutable"),
        ("UPDATE outbox SET body_sha256 = 'another'", "outbox_immutable"),
        ("UPDATE outbox SET revision = 2", "outbox_immutable"),
        ("UPDATE outbox SET seq = 9", "outbox_immutable"),
        ("DELETE FROM outbox", "outbox_immutable"),
        ("DELETE FROM scans", "scan_frozen"),
        (f"UPDATE scans SET sha256 = '{'cd' * 32}'", "scan_frozen"),
        ("UPDATE scans SET kind = 'form'", "scan_frozen"),
        ("UPDATE scans SET frozen_revision = 0", "scan_frozen"),
        ("DELETE FROM applications", "application_immutable"),
        ("UPDATE applications SET reference = 'another'", "application_immutable"),
        ("UPDATE applications SET author_id = 'another'", "application_immutable"),
        ("UPDATE applications SET content = '{}'", "content_frozen"),
        ("UPDATE applications SET revision = 2", "revision_not_frozen"),
        ("UPDATE applications SET revision = 0", "revision_not_frozen"),
        ("UPDATE applications SET consent = 'no json'", "store_constraint"),
        ("UPDATE applications SET assessment = '{'", "store_constraint"),
        ("UPDATE applications SET state = 'lost'", "move_not_allowed"),
        ("UPDATE applications SET amount = 'much'", "store_constraint"),
        ("UPDATE outbox SET state = 'lost'", "store_constraint"),
        ("UPDATE scans SET rotation = 45", "store_constraint"),
        ("INSERT INTO facts VALUES ('a', NULL)", "store_constraint"),
        ("INSERT INTO settings VALUES ('a', 'no json')", "store_constraint"),
        ("INSERT INTO serials VALUES ('not a year', 1)", "store_error"),
        (
            "INSERT INTO audit SELECT seq + 2, at, operator_id, action, subject, ids, hash FROM audit",
            "audit_not_consecutive",
        ),
        (
            "INSERT INTO revisions SELECT application_id, 3, body, body_sha256, operator_id, frozen_at FROM revisions",
            "revision_not_consecutive",
        ),
        (
            "INSERT INTO revisions SELECT 'nobody', 1, body, body_sha256, operator_id, frozen_at FROM revisions",
            "store_constraint",
        ),
    ],
)
def test_the_database_refuses(submitted: Store, statement: str, code: str) -> None:
    assert _refused(submitted, statement) == code


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outbox SET state = 'accepted', attempts = 3, last_code = 'offline'",
        "UPDATE scans SET rotation = 90, removed = 1",
        "UPDATE applications SET updated_at = '2024-05-16T00:00:00Z', amount = 500",
        "UPDATE applications SET server_assessment = '{}'",
    ],
)
def test_the_database_allows(submitted: Store, statement: str) -> None:
    with submitted.write(Point.DRAFT) as uow:
        assert uow.connection.exec_driver_sql(statement).rowcount == 1


def test_a_refused_statement_undoes_the_whole_transaction(submitted: Store) -> None:
    def write() -> None:
        with submitted.write(Point.DRAFT) as uow:
            uow.facts.set("station_no", "CY001")
            uow.connection.exec_driver_sql("DELETE FROM receipts")

    with pytest.raises(BugError, match="receipt_immutable"):
        write()
    with submitted.read() as uow:
        assert uow.facts.get("station_no") is None
        assert len(uow.receipts.of("case-1")) == 1


def test_a_scan_of_a_draft_can_go(store: Store, draft: ApplicationRecord) -> None:
    with store.write(Point.SCAN_ROW) as uow:
        uow.scans.add(scan())
        assert uow.connection.exec_driver_sql("DELETE FROM scans").rowcount == 1


def test_a_reference_is_given_once(store: Store, draft: ApplicationRecord) -> None:
    with pytest.raises(BugError, match="store_constraint"), store.write(Point.DRAFT) as uow:
        uow.applications.add(record("case-2"))


@pytest.mark.parametrize("wrong", [replace(record(), state=State.QUEUED), replace(record(), revision=1)])
def test_a_case_begins_as_a_draft(store: Store, wrong: ApplicationRecord) -> None:
    with pytest.raises(BugError, match="application_not_a_draft"), store.write(Point.DRAFT) as uow:
        uow.applications.add(wrong)


def test_the_triggers_allow_exactly_the_moves_of_the_table(store: Store, draft: ApplicationRecord) -> None:
    """The migration holds them as literal SQL; this is what ties it to ``domain.application.MOVES``."""
    allowed: dict[State, set[State]] = {state: set() for state in State}
    with store.write(Point.DRAFT) as uow:
        for now in State:
            for to in State:
                if now is not to and _can_move(uow.connection, draft.id, now, to):
                    allowed[now].add(to)
    assert allowed == {state: set(onward) for state, onward in MOVES.items()}


def _can_move(connection: Connection, application_id: str, now: State, to: State) -> bool:
    """Try a move from any state, and undo it: the trigger is off while the case is put there."""
    trigger = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'applications_move'").scalar_one()
    connection.exec_driver_sql("DROP TRIGGER applications_move")
    set_state = "UPDATE applications SET state = ? WHERE id = ?"
    connection.exec_driver_sql(set_state, (now.value, application_id))
    connection.exec_driver_sql(trigger)
    try:
        connection.exec_driver_sql(set_state, (to.value, application_id))
    except IntegrityError:  # what RAISE(ABORT) becomes
        return False
    return True


def test_one_open_op_for_each_revision_and_kind(submitted: Store, clock: HandClock) -> None:
    def enqueue(op_id: str, kind: str, revision: int = 1) -> None:
        with submitted.write(Point.SUBMIT) as uow:
            uow.outbox.enqueue(op_id, "case-1", record().reference, kind, revision, "{}", clock())

    with pytest.raises(BugError, match="store_constraint"):
        enqueue("op-2", "submit")
    enqueue("op-3", "withdraw")
    enqueue("op-4", "add_scans")
    enqueue("op-5", "add_scans")  # pages follow one another
    with pytest.raises(BugError, match="store_constraint"):
        enqueue("op-1", "submit", 2)  # an op id is for ever


def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match="store_unwritable"), store.read() as uow:
        uow.facts.set("station_no", "CY001")


def test_no_value_reaches_an_error(submitted: Store) -> None:
    """A traceback goes into a report; the values of a statement are personal data."""
    with pytest.raises(BugError) as caught, submitted.write(Point.DRAFT) as uow:
        uow.connection.exec_driver_sql("UPDATE applications SET name = ?, consent = ?", ("王小明", "no json"))
    chain = [caught.value, caught.value.__cause__]
    assert "王小明" not in "".join(f"{each!r} {each} {vars(each) if each is caught.value else ''}" for each in chain)
