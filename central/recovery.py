"""Answering a station whose operator can no longer get in. The recovery identity comes from outside and is not kept."""

from __future__ import annotations

from pathlib import Path

from central import audit
from central.context import Central
from station_app import durable
from station_app.durable import Point
from station_app.errors import UserError
from sync.recovery import LARGEST, answer, code_of, read_request


def recover(central: Central, request: Path, identity: Path, out: Path) -> tuple[str, str]:
    """Write the answer to a request file; the operator's name and the code that the station's people read out.

    The audit row comes first: no answer leaves without one. Raises UserError ``file_unreadable`` and those of
    ``sync.recovery.answer``.
    """
    text = _text(request)
    answered = answer(text, _text(identity))
    code = code_of(text)
    with central.database.write(Point.SERVER_AUDIT) as tx:
        audit.note(tx, "recovery_answered", code, central.now())
    durable.write_file(out, answered.encode(), Point.SERVER_KEYS)
    return read_request(text).operator, code


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("file_unreadable", file=str(file)) from error
