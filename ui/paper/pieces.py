"""Blocks of a sheet as pieces: what stands together on one page, from the top of the text downwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from station_app.papers import (
    Align,
    Block,
    Cell,
    CellKind,
    Checks,
    CodeBlock,
    Keep,
    NewPage,
    PaperCode,
    Row,
    Signature,
    Style,
    Table,
    Text,
)
from ui.paper.faces import FACES, UNITS_PER_MM, Face, line_height
from ui.paper.flow import Lines, flow
from ui.paper.marks import Box, Mark, Qr, Rule

_FRAME, _INNER = 35.0, 18.0  # thickness of rules
_PAD_X, _PAD_Y = 200.0, 110.0  # inside a cell
_CELL_FACES = {
    CellKind.LABEL: FACES[Style.BODY],
    CellKind.VALUE: FACES[Style.BODY],
    CellKind.HEADING: FACES[Style.HEADING],
    CellKind.PROSE: FACES[Style.BODY],
}
_COMPACT = {CellKind.LABEL: Face(10.5, leading=1.35), CellKind.VALUE: Face(10.5, leading=1.35)}
_COMPACT_BELOW = 9.0  # mm: tables of low rows are set in the smaller face
_CENTRED = (CellKind.LABEL, CellKind.HEADING)


@dataclass(frozen=True)
class Piece:
    """Marks from the piece's own top left. ``after``: space below it. ``glued``: stays with the next piece."""

    height: float
    marks: tuple[Mark, ...]
    after: float = 0.0
    glued: bool = False
    new_page: bool = False  # begins one


def pieces(block: Block, width: float, code: PaperCode) -> list[Piece]:
    """The block's pieces at this text width, in paper units."""
    match block:
        case Text():
            return list(_text(block, width))
        case Table():
            return list(_table(block))
        case Checks():
            return list(_checks(block, width))
        case Signature():
            return [_signature(block, width)]
        case CodeBlock():
            return [_code(block, width, code)]
        case NewPage():
            return [Piece(0, (), new_page=True)]
        case Keep(blocks=blocks):
            return [stacked([each for inner in blocks for each in pieces(inner, width, code)])]


def stacked(parts: Sequence[Piece]) -> Piece:
    """Pieces one under the other, as one."""
    marks: list[Mark] = []
    down = 0.0
    for part in parts:
        marks += [mark.moved(0, down) for mark in part.marks]
        down += part.height + part.after
    last = parts[-1].after
    return Piece(down - last, tuple(marks), last)


def _text(block: Text, width: float) -> Iterator[Piece]:
    face = FACES[block.style]
    body = f"\u3000\u3000{block.text}" if block.indent else block.text
    lines = flow(body, face, width, block.align, balanced=block.style is Style.TITLE)
    last = len(lines.marks) - 1
    for number, mark in enumerate(lines.marks):
        lone = number == 0 or number == last - 1  # no first or last line alone on a page
        glued = (lone and last > 0 and number != last) or block.style in (Style.TITLE, Style.HEADING)
        after = block.space_after * UNITS_PER_MM if number == last else 0.0
        yield Piece(lines.pitch, (mark.moved(0, -lines.pitch * number),), after, glued)


def _checks(block: Checks, width: float) -> Iterator[Piece]:
    face = Face(10.5, leading=1.4)
    size = face.points * 30
    for number, line in enumerate(block.lines):
        lines = flow(line.text, face, width - size - 150)
        box = Box(0, (lines.pitch - size) / 2, size, line.ticked)
        after = block.space_after * UNITS_PER_MM if number == len(block.lines) - 1 else 60.0
        yield Piece(lines.height, (box, *(mark.moved(size + 150, 0) for mark in lines.marks)), after)


def _signature(block: Signature, width: float) -> Piece:
    face, height = FACES[Style.BODY], block.height * UNITS_PER_MM
    share = width / len(block.places)
    marks: list[Mark] = []
    for number, (label, tail) in enumerate(block.places):
        left = share * number
        head, end = flow(label, face, share), flow(tail, face, share)
        top = height - line_height(face) - 100
        line_end = left + share - end.width - 300
        marks += [mark.moved(left, top) for mark in head.marks]
        marks.append(Rule(left + head.width + 50, height - 100, line_end, height - 100, _INNER))
        marks += [mark.moved(left + share - end.width, top) for mark in end.marks]
    return Piece(height, tuple(marks), 200)


def _code(block: CodeBlock, width: float, code: PaperCode) -> Piece:
    size = block.size * UNITS_PER_MM
    left = size + 700
    first, *others = block.lines
    parts = [flow(first, Face(16, bold=True, leading=1.7), width - left)]
    parts += [flow(each, FACES[Style.BODY], width - left) for each in others]
    height = max(size, sum(part.height for part in parts))
    down = (height - sum(part.height for part in parts)) / 2
    marks: list[Mark] = [Qr(code, 0, (height - size) / 2, size)]
    for part in parts:
        marks += [mark.moved(left, down) for mark in part.marks]
        down += part.height
    return Piece(height, tuple(marks), 500)


def _table(block: Table) -> Iterator[Piece]:
    """A piece for each row, or for rows that are joined; every piece draws its own top, bottom and side rules."""
    groups: list[list[Row]] = []
    for row in block.rows:
        if row.joined and groups:
            groups[-1].append(row)
        else:
            groups.append([row])
    columns = [each * UNITS_PER_MM for each in block.columns]
    compact = min(row.height for row in block.rows) < _COMPACT_BELOW
    for number, group in enumerate(groups):
        piece = stacked([_row(row, columns, compact=compact) for row in group])
        rules = _frame(sum(columns), piece.height, first=number == 0, last=number == len(groups) - 1)
        after = block.space_after * UNITS_PER_MM if number == len(groups) - 1 else 0.0
        glued = group[0].cells[0].kind is CellKind.HEADING
        yield Piece(piece.height, (*piece.marks, *rules), after, glued)


def _frame(width: float, height: float, *, first: bool, last: bool) -> tuple[Rule, ...]:
    return (
        Rule(0, 0, width, 0, _FRAME if first else _INNER),
        Rule(0, height, width, height, _FRAME if last else _INNER),
        Rule(0, 0, 0, height, _FRAME),
        Rule(width, 0, width, height, _FRAME),
    )


def _row(row: Row, columns: Sequence[float], *, compact: bool) -> Piece:
    placed: list[tuple[float, Lines]] = []
    edges: list[float] = []
    column, left = 0, 0.0
    for cell in row.cells:
        width = sum(columns[column : column + cell.span])
        placed.append((left + _PAD_X, _cell(cell, width - 2 * _PAD_X, compact=compact)))
        column, left = column + cell.span, left + width
        edges.append(left)
    height = max(row.height * UNITS_PER_MM, *(lines.height + 2 * _PAD_Y for _, lines in placed))
    marks: list[Mark] = []
    for x, lines in placed:
        marks += [mark.moved(x, (height - lines.height) / 2) for mark in lines.marks]
    if not row.open:
        marks += [Rule(edge, 0, edge, height, _INNER) for edge in edges[:-1]]
    return Piece(height, tuple(marks))


def _cell(cell: Cell, width: float, *, compact: bool) -> Lines:
    face = _COMPACT.get(cell.kind, _CELL_FACES[cell.kind]) if compact else _CELL_FACES[cell.kind]
    align = cell.align or (Align.CENTRE if cell.kind in _CENTRED else Align.LEFT)
    return flow(cell.text, face, width, align)
