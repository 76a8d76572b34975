"""The three logs of a sync answer: states of one's own cases, packs, roster; and the epoch."""

from __future__ import annotations

import pytest

from central import packs as packs_module
from central import review
from central.packs import publish_packaged
from central.roster import import_roster
from station_app.domain.application import FieldReturn, ReturnCode
from station_app.domain.canonical import sha256_hex
from station_app.plans import load_plan, unbundle
from sync.envelope import check_pack
from sync.wire import Cursor, PackChange, StateChange
from tests.samples.people import person
from tests.unit.central.office import Office, Sender
from tests.unit.central.test_roster import member

RETURNED = [FieldReturn("name", ReturnCode.MISMATCH)]


def states(sender: Sender, cursor: Cursor) -> tuple[list[StateChange], Cursor]:
    answer = sender.sync(cursor=cursor)
    return [each for each in answer.changes if isinstance(each, StateChange)], answer.cursor


def test_each_device_has_a_log_of_its_own_without_gaps(office: Office, sender: Sender) -> None:
    other = office.sender("HD002")
    bodies = [each.submission(number) for number, each in enumerate((sender, other, sender, other))]
    for body, each in zip(bodies, (sender, other, sender, other), strict=True):
        each.submit(body)
    for body in bodies:
        review.give_back(office.central, body["reference"], RETURNED)
    for each, own in ((sender, bodies[::2]), (other, bodies[1::2])):
        changes, cursor = states(each, Cursor())
        assert [change.seq for change in changes] == [1, 2, 3, 4]
        assert {change.reference for change in changes} == {body["reference"] for body in own}
        assert cursor.log == 4
        assert states(each, cursor)[0] == []


def test_a_move_that_fails_takes_no_number(office: Office, sender: Sender) -> None:
    from station_app.errors import UserError

    body = sender.submission()
    sender.submit(body)
    review.reject(office.central, body["reference"], ReturnCode.OTHER)
    with pytest.raises(UserError):
        review.reject(office.central, body["reference"], ReturnCode.OTHER)
    second = sender.submission()
    sender.submit(second)
    assert [each.seq for each in states(sender, Cursor())[0]] == [1, 2, 3]


def test_every_pack_is_told_once_and_can_be_checked(office: Office, sender: Sender) -> None:
    answer = sender.sync()
    told = [each for each in answer.changes if isinstance(each, PackChange)]
    assert 2024 in {each.year for each in told}
    assert [each for each in sender.sync(cursor=answer.cursor).changes if isinstance(each, PackChange)] == []
    for each in told:
        with office.central.database.read() as tx:
            pack = packs_module.pack_of(tx, each.year)
        check_pack(pack, office.central.keys.public)
        assert sha256_hex(pack.text.encode()) == each.sha256
        assert load_plan(unbundle(pack.text)).year == each.year


def test_a_plan_is_published_again_only_when_it_is_newer(
    office: Office, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resources

    assert publish_packaged(office.central) == []
    cursor = sender.sync().cursor
    files = dict(resources.plan_files(2024))
    files["plan.toml"] = files["plan.toml"].replace("\nversion = 1\n", "\nversion = 2\n")
    monkeypatch.setattr(resources, "plan_years", lambda: (2024,))
    monkeypatch.setattr(resources, "plan_files", lambda _year: files)
    assert publish_packaged(office.central) == [2024]
    assert publish_packaged(office.central) == []
    (told,) = [each for each in sender.sync(cursor=cursor).changes if isinstance(each, PackChange)]
    assert (told.year, told.version) == (2024, 2)
    beginning = [each for each in sender.sync().changes if isinstance(each, PackChange) and each.year == 2024]
    assert [each.version for each in beginning] == [2]  # of each year only the newest


def test_states_come_before_packs_and_packs_before_the_roster(office: Office, sender: Sender) -> None:
    import_roster(office.central, [member(1)])
    sender.submit(sender.submission())
    kinds = [each.kind.value for each in sender.sync().changes]
    assert kinds == sorted(kinds, key=["state", "pack", "member"].index)
    assert set(kinds) == {"state", "pack", "member"}


def test_another_epochs_cursor_means_nothing(office: Office, sender: Sender) -> None:
    sender.submit(sender.submission())
    far = Cursor(log=900, roster=900, packs=900)
    assert sender.sync(cursor=far.model_copy(update={"log": 1})).changes == []
    from central.exchange import exchange
    from sync.wire import SyncRequest

    asked = SyncRequest(epoch="another", cursor=far)
    answer = exchange(office.central, office.blobs, sender.device, asked)
    assert {each.kind.value for each in answer.changes} == {"state", "pack"}
    assert answer.epoch == office.central.epoch
    assert answer.cursor.log == 1


def test_nothing_of_a_person_is_in_the_state_of_a_case(office: Office, sender: Sender) -> None:
    sender.submit(sender.submission(1))
    told = sender.sync().changes[0].model_dump_json()
    for secret in (person(1).name, person(1).id_number, person(1).card_no):
        assert secret not in told
