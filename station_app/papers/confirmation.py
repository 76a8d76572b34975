"""确认单: what the worker confirms and consents to, for the categories whose plan prints no form of its own.

It can be made for every category: beside a plan's own form it is the paper that carries notice and consent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from station_app.domain.application import ScanKind
from station_app.papers.case import PaperCase
from station_app.papers.code import Paper
from station_app.papers.form import fields_row
from station_app.papers.sheet import (
    Align,
    Block,
    Cell,
    CellKind,
    Check,
    Checks,
    Keep,
    NewPage,
    Row,
    Sheet,
    Signature,
    Style,
    Table,
    Text,
)
from station_app.papers.words import finding_line, printed_amount, printed_day, room_to_write, word, words
from station_app.plans import Assessment, Finding, Plan, Severity, Verdict

_COLUMNS = (32.0, 56.0, 32.0, 56.0)
_HEADING, _FIELD = 7.0, 7.5
_NOTHING = "—"  # on a paper to be signed no cell stays open
_DECISIVE = {Verdict.INELIGIBLE: Severity.REFUSE, Verdict.NEEDS_REVIEW: Severity.REVIEW}


def notice_version() -> str:
    """The version of the notice that is printed now; the consent on record names it."""
    return str(words("notice")["version"])


def confirmation_sheet(case: PaperCase) -> Sheet:
    """First page: the case as entered, what the rules say of it, consent and signature; then the notice they name."""
    say, form = words("confirmation"), case.category.form
    own = form.kind == "confirmation_sheet"
    title = form.title if own else str(say["title"]).format(year=case.plan.year)
    blocks: tuple[Block, ...] = (
        Text(title, Style.TITLE, Align.CENTRE, space_after=4),
        Table(_COLUMNS, (*_entered(case), *_judgement(case, say), *_handling(case, say)), space_after=1.5),
        Text(say["not_final"], Style.SMALL, space_after=3),
        Keep(tuple(_consent(case, say))),
        NewPage(),
        *_notice(case),
    )
    foot = tuple(each.replace("{reference}", case.reference) for each in say["foot"])
    code, signed = case.code(Paper.SHEET), case.signed(Paper.SHEET)
    return Sheet(f"{case.reference} 确认单", blocks, code, foot, side_margin=17, top_margin=15, signed=signed)


def materials(case: PaperCase, line: str, none: str) -> str:
    """The pages of the case by kind: ``身份证（人像面） 1 页；…``; the signed paper itself is not counted."""
    shown = [
        line.format(name=word("scan", kind.value), count=case.scans[kind])
        for kind in ScanKind
        if case.scans.get(kind) and kind is not ScanKind.FORM
    ]
    return "；".join(shown) or none


def amount_line(assessment: Assessment | None, say: Mapping[str, Any]) -> str:
    """The amount in the words of the paper's own file."""
    if assessment and assessment.amount is not None:
        return str(say["amount_eligible"]).format(amount=printed_amount(assessment.amount))
    if assessment and assessment.amount_if_approved is not None:
        return str(say["amount_review"]).format(amount=printed_amount(assessment.amount_if_approved))
    return str(say["amount_none"])


def verdict_word(assessment: Assessment | None) -> str:
    return word("verdict", assessment.verdict.value if assessment else "unknown")


def _entered(case: PaperCase) -> Iterator[Row]:
    for section in case.category.form.sections:
        if not any(cell.field for row in section.rows for cell in row):
            continue  # opinions and seals have their place on the plan's own form
        yield _heading(section.title)
        yield from (fields_row(cells, case, len(_COLUMNS), _FIELD, _NOTHING) for cells in section.rows)


def _judgement(case: PaperCase, say: Mapping[str, Any]) -> Iterator[Row]:
    yield _heading(say["judgement"])
    yield _line(say["verdict"], verdict_word(case.assessment))
    yield _line(say["amount"], amount_line(case.assessment, say))
    clauses = _clauses(case.assessment, say)
    if clauses:
        yield _line(say["clause"], "\n".join(clauses))
    reasons = [finding_line(each) for each in _decisive(case.assessment)]
    if reasons:
        yield _line(say["reasons"], "\n".join(dict.fromkeys(reasons)))
    if case.insisted:
        yield _line(say["insisted"], case.insisted)


def _handling(case: PaperCase, say: Mapping[str, Any]) -> Iterator[Row]:
    yield _heading(say["handling"])
    applied_on = case.content.applied_on
    left = (Cell(say["channel"], CellKind.LABEL), Cell(_channel(case)))
    right = (Cell(say["applied_on"], CellKind.LABEL), Cell(printed_day(applied_on) if applied_on else ""))
    yield Row((*left, *right), _FIELD)
    yield _line(say["station"], case.station)
    if case.category.form.kind == "confirmation_sheet":  # a plan's own form says in its remark what goes with it
        yield _line(say["asked"], "；".join(case.category.materials))
    yield _line(say["materials"], materials(case, say["material_line"], say["materials_none"]))


def _channel(case: PaperCase) -> str:
    channel = case.content.channel
    named = next((each.label for each in case.category.channels if each.channel is channel), None)
    return named or word("channel", channel.value)


def notice(plan: Plan, station: str) -> tuple[str, list[tuple[str, str]]]:
    """The notice on personal data as it is printed and read aloud now: its title, and each item's head and text."""
    say, contact = words("notice"), plan.contact
    reach = str(say["contact"]).format(phone=contact.phone, address=contact.address)
    fill = {"bodies": contact.body, "station": station, "title": plan.title, "contact": reach}
    return say["title"].format(version=say["version"]), [(head, text.format(**fill)) for head, text in say["items"]]


def _notice(case: PaperCase) -> Iterator[Block]:
    title, items = notice(case.plan, case.station)
    yield Text(title, Style.TITLE, Align.CENTRE, space_after=5)
    for head, text in items:
        yield Text(head, Style.HEADING, space_after=0.5)
        yield Text(text, Style.NOTE, indent=True, space_after=3)


def _consent(case: PaperCase, say: Mapping[str, Any]) -> Iterator[Block]:
    form = case.category.form
    yield Text(say["consent"], Style.HEADING, Align.CENTRE, space_after=1)
    yield Text(say["consent_note"], Style.SMALL, space_after=1.5)
    yield Checks(tuple(Check(each.format(notice=notice_version())) for each in say["consents"]), space_after=3)
    yield Text(form.declaration, space_after=0)
    line = (form.signature or say["signature"], room_to_write(form.date_line or say["date_line"]))
    yield Signature((line,))
    yield Text(say["clerk"].format(clerk=case.clerk), Style.SMALL)


def _clauses(assessment: Assessment | None, say: Mapping[str, Any]) -> list[str]:
    """The quotations behind the verdict: of what decided it, or, for a yes, of what grants the amount."""
    if assessment is None:
        return []
    found = _decisive(assessment) or [each for each in assessment.findings if each.code == "amount"]
    lines = [
        say["clause_line"].format(place=each.clause.place, quote=each.clause.quote) for each in found if each.clause
    ]
    return list(dict.fromkeys(lines))


def _decisive(assessment: Assessment | None) -> list[Finding]:
    if assessment is None or assessment.verdict not in _DECISIVE:
        return []
    return [each for each in assessment.findings if each.severity is _DECISIVE[assessment.verdict]]


def _heading(text: str) -> Row:
    return Row((Cell(text, CellKind.HEADING, len(_COLUMNS)),), _HEADING)


def _line(label: str, value: str) -> Row:
    return Row((Cell(label, CellKind.LABEL), Cell(value, span=len(_COLUMNS) - 1)), _FIELD)
