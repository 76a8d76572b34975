"""How far the server's backups reach: said to each device for its own log, and only once the backup lies safe."""

from __future__ import annotations

import pytest

from central import backup_marks
from central.audit import first_broken
from central.cli import main
from central.devices import find_device, revoke
from station_app.errors import UserError
from sync.wire import BackupMark, SyncAnswer
from tests.unit.central.office import Office, Sender


def test_a_backup_counts_once_it_lies_safe(office: Office, sender: Sender) -> None:
    sender.submit(sender.submission(1))
    assert sender.sync().backup is None
    number = backup_marks.begin(office.central)
    begun = office.central.now()
    assert sender.sync().backup is None
    office.clock.on(hours=1)
    sender.submit(sender.submission(2))  # comes while the backup is made: it may be in it or not
    backup_marks.hold(office.central, number)
    backup_marks.hold(office.central, number)
    answer = sender.sync()
    assert answer.backup == BackupMark(log=1, at=begun)
    assert answer.cursor.log == 2


def test_each_device_hears_of_its_own_log(office: Office, sender: Sender) -> None:
    other = office.sender("HD002")
    for number in (1, 2):
        sender.submit(sender.submission(number))
    backup_marks.hold(office.central, backup_marks.begin(office.central))
    late = office.sender("XC003")  # enrolled after it
    marks = [each.sync().backup for each in (sender, other, late)]
    assert [mark and mark.log for mark in marks] == [2, 0, None]


def test_the_newest_that_lies_safe_counts(office: Office, sender: Sender) -> None:
    first, second = backup_marks.begin(office.central), backup_marks.begin(office.central)
    sender.submit(sender.submission(1))
    third = backup_marks.begin(office.central)
    backup_marks.hold(office.central, third)
    backup_marks.hold(office.central, first)  # said late
    backup_marks.hold(office.central, second)
    mark = sender.sync().backup
    assert mark is not None
    assert mark.log == 1


def test_a_revoked_device_hears_of_no_backup(office: Office, sender: Sender) -> None:
    backup_marks.hold(office.central, backup_marks.begin(office.central))
    revoke(office.central, sender.device.id, delivers=True)
    with office.central.database.read() as tx:
        shut_out = find_device(tx, sender.device.id)
    assert shut_out is not None
    sender.device = shut_out
    assert sender.sync().backup is None


def test_an_older_server_says_nothing_of_backups(sender: Sender) -> None:
    told = sender.sync().model_dump(mode="json")
    del told["backup"]
    assert SyncAnswer.model_validate(told).backup is None


def test_the_commands_keep_an_audit(
    office: Office, sender: Sender, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CENTRAL_HOME", str(office.central.home.path))
    assert main(["backup", "begin"]) == 0
    number = capsys.readouterr().out.strip()
    assert main(["backup", "held", number]) == 0
    assert main(["backup", "held", "77"]) == 2
    assert "77" in capsys.readouterr().err
    with office.central.database.read() as tx:
        assert first_broken(tx) is None
        assert backup_marks.newest(tx, sender.device.id) is not None
    with pytest.raises(UserError, match="backup_mark_unknown"):
        backup_marks.hold(office.central, 78)
