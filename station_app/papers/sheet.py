"""What a printed paper says, block by block: A4, no Qt. ``ui.paper`` draws it.

Lengths are millimetres. Text may hold line breaks; everything else about lines (wrapping, pages) is the drawing's
business: a value that is too long for its cell makes the row higher, it is never cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from station_app.papers.code import PaperCode


class Style(StrEnum):
    """How a text looks; ``ui.paper`` holds the faces and sizes."""

    MARK = "mark"  # 附件 1
    TITLE = "title"
    SUBTITLE = "subtitle"
    HEADING = "heading"
    BODY = "body"
    SMALL = "small"  # the notice on personal data
    NOTE = "note"  # 备注


class Align(StrEnum):
    """Where a text's lines stand."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class CellKind(StrEnum):
    """What a cell holds: a printed label, a value of this case, a heading over columns, a sentence to be signed."""

    LABEL = "label"
    VALUE = "value"
    HEADING = "heading"
    PROSE = "prose"


@dataclass(frozen=True)
class Text:
    """A paragraph. ``indent``: the first line begins two characters in, as in a letter."""

    text: str
    style: Style = Style.BODY
    align: Align = Align.LEFT
    indent: bool = False
    space_after: float = 2.0


@dataclass(frozen=True)
class Cell:
    """One cell, ``span`` columns wide."""

    text: str
    kind: CellKind = CellKind.VALUE
    span: int = 1
    align: Align | None = None


@dataclass(frozen=True)
class Row:
    """Cells from left to right. ``height``: at least so high. ``open``: no rules between its cells.

    ``joined``: no rule between it and the row above, and both stay on one page.
    """

    cells: tuple[Cell, ...]
    height: float = 8.0
    open: bool = False
    joined: bool = False


@dataclass(frozen=True)
class Table:
    """Rows over ``columns``, whose widths are millimetres."""

    columns: tuple[float, ...]
    rows: tuple[Row, ...]
    space_after: float = 3.0


@dataclass(frozen=True)
class Check:
    """A box to tick. ``ticked``: the program prints the tick; a worker's own consent is never pre-ticked."""

    text: str
    ticked: bool = False


@dataclass(frozen=True)
class Checks:
    """Boxes with their sentences, one under the other."""

    lines: tuple[Check, ...]
    space_after: float = 2.0


@dataclass(frozen=True)
class Signature:
    """Places to sign, side by side: ``(label, tail)``: 申请人签字： ______ 年 月 日."""

    places: tuple[tuple[str, str], ...]
    height: float = 14.0


@dataclass(frozen=True)
class CodeBlock:
    """The sheet's own code, large, with lines beside it; the first line is set large."""

    lines: tuple[str, ...]
    size: float = 30.0


@dataclass(frozen=True)
class Keep:
    """Blocks that stay on one page."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class NewPage:
    """What follows begins a page."""


Block = Text | Table | Checks | Signature | CodeBlock | Keep | NewPage


@dataclass(frozen=True)
class Sheet:
    """A paper. ``name``: for the file's metadata and the print queue, holds no personal data.

    ``foot`` stands small under every page; ``coded``: beside it the page's own code, for papers that are scanned back.
    ``signed``: the values that the worker signs (``papers.signed``).
    """

    name: str
    blocks: tuple[Block, ...]
    code: PaperCode
    foot: tuple[str, ...] = ()
    coded: bool = True
    side_margin: float = 21.0
    top_margin: float = 20.0
    signed: Mapping[str, Any] = field(default_factory=dict)


def texts(sheet: Sheet) -> list[str]:
    """Every text of the paper in the order of reading, without the foot."""
    return [each for block in sheet.blocks for each in _texts_of(block)]


def _texts_of(block: Block) -> list[str]:
    match block:
        case Text(text=text):
            return [text]
        case Table(rows=rows):
            return [cell.text for row in rows for cell in row.cells]
        case Checks(lines=lines):
            return [line.text for line in lines]
        case Signature(places=places):
            return [part for place in places for part in place]
        case CodeBlock(lines=lines):
            return list(lines)
        case Keep(blocks=blocks):
            return [each for inner in blocks for each in _texts_of(inner)]
        case NewPage():
            return []


def translated(sheet: Sheet, table: Mapping[int, str]) -> Sheet:
    """The sheet with characters replaced in every text, as ``str.translate`` does."""
    return replace(sheet, blocks=tuple(_translated(each, table) for each in sheet.blocks))


def _translated(block: Block, table: Mapping[int, str]) -> Block:
    match block:
        case Text(text=text):
            return replace(block, text=text.translate(table))
        case Table(rows=rows):
            return replace(block, rows=tuple(_row_translated(row, table) for row in rows))
        case Checks(lines=lines):
            return replace(block, lines=tuple(replace(line, text=line.text.translate(table)) for line in lines))
        case Signature(places=places):
            return replace(block, places=tuple((one.translate(table), two.translate(table)) for one, two in places))
        case CodeBlock(lines=lines):
            return replace(block, lines=tuple(line.translate(table) for line in lines))
        case Keep(blocks=blocks):
            return Keep(tuple(_translated(inner, table) for inner in blocks))
        case NewPage():
            return block


def _row_translated(row: Row, table: Mapping[int, str]) -> Row:
    return replace(row, cells=tuple(replace(cell, text=cell.text.translate(table)) for cell in row.cells))
