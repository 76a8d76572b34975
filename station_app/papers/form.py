"""申请表: the applicant's form of a plan, as its annex prints it; the wording comes from the plan's pack."""

from __future__ import annotations

from collections.abc import Iterator

from station_app.errors import UserError
from station_app.papers.case import PaperCase
from station_app.papers.code import Paper
from station_app.papers.sheet import Align, Block, Cell, CellKind, Row, Sheet, Style, Table, Text
from station_app.papers.words import printed, room_to_write
from station_app.plans import Form, FormCell

_COLUMNS = (32.0, 52.0, 28.0, 56.0)  # mm
_HEADING, _FIELD, _DECLARATION, _SIGNATURE, _SEAL = 11.0, 13.5, 22.0, 20.0, 38.0
_FOOT = ("受理号 {reference}", "第 {page} 页，共 {pages} 页")


def application_form(case: PaperCase) -> Sheet:
    """The plan's form filled with the case; fields not yet entered stay empty, to be written by hand.

    Inside the frame stands what the annex prints and nothing else; reference and code stand in the foot.
    Raises UserError ``form_not_in_plan``: the plan prints none for this category, it has a confirmation sheet.
    """
    form = case.category.form
    if form.kind != "application_form":
        raise UserError("form_not_in_plan", "category")
    blocks: list[Block] = []
    if form.mark:
        blocks.append(Text(form.mark, Style.MARK, space_after=6))
    blocks.append(Text(form.title, Style.TITLE, Align.CENTRE, space_after=7))
    blocks.append(Table(_COLUMNS, tuple(_rows(form, case)), space_after=4))
    if form.remark:
        blocks.append(Text(form.remark, Style.NOTE))
    foot = (_FOOT[0].replace("{reference}", case.reference), _FOOT[1])
    code, signed = case.code(Paper.FORM), case.signed(Paper.FORM)
    return Sheet(f"{case.reference} 申请表", tuple(blocks), code, foot, top_margin=22, signed=signed)


def _rows(form: Form, case: PaperCase) -> Iterator[Row]:
    width = len(_COLUMNS)
    for section in form.sections:
        yield Row((Cell(section.title, CellKind.HEADING, width),), _HEADING)
        for cells in section.rows:
            yield fields_row(cells, case, width, _SEAL if any(each.seal for each in cells) else _FIELD)
    if form.seals and not _has_places(form):
        yield Row(tuple(Cell(each, CellKind.PROSE, width // len(form.seals)) for each in form.seals), _SEAL)
    if form.declaration:
        yield Row((Cell(form.declaration, CellKind.PROSE, width, Align.CENTRE),), _DECLARATION)
    if form.signature:
        yield _signature(form, width)


def _has_places(form: Form) -> bool:
    """Whether the form itself prints where its seals go."""
    return any(cell.seal for section in form.sections for row in section.rows for cell in row)


def _signature(form: Form, width: int) -> Row:
    label = Cell(f"\u3000\u3000{form.signature}", CellKind.PROSE, width // 2)
    day = Cell(f"{room_to_write(form.date_line)}\u3000\u3000", CellKind.PROSE, width - width // 2, Align.RIGHT)
    return Row((label, day), _SIGNATURE, open=True, joined=True)


def fields_row(cells: tuple[FormCell, ...], case: PaperCase, columns: int, height: float, empty: str = "") -> Row:
    """Labels and values side by side; the last value takes what is left of the width. ``empty``: for no value."""
    made: list[Cell] = []
    for cell in cells:
        value = printed(case, cell.field) if cell.field else ""
        made += [Cell(cell.label, CellKind.LABEL), Cell(value or empty)]
    made[-1] = Cell(made[-1].text, span=1 + columns - len(made))
    return Row(tuple(made), height)
