"""Shut out by the association: refused at once, locked at the next contact, erased only on a signed order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from central import devices, operators
from station_app.access import key_file
from station_app.access.secrets import NoSecrets
from station_app.domain.operator import Role
from station_app.errors import StationError
from station_app.services import backup, intake, people, revocation, session, submission
from station_app.services.desk import system_clock
from station_app.services.setup import has_home
from station_app.store.backup_sets import BackupSet
from station_app.store.records import ApplicationRecord
from sync.claims import EraseOrder
from sync.engine import one_pass
from sync.envelope import new_private_key, public_key_of, read_order, sign_order
from sync.identity import transport_for
from tests.integration.sync.town import PASSWORD, Office, Town

pytestmark = pytest.mark.slow

_NAME, _FIRST = "李国强", "the first password"


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Iterator[Office]:
    """Not signed out at the end: the test has done so, or the home is erased."""
    with town.office(tmp_path / "station") as office:
        yield office


def _revoke(town: Town, office: Office, *, delivers: bool = False) -> None:
    with town.central() as central:
        devices.revoke(central, office.fact("device_id") or "", delivers=delivers)


def _order(town: Town, office: Office, *, at_once: bool = False) -> None:
    with town.central() as central:
        devices.erase(central, office.fact("device_id") or "", at_once=at_once)


def _sign_in(office: Office, name: str = "王芳", password: str = PASSWORD) -> str:
    try:
        session.sign_out(session.sign_in(office.desk.home, name, password, system_clock, NoSecrets()))
    except StationError as error:
        return error.code
    return ""


def _pass(office: Office) -> str | None:
    with closing(transport_for(office.desk)) as transport:
        return one_pass(office.desk, transport).code


def test_a_revoked_pc_is_locked_and_keeps_everything(office: Office, town: Town) -> None:
    record = office.submit(1)
    _revoke(town, office)
    assert _pass(office) == "device_revoked"
    assert _sign_in(office) == "device_revoked"
    assert [row.reference for row in office.rows(record)] == [record.reference]
    assert len(office.scans(record)) > 0


def test_a_last_delivery_brings_everything_and_hears_nothing(office: Office, town: Town) -> None:
    record = office.submit(1)
    _revoke(town, office, delivers=True)
    with closing(transport_for(office.desk)) as transport:
        report = one_pass(office.desk, transport)
        assert (report.code, report.received, report.pending) == ("device_revoked", 1, 0)
        for ask in (lambda: transport.plan(2024), lambda: transport.roster("load")):
            with pytest.raises(StationError) as caught:
                ask()
            assert caught.value.code == "device_revoked"
    assert town.references(office) == [record.reference]
    assert _sign_in(office) == "device_revoked"


def test_an_order_is_obeyed_once_the_server_has_everything(office: Office, town: Town) -> None:
    record, home = office.submit(1), office.desk.home
    draft = intake.new_case(office.desk, office.record(record).content).value.record
    _revoke(town, office, delivers=True)
    _order(town, office)
    assert _pass(office) == "device_revoked"  # the draft is nowhere else
    assert key_file.read(home).operators
    submission.withdraw(office.desk, draft.id)
    assert _pass(office) == "erased"
    assert key_file.read(home) == key_file.KeyFile()
    session.sign_out(office.desk)
    assert not has_home(home)
    assert not [path for path in home.rglob("*") if path.is_file() and path.name != "station.lock"]
    assert town.references(office) == [record.reference]


def test_a_stolen_pc_is_erased_whatever_is_in_it(office: Office, town: Town) -> None:
    office.submit(1)
    _revoke(town, office)
    _order(town, office, at_once=True)
    assert _pass(office) == "erased"
    session.sign_out(office.desk)
    assert not has_home(office.desk.home)


def test_the_backups_in_the_second_folder_go_as_well_and_none_follows(office: Office, town: Town) -> None:
    office.submit(1)
    backup.back_up(office.desk)
    place = backup.place_of(office.desk)
    other = place.folder / "station-of-another-0"
    other.mkdir()
    _revoke(town, office)
    _order(town, office, at_once=True)
    assert _pass(office) == "erased"
    assert list(place.folder.iterdir()) == [other]
    with pytest.raises(StationError, match="erased"):
        backup.back_up(office.desk)
    session.sign_out(office.desk)
    assert list(place.folder.iterdir()) == [other]


def test_a_backup_that_was_under_way_goes_as_well(office: Office, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    office.submit(1)
    _revoke(town, office)
    _order(town, office, at_once=True)
    place, real = backup.place_of(office.desk), BackupSet.add

    def add(*told: Any) -> Any:
        made = real(*told)
        assert _pass(office) == "erased"
        return made

    monkeypatch.setattr(BackupSet, "add", add)
    with pytest.raises(StationError, match="erased"):
        backup.back_up(office.desk)
    assert list(place.folder.iterdir()) == []
    session.sign_out(office.desk)


def test_an_erasing_that_was_cut_off_is_ended_at_the_next_start(office: Office, town: Town) -> None:
    home = office.desk.home
    _revoke(town, office)
    _order(town, office, at_once=True)
    assert _pass(office) == "erased"
    office.desk.store.close()
    assert (home / "store.db").exists()
    with session.hold(home):
        assert not has_home(home)


def test_only_the_servers_order_for_this_pc_and_this_moment_is_obeyed(office: Office, town: Town) -> None:
    server_key, device_id = office.fact("server_key") or "", office.fact("device_id") or ""
    now = system_clock().timestamp()
    right = {"iss": "x", "device_id": device_id, "issued_at": int(now), "undelivered": True}
    with town.central() as central:
        key = central.keys.private
        orders = {
            "signature_invalid": sign_order(new_private_key(), EraseOrder.model_validate(right)),
            "order_other_device": sign_order(key, EraseOrder.model_validate({**right, "device_id": "another"})),
            "order_out_of_date": sign_order(key, EraseOrder.model_validate({**right, "issued_at": int(now) - 301})),
            "token_unreadable": "nothing",
        }
        assert read_order(sign_order(key, EraseOrder(**right)), public_key_of(key), device_id, now)
    for code, order in orders.items():
        assert not revocation.obey(office.desk, order, now)
        (row,) = people.done_here(office.desk, 1)
        assert (row.action, row.ids["code"]) == ("order_refused", code)
    assert server_key
    assert key_file.read(office.desk.home).operators


def test_a_revoked_operator_is_out_and_the_others_go_on(office: Office, town: Town) -> None:
    added = people.add(office.desk, _NAME, Role.CLERK, _FIRST).value
    office.sync()
    with town.central() as central:
        assert {"name": _NAME, "active": True}.items() <= _told(operators.list_operators(central), added.id).items()
        operators.revoke(central, office.number, _NAME)
    office.sync()
    assert _sign_in(office, _NAME, _FIRST) == "operator_unknown"
    with pytest.raises(StationError) as caught:
        people.give_password(office.desk, _NAME, _FIRST)
    assert caught.value.code == "operator_revoked"
    record = office.submit(2)
    assert office.sync().received == 1
    assert town.references(office) == [record.reference]
    with town.central() as central:
        assert not _told(operators.list_operators(central), added.id)["active"]


def _told(rows: list[dict[str, object]], operator_id: str) -> dict[str, object]:
    return next(row for row in rows if row["operator_id"] == operator_id)


def test_what_a_revoked_operator_submits_afterwards_is_refused(office: Office, town: Town) -> None:
    before = office.submit(1)
    office.sync()
    with town.central() as central:
        operators.revoke(central, office.number, office.desk.operator.id)
    record = _later(office)  # the revocation is not heard yet
    report = office.sync()
    assert report.quarantined == 1
    assert [row.last_code for row in office.rows(record)] == ["author_revoked"]
    assert town.references(office) == [before.reference]
    assert office.desk.operator.disabled


def _later(office: Office) -> ApplicationRecord:
    """A case that is frozen a moment after now."""
    clock = office.desk.clock
    office.desk.clock = lambda: clock() + timedelta(seconds=2)
    try:
        return office.submit(2)
    finally:
        office.desk.clock = clock
