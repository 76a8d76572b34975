"""A file that is damaged, cut off, another's, forged or old is refused with a reason and changes nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from central import restored
from central.devices import erase, revoke
from station_app.domain.application import State
from station_app.errors import EnvironmentFault, UserError
from station_app.services import revocation
from sync.envelope import new_private_key, public_key_of
from sync.sealing import seal, unseal
from tests.integration.sync.stick import Stick
from tests.integration.sync.town import Office, Town

_HURTS: list[Callable[[bytes, random.Random], bytes]] = [
    lambda content, chance: content[: chance.randrange(len(content))],
    lambda content, chance: _flipped(content, chance.randrange(len(content))),
    lambda content, chance: content + bytes([chance.randrange(256)]),
    lambda content, _: b"",
]


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    return Stick(tmp_path)


@pytest.mark.parametrize("hurt", range(len(_HURTS)))
@pytest.mark.parametrize("seed", range(3))
def test_a_hurt_file_changes_nothing_on_either_side(office: Office, stick: Stick, hurt: int, seed: int) -> None:
    chance = random.Random(f"{hurt}/{seed}")
    record = office.submit(1, 300_000)
    (file,) = stick.export(office)
    whole = file.read_bytes()
    file.write_bytes(_HURTS[hurt](whole, chance))
    with pytest.raises(UserError, match="courier_"):
        stick.answer(office, file)
    assert office.town.references(office) == []
    file.write_bytes(whole)
    answer = stick.answer(office, file)
    told = answer.read_bytes()
    answer.write_bytes(_HURTS[hurt](told, chance))
    with pytest.raises(UserError, match="courier_"):
        stick.take(office, answer)
    assert office.record(record).state is State.QUEUED
    answer.write_bytes(told)
    assert stick.take(office, answer).received == 1


def test_another_stations_answer_is_refused(town: Town, office: Office, stick: Stick, tmp_path: Path) -> None:
    (file,) = stick.export(office)
    answer = stick.answer(office, file)
    with town.office(tmp_path / "other", alone=True) as other:
        with pytest.raises(UserError, match="courier_not_for_us"):
            stick.take(other, answer)
        with pytest.raises(UserError, match="courier_not_for_us"):
            stick.take(office, stick.export(office, "mine")[0])


def test_an_export_that_nobody_here_made_is_refused(office: Office, stick: Stick) -> None:
    """Of a home that was put back from a copy, for instance: what it does not know it cannot place."""
    (file,) = stick.export(office)
    answer = stick.answer(office, file)
    office.set_fact("courier_exports", "[]")
    with pytest.raises(UserError, match="courier_not_ours"):
        stick.take(office, answer)


def _resealed(office: Office, file: Path, change: Callable[[bytes], bytes]) -> None:
    """As somebody would who has the server's public key, and no device's."""
    with office.town.central() as central:
        with file.open("rb") as opened:
            content = b"".join(unseal(opened, central.keys.private))
        file.write_bytes(b"".join(seal([change(content)], central.keys.public)))


def test_what_the_device_did_not_sign_is_refused(office: Office, stick: Stick) -> None:
    office.submit(1)
    (file,) = stick.export(office)
    _resealed(office, file, lambda content: content.replace(b'"volume":1', b'"volume":2'))
    with pytest.raises(UserError, match="courier_signature"):
        stick.answer(office, file)


def test_another_servers_file_is_refused(office: Office, stick: Stick) -> None:
    (file,) = stick.export(office)
    file.write_bytes(b"".join(seal([b"x"], public_key_of(new_private_key()))))
    with pytest.raises(UserError, match="courier_not_for_us"):
        stick.answer(office, file)


def test_a_restored_server_gets_everything_again(town_of_one: Town, stick: Stick, tmp_path: Path) -> None:
    with town_of_one.office(tmp_path / "station") as office:
        record = office.submit(1)
        (file,) = stick.export(office, "before")
        before = stick.answer(office, file)
        stick.take(office, before)
        with town_of_one.central() as central:
            restored.begin_epoch(central)
        assert stick.round(office, "after").received == 0
        assert stick.round(office, "again").received == 1
        assert office.record(record).state is State.RECEIVED
        with pytest.raises(UserError, match="courier_other_epoch"):
            stick.take(office, before)


def test_a_pc_that_was_shut_out_hears_it(office: Office, stick: Stick) -> None:
    record = office.submit(1)
    with office.town.central() as central:
        revoke(central, office.fact("device_id") or "")
    with pytest.raises(EnvironmentFault, match="device_revoked"):
        stick.round(office)
    assert office.record(record).state is State.QUEUED
    assert office.town.references(office) == []
    with office.desk.store.read() as uow:
        assert revocation.is_revoked(uow)


def test_a_pc_that_still_delivers_does_so_and_is_erased_on_order(office: Office, stick: Stick) -> None:
    office.submit(1)
    with office.town.central() as central:
        revoke(central, office.fact("device_id") or "", delivers=True)
        erase(central, office.fact("device_id") or "")
    with pytest.raises(EnvironmentFault, match="erased"):
        stick.round(office)
    assert len(office.town.references(office)) == 1
    assert office.desk.master == b""
