"""What the program's papers say: Qt-free sheets. ``ui.paper`` draws them."""

from station_app.papers.case import PaperCase
from station_app.papers.code import Paper, PaperCode, modules, read_code
from station_app.papers.confirmation import confirmation_sheet, notice_version
from station_app.papers.form import application_form
from station_app.papers.receipt import receipt
from station_app.papers.sheet import (
    Align,
    Block,
    Cell,
    CellKind,
    Check,
    Checks,
    CodeBlock,
    Keep,
    NewPage,
    Row,
    Sheet,
    Signature,
    Style,
    Table,
    Text,
    texts,
    translated,
)
from station_app.papers.signed import Edits, digest, edits, signed_values

__all__ = [
    "Align",
    "Block",
    "Cell",
    "CellKind",
    "Check",
    "Checks",
    "CodeBlock",
    "Edits",
    "Keep",
    "NewPage",
    "Paper",
    "PaperCase",
    "PaperCode",
    "Row",
    "Sheet",
    "Signature",
    "Style",
    "Table",
    "Text",
    "application_form",
    "confirmation_sheet",
    "digest",
    "edits",
    "modules",
    "notice_version",
    "read_code",
    "receipt",
    "signed_values",
    "texts",
    "translated",
]
