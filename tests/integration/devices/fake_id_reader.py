"""An ID card reader behind a pseudo terminal, with faults: it speaks SAM-V as the modules do."""

from __future__ import annotations

import os
import select
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from station_app.devices.samv import Command, Reply, Status, reply, request
from tests.samples.people import person

_LENGTH = len(request(Command.FIND))
_PHOTO = bytes(1024)


def card_text(**fields: tuple[int, str]) -> bytes:
    """A chip's 256 bytes: each field is where it begins and what it holds; the rest is blank."""
    text = bytearray(" ".encode("utf-16-le") * 128)
    for start, value in fields.values():
        content = value.encode("utf-16-le")
        text[start : start + len(content)] = content
    return bytes(text)


def resident(number: int = 1, **other: tuple[int, str]) -> bytes:
    """The card of an invented person."""
    who = person(number)
    fields = {
        "name": (0, who.name),
        "sex": (30, "1" if who.sex == "男" else "2"),
        "nation": (32, "01"),
        "birth": (36, who.birth.strftime("%Y%m%d")),
        "address": (52, f"北京市{who.district}测试路1号"),
        "id_number": (122, who.id_number),
        "issuer": (158, "北京市公安局测试分局"),
        "valid_from": (188, "20200102"),
        "valid_to": (204, "20400102"),
    }
    return card_text(**{**fields, **other})


@dataclass
class FakeReader:
    """How it behaves, and what was asked of it."""

    text: bytes = field(default_factory=resident)
    empty: int = 0  # looks until a card lies there; -1: never
    lifted: int = 0  # times the card is gone when it is selected
    unreadable: int = 0  # times that reading fails
    garbled: int = 0  # replies with a wrong check sum
    silent: bool = False
    noise: bytes = b""  # before each reply
    piece: int = 0  # bytes of a reply that are sent at once; 0: all
    asked: list[int] = field(default_factory=list)

    def answer(self, command: int) -> bytes:
        self.asked.append(command)
        if self.silent:
            return b""
        said = reply(self._reply(command))
        if self.garbled:
            self.garbled -= 1
            said = said[:-1] + bytes([said[-1] ^ 1])
        return self.noise + said

    def _reply(self, command: int) -> Reply:
        if command == Command.FIND:
            if self.empty:
                self.empty -= 1
                return Reply(Status.NO_CARD)
            return Reply(Status.FOUND, bytes(4))
        if command == Command.SELECT:
            if self.lifted:
                self.lifted -= 1
                return Reply(0x81)
            return Reply(Status.OK, bytes(8))
        if self.unreadable:
            self.unreadable -= 1
            return Reply(0x41)
        lengths = len(self.text).to_bytes(2) + len(_PHOTO).to_bytes(2)
        return Reply(Status.OK, lengths + self.text + _PHOTO)


@contextmanager
def plugged_in(reader: FakeReader) -> Iterator[str]:
    """The serial port's name."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    wake, ended = os.pipe()
    serving = threading.Thread(target=_serve, args=(reader, ours, wake), name="fake ID card reader")
    serving.start()
    try:
        yield os.ttyname(theirs)
    finally:
        os.close(ended)
        serving.join()
        for each in (ours, theirs, wake):
            os.close(each)


def _serve(reader: FakeReader, port: int, wake: int) -> None:
    said = b""
    while wake not in select.select([port, wake], [], [])[0]:
        said += os.read(port, 4096)
        while len(said) >= _LENGTH:
            asked, said = said[:_LENGTH], said[_LENGTH:]
            _send(port, reader.answer(int.from_bytes(asked[7:9])), reader.piece)


def _send(port: int, answer: bytes, piece: int) -> None:
    for start in range(0, len(answer), piece or max(len(answer), 1)):
        os.write(port, answer[start : start + piece] if piece else answer)
        termios.tcdrain(port)
