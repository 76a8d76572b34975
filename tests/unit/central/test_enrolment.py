"""One code, one device; asked again it answers again."""

from __future__ import annotations

import pytest

from central.devices import list_devices, revoke
from central.enrolment import LETTERS, enrol, new_code
from station_app.errors import UserError
from sync.envelope import EnrolmentCode, encode_key, fingerprint, new_private_key, public_key_of, sign
from sync.wire import EnrolRequest
from tests.unit.central.office import Office


def request(code: EnrolmentCode, **changed: str) -> EnrolRequest:
    key = new_private_key()
    values = {
        "code": code.secret,
        "device_key": encode_key(public_key_of(key)),
        "proof": sign(key, code.secret.encode()),
        "device_name": "窗口一\u0000",
    }
    return EnrolRequest.model_validate({**values, **changed})


def test_a_code_and_key_get_the_same_answer_however_often(office: Office) -> None:
    asked = request(new_code(office.central, "CY001", "朝阳站", "朝阳区"))
    first = enrol(office.central, asked)
    office.clock.on(days=90)  # long expired, but used in time
    assert enrol(office.central, asked) == first
    assert (first.station_no, first.station_name, first.district) == ("CY001", "朝阳站", "朝阳区")
    assert first.device_letter == "A"
    assert first.epoch == office.central.epoch
    assert first.recovery_recipient.startswith("age1")
    assert len(list_devices(office.central)) == 1


def test_the_code_holds_the_fingerprint_of_the_key_that_answers(office: Office) -> None:
    code = new_code(office.central, "CY001", "朝阳站")
    answer = enrol(office.central, request(code))
    assert code.fingerprint == answer.server_key_id == fingerprint(office.central.keys.public)
    assert EnrolmentCode.parse(str(code)) == code


def test_a_used_code_is_no_good_for_another_key(office: Office) -> None:
    code = new_code(office.central, "CY001", "朝阳站")
    enrol(office.central, request(code))
    with pytest.raises(UserError, match="enrolment_code_used"):
        enrol(office.central, request(code))


def test_codes_are_known_and_expire(office: Office) -> None:
    with pytest.raises(UserError, match="enrolment_code_unknown"):
        enrol(office.central, request(EnrolmentCode.new(office.central.keys.public)))
    code = new_code(office.central, "CY001", "朝阳站")
    office.clock.on(days=31)
    with pytest.raises(UserError, match="enrolment_code_expired"):
        enrol(office.central, request(code))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"proof": "A" * 86}, "proof_invalid"),
        ({"proof": "!" * 86}, "proof_invalid"),
        ({"device_key": "B" * 43}, "device_key_invalid"),  # spells 32 bytes in a second way
    ],
)
def test_a_device_must_prove_its_key(office: Office, changed: dict[str, str], code: str) -> None:
    with pytest.raises(UserError, match=code):
        enrol(office.central, request(new_code(office.central, "CY001", "朝阳站"), **changed))


def test_every_pc_of_a_station_has_its_letter_until_there_are_none(office: Office) -> None:
    letters = [office.sender("CY001").device.letter for _ in LETTERS]
    assert letters == list(LETTERS)
    assert office.sender("CY002").device.letter == "A"
    with pytest.raises(UserError, match="station_full"):
        office.sender("CY001")


@pytest.mark.parametrize(
    ("station_no", "name", "district", "code"),
    [
        ("cy001", "站", None, "station_no_malformed"),
        ("C", "站", None, "station_no_malformed"),
        ("CY-01", "站", None, "station_no_malformed"),
        ("CY001", " ", None, "station_name_malformed"),
        ("CY001", "站\n", None, "station_name_malformed"),
        ("CY001", "站", "区" * 61, "district_malformed"),
    ],
)
def test_a_station_is_well_named(office: Office, station_no: str, name: str, district: str | None, code: str) -> None:
    with pytest.raises(UserError, match=code):
        new_code(office.central, station_no, name, district)


def test_a_later_code_changes_the_name_and_keeps_the_district_unless_told(office: Office) -> None:
    office.sender("CY001", "朝阳区")
    assert enrol(office.central, request(new_code(office.central, "CY001", "新名"))).district == "朝阳区"
    answer = enrol(office.central, request(new_code(office.central, "CY001", "新名", "")))
    assert (answer.station_name, answer.district) == ("新名", "")


def test_a_revoked_device_is_listed_as_such_and_its_code_is_used_up(office: Office) -> None:
    asked = request(new_code(office.central, "CY001", "朝阳站"))
    device = enrol(office.central, asked).device_id
    revoke(office.central, device)
    (listed,) = list_devices(office.central)
    assert (listed["revoked_at"], listed["name"]) == ("2024-05-15T06:30:00Z", "窗口一")
    with pytest.raises(UserError, match="enrolment_code_used"):
        enrol(office.central, asked)
    with pytest.raises(UserError, match="device_unknown"):
        revoke(office.central, "nobody")
