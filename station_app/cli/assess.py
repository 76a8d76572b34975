"""``station assess``: JSON lines in, JSON lines out, in the same order. Needs no home and no password."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

from station_app.cli.case_lines import lines_of, read_line, write_line
from station_app.cli.output import Exit, WrongUse, exit_code_of, say
from station_app.errors import BugError, StationError, UserError
from station_app.plans import PlanBook, assess, read_case, ways_out
from station_app.services.plan_book import packaged_plans
from ui.messages import finding_sentence, sentence, way_out_sentence


def run(file: str, *, with_ways_out: bool = False) -> Exit:
    """Assess every line of ``file`` (``-``: standard input). ``NO`` when a line was not a case.

    ``with_ways_out``: each answer that is not yes also says what would change it, as ``ways_out``.
    """
    book, outcome, told = packaged_plans(), Exit.DONE, False
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8 whatever the console's own encoding
    with _open(file) as source:
        for answer, code in answers(book, lines_of(source), with_ways_out=with_ways_out):
            told, outcome = True, max(outcome, code)
            sys.stdout.write(write_line(answer) + "\n")
    sys.stdout.flush()
    if not told:
        say(sentence("nothing_to_assess"))
    return outcome


def answers(
    book: PlanBook, lines: Iterable[bytes], *, with_ways_out: bool = False
) -> Iterator[tuple[dict[str, Any], Exit]]:
    """One answer for each line that is not blank, and how a run of this line alone would end."""
    for line in lines:
        if line.strip():
            yield _answer(book, line, with_ways_out=with_ways_out)


def _answer(book: PlanBook, line: bytes, *, with_ways_out: bool) -> tuple[dict[str, Any], Exit]:
    identity: object = None
    try:
        raw = read_line(line)
        identity = raw.get("id")
        return {"id": identity, **_assessed(book, raw, with_ways_out=with_ways_out)}, Exit.DONE
    except (UserError, BugError) as error:
        return {"id": identity, "error": _told(error)}, exit_code_of(error)


def _assessed(book: PlanBook, raw: dict[str, Any], *, with_ways_out: bool) -> dict[str, Any]:
    plan = book.get(_year(raw))
    case = read_case(raw)
    assessment = assess(plan, case)
    answer = assessment.to_json()
    for shown, finding in zip(answer["findings"], assessment.findings, strict=True):
        shown["message"] = finding_sentence(finding)
    if with_ways_out:
        answer["ways_out"] = [{**way.to_json(), "message": way_out_sentence(way)} for way in ways_out(book, case)]
    return answer


def _told(error: StationError) -> dict[str, Any]:
    """The first problem, and the others a line has beside it."""
    whole_line = error.code == "not_an_object" and error.field is None
    message = sentence("line_not_an_object") if whole_line else sentence(error)
    told: dict[str, Any] = {"code": error.code, "field": error.field, "message": message}
    problems = error.params.get("problems")
    if isinstance(problems, list) and len(problems) > 1:
        told["problems"] = problems
    return told


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
