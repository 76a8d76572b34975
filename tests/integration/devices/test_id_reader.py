"""An ID card read through a serial port: laid on late, lifted, garbled, silent, unplugged."""

from __future__ import annotations

import json
import termios
import threading
from contextlib import ExitStack

import pytest

from station_app.cli import main
from station_app.cli.output import Exit
from station_app.devices.id_chip import ChipRecord
from station_app.devices.id_reader import CardOrder, IdReader
from station_app.devices.job import read_id_card
from station_app.devices.samv import Command
from station_app.domain.identity import mask_id
from station_app.errors import EnvironmentFault, StationError, UserError
from tests.integration.devices.fake_id_reader import FakeReader, plugged_in, resident
from tests.patience import PATIENCE_SECONDS
from tests.samples.people import person


def _read(reader: FakeReader, waiting: float = PATIENCE_SECONDS) -> ChipRecord:
    with plugged_in(reader) as port:
        (record,) = [each for each in IdReader(CardOrder(port, waiting), PATIENCE_SECONDS).read() if each is not None]
    return record


def _is_of(record: ChipRecord, number: int) -> bool:
    who = person(number)
    return (record.name, record.id_number, record.sex) == (who.name, who.id_number, who.sex)


def test_a_card_is_read_in_a_process_of_its_own() -> None:
    reader = FakeReader(empty=1)
    with plugged_in(reader) as port:
        assert _is_of(read_id_card(CardOrder(port)), 1)
    assert reader.asked == [Command.FIND, Command.FIND, Command.SELECT, Command.READ]


@pytest.mark.parametrize(
    "reader",
    [
        FakeReader(lifted=2),
        FakeReader(unreadable=2),
        FakeReader(garbled=2),
        FakeReader(noise=b"\xaa\xaa\xaa\xaa\x00\xff" * 20),
        FakeReader(noise=b"\xaa\xaa"),  # the preamble itself may begin with more of the same
        FakeReader(piece=7),
        FakeReader(piece=1),
    ],
    ids=["lifted", "unreadable", "garbled", "noise", "long-preamble", "pieces", "bytes"],
)
def test_trouble_that_passes_is_not_noticed(reader: FakeReader) -> None:
    assert _is_of(_read(reader), 1)


@pytest.mark.parametrize(
    ("reader", "code"),
    [
        (FakeReader(garbled=99), "id_reader_garbled"),
        (FakeReader(text=b"\x00" * 256), "id_card_not_understood"),
        (FakeReader(text=resident(1, id_number=(122, "990105199001011230"))), "id_card_not_understood"),
    ],
)
def test_rather_nothing_than_something_wrong(reader: FakeReader, code: str) -> None:
    with pytest.raises(EnvironmentFault) as told:
        _read(reader)
    assert told.value.code == code


def test_nobody_lays_a_card_on() -> None:
    with pytest.raises(UserError, match="id_card_not_placed"):
        _read(FakeReader(empty=-1), waiting=0.1)


def test_of_two_cards_neither_is_read() -> None:
    """A module finds both and can select none."""
    reader = FakeReader(lifted=1_000_000)
    with pytest.raises(UserError, match="id_card_not_placed"):
        _read(reader, waiting=1.0)
    assert Command.READ not in reader.asked


def test_one_that_is_unplugged_while_a_card_is_waited_for_is_told() -> None:
    with ExitStack() as stack:
        reading = IdReader(CardOrder(stack.enter_context(plugged_in(FakeReader(empty=-1)))), answer=0.1).read()
        assert next(reading) is None
        stack.close()
        with pytest.raises(EnvironmentFault, match="id_reader_gone"):
            list(reading)


def test_a_port_that_the_system_takes_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then pyserial lets the terminal's own error through."""

    def gone(*_: object) -> None:
        raise termios.error(5, "Input/output error")

    with plugged_in(FakeReader()) as port:
        monkeypatch.setattr(termios, "tcflush", gone)
        with pytest.raises(EnvironmentFault, match="id_reader_gone"):
            list(IdReader(CardOrder(port)).read())


def test_a_reader_that_says_nothing_is_told() -> None:
    with plugged_in(FakeReader(silent=True)) as port, pytest.raises(EnvironmentFault, match="id_reader_gone"):
        list(IdReader(CardOrder(port), answer=0.1).read())


@pytest.mark.parametrize("port", ["/dev/null", "/dev/nowhere", "", "\x00"])
def test_what_is_no_reader_is_told(port: str) -> None:
    with pytest.raises(EnvironmentFault, match="id_reader_gone"):
        list(IdReader(CardOrder(port)).read())


def test_who_has_enough_waits_no_longer() -> None:
    outcome: list[str] = []

    def wait(reader: IdReader) -> None:
        with pytest.raises(StationError) as told:
            list(reader.read())
        outcome.append(told.value.code)

    with plugged_in(FakeReader(empty=-1)) as port:
        reader = IdReader(CardOrder(port, PATIENCE_SECONDS))
        waiting = threading.Thread(target=wait, args=(reader,))
        waiting.start()
        reader.stop()
        waiting.join(PATIENCE_SECONDS)
    assert outcome == ["scan_cancelled"]


def test_the_command_shows_no_full_number(capsys: pytest.CaptureFixture[str]) -> None:
    with plugged_in(FakeReader()) as port:
        assert main(["id-card", "--port", port, "--json"]) == Exit.DONE
    answer = capsys.readouterr()
    number = person(1).id_number
    assert json.loads(answer.out) == {"kind": "resident", "id_number": mask_id(number), "valid_to": "2040-01-02"}
    assert number not in answer.out + answer.err


def test_the_command_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["id-card", "--port", "/dev/nowhere"]) == Exit.ENVIRONMENT
    assert "串口" in capsys.readouterr().err
