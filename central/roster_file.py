"""Reading a roster from CSV or XLSX; ``COLUMNS`` are its columns, of which ``REQUIRED`` must be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from central.sheet_file import heading_of, rows_of
from central.text import is_line
from station_app.domain.identity import tidy_number
from station_app.domain.member import Member
from station_app.errors import UserError

COLUMNS = ("name", "id_number", "card_no", "phone", "employer", "district", "full_time_union_social_worker")
REQUIRED = ("name", "id_number")
_LONGEST = {"name": 60, "id_number": 20, "card_no": 25, "phone": 20, "employer": 200, "district": 60}
_NUMBERS = frozenset({"id_number", "card_no", "phone"})
_TRUE = frozenset({"true", "1", "yes", "y", "是", "√"})
_FALSE = frozenset({"", "false", "0", "no", "n", "否"})
_EXACT_DIGITS = 15  # what a number cell of a workbook still holds exactly


@dataclass(frozen=True)
class BadRow:
    """A row that was left out: its line (the heading is line 1), a code, the column."""

    line: int
    code: str
    column: str | None


@dataclass
class RosterFile:
    """What a file said: the members, and the rows that could not be taken."""

    members: list[Member] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)


class _BadError(UserError):
    """One row cannot be taken."""


def read_roster(file: Path) -> RosterFile:
    """Read a roster file. Raises UserError ``file_unreadable``, ``file_type_unknown``, ``column_missing``."""
    rows = rows_of(file)
    heading = heading_of(rows)
    for name in REQUIRED:
        if name not in heading:
            raise UserError("column_missing", name)
    found, seen = RosterFile(), set[str]()
    for line, cells in enumerate(rows, start=2):
        if not any(cell not in (None, "") for cell in cells):
            continue
        try:
            found.members.append(_member(dict(zip(heading, cells, strict=False)), seen))
        except _BadError as bad:
            found.bad_rows.append(BadRow(line, bad.code, bad.field))
    return found


def _member(row: Mapping[str, object], seen: set[str]) -> Member:
    texts = {name: _text(name, row.get(name)) for name in _LONGEST}
    for name in REQUIRED:
        if not texts[name]:
            raise _BadError("missing", name)
    if texts["id_number"] in seen:
        raise _BadError("id_number_twice", "id_number")
    worker = _flag(row.get("full_time_union_social_worker"))
    seen.add(texts["id_number"])
    return Member(member_no=0, full_time_union_social_worker=worker, **texts)


def _text(name: str, cell: object) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        cell = _number(name, cell)
    text = "" if cell is None else str(cell).strip()
    text = tidy_number(text) if name in _NUMBERS else text
    if not is_line(text):
        raise _BadError("control_character", name)
    if len(text) > _LONGEST[name]:
        raise _BadError("too_long", name)
    return text


def _number(name: str, cell: int | float) -> str:
    """A number cell as digits; a workbook rounds long ones, and a wrong number must not pass for a right one."""
    if cell != int(cell) or len(str(int(cell))) > _EXACT_DIGITS:
        raise _BadError("digits_lost", name)
    return str(int(cell))


def _flag(cell: object) -> bool:
    text = "" if cell is None else str(cell).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _BadError("not_true_or_false", "full_time_union_social_worker")
