"""An ID card reader on a serial port: find a card, select it, read its text. Lives in a process of its own."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from station_app.devices.id_chip import TEXT_SIZE, ChipRecord, read_text
from station_app.devices.samv import Command, Reply, Status, read_reply, request
from station_app.errors import EnvironmentFault, UserError

if sys.platform == "win32":
    _TERMINAL: tuple[type[Exception], ...] = ()
else:
    import termios

    _TERMINAL = (termios.error,)  # no OSError, and pyserial lets it through where a port goes

_SPEED = 115200
_POLL = 0.3  # seconds between two looks for a card; modules want no less
_TRIES = 3
_LENGTHS = 4  # bytes before the text: how long it and the photo are


class Line(Protocol):
    """What is used of a serial port."""

    def read(self, size: int) -> bytes: ...

    def write(self, data: bytes, /) -> object: ...

    def reset_input_buffer(self) -> object: ...


@dataclass(frozen=True)
class CardOrder:
    """``port``: ``/dev/ttyUSB0``, ``/dev/serial/by-id/...``, ``COM3``. ``waiting``: seconds for a card to come."""

    port: str
    waiting: float = 30.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class IdReader:
    """One card from one reader. ``answer``: seconds that a module may be silent in the middle of a reply."""

    def __init__(self, order: CardOrder, answer: float = 1.5) -> None:
        self._port, self._waiting, self._answer = order.port, order.waiting, answer
        self._stopped = threading.Event()

    def read(self) -> Iterator[ChipRecord | None]:
        """None while no card is there, then the one record.

        Raises UserError ``id_card_not_placed``, ``scan_cancelled``, EnvironmentFault ``id_reader_gone``,
        ``id_reader_garbled``, ``id_card_not_understood``.
        """
        import serial  # no scan needs it

        try:
            with serial.Serial(self._port, _SPEED, timeout=self._answer, write_timeout=self._answer) as line:
                yield from self._poll(line)
        except (OSError, ValueError, *_TERMINAL) as error:  # pyserial's own are the first two
            raise EnvironmentFault("id_reader_gone") from error

    def stop(self) -> None:
        self._stopped.set()

    def _poll(self, line: Line) -> Iterator[ChipRecord | None]:
        end, failed = time.monotonic() + self._waiting, 0
        while time.monotonic() < end:
            if _ask(line, Command.FIND).status == Status.FOUND:
                try:
                    record = _read_card(line)
                except EnvironmentFault:
                    failed += 1
                    if failed == _TRIES:
                        raise
                    record = None
                if record is not None:
                    yield record
                    return
            yield None
            if self._stopped.wait(_POLL):
                raise UserError("scan_cancelled")
        raise UserError("id_card_not_placed")


def _read_card(line: Line) -> ChipRecord | None:
    """None where the card was lifted in the middle."""
    if _ask(line, Command.SELECT).status != Status.OK:
        return None
    answer = _ask(line, Command.READ)
    if answer.status != Status.OK:
        return None
    return read_text(answer.data[_LENGTHS : _LENGTHS + TEXT_SIZE])


def _ask(line: Line, command: Command) -> Reply:
    """A garbled answer is asked for again. Raises EnvironmentFault ``id_reader_gone``, ``id_reader_garbled``."""
    for left in reversed(range(_TRIES)):
        line.reset_input_buffer()
        line.write(request(command))
        try:
            return read_reply(line.read)
        except EnvironmentFault:
            if not left:
                raise
    raise AssertionError  # the loop ends above
