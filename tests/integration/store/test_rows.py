"""The small repositories: outbox, receipts, scans, audit, settings, facts, packs, operators."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from station_app.config import SETTINGS
from station_app.domain.application import ScanKind, State
from station_app.domain.operator import Operator, Role
from station_app.durable import Point
from station_app.errors import BugError, UserError
from station_app.store import Store, StoreKeys
from station_app.store.audit import Audit
from station_app.store.records import ApplicationRecord, OutboxState, ScanRecord
from station_app.store.settings import Value
from tests.integration.store.conftest import MASTER, HandClock, record

PAGE = ScanRecord("scan-1", "case-1", ScanKind.CARD, "ab" * 32, 10, "image/png", "a-file", "2024-05-15T06:30:00Z")


# ---- the outbox


@pytest.fixture
def queue(store: Store, draft: ApplicationRecord, clock: HandClock) -> Store:
    """Five ops of one case, one for each revision."""
    with store.write(Point.SUBMIT) as uow:
        for number in range(1, 6):
            body = f'{{"n":{number},"name":"张三"}}'
            assert (
                uow.outbox.enqueue(f"op-{number}", "case-1", draft.reference, "submit", number, body, clock()) == number
            )
    return store


def _due(store: Store, clock: HandClock, limit: int = 10) -> list[str]:
    with store.read() as uow:
        return [row.op_id for row in uow.outbox.due(clock(), limit)]


def test_ops_are_due_in_order_and_next_n_each_time(queue: Store, clock: HandClock) -> None:
    assert _due(queue, clock, 2) == ["op-1", "op-2"]
    with queue.write(Point.APPLY) as uow:
        uow.outbox.mark("op-1", OutboxState.ACCEPTED)
        uow.outbox.mark("op-2", OutboxState.REFUSED, "plan_closed")
    assert _due(queue, clock, 2) == ["op-3", "op-4"]


def test_a_postponed_op_waits_for_its_time(queue: Store, clock: HandClock) -> None:
    with queue.write(Point.SYNC_STATE) as uow:
        uow.outbox.postpone("op-1", "server_error", "2024-05-15T06:31:00Z")
        uow.outbox.postpone("op-1", "offline", "2024-05-15T06:32:00Z")
    assert _due(queue, clock, 1) == ["op-2"]
    clock.turn(minutes=2)
    assert _due(queue, clock, 1) == ["op-1"]
    with queue.read() as uow:
        row = uow.outbox.get("op-1")
    assert (row.attempts, row.last_code, row.next_try_at) == (2, "offline", "2024-05-15T06:32:00Z")


def test_a_retry_forgets_the_past_but_not_the_body(queue: Store, clock: HandClock) -> None:
    with queue.write(Point.SYNC_STATE) as uow:
        before = uow.outbox.get("op-1")
        uow.outbox.postpone("op-1", "offline", "2024-05-16T00:00:00Z")
        uow.outbox.mark("op-1", OutboxState.QUARANTINED, "body_too_large")
        uow.outbox.retry("op-1")
        after = uow.outbox.get("op-1")
    assert replace(after, last_code=None) == before
    assert after.last_code == "body_too_large"
    assert _due(queue, clock)[0] == "op-1"


def test_counts_and_lists_by_state(queue: Store) -> None:
    with queue.write(Point.APPLY) as uow:
        states = (OutboxState.ACCEPTED, OutboxState.QUARANTINED, OutboxState.FORKED, OutboxState.DONE)
        for number, state in enumerate(states, 1):
            uow.outbox.mark(f"op-{number}", state)
    with queue.read() as uow:
        assert [row.op_id for row in uow.outbox.open_rows()] == ["op-1", "op-2", "op-5"]
        assert [row.op_id for row in uow.outbox.awaiting_receipt()] == ["op-1"]
        assert [row.op_id for row in uow.outbox.troubled()] == ["op-2", "op-3"]
        assert [row.op_id for row in uow.outbox.of("case-1")] == [f"op-{number}" for number in range(1, 6)]
        counts = uow.outbox.counts()
    assert counts == {state: int(state is not OutboxState.REFUSED) for state in OutboxState}


def test_a_restored_server_is_offered_everything_it_had(queue: Store, clock: HandClock) -> None:
    with queue.write(Point.APPLY) as uow:
        uow.outbox.mark("op-1", OutboxState.DONE)
        uow.outbox.mark("op-2", OutboxState.ACCEPTED)
        uow.outbox.mark("op-3", OutboxState.REFUSED, "plan_closed")
        assert uow.outbox.offer_again() == 2
    assert _due(queue, clock) == ["op-1", "op-2", "op-4", "op-5"]


def test_an_unknown_op(queue: Store) -> None:
    with queue.write(Point.APPLY) as uow:
        with pytest.raises(UserError, match="op_unknown"):
            uow.outbox.mark("nothing", OutboxState.DONE)
        with pytest.raises(UserError, match="op_unknown"):
            uow.outbox.get("nothing")


# ---- receipts


def test_a_receipt_is_kept_once(store: Store, draft: ApplicationRecord, clock: HandClock) -> None:
    with store.write(Point.APPLY) as uow:
        assert uow.receipts.add(draft.reference, 1, "a.b.c", clock())
        assert not uow.receipts.add(draft.reference, 1, "a.b.c", clock())
        assert uow.receipts.add(draft.reference, 2, "d.e.f", clock())
        assert not uow.receipts.add("CY999-24-A000001-0", 1, "a.b.c", clock())
        assert [(each.revision, each.jws) for each in uow.receipts.of(draft.id)] == [(1, "a.b.c"), (2, "d.e.f")]


# ---- scans


@pytest.fixture
def pages(store: Store, draft: ApplicationRecord) -> Store:
    with store.write(Point.SCAN_ROW) as uow:
        uow.scans.add(PAGE)
        uow.scans.add(replace(PAGE, id="scan-2", kind=ScanKind.FORM, file_name="b-file", sha256="cd" * 32))
    return store


def test_pages_are_listed_as_they_came(pages: Store) -> None:
    with pages.read() as uow:
        assert uow.scans.of("case-1")[0] == PAGE
        assert [scan.id for scan in uow.scans.of("case-1")] == ["scan-1", "scan-2"]
        assert uow.scans.of("another") == []


def test_a_removed_page_is_left_out_but_stays_findable(pages: Store, draft: ApplicationRecord) -> None:
    with pages.write(Point.SCAN_ROW) as uow:
        uow.scans.remove("scan-1")
        assert [scan.id for scan in uow.scans.freeze("case-1", 1)] == ["scan-2"]
    with pages.read() as uow:
        assert [scan.id for scan in uow.scans.of("case-1", with_removed=True)] == ["scan-1", "scan-2"]
        assert uow.scans.all_file_names() == {"a-file", "b-file"}
        found = uow.scans.by_sha(draft.reference, PAGE.sha256)
        assert found is not None
        assert (found.id, found.removed, found.frozen) == ("scan-1", True, False)
        assert uow.scans.by_sha("another", PAGE.sha256) is None


def test_a_frozen_page_is_replaced_not_changed(pages: Store) -> None:
    with pages.write(Point.SUBMIT) as uow:
        uow.scans.freeze("case-1", 1)
    with pages.write(Point.SCAN_ROW) as uow:
        renamed = uow.scans.set_kind("scan-1", ScanKind.OTHER)
        uow.scans.rotate("scan-2", 270)
        assert (renamed.kind, renamed.frozen, renamed.sha256) == (ScanKind.OTHER, False, PAGE.sha256)
        assert {scan.kind for scan in uow.scans.of("case-1")} == {ScanKind.OTHER, ScanKind.FORM}
        frozen = uow.scans.get("scan-1")
        assert (frozen.kind, frozen.frozen, frozen.removed) == (ScanKind.CARD, True, True)
        assert uow.scans.get("scan-2").rotation == 270


def test_a_page_of_a_draft_is_simply_renamed(pages: Store) -> None:
    with pages.write(Point.SCAN_ROW) as uow:
        assert uow.scans.set_kind("scan-1", ScanKind.OTHER).id == "scan-1"
        assert uow.scans.get("scan-1").kind is ScanKind.OTHER
        with pytest.raises(UserError, match="scan_unknown"):
            uow.scans.get("nothing")


# ---- audit


def test_the_chain_holds_and_its_head_moves(store: Store, clock: HandClock) -> None:
    with store.write(Point.AUDIT) as uow:
        assert uow.audit.head() == (0, "0" * 64)
        for number in range(5):
            clock.turn(seconds=1)
            uow.audit.add("case_opened", f"case-{number}", "operator-1", revision=number, kinds=["card"])
    with store.read() as uow:
        seq, digest = uow.audit.head()
        newest = uow.audit.last(2)
        assert uow.audit.verify() is None
    assert (seq, digest) == (5, newest[0].hash)
    assert [row.seq for row in newest] == [5, 4]
    assert newest[0].ids == {"revision": 4, "kinds": ["card"]}
    assert newest[0].at == "2024-05-15T06:30:05.000000Z"


@pytest.mark.parametrize(
    ("tamper", "broken"),
    [
        ("UPDATE audit SET action = 'nothing' WHERE seq = 3", 3),
        ("UPDATE audit SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 1", 1),
        ("UPDATE audit SET ids = '{\"x\":1}' WHERE seq = 5", 5),
        ("UPDATE audit SET operator_id = 'another' WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 1) WHERE seq = 4", 4),
        ("UPDATE audit SET seq = CASE seq WHEN 2 THEN -3 WHEN 3 THEN -2 END WHERE seq IN (2, 3)", 1),
    ],
)
def test_a_broken_link_is_named(store: Store, clock: HandClock, tamper: str, broken: int) -> None:
    with store.write(Point.AUDIT) as uow:
        for number in range(5):
            uow.audit.add("case_opened", f"case-{number}", "operator-1")
        for trigger in ("audit_immutable", "audit_stay"):
            uow.connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        uow.connection.exec_driver_sql(tamper)
        assert uow.audit.verify() == broken


def test_the_chain_cannot_be_made_again_without_its_key(store: Store, clock: HandClock) -> None:
    other = StoreKeys.derive(MASTER[::-1]).audit
    with store.write(Point.AUDIT) as uow:
        Audit(uow.connection, other, clock).add("case_opened", "case-1", "operator-1")
        assert uow.audit.verify() == 1


# ---- settings, facts, packs, operators


def test_settings_have_their_defaults_until_they_are_set(store: Store) -> None:
    with store.write(Point.SETTING) as uow:
        assert uow.settings.all() == {setting.key: setting.default for setting in SETTINGS}
        uow.settings.set("text_size", 16)
        uow.settings.set("text_size", 12)
        uow.settings.set("proxy", "http://proxy:3128")
    with store.read() as uow:
        assert (uow.settings.get("text_size"), uow.settings.get("proxy")) == (12, "http://proxy:3128")


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("nothing", 1, "setting_unknown"),
        ("text_size", "14", "setting_type"),
        ("text_size", True, "setting_type"),
        ("text_size", 13, "setting_choice"),
        ("theme", "pink", "setting_choice"),
        ("idle_lock_minutes", 0, "setting_range"),
        ("idle_lock_minutes", 121, "setting_range"),
        ("proxy", 1, "setting_type"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(store: Store, key: str, value: object, code: str) -> None:
    with store.write(Point.SETTING) as uow, pytest.raises(UserError, match=code):
        uow.settings.set(key, cast(Value, value))


def test_a_stored_value_that_no_longer_fits_is_the_default(store: Store) -> None:
    with store.write(Point.SETTING) as uow:
        uow.connection.exec_driver_sql("INSERT INTO settings VALUES ('text_size', '99')")
        assert uow.settings.get("text_size") == 14


def test_facts_come_and_go(store: Store) -> None:
    with store.write(Point.ENROLMENT) as uow:
        assert uow.facts.get("station_no") is None
        uow.facts.set("station_no", "CY001")
        uow.facts.set("station_no", "CY002")
        uow.facts.set("epoch", "e")
        uow.facts.set("epoch", None)
        assert uow.facts.all() == {"station_no": "CY002"}


def test_packs_are_kept_by_version(store: Store, clock: HandClock) -> None:
    with store.write(Point.APPLY) as uow:
        for year, version in ((2024, 1), (2025, 1), (2024, 3), (2024, 2)):
            uow.packs.put(year, version, f"{year} {version}", "signature", clock())
        uow.packs.put(2024, 3, "another text", "signature", clock())
        newest = uow.packs.newest(2024)
        assert newest is not None
        assert (newest.version, newest.text) == (3, "2024 3")
        assert uow.packs.newest(2023) is None
        assert [(pack.year, pack.version) for pack in uow.packs.all()] == [(2024, 1), (2024, 2), (2024, 3), (2025, 1)]


def test_operators(store: Store) -> None:
    lead, clerk = Operator("id-1", "李组长", Role.LEAD), Operator("id-2", "赵一")
    with store.write(Point.OPERATOR) as uow:
        uow.operators.add(lead)
        uow.operators.add(clerk)
        assert uow.operators.get("id-1") == lead
        assert uow.operators.by_name("赵一") == clerk
        assert set(uow.operators.all()) == {lead, clerk}
        with pytest.raises(UserError, match="operator_name_taken"):
            uow.operators.add(Operator("id-3", "赵一"))
        with pytest.raises(UserError, match="operator_unknown"):
            uow.operators.get("id-3")


# ---- transactions


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    def write() -> None:
        with store.write(Point.DRAFT) as uow:
            uow.applications.add(record())
            uow.applications.get("another")

    with pytest.raises(UserError, match="application_unknown"):
        write()
    with store.read() as uow:
        assert uow.applications.count_by_state() == {}


def test_writing_inside_writing_is_our_bug(store: Store) -> None:
    with store.write(Point.DRAFT), pytest.raises(BugError, match="write_nested"), store.write(Point.DRAFT):
        pytest.fail("it was let in")
    with store.write(Point.DRAFT) as uow:  # and the lock is free again
        uow.applications.add(record())


def test_a_snapshot_does_not_see_what_came_later(store: Store, draft: ApplicationRecord, clock: HandClock) -> None:
    with store.read() as reading:
        assert reading.applications.get("case-1").state is State.DRAFT
        with store.write(Point.WITHDRAW) as uow:
            uow.applications.move("case-1", State.WITHDRAWN, clock(), "operator-1", "station")
        assert reading.applications.get("case-1").state is State.DRAFT
    with store.read() as reading:
        assert reading.applications.get("case-1").state is State.WITHDRAWN
