"""受理回执: what the worker takes home. It names no full number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from station_app.domain.fields import SECTIONS
from station_app.domain.identity import mask_id
from station_app.papers.case import PaperCase
from station_app.papers.code import Paper
from station_app.papers.confirmation import amount_line, materials, verdict_word
from station_app.papers.sheet import Align, Block, Cell, CellKind, CodeBlock, Row, Sheet, Style, Table, Text
from station_app.papers.words import printed, printed_day, words

_COLUMNS = (34.0, 134.0)


def receipt(case: PaperCase) -> Sheet:
    """Reference and code, what was handed in, the amount to expect and by when, who took it, how to ask."""
    say = words("receipt")
    applied_on = case.content.applied_on
    beside = {"station": case.station, "applied_on": printed_day(applied_on) if applied_on else ""}
    lines = (say["reference"].format(reference=case.reference), *(each.format(**beside) for each in say["beside_code"]))
    blocks: tuple[Block, ...] = (
        Text(str(say["title"]).format(year=case.plan.year), Style.TITLE, Align.CENTRE, space_after=6),
        CodeBlock(lines),
        Table(_COLUMNS, tuple(_rows(case, say)), space_after=4),
        Text(say["final"], Style.NOTE, space_after=3),
        Text(f"{say['how']}：{say['how_text']}", Style.NOTE, space_after=8),
        Text(say["clerk"].format(clerk=case.clerk), align=Align.RIGHT),
        Text(case.station, align=Align.RIGHT),
        Text(say["printed_on"].format(printed_on=printed_day(case.printed_on)), align=Align.RIGHT),
    )
    foot = tuple(each.replace("{reference}", case.reference) for each in say["foot"])
    return Sheet(f"{case.reference} 受理回执", blocks, case.code(Paper.RECEIPT), foot, coded=False)


def _rows(case: PaperCase, say: Mapping[str, Any]) -> Iterator[Row]:
    yield _line(say["applicant"], printed(case, "name"))
    yield _line(say["id_number"], mask_id(printed(case, "id_number")))
    yield _line(say["category"], case.category.label)
    yield _line(say["certificate"], _certificate(case, say))
    yield _line(say["asked"], "；".join(case.category.materials))
    yield _line(say["materials"], materials(case, say["material_line"], say["materials_none"]))
    yield _line(say["verdict"], verdict_word(case.assessment))
    yield _line(say["amount"], amount_line(case.assessment, say))
    if case.insisted:
        yield _line(say["insisted"], case.insisted)
    if case.plan.review_months:
        yield _line(say["review_by"], _within(case.plan.review_months, "review_months", say))
    if case.plan.payment_months:
        yield _line(say["pay_by"], _within(case.plan.payment_months, "payment_months", say))
    card = printed(case, "card_no")
    if card:
        yield _line(say["pay_to"], say["pay_to_card"].format(tail=card[-4:]))


def _within(months: int, key: str, say: Mapping[str, Any]) -> str:
    return str(say[key]).format(months=say["months"][months])


def _certificate(case: PaperCase, say: Mapping[str, Any]) -> str:
    values = {name: printed(case, name) for name in SECTIONS["certificate"]}
    return str(say["certificate_line"][case.content.category.value]).format(**values).strip()


def _line(label: str, value: str) -> Row:
    return Row((Cell(label, CellKind.LABEL), Cell(value)), 9.5)
