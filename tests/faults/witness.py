"""Sees every fsync, rename, commit and request that a child really makes, and whether it came through a named point.

Armed by ``python -m tests.faults.trap PROGRAM witness=FILE -- ARGUMENTS...``; each act is a line of FILE:
``named KIND`` or ``unnamed KIND PLACE``.
"""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

ROOT = Path(__file__).parents[2]
_DURABLE = str(ROOT / "station_app" / "durable.py")
_TRANSPORT = str(ROOT / "sync" / "transport.py")
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER")


class Witness:
    """Writes down what happens; the program's own code has no hooks."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def arm(self) -> None:
        for name in ("fsync", "fdatasync", "replace", "rename"):
            setattr(os, name, self._watched(name, getattr(os, name), _is_durable))
        request = http.client.HTTPConnection.putrequest
        http.client.HTTPConnection.putrequest = self._watched("request", request, _is_sent)  # type: ignore[method-assign]
        event.listen(Pool, "connect", self._connected)

    def _watched(
        self, kind: str, original: Callable[..., Any], is_named: Callable[[FrameType], bool]
    ) -> Callable[..., Any]:
        def act(*arguments: Any, **named: Any) -> Any:
            self._note(kind, is_named)
            return original(*arguments, **named)

        return act

    def _connected(self, connection: Any, _record: object) -> None:
        """Every commit of SQLite's shows as a statement; so does a write that commits itself."""

        def statement(text: str) -> None:
            word = text.lstrip().partition(" ")[0].rstrip(";").upper()
            if word in ("COMMIT", "END") or (word in _WRITES and not connection.in_transaction):
                self._note("commit", _is_durable)

        connection.set_trace_callback(statement)

    def _note(self, kind: str, is_named: Callable[[FrameType], bool]) -> None:
        frames = list(_frames(sys._getframe(2)))
        if any(is_named(frame) for frame in frames):
            line = f"named {kind}"
        else:
            own = next((each for each in frames if each.f_code.co_filename.startswith(str(ROOT / ""))), frames[0])
            line = f"unnamed {kind} {own.f_code.co_filename}:{own.f_lineno}"
        os.write(self._file, f"{line}\n".encode())


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_durable(frame: FrameType) -> bool:
    return frame.f_code.co_filename == _DURABLE


def _is_sent(frame: FrameType) -> bool:
    return frame.f_code.co_filename == _TRANSPORT and frame.f_code.co_name == "_send"
