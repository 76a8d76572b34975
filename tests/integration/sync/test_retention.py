"""A real server: paid long ago, received, in its backup; only then do the scans leave the PC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from central import backup_marks, money, review
from central.context import Central, open_central
from station_app.domain.application import State
from station_app.services import retention
from station_app.store.records import ApplicationRecord
from tests.integration.sync.town import Office, Town, all_paid

pytestmark = pytest.mark.slow


def _central(town: Town, days: int) -> closing[Central]:
    """The server's commands, as if so many days from now."""
    now = datetime.now(UTC) + timedelta(days=days)
    return closing(open_central({"CENTRAL_HOME": str(town.world.central_home)}, lambda: now))


def _kept(office: Office, record: ApplicationRecord) -> int:
    with office.desk.store.read() as uow:
        return sum(office.desk.store.scans.has(each.file_name) for each in uow.scans.of(record.id))


@pytest.fixture
def office(town_of_one: Town, tmp_path: Path) -> Iterator[Office]:
    """A station of a server that pays nobody else."""
    with town_of_one.office(tmp_path / "station") as office:
        yield office


def test_scans_go_once_the_server_has_its_own_backup(office: Office) -> None:
    town = office.town
    record, young = office.submit(31), office.submit(32)
    office.sync()
    with _central(town, days=-100) as central:
        review.approve(central, record.reference)
        for file in money.pay(central).files:
            money.confirm(central, all_paid(file))
    assert office.sync().code is None
    assert office.record(record).state is State.PAID
    assert _kept(office, record) == 4
    assert retention.state_of(office.desk).unmarked == 1
    with _central(town, days=1) as central:
        number = backup_marks.begin(central)
    office.sync()
    assert _kept(office, record) == 4  # the backup is not whole yet
    with town.central() as central:
        backup_marks.hold(central, number)
    office.sync()
    assert (_kept(office, record), _kept(office, young)) == (0, 4)
    assert len(town.blobs(record)) == 4
    assert office.sync().code is None
