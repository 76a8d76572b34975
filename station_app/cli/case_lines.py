"""Lines of JSON, read strictly and written so that any reader can take them: whatever a line holds, the run goes on."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from station_app.errors import UserError

LONGEST_LINE = 1024 * 1024  # bytes: a case has some hundreds
_LONGEST_NAME = 60


def lines_of(source: BinaryIO) -> Iterator[bytes]:
    """Lines of the source; of one that is too long only enough is kept to say so."""
    while line := source.readline(LONGEST_LINE + 2):
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            _skip_rest(source)
        yield line


def _skip_rest(source: BinaryIO) -> None:
    while True:
        piece = source.readline(LONGEST_LINE)
        if not piece or piece.endswith(b"\n"):
            return


def read_line(line: bytes) -> dict[str, Any]:
    """One JSON object.

    Raises UserError ``line_too_long``, ``not_utf8``, ``not_json``, ``key_twice``, ``not_an_object``. NaN, infinities
    and numbers too large to be one are not JSON; a key that stands twice leaves its value open.
    """
    if len(line.rstrip(b"\r\n")) > LONGEST_LINE:
        raise UserError("line_too_long")
    if b"\x00" in line:  # UTF-16, where half of every letter is empty
        raise UserError("not_utf8")
    try:
        text = line.decode("utf-8-sig")
        raw = json.loads(text, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise UserError("not_utf8") from error
    except (ValueError, RecursionError) as error:
        raise UserError("not_json") from error
    if not isinstance(raw, dict):
        raise UserError("not_an_object")
    return raw


def _no_number(text: str) -> object:
    raise ValueError(text)  # NaN and Infinity are not JSON


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise UserError("key_twice", key[:_LONGEST_NAME])
        found[key] = value
    return found


def write_line(answer: dict[str, Any]) -> str:
    """One line of JSON; what UTF-8 cannot hold (half a character) stands as its escape."""
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(answer)
    return text
