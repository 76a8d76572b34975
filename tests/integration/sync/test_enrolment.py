"""From a code on paper to a device the server knows; repeated, interrupted, mistyped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.keys import recovery_identity
from station_app.access import slots
from station_app.errors import EnvironmentFault, StationError, UserError
from station_app.services import setup
from sync.enrolment import enrol
from sync.envelope import EnrolmentCode, new_private_key, public_key_of
from tests.integration.sync.line import Line
from tests.integration.sync.town import Office, Town

pytestmark = pytest.mark.slow


@pytest.fixture
def fresh(town: Town, tmp_path: Path) -> Iterator[Office]:
    """A station that is set up and not enrolled."""
    with town.office(tmp_path / "fresh", enrolled=False) as office:
        yield office


def failing(office: Office, url: str, code: str) -> str:
    with pytest.raises(StationError) as caught:
        enrol(office.desk, url, code)
    return caught.value.code


def test_an_enrolled_station_knows_who_it_is_and_can_be_recovered(fresh: Office, town: Town) -> None:
    answer = enrol(fresh.desk, town.url, town.code(fresh.number)).value
    assert setup.is_enrolled(fresh.desk)
    assert setup.identity(fresh.desk)["station_no"] == fresh.number
    assert fresh.fact("server_key_id") == answer.server_key_id
    assert slots.has_recovery_slot(fresh.desk.home)
    with town.central() as central:
        identity = recovery_identity(central.home).read_text("utf-8").split()[-1]
    assert slots.open_recovery_slot(fresh.desk.home, identity) == fresh.desk.master


def test_the_same_code_again_is_the_same_device(fresh: Office, town: Town) -> None:
    code = town.code(fresh.number)
    first = enrol(fresh.desk, town.url, code).value
    record = fresh.submit(1)
    fresh.sync()
    assert enrol(fresh.desk, town.url, code).value == first
    assert fresh.sync().code is None
    assert fresh.fact("device_id") == first.device_id
    assert town.references(fresh) == [record.reference]


def test_a_lost_answer_leaves_a_code_that_still_works(fresh: Office, town: Town, line: Line) -> None:
    code = town.code(fresh.number)
    line.swallow(b"POST /v1/enrol")
    enrol(fresh.desk, line.url, code)
    assert line.faults == 1
    assert setup.identity(fresh.desk)["device_letter"] == "A"


def test_cut_off_before_the_answer_was_stored_it_goes_on_with_the_same_key(
    fresh: Office, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = town.code(fresh.number)

    def cut(*_arguments: object) -> None:
        raise EnvironmentFault("disk_full")

    with monkeypatch.context() as patched:
        patched.setattr("sync.enrolment.slots.add_recovery_slot", cut)
        assert failing(fresh, town.url, code) == "disk_full"
    assert not setup.is_enrolled(fresh.desk)
    key = fresh.fact("device_private_key")
    enrol(fresh.desk, town.url, code)
    assert fresh.fact("device_private_key") == key
    assert setup.identity(fresh.desk)["device_letter"] == "A"


def test_a_code_of_another_server_stores_nothing_of_the_answer(fresh: Office, town: Town) -> None:
    code = EnrolmentCode.parse(town.code(fresh.number))
    other = EnrolmentCode.new(public_key_of(new_private_key()))
    assert failing(fresh, town.url, str(EnrolmentCode(code.secret, other.fingerprint))) == "server_key_mismatch"
    assert not setup.is_enrolled(fresh.desk)
    assert fresh.fact("server_key") is None
    assert not slots.has_recovery_slot(fresh.desk.home)


def test_codes_that_do_not_work_are_named(fresh: Office, town: Town) -> None:
    good = town.code(fresh.number)
    unknown = str(EnrolmentCode("0" * 12, EnrolmentCode.parse(good).fingerprint))
    assert failing(fresh, town.url, good[:-1]) == "enrolment_code_length"
    assert failing(fresh, town.url, good[:-1] + ("0" if good[-1] != "0" else "1")) == "enrolment_code_check"
    assert failing(fresh, town.url, unknown) == "enrolment_code_unknown"
    assert failing(fresh, "http://central.example", good) == "server_url_not_https"
    assert failing(fresh, "http://127.0.0.1:1", good) == "server_unreachable"
    assert not setup.is_enrolled(fresh.desk)


def test_a_used_code_enrols_no_second_pc(fresh: Office, office: Office, town: Town) -> None:
    code = town.code(fresh.number)
    enrol(fresh.desk, town.url, code)
    with pytest.raises(UserError, match="already_enrolled"):
        enrol(office.desk, town.url, code)
    with fresh.desk.store.read() as uow:
        used = uow.facts.get("enrolment_code_sha256")
    assert used is not None


def test_the_second_pc_of_a_station_gets_another_letter(fresh: Office, town: Town, tmp_path: Path) -> None:
    enrol(fresh.desk, town.url, town.code(fresh.number))
    with town.office(tmp_path / "second", enrolled=False) as second:
        enrol(second.desk, town.url, town.code(fresh.number))
        assert setup.identity(second.desk)["device_letter"] == "B"
