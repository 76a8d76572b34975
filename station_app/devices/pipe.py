"""What goes over the pipe between the program and a driver's process: a line of JSON, and a picture where one belongs.

The head of a message is one object on one line; ``size`` in it is the number of bytes that follow the line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from station_app.errors import EnvironmentFault, StationError, UserError

_LONGEST_HEAD = 64 * 1024  # bytes
_LARGEST_BODY = 512 * 2**20


@dataclass(frozen=True)
class Message:
    """``head["is"]`` names it: ``scanner``, ``card``, ``alive``, ``begun``, ``page``, ``fault``, ``end``."""

    head: Mapping[str, Any]
    body: bytes = b""

    @property
    def kind(self) -> str:
        return str(self.head["is"])


def send(stream: IO[bytes], kind: str, body: bytes = b"", /, **head: object) -> None:
    """Raises BrokenPipeError where nobody listens any more."""
    stream.write(json.dumps({"is": kind, **head, "size": len(body)}).encode() + b"\n")
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """The next message; None where the other side has ended, in the middle of one or with something else said."""
    line = stream.readline(_LONGEST_HEAD)
    if not line.endswith(b"\n"):
        return None
    try:
        head = json.loads(line)
        size = head["size"] if "is" in head else -1
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(size, int) or not 0 <= size <= _LARGEST_BODY:
        return None
    body = stream.read(size)
    return Message(head, body) if len(body) == size else None


def fault_head(error: StationError) -> dict[str, Any]:
    """An error of the tree as it crosses the pipe."""
    return {"code": error.code, "user": isinstance(error, UserError), "params": error.params}


def fault_of(head: Mapping[str, Any]) -> StationError:
    kind = UserError if head["user"] else EnvironmentFault
    return kind(head["code"], **head["params"])
