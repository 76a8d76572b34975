"""The frames of a SAM-V module, which reads second-generation ID cards (GA 450; 115200 8N1).

request  AA AA AA 96 69 | LEN(2) | CMD | PARA | data | XOR      LEN counts what follows it; XOR over LEN..data
reply    AA AA AA 96 69 | LEN(2) | 00 00 SW3 | data | XOR
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor

from station_app.errors import EnvironmentFault

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
_LONGEST = 4096  # bytes; the largest reply, with fingerprints, has 2314
_NOISE = 8192  # bytes of anything else before a reply


class Command(IntEnum):
    """CMD and PARA."""

    FIND = 0x2001
    SELECT = 0x2002
    READ = 0x3001


class Status(IntEnum):
    """SW3, as far as it matters here."""

    OK = 0x90
    FOUND = 0x9F
    NO_CARD = 0x80


@dataclass(frozen=True)
class Reply:
    status: int
    data: bytes = b""


def request(command: Command) -> bytes:
    body = (3).to_bytes(2) + command.to_bytes(2)
    return PREAMBLE + body + bytes([reduce(xor, body)])


def reply(content: Reply) -> bytes:
    """What a module sends; the tests' simulator speaks with it."""
    inner = bytes([0, 0, content.status]) + content.data
    body = (len(inner) + 1).to_bytes(2) + inner
    return PREAMBLE + body + bytes([reduce(xor, body)])


def read_reply(read: Callable[[int], bytes]) -> Reply:
    """The next whole reply. ``read`` gives that many bytes, or fewer where no more come.

    Raises EnvironmentFault ``id_reader_gone`` where none comes, ``id_reader_garbled`` where it is not what was sent.
    """
    _skip_to_preamble(read)
    head = _exactly(read, 2)
    length = int.from_bytes(head)
    if not 4 <= length <= _LONGEST:
        raise EnvironmentFault("id_reader_garbled")
    rest = _exactly(read, length)
    if reduce(xor, head + rest) != 0:
        raise EnvironmentFault("id_reader_garbled")
    return Reply(rest[2], rest[3:-1])


def _skip_to_preamble(read: Callable[[int], bytes]) -> None:
    seen = b""
    for _ in range(_NOISE):
        if seen == PREAMBLE:
            return
        seen = (seen + _exactly(read, 1))[-len(PREAMBLE) :]
    raise EnvironmentFault("id_reader_garbled")


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    got = b""
    while len(got) < size:
        more = read(size - len(got))
        if not more:
            raise EnvironmentFault("id_reader_gone")
        got += more
    return got
