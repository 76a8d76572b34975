"""A home made from a backup: everything is there, nothing of the old one is lost, no number is given twice."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyrage
import pytest

from station_app import durable
from station_app.access import key_file, slots
from station_app.access.secrets import NoSecrets
from station_app.domain.reference import Reference, parse_reference
from station_app.durable import Point
from station_app.errors import EnvironmentFault, StationError
from station_app.services import backup, doctor, elsewhere, recovery, restoring, session
from station_app.services.desk import Desk
from station_app.services.restoring import Restored, Way
from sync.wire import StateChange
from tests.integration.backup.conftest import OPERATOR, PASSWORD, Watch, add_case, files_of, pages, references

WAY = Way(PASSWORD, OPERATOR)


@pytest.fixture
def file(desk: Desk, tmp_path: Path) -> Path:
    """A backup in one file."""
    backup.write_file(desk, tmp_path / "whole.backup")
    return tmp_path / "whole.backup"


def _restore(place: Path, home: Path, watch: Watch, way: Way = WAY, *, move_aside: bool = False) -> Restored:
    home.mkdir(exist_ok=True)
    return restoring.restore(place, home, way, watch, move_aside=move_aside, secrets=NoSecrets())


def _refusal(place: Path, home: Path, watch: Watch, way: Way = WAY) -> str:
    with pytest.raises(StationError) as caught:
        _restore(place, home, watch, way)
    return caught.value.code


def _worth_keeping(home: Path) -> dict[str, bytes]:
    """All but the roster, which is the server's and stays."""
    return {path: content for path, content in files_of(home).items() if path != "roster.db"}


@contextmanager
def _signed_in(home: Path, watch: Watch, password: str = PASSWORD) -> Iterator[Desk]:
    desk = session.sign_in(home, OPERATOR, password, watch, NoSecrets())
    try:
        yield desk
    finally:
        session.sign_out(desk)


@pytest.mark.parametrize("kind", ["file", "folder", "set", "backup"])
def test_a_new_machine_gets_everything(desk: Desk, file: Path, tmp_path: Path, watch: Watch, kind: str) -> None:
    backup.back_up(desk)
    place = backup.place_of(desk)
    newest = backup.newest(desk)
    assert newest is not None
    source = {"file": file, "folder": place.folder, "set": place.set.folder, "backup": newest.folder}[kind]
    done = _restore(source, tmp_path / "new", watch)
    assert (done.cases, done.pages, done.absent, done.generation, done.aside) == (2, 2, 0, 1, None)
    with _signed_in(tmp_path / "new", watch) as restored:
        assert references(restored) == references(desk)
        assert pages(restored) == pages(desk)
        assert restored.store.is_sound()
        with restored.store.read() as uow:
            assert uow.audit.verify() is None


def test_numbers_after_a_restore_repeat_none_given_after_the_backup(
    desk: Desk, file: Path, tmp_path: Path, watch: Watch
) -> None:
    later = {add_case(desk, number).reference for number in range(3, 9)}
    _restore(file, tmp_path / "new", watch)
    with _signed_in(tmp_path / "new", watch) as restored:
        new = [parse_reference(add_case(restored, number).reference) for number in (3, 4)]
    assert {str(each) for each in new}.isdisjoint(later)
    assert [each.generation for each in new] == [1, 1]
    assert new[1].serial == new[0].serial + 1


def test_two_homes_from_one_backup_draw_their_own_place(
    desk: Desk, file: Path, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([3, 500])
    monkeypatch.setattr("station_app.services.restoring.chance.randbelow", lambda _most: next(drawn))
    given = []
    for name in ("one", "two"):
        _restore(file, tmp_path / name, watch)
        with _signed_in(tmp_path / name, watch) as restored:
            given.append(add_case(restored, 3).reference)
    assert [parse_reference(each).serial for each in given] == [130001, 5100001]


def test_a_home_with_something_in_it_is_left_alone(desk: Desk, file: Path, watch: Watch) -> None:
    before = files_of(desk.home)
    assert _refusal(file, desk.home, watch) == "restore_home_not_empty"
    assert files_of(desk.home) == before


def test_what_was_there_is_moved_aside_whole(desk: Desk, file: Path, watch: Watch) -> None:
    add_case(desk, 3)
    session.sign_out(desk)
    before = _worth_keeping(desk.home)
    done = _restore(file, desk.home, watch, move_aside=True)
    assert done.aside is not None
    assert files_of(done.aside) == before
    with _signed_in(desk.home, watch) as restored:
        assert len(references(restored)) == 2


def test_what_was_there_twice_in_one_second_is_kept_twice(desk: Desk, file: Path, watch: Watch) -> None:
    session.sign_out(desk)
    asides = {_restore(file, desk.home, watch, move_aside=True).aside for _ in range(2)}
    assert len(asides) == 2
    assert all(aside is not None and (aside / "store.db").exists() for aside in asides)


def test_a_refused_restore_leaves_nothing_behind(file: Path, tmp_path: Path, watch: Watch) -> None:
    _refusal(file, tmp_path / "new", watch, Way("not the password", OPERATOR))
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("moment", range(1, 12))
def test_moving_in_goes_on_where_it_was_cut_off(
    desk: Desk, file: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    session.sign_out(desk)
    before = _worth_keeping(desk.home)
    moves = iter(range(1, 100))
    move = durable.replace

    def cut(source: Path, target: Path, point: Point) -> None:
        if next(moves) == moment:
            raise KeyboardInterrupt
        move(source, target, point)

    with monkeypatch.context() as patched:
        patched.setattr(durable, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            _restore(file, desk.home, watch, move_aside=True)
    with session.hold(desk.home):
        pass
    with _signed_in(desk.home, watch) as opened:
        assert len(references(opened)) == 2
        assert len(pages(opened)) == 2
    kept = files_of(desk.home)
    assert all(content in kept.values() for path, content in before.items() if path.startswith("scans/"))


def test_every_kind_of_damage_is_refused_before_anything_is_moved(
    desk: Desk, file: Path, tmp_path: Path, watch: Watch
) -> None:
    whole = file.read_bytes()
    for name, content in {
        "empty": b"",
        "short": whole[: len(whole) // 2],
        "text": b"no backup at all" * 100,
        **{f"bit-{at}": _flipped(whole, at) for at in range(50, len(whole) - 2000, len(whole) // 12)},
    }.items():
        hurt = tmp_path / name
        hurt.write_bytes(content)
        refusal = _refusal(hurt, tmp_path / "new", watch)
        assert refusal in ("backup_damaged", "backup_pages_damaged", "keys_damaged"), name
        assert not (tmp_path / "new" / "store.db").exists()
        assert not (tmp_path / "new" / "restore.ready").exists()


@pytest.mark.parametrize("gone", [False, True], ids=["flipped", "gone"])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("scans/*/*", "backup_pages_damaged"),
        ("*/store.db", "backup_damaged"),
        ("*/keys.json", "backup_damaged"),
    ],
)
def test_a_hurt_file_of_a_set_is_refused(
    desk: Desk, tmp_path: Path, watch: Watch, name: str, code: str, gone: bool
) -> None:
    backup.back_up(desk)
    folder = backup.place_of(desk).set.folder
    _hurt(min(folder.glob(name)), gone=gone)
    assert _refusal(folder, tmp_path / "new", watch) == code
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("gone", [False, True], ids=["flipped", "gone"])
def test_the_rest_is_restored_without_the_hurt_pages_where_that_is_asked_for(
    desk: Desk, tmp_path: Path, watch: Watch, gone: bool
) -> None:
    backup.back_up(desk)
    folder = backup.place_of(desk).set.folder
    victim = min(folder.glob("scans/*/*"))
    _hurt(victim, gone=gone)
    (tmp_path / "new").mkdir()
    done = restoring.restore(folder, tmp_path / "new", WAY, watch, without_hurt_pages=True, secrets=NoSecrets())
    assert (done.cases, done.pages, done.absent) == (2, 1, 1)
    with _signed_in(tmp_path / "new", watch) as restored:
        assert references(restored) == references(desk)
        with pytest.raises(EnvironmentFault, match="scan_missing"):
            restored.store.scans.get(victim.name)
        (kept,) = [each for each in (desk.home / "scans").rglob("*") if each.is_file() and each.name != victim.name]
        assert restored.store.scans.get(kept.name) == desk.store.scans.get(kept.name)
        hurt = next(each for each in doctor.check_desk(restored) if each.code == "doctor_scans")
        assert not hurt.ok


@pytest.mark.parametrize("name", ["*/store.db", "*/keys.json"])
def test_nothing_but_pages_can_be_left_out(desk: Desk, tmp_path: Path, watch: Watch, name: str) -> None:
    backup.back_up(desk)
    folder = backup.place_of(desk).set.folder
    _hurt(min(folder.glob(name)), gone=False)
    (tmp_path / "new").mkdir()
    with pytest.raises(EnvironmentFault, match="backup_damaged"):
        restoring.restore(folder, tmp_path / "new", WAY, watch, without_hurt_pages=True, secrets=NoSecrets())


def test_a_bad_sector_under_a_page_is_a_hurt_page(
    desk: Desk, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.back_up(desk)
    folder = backup.place_of(desk).set.folder
    victim, real = min(folder.glob("scans/*/*")), Path.open

    def read(path: Path, mode: str = "r", *how: Any, **more: Any) -> object:
        if path == victim:
            raise OSError(errno.EIO, "bad sector")
        return real(path, mode, *how, **more)

    monkeypatch.setattr(Path, "open", read)
    assert _refusal(folder, tmp_path / "new", watch) == "backup_pages_damaged"


def _hurt(victim: Path, *, gone: bool) -> None:
    content = victim.read_bytes()
    victim.unlink()
    if not gone:
        victim.write_bytes(_flipped(content, len(content) // 2))


def _flipped(content: bytes, at: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


def test_a_manifest_of_another_hand_is_refused(desk: Desk, tmp_path: Path, watch: Watch) -> None:
    made = backup.back_up(desk).value
    newest = backup.newest(desk)
    assert newest is not None
    (newest.folder / "manifest.json").write_bytes(made.sealed(bytes(32)))
    assert _refusal(newest.folder, tmp_path / "new", watch) == "backup_damaged"


def test_what_is_no_backup(tmp_path: Path, desk: Desk, watch: Watch) -> None:
    (tmp_path / "empty").mkdir()
    assert _refusal(tmp_path / "nothing", tmp_path / "new", watch) == "backup_not_found"
    assert _refusal(tmp_path / "empty", tmp_path / "new", watch) == "backup_not_found"
    backup.back_up(desk)
    place = backup.place_of(desk)
    shutil.copytree(place.set.folder, place.folder / "station-of-another-0")
    assert _refusal(place.folder, tmp_path / "new", watch) == "backup_ambiguous"


def test_a_wrong_password_opens_nothing(file: Path, tmp_path: Path, watch: Watch) -> None:
    assert _refusal(file, tmp_path / "new", watch, Way("not the password", OPERATOR)) == "password_wrong"
    assert _refusal(file, tmp_path / "new", watch, Way(PASSWORD)) == "operator_needed"
    assert not (tmp_path / "new" / "keys.json").exists()


def test_without_the_keyring_the_recovery_slot_opens_and_a_new_password_is_set(
    desk: Desk, tmp_path: Path, watch: Watch
) -> None:
    identity = pyrage.x25519.Identity.generate()
    slots.add_recovery_slot(desk.home, desk.master, str(identity.to_public()))
    _lose_the_keyring(desk.home)
    backup.write_file(desk, tmp_path / "b")
    with pytest.raises(EnvironmentFault) as caught:
        _restore(tmp_path / "b", tmp_path / "new", watch)
    assert caught.value.code in ("keyring_unusable", "device_secret_missing")
    _restore(tmp_path / "b", tmp_path / "new", watch, Way("a brand new password", OPERATOR, str(identity)))
    with _signed_in(tmp_path / "new", watch, "a brand new password") as restored:
        assert references(restored) == references(desk)


def _lose_the_keyring(home: Path) -> None:
    """As if the slots had been made with a secret of an OS store that this machine does not have."""
    keys = key_file.read(home)
    made_elsewhere = tuple(key_file.OperatorSlot(**{**slot.__dict__, "device_secret": True}) for slot in keys.operators)
    key_file.write(home, key_file.KeyFile(made_elsewhere, keys.recovery))


def test_generations_end(desk: Desk, tmp_path: Path, watch: Watch) -> None:
    with desk.store.write(Point.SETTING) as uow:
        uow.facts.set("generation", "33")
    backup.write_file(desk, tmp_path / "b")
    assert _refusal(tmp_path / "b", tmp_path / "new", watch) == "generations_used_up"


def test_a_hurt_page_comes_back_from_the_second_folder(desk: Desk) -> None:
    backup.back_up(desk)
    whole = pages(desk)
    files = [path for path in (desk.home / "scans").rglob("*") if path.is_file()]
    files[0].write_bytes(b"hurt")
    files[1].unlink()
    assert pages(desk) == whole
    trash = [path.read_bytes() for path in (desk.home / "trash").iterdir()]
    assert trash == [b"hurt"]


def test_a_lost_keyring_or_password_is_recovered_in_place(desk: Desk, watch: Watch) -> None:
    identity = pyrage.x25519.Identity.generate()
    slots.add_recovery_slot(desk.home, desk.master, str(identity.to_public()))
    _lose_the_keyring(desk.home)
    before = references(desk)
    session.sign_out(desk)
    with pytest.raises(StationError), _signed_in(desk.home, watch):
        pass
    for asked, wrong in (("", "operator_needed"), ("没有这个人", "operator_unknown")):
        with pytest.raises(StationError) as caught:
            recovery.recover(desk.home, asked, str(identity), "a brand new password", watch, NoSecrets())
        assert caught.value.code == wrong
    recovery.recover(desk.home, OPERATOR, str(identity), "a brand new password", watch, NoSecrets())
    with _signed_in(desk.home, watch, "a brand new password") as opened:
        assert references(opened) == before
        with opened.store.read() as uow:
            assert [row.action for row in uow.audit.last(2)] == ["signed_in", "recovered"]


def test_a_stranger_s_identity_recovers_nothing(desk: Desk, watch: Watch) -> None:
    slots.add_recovery_slot(desk.home, desk.master, str(pyrage.x25519.Identity.generate().to_public()))
    session.sign_out(desk)
    before = (desk.home / "keys.json").read_bytes()
    stranger = str(pyrage.x25519.Identity.generate())
    with pytest.raises(StationError) as caught:
        recovery.recover(desk.home, OPERATOR, stranger, "a brand new password", watch, NoSecrets())
    assert caught.value.code == "identity_wrong"
    assert (desk.home / "keys.json").read_bytes() == before


def test_a_number_that_only_the_server_knows_is_passed_over(desk: Desk) -> None:
    for generation, serial in ((0, 500), (1, 900)):
        reference = str(Reference("CY001", 2024, "A", generation, serial))
        change = StateChange(seq=1, reference=reference, revision=1, state="received", at="2024-05-15T06:00:00Z")
        with desk.store.write(Point.APPLY) as uow:
            elsewhere.note(uow, change, here=False)
    assert parse_reference(add_case(desk, 3).reference).serial == 501  # another generation's does not matter
    assert len(elsewhere.rows(desk)) == 2
