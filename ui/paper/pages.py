"""A sheet laid out on A4 pages, each with its foot and its code."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QPainter

from station_app.errors import BugError
from station_app.papers import Align, Sheet, texts, translated
from ui.paper.faces import FOOT, GETA, UNITS_PER_MM, lacking
from ui.paper.flow import flow
from ui.paper.marks import Mark, Qr
from ui.paper.pieces import Piece, pieces

WIDTH, HEIGHT = 210 * UNITS_PER_MM, 297 * UNITS_PER_MM
_FOOT_CODE = 15 * UNITS_PER_MM
_FOOT_BOTTOM = 10 * UNITS_PER_MM  # from the edge of the page
_FOOT_GAP = 4 * UNITS_PER_MM


@dataclass(frozen=True)
class Pages:
    """The laid-out sheet. ``missing``: characters no font has, printed as ``〓``; the clerk writes them by hand."""

    sheet: Sheet
    pages: tuple[tuple[Mark, ...], ...]
    missing: str

    def marks(self, number: int) -> tuple[Mark, ...]:
        """What stands on page ``number``, from 1, in the order of drawing."""
        return (*self.pages[number - 1], *_foot(self.sheet, number, len(self.pages)))

    def draw(self, painter: QPainter, number: int) -> None:
        """Draw page ``number``, from 1; the painter's unit is 1/100 mm."""
        for mark in self.marks(number):
            mark.draw(painter, number, len(self.pages))


def lay_out(sheet: Sheet) -> Pages:
    """Break the sheet into pages; needs a QGuiApplication, for its fonts."""
    missing = lacking("".join(texts(sheet)))
    whole = translated(sheet, str.maketrans(dict.fromkeys(missing, GETA))) if missing else sheet
    width = WIDTH - 2 * sheet.side_margin * UNITS_PER_MM
    parts = [each for block in whole.blocks for each in pieces(block, width, sheet.code)]
    return Pages(whole, tuple(_paged(parts, sheet)), missing)


def _paged(parts: list[Piece], sheet: Sheet) -> list[tuple[Mark, ...]]:
    left, top = sheet.side_margin * UNITS_PER_MM, sheet.top_margin * UNITS_PER_MM
    bottom = HEIGHT - _FOOT_BOTTOM - _FOOT_CODE - _FOOT_GAP
    pages: list[list[Mark]] = [[]]
    down = top
    for group in _groups(parts):
        height = sum(part.height + part.after for part in group) - group[-1].after
        if height > bottom - top:
            raise BugError("paper_piece_too_high")
        if pages[-1] and (group[0].new_page or down + height > bottom):
            pages.append([])
            down = top
        for part in group:
            pages[-1] += [mark.moved(left, down) for mark in part.marks]
            down += part.height + part.after
    return [tuple(page) for page in pages]


def _groups(parts: list[Piece]) -> list[list[Piece]]:
    """Pieces that are glued to the next one, together."""
    groups: list[list[Piece]] = [[]]
    for part in parts:
        groups[-1].append(part)
        if not part.glued:
            groups.append([])
    return [group for group in groups if group]


def _foot(sheet: Sheet, page: int, pages: int) -> list[Mark]:
    right = WIDTH - sheet.side_margin * UNITS_PER_MM
    top = HEIGHT - _FOOT_BOTTOM - _FOOT_CODE
    text = "\n".join(each.replace("{page}", str(page)).replace("{pages}", str(pages)) for each in sheet.foot)
    width = right - (_FOOT_CODE + _FOOT_GAP if sheet.coded else 0) - sheet.side_margin * UNITS_PER_MM
    lines = flow(text, FOOT, width, Align.RIGHT)
    down = top + _FOOT_CODE - lines.height
    marks: list[Mark] = [mark.moved(sheet.side_margin * UNITS_PER_MM, down) for mark in lines.marks]
    return [*marks, Qr(sheet.code, right - _FOOT_CODE, top, _FOOT_CODE)] if sheet.coded else marks
