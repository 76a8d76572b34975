"""Writes ``docs/capture.md``: per field and per defect how many are right, over how many pages, beside the aims."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.capture import FOUND, LIMITS, Page, Run, by_reader, found_rate, runs, with_edges
from benchmarks.measure import median, percentile
from station_app.papers.reading import SURE
from station_app.papers.reading.quality import Defect
from tests.samples.corpus import CONDITIONS

_HEAD = """# Capture

What `station read` makes of papers of {people} invented people under the conditions of a counter: {pages} pages.
Written by `python -m benchmarks.capture_page --people {people} --report docs/capture.md`, after `make setup-bench`, not
by hand; {machine}.

Papers are drawn in two ways: as the tests draw them (square, plain), and otherwise (round corners, guilloches, other
faces, booklets of two pages, awards in a sentence, embossed cards of 16 and 19 digits, long addresses), on tables of
every kind; also both sides on one glass, two papers in one picture, sheets that a feeder drew in slanted. Every tenth
of the people has a name with a character beyond GB 2312. They are drawn, not scanned: real ones will do worse. What is
hard nobody should file: there marks count, and the first of the people is enough.

## Aims

Over the pages of the conditions that are not hard. Names whose characters are beyond GB 2312 are counted apart: none is
ever put right. Found: each corner within 3 % of the diagonal, where edges can be seen at all.

| | right | of | rate | aim | |
|---|---|---|---|---|---|
"""
_FIELDS = """
## Each field

By this program, over all pages that are not hard; then on a sample of the pages by this program, by the same recogniser
on the page as it came (RapidOCR alone), and by tesseract. The rules that find fields in lines of text
are the same for all three. Unmarked: wrong, of a confidence of {sure} or more, on a document without a defect that
marks it.

| field | right | of | rate | wrong and unmarked | this / RapidOCR / tesseract |
|---|---|---|---|---|---|
"""
_DEFECTS = """
## Each defect

Named: on pages that have it. False: on pages that are not hard and do not. `signature_missing`, `wrong_side`,
`wrong_document`, `wrong_person` and `page_missing` are decided beside the case and have tests of their own
(`tests/unit/papers/reading/test_signature.py`, `tests/unit/services`).

| defect | named | of | false | of |
|---|---|---|---|---|
"""
_CONDITIONS = """
## Each condition

Fields: all of them together. Seconds: the median of this program / RapidOCR / tesseract on {machine}, with other work
beside it: rough.

| condition | pages | found | fields right | ID number | name | unmarked numbers | seconds |
|---|---|---|---|---|---|---|---|
"""


_MISSES = """
## Each miss

On pages that are not hard: what stands there, what was read, and how sure.

| condition | paper | fields |
|---|---|---|
"""


def report(run: Run, people: int) -> str:
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    fair = [page for page in run.pages if not page.sample.condition.hard]
    return (
        _HEAD.format(people=people, pages=len(run.pages), machine=machine)
        + _table(_aims(run, fair))
        + _FIELDS.format(sure=SURE)
        + _table(_fields(fair))
        + _DEFECTS
        + _table(_defects(run.pages))
        + _CONDITIONS.format(machine=f"{platform.system()} {platform.machine()}")
        + _table([_condition(condition.name, run.pages, condition.hard) for condition in CONDITIONS])
        + _MISSES
        + _table(_misses(fair))
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


# ---- rows


def _aims(run: Run, fair: Sequence[Page]) -> list[list[str]]:
    rows = []
    for field, aim in LIMITS.items():
        common = [page for page in fair if field != "name" or _is_common(page)]
        rows.append([f"{field}{', common characters' if field == 'name' else ''}", *_counted(common, field, aim)])
    rows.append(["name, rare characters", *_counted([page for page in fair if not _is_common(page)], "name")])
    edged = with_edges(fair)
    met = _met(found_rate(fair) >= FOUND)
    rows.append(["found and straight", *_share(sum(page.found for page in edged), len(edged)), f"{FOUND:.1%}", met])
    unmarked = sum(len(page.unmarked) for page in run.pages)
    rows.append(
        ["wrong numbers unmarked, hard pages too", str(unmarked), str(len(run.pages)), "", "0", _met(not unmarked)]
    )
    seconds = [page.own.seconds for page in fair]
    told = f"{median(seconds):.2f} s (95 of 100: {percentile(seconds, 0.95):.2f} s)"
    rows.append(["a page, median", told, str(len(seconds)), "", "1 s", _met(median(seconds) <= 1)])
    rows.append(["the child's most memory", f"{run.megabytes:.0f} MB", "", "", "600 MB", _met(run.megabytes <= 600)])
    return rows


def _counted(pages: Sequence[Page], field: str, aim: float | None = None) -> list[str]:
    told = [page.own.right[field] for page in pages if field in page.own.right]
    met = "" if aim is None or not told else _met(sum(told) / len(told) >= aim)
    return [*_share(sum(told), len(told)), "" if aim is None else f"{aim:.1%}", met]


def _share(right: int, count: int) -> list[str]:
    return [str(right), str(count), f"{right / count:.1%}" if count else "–"]


def _met(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def _is_common(page: Page) -> bool:
    try:
        page.sample.truth.get("name", "").encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _fields(fair: Sequence[Page]) -> list[list[str]]:
    names = dict.fromkeys(name for page in fair for name in page.own.right)
    rows = []
    for name in names:
        told = [page for page in fair if name in page.own.right]
        right = sum(page.own.right[name] for page in told)
        wrong = sum(name in page.unmarked for page in told)
        beside = [page for page in told if page.plain is not None]
        others = " / ".join(str(sum(each.right[name] for each in some)) for some in by_reader(beside))
        rows.append([name, *_share(right, len(told)), str(wrong), f"{others} of {len(beside)}" if beside else "–"])
    return rows


def _defects(pages: Sequence[Page]) -> list[list[str]]:
    rows = []
    for defect in Defect:
        there = [page for page in pages if page.sample.condition.defect == defect]
        free = [page for page in pages if not page.sample.condition.hard and page.sample.condition.defect != defect]
        if there:
            named = sum(defect in page.defects for page in there)
            false = sum(defect in page.defects for page in free)
            rows.append([defect.value, str(named), str(len(there)), str(false), str(len(free))])
    return rows


def _misses(fair: Sequence[Page]) -> list[list[str]]:
    rows = []
    for page in fair:
        edge = [] if page.found or page not in with_edges([page]) else ["not found in place"]
        if told := [*edge, *page.misses]:
            rows.append([page.sample.condition.name, page.sample.kind.value, "; ".join(told)])
    return rows


def _condition(name: str, every: Sequence[Page], hard: bool) -> list[str]:
    pages = [page for page in every if page.sample.condition.name == name]
    told = [right for page in pages for right in page.own.right.values()]
    found = f"{sum(page.found for page in pages)}" if with_edges(pages) else "–"
    seconds = " / ".join(f"{median([each.seconds for each in some]):.1f}" for some in by_reader(pages))
    unmarked = sum(len(page.unmarked) for page in pages)
    return [
        f"{name}{' (hard)' if hard else ''}",
        str(len(pages)),
        found,
        f"{sum(told)} of {len(told)}" if told else "–",
        _of(pages, "id_number"),
        _of(pages, "name"),
        str(unmarked),
        seconds,
    ]


def _of(pages: Sequence[Page], field: str) -> str:
    told = [page.own.right[field] for page in pages if field in page.own.right]
    return f"{sum(told)} of {len(told)}" if told else "–"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capture_page")
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--report", type=Path, required=True)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        for people, run in enumerate(runs(Path(folder), chosen.people), 1):  # it takes long: nothing is lost
            chosen.report.write_text(report(run, people), encoding="utf-8")


if __name__ == "__main__":
    main()
