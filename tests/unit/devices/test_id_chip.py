"""The four kinds of card, and frames: read whole or refused."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from station_app.devices.id_chip import read_text
from station_app.devices.samv import Command, Reply, read_reply, reply, request
from station_app.errors import EnvironmentFault
from tests.integration.devices.fake_id_reader import card_text, resident
from tests.samples.people import person


def _number(first: str) -> str:
    return first + mod_11_2.calc_check_digit(first)


def test_a_residents_card() -> None:
    record, who = read_text(resident(3, valid_to=(204, "长期    "))), person(3)
    assert (record.kind, record.name, record.id_number) == ("resident", who.name, who.id_number)
    assert (record.nation, record.birth, record.sex) == ("汉", who.birth.isoformat(), who.sex)
    assert (record.valid_from, record.valid_to) == ("2020-01-02", "长期")
    assert (record.issuer, record.address) == ("北京市公安局测试分局", f"北京市{who.district}测试路1号")


@pytest.mark.parametrize(("number", "nation"), [("02", "蒙古"), ("11", "满"), ("30", "土"), ("56", "基诺"), ("97", "")])
def test_nations_by_their_numbers(number: str, nation: str) -> None:
    assert read_text(resident(1, nation=(32, number))).nation == nation


def test_a_card_of_hong_kong_macao_and_taiwan() -> None:
    number = _number("81000019900101123")
    record = read_text(resident(1, nation=(32, "  "), id_number=(122, number), type=(248, "J")))
    assert (record.kind, record.id_number, record.nation) == ("hong_kong_macao_taiwan", number, "")


def test_a_permit_of_2023() -> None:
    number = _number("91199919900101123")
    record = read_text(
        resident(
            1,
            id_number=(122, number),
            address=(52, "DOE, JOHN" + " " * 26),
            issuer=(158, " " * 15),
            type=(248, "Y"),
            country=(242, "XXX"),
        )
    )
    assert (record.kind, record.id_number, record.english_name) == ("permit_2023", number, "DOE, JOHN")
    assert (record.country, record.address, record.issuer) == ("XXX", "", "")


def test_an_english_name_that_goes_on_elsewhere_keeps_its_blanks() -> None:
    first = "ABCDEFGH ABCDEFGH ABCDEFGH ABCDEFG "
    text = resident(1, address=(52, first), english=(220, "SMITH"), issuer=(158, " " * 15), type=(248, "Y"))
    assert len(first) == 35
    assert read_text(text).english_name == first + "SMITH"


def test_a_permit_of_2017() -> None:
    text = card_text(
        english=(0, "DOE, JANE"),
        sex=(120, "2"),
        number=(122, "XXX110090010100"),
        country=(152, "XXX"),
        name=(158, "杜珍"),
        start=(188, "20180101"),
        end=(204, "20280101"),
        birth=(220, "19900101"),
        issuer=(240, "1500"),
        type=(248, "I"),
    )
    text = _with_check_digit(text)
    record = read_text(text)
    assert (record.kind, record.name, record.english_name) == ("permit_2017", "杜珍", "DOE, JANE")
    assert (record.birth, record.valid_to, record.sex) == ("1990-01-01", "2028-01-01", "女")


def _with_check_digit(text: bytes) -> bytes:
    """The one last digit of ten that the number's own check takes."""
    for digit in "0123456789":
        tried = text[:150] + digit.encode("utf-16-le") + text[152:]
        try:
            read_text(tried)
        except EnvironmentFault:
            continue
        return tried
    raise AssertionError


@given(st.binary(min_size=200, max_size=300))
def test_nonsense_is_refused(text: bytes) -> None:
    with pytest.raises(EnvironmentFault, match="id_card_not_understood"):
        read_text(text)


@given(st.integers(0, 35), st.integers(1, 255))
def test_a_number_with_a_wrong_digit_is_refused(at: int, change: int) -> None:
    text = bytearray(resident())
    text[122 + at] ^= change
    with pytest.raises(EnvironmentFault, match="id_card_not_understood"):
        read_text(bytes(text))


def test_requests_are_those_of_the_standard() -> None:
    frames = {each.name: request(each)[5:].hex() for each in Command}
    assert frames == {"FIND": "0003200122", "SELECT": "0003200221", "READ": "0003300132"}


@given(st.integers(0, 255), st.binary(max_size=1400), st.binary(max_size=40))
def test_a_reply_is_found_behind_noise(status: int, data: bytes, noise: bytes) -> None:
    stream = io.BytesIO(noise.replace(b"\xaa", b"") + reply(Reply(status, data)))
    assert read_reply(stream.read) == Reply(status, data)


@given(st.binary(max_size=60), st.data())
def test_a_changed_or_cut_reply_is_refused(data: bytes, draw: st.DataObject) -> None:
    frame = bytearray(reply(Reply(0x90, data)))
    at = draw.draw(st.integers(7, len(frame) - 1))  # behind the length: eight bits do not tell every shorter frame
    frame[at] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(EnvironmentFault, match="id_reader_garbled"):
        read_reply(io.BytesIO(frame).read)
    with pytest.raises(EnvironmentFault, match="id_reader_gone"):
        read_reply(io.BytesIO(reply(Reply(0x90, data))[:at]).read)
