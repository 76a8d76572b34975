"""The bank file: CSV with ``batch,reference,name,card_no,amount``; it comes back with a column ``result``."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from central.sheet_file import heading_of, rows_of
from station_app import durable
from station_app.durable import Point
from station_app.errors import UserError

COLUMNS = ("batch", "reference", "name", "card_no", "amount")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One payment as the bank gets it; ``amount`` in yuan."""

    batch: str
    reference: str
    name: str
    card_no: str
    amount: int


@dataclass(frozen=True)
class Answer:
    """One line as it came back. ``result`` empty: nothing said yet; ``amount`` None: the column is not there."""

    line: int
    batch: str
    reference: str
    amount: str | None
    result: str

    @property
    def is_ok(self) -> bool:
        return self.result.lower() == "ok"


def write_lines(file: Path, lines: list[Line]) -> None:
    """Write a batch; the same lines give the same bytes, whenever the file is made again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow([line.batch, line.reference, _no_formula(line.name), line.card_no, line.amount])
    durable.write_file(file, text.getvalue().encode(), Point.SERVER_BANK_FILE)


def _no_formula(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_answers(file: Path) -> list[Answer]:
    """What the bank said. Raises UserError ``file_unreadable``, ``file_type_unknown``, ``column_missing``."""
    rows = rows_of(file)
    heading = heading_of(rows)
    for name in ("batch", "reference", "result"):
        if name not in heading:
            raise UserError("column_missing", name)
    found = []
    for number, cells in enumerate(rows, start=2):
        row = {name: _text(cell) for name, cell in zip(heading, cells, strict=False)}
        if any(row.values()):
            found.append(
                Answer(number, row["batch"], row["reference"].upper(), row.get("amount"), row.get("result", ""))
            )
    return found


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
