"""``station assess``: JSON lines in, JSON lines out, in the same order. Needs no home and no password."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from station_app.cli.output import Exit, WrongUse
from station_app.errors import UserError
from station_app.plans import PlanBook, assess, read_case, ways_out
from station_app.services.plan_book import packaged_plans
from ui.messages import finding_sentence, sentence, way_out_sentence

LONGEST_LINE = 1024 * 1024  # bytes: a case has some hundreds


def run(file: str, *, with_ways_out: bool = False) -> Exit:
    """Assess every line of ``file`` (``-``: standard input). ``NO`` when a line was not a case.

    ``with_ways_out``: each answer that is not yes also says what would change it, as ``ways_out``.
    """
    book = packaged_plans()
    complete = True
    with _open(file) as source:
        for answer in answers(book, _lines(source), with_ways_out=with_ways_out):
            complete = complete and "error" not in answer
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    return Exit.DONE if complete else Exit.NO


def answers(book: PlanBook, lines: Iterable[bytes], *, with_ways_out: bool = False) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not blank."""
    for line in lines:
        if line.strip():
            yield _answer(book, line, with_ways_out=with_ways_out)


def _answer(book: PlanBook, line: bytes, *, with_ways_out: bool) -> dict[str, Any]:
    identity: object = None
    try:
        raw = _parse(line)
        identity = raw.get("id")
        plan = book.get(_year(raw))
        case = read_case(raw)
        assessment = assess(plan, case)
    except UserError as error:
        return {"id": identity, "error": {"code": error.code, "field": error.field, "message": sentence(error)}}
    answer = assessment.to_json()
    for shown, finding in zip(answer["findings"], assessment.findings, strict=True):
        shown["message"] = finding_sentence(finding)
    if with_ways_out:
        answer["ways_out"] = [{**way.to_json(), "message": way_out_sentence(way)} for way in ways_out(book, case)]
    return {"id": identity, **answer}


def _parse(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise UserError("line_too_long")
    try:
        raw = json.loads(line.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise UserError("not_utf8") from error
    except (ValueError, RecursionError) as error:
        raise UserError("not_json") from error
    if not isinstance(raw, dict):
        raise UserError("not_an_object")
    return raw


def _no_constant(text: str) -> object:
    raise ValueError(text)  # NaN and Infinity are not JSON


def _year(raw: dict[str, Any]) -> int:
    year = raw.get("plan")
    if not isinstance(year, int) or isinstance(year, bool):
        raise UserError("missing" if year is None else "not_a_whole_number", "plan")
    return year


def _open(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise WrongUse("file_unreadable", file=file) from error


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Lines of the source; of one that is too long only enough is kept to say so."""
    while True:
        line = source.readline(LONGEST_LINE + 2)
        if not line:
            return
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            _skip_rest(source)
        yield line


def _skip_rest(source: BinaryIO) -> None:
    while True:
        piece = source.readline(LONGEST_LINE)
        if not piece or piece.endswith(b"\n"):
            return
