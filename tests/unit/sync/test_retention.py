"""Local scans go when everything says so, and stay while one thing speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from station_app import durable
from station_app.domain.application import Content, ScanKind, State
from station_app.durable import Point
from station_app.errors import BugError, EnvironmentFault, UserError
from station_app.services import backup, capture, delivery, doctor, intake, ledger, passes, retention, settings
from station_app.services.delivery import ScanToSend
from station_app.store import Store
from station_app.store.records import ApplicationRecord, ScanRecord
from station_app.store.snapshot import snapshot_of
from sync.outcomes import read_scan
from sync.wire import BackupMark, Cursor, MissingBlob, SyncAnswer
from tests.patience import PATIENCE_SECONDS
from tests.samples.cases import case
from tests.unit.sync.stations import Station, page
from tests.unit.sync.test_delivery import exchange, received, told

PAID_ON = "2024-05-16"
DUE = "2024-08-14T02:00:00Z"  # 90 days later, in the morning in Beijing
HELD = BackupMark(log=7, at="2024-05-17T00:00:00Z")


def heard(here: Station, server_time: str = DUE, mark: BackupMark | None = HELD) -> None:
    """A pass has ended, and this is what the server said at its end."""
    answer = SyncAnswer(epoch="epoch-1", server_time=server_time, backup=mark)
    passes.save_pass(here.desk, passes.PassReport(at=here.desk.now()), 0, answer)


def paid(here: Station, number: int = 1, seq: int = 3) -> ApplicationRecord:
    record = received(here, number)
    moved = told(record, "paid", seq, amount=1000, paid_on=PAID_ON)
    exchange(here, changes=(moved,), cursor=Cursor(log=seq))
    return here.record(record)


@pytest.fixture
def due(here: Station) -> ApplicationRecord:
    """A paid case whose scans may go."""
    record = paid(here)
    here.clock.on(days=120)
    heard(here)
    return record


def files(here: Station) -> list[Path]:
    return sorted(path for path in (here.desk.home / "scans").rglob("*") if path.is_file())


def erased(here: Station, record: ApplicationRecord) -> bool:
    """Whether rows and files agree, and what they say."""
    with here.desk.store.read() as uow:
        pages = uow.scans.of(record.id, with_removed=True)
    gone = {not here.desk.store.scans.has(each.file_name) for each in pages}
    assert gone == {each.erased_at is not None for each in pages}
    (answer,) = gone
    return answer


def test_a_case_paid_long_ago_loses_its_scans_and_nothing_else(here: Station, due: ApplicationRecord) -> None:
    young = received(here, 2)
    assert retention.erase_due(here.desk)
    assert erased(here, due)
    assert not erased(here, young)
    assert len(files(here)) == 4
    shown = ledger.show(here.desk, due.id)
    assert (shown["state"], shown["applicant"]["name"]) == ("paid", due.content.applicant["name"])
    assert {each["erased_at"] for each in shown["scans"]} == {here.desk.now()}
    assert len(shown["receipts"]) == 1
    with here.desk.store.read() as uow:
        assert [(row.action, row.subject) for row in uow.audit.last(1)] == [("scans_erased", due.id)]
        assert uow.audit.verify() is None
    assert not retention.erase_due(here.desk)
    assert retention.state_of(here.desk) == retention.Kept(erased=1, due=0, unmarked=0, unsettled=0)


def test_what_waits_is_told_apart(here: Station, due: ApplicationRecord) -> None:
    assert retention.state_of(here.desk) == retention.Kept(erased=0, due=1, unmarked=0, unsettled=0)
    heard(here, mark=None)
    assert retention.state_of(here.desk) == retention.Kept(erased=0, due=0, unmarked=1, unsettled=0)
    set_aside(here)
    assert retention.state_of(here.desk) == retention.Kept(erased=0, due=0, unmarked=0, unsettled=1)


@pytest.mark.parametrize(
    "against",
    [
        pytest.param(lambda here: heard(here, "2024-08-13T15:59:59Z"), id="the server's clock"),
        pytest.param(lambda here: here.clock.on(days=-40), id="our clock"),
        pytest.param(lambda here: heard(here, mark=None), id="no backup at the server"),
        pytest.param(lambda here: heard(here, mark=replaced(log=2)), id="a backup before the payment"),
        pytest.param(lambda here: heard(here, mark=replaced(at="2024-05-15T07:00:00Z")), id="or before the receipt"),
        pytest.param(lambda here: heard(here, mark=replaced(at="yesterday")), id="a mark that cannot be read"),
        pytest.param(lambda here: settings.change(here.desk, "keep_scans_days", 91), id="the lead"),
        pytest.param(lambda here: lose_receipts(here), id="no receipt"),
        pytest.param(lambda here: trust_another(here), id="a receipt of another server"),
        pytest.param(lambda here: set_aside(here), id="an op that waits for a person"),
        pytest.param(lambda here: exchange(here, epoch="epoch-2"), id="a restored server"),
    ],
)
def test_they_stay_while_one_thing_speaks_against_it(
    here: Station, due: ApplicationRecord, against: Callable[[Station], object]
) -> None:
    against(here)
    assert not retention.erase_due(here.desk)
    assert not erased(here, due)


def replaced(**changed: object) -> BackupMark:
    return HELD.model_copy(update=changed)


def lose_receipts(here: Station) -> None:
    with here.desk.store.write(Point.SYNC_STATE) as uow:
        uow.connection.exec_driver_sql("DROP TRIGGER receipts_stay")
        uow.connection.exec_driver_sql("DELETE FROM receipts")


def trust_another(here: Station) -> None:
    with here.desk.store.write(Point.SYNC_STATE) as uow:
        uow.facts.set("server_key", "A" * 43)


def set_aside(here: Station) -> None:
    with here.desk.store.write(Point.SYNC_STATE) as uow:
        uow.connection.exec_driver_sql("UPDATE outbox SET state = 'quarantined'")


def test_pages_sent_later_need_a_receipt_of_their_own(here: Station) -> None:
    record = received(here)
    capture.add_scan(here.desk, record.id, ScanKind.FORM, page("signed", 2_000))
    later = here.rows(record)[1]
    exchange(here)
    exchange(here, changes=(told(record, "paid", 3, amount=1000, paid_on=PAID_ON),), cursor=Cursor(log=3))
    here.clock.on(days=120)
    heard(here)
    assert not retention.erase_due(here.desk)
    delivery.store_receipts(here.desk, [here.receipt(later, {"received_at": "2024-05-17T00:00:00Z"})])
    assert not retention.erase_due(here.desk)  # after the backup was begun
    heard(here, mark=replaced(at="2024-05-17T00:00:01Z"))
    assert retention.erase_due(here.desk)
    assert erased(here, record)


def test_a_page_that_another_case_needs_stays(here: Station) -> None:
    shared = page("1 id_front", 2_000)  # as in the case that is due
    other = intake.new_case(here.desk, Content.from_json(case(9))).value.record
    capture.add_scan(here.desk, other.id, ScanKind.ID_FRONT, shared)
    record = paid(here)
    here.clock.on(days=120)
    heard(here)
    assert retention.erase_due(here.desk)
    assert len(files(here)) == 1
    with here.desk.store.read() as uow:
        (kept,) = uow.scans.of(other.id)
        (gone,) = [each for each in uow.scans.of(record.id) if each.sha256 == kept.sha256]
    assert capture.read_scan(here.desk, kept.id) == shared
    with pytest.raises(UserError, match="scan_erased"):
        capture.read_scan(here.desk, gone.id)


def _telling(act: Callable[..., None], before: Event | None = None, after: Event | None = None) -> Callable[..., None]:
    def told(*arguments: object) -> None:
        if before is not None:
            before.set()
        act(*arguments)
        if after is not None:
            after.set()

    return told


def test_a_page_that_is_being_filed_is_not_erased_in_between(
    here: Station, due: ApplicationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans, shared = here.desk.store.scans, page("1 id_front", 2_000)  # as in the case that is due
    other = intake.new_case(here.desk, Content.from_json(case(9))).value.record
    marked, erasing = Event(), Event()
    monkeypatch.setattr(retention, "_mark", _telling(retention._mark, after=marked))
    monkeypatch.setattr(scans, "erase", _telling(scans.erase, before=erasing))
    thread = Thread(target=retention.erase_due, args=(here.desk,))
    with scans.filing:
        put = scans.put(shared)  # there already, so nothing is written
        thread.start()
        assert marked.wait(PATIENCE_SECONDS)
        assert not erasing.wait(0.1)
        with here.desk.store.write(Point.SCAN_ROW) as uow:
            record = ScanRecord("s", other.id, ScanKind.ID_FRONT, put.sha256, put.size, "image/jpeg", put.name, DUE)
            uow.scans.add(record)
    thread.join()
    assert erasing.is_set()
    assert scans.get(put.name) == shared
    assert len(files(here)) == 1


def test_no_backup_brings_an_erased_page_back(here: Station, due: ApplicationRecord) -> None:
    (here.desk.home / "keys.json").write_bytes(b"{}")
    backup.back_up(here.desk)
    with here.desk.store.read() as uow:
        names = [each.file_name for each in uow.scans.of(due.id)]
    (here.desk.home / "trash").mkdir()
    (here.desk.home / "trash" / f"{names[0]}.hurt-1234abcd").write_bytes(b"what was once put aside")
    retention.erase_due(here.desk)
    with pytest.raises(EnvironmentFault, match="scan_missing"):
        here.desk.store.scans.get(names[0])
    assert [path for path in here.desk.home.rglob("*") if path.is_file() and path.name[:64] in names] == []
    with snapshot_of(here.desk.store) as snapshot:
        assert snapshot.pages == ()
    checks = {each.code: each for each in doctor.check_desk(here.desk, full=True)}
    assert checks["doctor_scans"].ok
    # the same page of a new case is an ordinary page
    fresh = intake.new_case(here.desk, Content.from_json(case(5))).value.record
    scan = capture.add_scan(here.desk, fresh.id, ScanKind.ID_FRONT, page("1 id_front", 2_000)).value
    assert capture.read_scan(here.desk, scan.id) == page("1 id_front", 2_000)


def test_the_server_is_told_that_a_page_is_erased(here: Station, due: ApplicationRecord) -> None:
    retention.erase_due(here.desk)
    with here.desk.store.read() as uow:
        scan = uow.scans.of(due.id)[0]
    (asked,) = delivery.scans_to_send(
        here.desk, [MissingBlob(reference=due.reference, sha256=scan.sha256, size=scan.size)]
    )
    assert asked == ScanToSend(due.reference, scan.sha256, scan.size, 0, scan.file_name, erased=True)
    with pytest.raises(EnvironmentFault, match="scan_erased"):
        read_scan(here.desk.store.scans, asked)


def test_a_pass_takes_some_cases_and_the_next_the_rest(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [paid(here, number, seq=number + 1) for number in range(3)]
    here.clock.on(days=120)
    heard(here)
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    retention.erase_due(here.desk)
    assert sum(erased(here, each) for each in records) == 2
    retention.erase_due(here.desk)
    assert all(erased(here, each) for each in records)


class _PulledPlugError(BaseException):
    pass


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", [0, 1, 3, 5])
def test_a_power_cut_at_any_point_leaves_what_the_next_pass_ends(
    here: Station, due: ApplicationRecord, monkeypatch: pytest.MonkeyPatch, nth: int, after: bool
) -> None:
    seen: list[Point] = []

    def cutting(act: Callable[..., None]) -> Callable[..., None]:
        def cut(*arguments: object) -> None:
            counted = arguments[-1] is Point.RETENTION
            seen.extend([Point.RETENTION] * counted)
            if counted and len(seen) == nth + 1 and not after:
                raise _PulledPlugError
            act(*arguments)
            if counted and len(seen) == nth + 1:
                raise _PulledPlugError

        return cut

    with monkeypatch.context() as patched:
        for act in ("commit", "sync_folder"):
            patched.setattr(durable, act, cutting(getattr(durable, act)))
        with pytest.raises(_PulledPlugError):
            retention.erase_due(here.desk)
    here.desk.store.close()
    here.desk.store = Store.open(here.desk.home, here.desk.store.keys, here.clock)
    with here.desk.store.read() as uow:
        here.desk.store.scans.sweep_orphans(uow.scans.all_file_names(), here.clock())
        marked = [each for each in uow.scans.of(due.id) if each.erased_at]
    if not marked:
        assert len(files(here)) == 4  # nothing is gone before it is written down that it may
    retention.erase_due(here.desk)
    assert erased(here, due)
    assert [path for path in here.desk.home.rglob("*") if path.is_file() and path.parent.name == "trash"] == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE applications SET state = 'approved'", "scan_not_erasable"),
        ("DELETE FROM receipts", "scan_not_erasable"),
    ],
)
def test_the_store_itself_refuses_to_erase_too_early(
    here: Station, due: ApplicationRecord, statement: str, words: str
) -> None:
    with here.desk.store.write(Point.DRAFT) as uow:
        for trigger in ("applications_move", "receipts_stay"):
            uow.connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        uow.connection.exec_driver_sql(statement)
    with pytest.raises(BugError, match=words), here.desk.store.write(Point.RETENTION) as uow:
        uow.scans.erase(due.id, here.clock())


def test_what_is_erased_stays_erased(here: Station, due: ApplicationRecord) -> None:
    retention.erase_due(here.desk)
    with pytest.raises(BugError, match="scan_not_erasable"), here.desk.store.write(Point.DRAFT) as uow:
        uow.connection.exec_driver_sql("UPDATE scans SET erased_at = NULL")
    assert here.record(due).state is State.PAID


def test_only_a_lead_sets_the_days(here: Station) -> None:
    from station_app.domain.operator import Role

    settings.change(here.desk, "keep_scans_days", 30)
    with here.desk.store.read() as uow:
        row = uow.audit.last(1)[0]
        assert (row.action, row.subject, row.ids) == ("setting_changed", "keep_scans_days", {"value": 30})
    here.desk.operator = replace(here.desk.operator, role=Role.CLERK)
    with pytest.raises(UserError, match="role_forbids"):
        settings.change(here.desk, "keep_scans_days", 1)
