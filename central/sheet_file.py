"""Rows of a CSV or XLSX file that a person hands over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from station_app.errors import UserError

Cells = list[object]


def rows_of(file: Path) -> Iterator[Cells]:
    """Every row, the heading first. Raises UserError ``file_unreadable``, ``file_type_unknown``."""
    suffix = file.suffix.lower()
    if suffix == ".csv":
        return _csv_rows(file)
    if suffix == ".xlsx":
        return _xlsx_rows(file)
    raise UserError("file_type_unknown", file=file.name)


def heading_of(rows: Iterator[Cells]) -> list[str]:
    """The names of the columns: the first row, taken from ``rows``."""
    return [str(cell or "").strip().lower() for cell in next(rows, [])]


def _csv_rows(file: Path) -> Iterator[Cells]:
    try:
        for row in csv.reader(io.StringIO(_text(file), newline="")):
            yield list(row)
    except csv.Error as error:
        raise UserError("file_unreadable", file=file.name) from error


def _text(file: Path) -> str:
    """UTF-8 with or without a mark, or GB18030, which Excel writes here."""
    try:
        content = file.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UserError("file_unreadable", file=file.name) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError("file_unreadable", file=file.name)


def _xlsx_rows(file: Path) -> Iterator[Cells]:
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (FileNotFoundError, IsADirectoryError, BadZipFile, InvalidFileException, KeyError) as error:
        raise UserError("file_unreadable", file=file.name) from error
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield list(row)
    finally:
        book.close()
