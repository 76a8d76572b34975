"""Everything the network does, done by a stick: delivery, receipts, returns, payments, news; and both mixed."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from central.devices import list_devices
from station_app.domain.application import FieldReturn, ReturnCode, ScanKind, State
from station_app.errors import UserError
from station_app.services import capture, passes, submission
from station_app.store.records import OutboxState
from sync import courier
from tests.integration.sync.stick import Stick
from tests.integration.sync.town import Office
from tests.unit.sync.stations import page

_BIG = 1_500_000  # bytes of a page that makes volumes full


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    return Stick(tmp_path)


def _is_whole(office: Office) -> None:
    """The one case is at the server once, byte by byte, and its receipt is here."""
    (reference,) = office.town.references(office)
    with office.desk.store.read() as uow:
        record = uow.applications.by_reference(reference)
    assert office.town.blobs(record) == office.scans(record)
    assert record.state is State.RECEIVED
    assert len(office.receipts(record)) == 1


def test_a_case_goes_and_comes_back_received(office: Office, stick: Stick) -> None:
    record = office.submit(1)
    done = stick.round(office)
    assert (done.accepted, done.received, done.pending, done.troubled) == (1, 1, 0, 0)
    assert stick.carried is not None
    assert (stick.carried.scans, stick.carried.lacking, stick.carried.receipts) == (4, 0, 1)
    assert office.record(record).state is State.RECEIVED
    _is_whole(office)


def test_a_full_stick_is_said_and_changes_nothing(office: Office, tmp_path: Path) -> None:
    record = office.submit(1)
    (tmp_path / "out.zt.part").symlink_to("/dev/full")
    with pytest.raises(UserError, match="target_full"):
        courier.export(office.desk, tmp_path / "out.zt")
    assert not (tmp_path / "out.zt").exists()
    assert [row.state for row in office.rows(record)] == [OutboxState.WAITING]
    with pytest.raises(UserError, match="file_not_writable"):
        courier.export(office.desk, tmp_path / "nowhere" / "out.zt")


def test_returned_corrected_approved_and_paid_by_stick_alone(office: Office, stick: Stick) -> None:
    record = office.submit(5)
    stick.round(office, "first")
    office.town.give_back(record, FieldReturn("card_no", ReturnCode.MISMATCH, "卡号不符"))
    stick.round(office, "second")
    assert [each.field for each in office.record(record).returned] == ["card_no"]
    office.again(record, phone="13900000001")
    stick.round(office, "third")
    office.town.approve(record)
    office.town.pay()
    stick.round(office, "fourth")
    assert (office.record(record).state, office.record(record).revision) == (State.PAID, 2)
    assert len(office.receipts(record)) == 2


def test_the_signed_form_and_a_withdrawal_travel_too(office: Office, stick: Stick) -> None:
    signed, gone = office.submit(1), office.submit(2)
    stick.round(office, "first")
    capture.add_scan(office.desk, signed.id, ScanKind.FORM, page("the form", 3_000))
    submission.withdraw(office.desk, gone.id)
    done = stick.round(office, "second")
    assert done.pending == 0
    assert office.record(gone).state is State.WITHDRAWN
    assert office.town.blobs(signed) == office.scans(signed)


def test_the_same_files_again_change_nothing(office: Office, stick: Stick) -> None:
    record = office.submit(1)
    (file,) = stick.export(office)
    first = stick.answer(office, file)
    stick.take(office, first)
    again = stick.answer(office, file)
    for answer in (again, first):
        done = stick.take(office, answer)
        assert (done.received, done.pending) == (0, 0)
    assert office.town.references(office) == [record.reference]
    assert len(office.receipts(record)) == 1
    with office.desk.store.read() as uow:
        assert uow.audit.verify() is None


@pytest.mark.parametrize("network", ["before", "between", "after"])
def test_the_network_may_bring_the_same_cases(office: Office, stick: Stick, network: str) -> None:
    record = office.submit(1)
    (file,) = stick.export(office)
    if network == "before":
        office.sync()
    answer = stick.answer(office, file)
    if network == "between":
        office.sync()
    stick.take(office, answer)
    office.sync()
    assert [row.state for row in office.rows(record)] == [OutboxState.DONE]
    _is_whole(office)
    assert office.town.references(office) == [record.reference]


def test_an_old_answer_takes_nothing_back(office: Office, stick: Stick) -> None:
    record = office.submit(6)
    (file,) = stick.export(office)
    old = stick.answer(office, file)
    office.sync()
    office.town.approve(record)
    office.town.pay()
    office.sync()
    cursor = office.fact("cursor")
    stick.take(office, old)
    assert office.record(record).state is State.PAID
    assert office.fact("cursor") == cursor


def test_an_old_file_tells_the_server_nothing_old(office: Office, stick: Stick) -> None:
    """The chain of a file that comes late is no chain that went back."""
    office.submit(1)
    (file,) = stick.export(office)
    office.submit(2)
    office.sync()
    stick.answer(office, file)
    with office.town.central() as central:
        (mine,) = [each for each in list_devices(central) if each["device"] == office.fact("device_id")]
    assert not mine["audit_went_back"]


def test_what_the_network_stumbled_over_travels(office: Office, stick: Stick) -> None:
    record = office.submit(1)
    passes.set_aside(office.desk, office.rows(record)[0].op_id, "server_error")
    assert stick.round(office).troubled == 0
    assert office.record(record).state is State.RECEIVED


def test_a_case_whose_page_is_gone_stays_here_and_the_rest_goes(office: Office, stick: Stick) -> None:
    broken, whole = office.submit(1), office.submit(2)
    with office.desk.store.read() as uow:
        scan = uow.scans.of(broken.id)[0]
    office.desk.store.scans.erase([scan.file_name])
    exported = courier.export(office.desk, stick.folder / "out.zt").value
    assert [code for _, code in exported.load.left_out] == ["scan_missing"]
    stick.take(office, stick.answer(office, exported.files[0]))
    assert office.record(broken).state is State.QUEUED
    assert office.record(whole).state is State.RECEIVED


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_volumes_stand_alone_in_any_order(
    office: Office, stick: Stick, order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "SMALLEST_VOLUME", 1)
    records = [office.submit(number, _BIG // 10) for number in (1, 2)]
    files = stick.export(office, most=_BIG // 10 * 3)
    assert [file.name for file in files] == ["out-1.zt", "out-2.zt", "out-3.zt", "out-4.zt"]
    answers = [stick.answer(office, files[number]) for number in (*order, 3)]
    for answer in reversed(answers):
        stick.take(office, answer)
    late = stick.round(office, "late")
    assert late.pending == 0
    for record in records:
        assert office.record(record).state is State.RECEIVED
        assert office.town.blobs(record) == office.scans(record)
        assert len(office.receipts(record)) == 1


def test_news_comes_without_anything_to_send(office: Office, stick: Stick) -> None:
    done = stick.round(office)
    assert (done.accepted, done.pending) == (0, 0)
    assert office.fact("server_time")


def test_a_volume_must_hold_the_largest_page(office: Office, stick: Stick) -> None:
    with pytest.raises(UserError, match="courier_size"):
        stick.export(office, most=1000)
