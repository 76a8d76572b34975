"""Reading pages: how many fields are right, and whether a wrong one is marked, beside others on the same pages.

The subject is the program's own child. The baseline is the same recogniser (RapidOCR) on the page as it came, the other
tesseract, both with the same rules for fields. Rates are over the conditions that anybody may file; over the hard ones
only unmarked wrong numbers are counted.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from benchmarks import tesseract
from benchmarks.measure import Measure, bounded, median
from station_app.papers.reader import Reader
from station_app.papers.reading import SURE
from station_app.papers.reading.fields import fields_of
from station_app.papers.reading.quality import DOUBTFUL
from station_app.papers.reading.shapes import Line
from station_app.papers.reading.text import Recogniser
from tests.samples.corpus import CONDITIONS, Sample, samples

PEOPLE = 2
_TODAY = date(2026, 11, 27)
_NUMBERS = ("id_number", "card_no")
_LIMITS = {"id_number": 0.995, "name": 0.97, "occupation": 0.98, "card_no": 0.99}
_FAR = 0.03  # of the diagonal: a corner further off is not found


class Reading(NamedTuple):
    """What one reader made of a page: by field whether it is right, and how long it took."""

    right: dict[str, bool]
    seconds: float


@dataclass(frozen=True)
class Page:
    """One page read. ``unmarked``: wrong numbers that nothing marks; ``other``: tesseract's, where it is there."""

    sample: Sample
    found: bool
    unmarked: tuple[str, ...]
    own: Reading
    plain: Reading
    other: Reading | None


@dataclass(frozen=True)
class Run:
    pages: tuple[Page, ...]
    megabytes: float  # the child's most


def measure(folder: Path) -> list[Measure]:
    run = read_all(folder, PEOPLE)
    fair = [page for page in run.pages if not page.sample.condition.hard]
    count = len(run.pages)
    seconds, baseline = median([p.own.seconds for p in fair]), median([p.plain.seconds for p in fair])
    unmarked = sum(len(page.unmarked) for page in run.pages)
    return [
        *(_rate(f"capture_{name}", rate(fair, name), limit, count) for name, limit in _LIMITS.items()),
        _rate("capture_found", sum(page.found for page in fair) / len(fair), 0.99, count),
        bounded("capture_wrong_unmarked", "numbers", unmarked, 0, count),
        bounded("capture_page", "s", seconds, 1, count, baseline),
        bounded("capture_memory", "MB", run.megabytes, 600, count),
    ]


def _rate(name: str, value: float, limit: float, runs: int) -> Measure:
    return Measure(name, "share", round(value, 4), None, None, limit, "value", "higher", runs)


def rate(pages: Sequence[Page], field: str) -> float:
    """The share of the pages with this field where it is right."""
    told = [page.own.right[field] for page in pages if field in page.own.right]
    return sum(told) / max(len(told), 1)


def read_all(folder: Path, people: int) -> Run:
    plain, file = Recogniser(), folder / "page.png"
    with Reader() as reader:
        pages = tuple(_read(sample, file, reader, plain) for sample in samples(people))
        assert reader.process is not None
        return Run(pages, _most_memory(reader.process))


def _most_memory(process: int) -> float:
    """The most that a process ever held, in MB (Linux)."""
    rows = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM")) / 1e3


def _read(sample: Sample, file: Path, reader: Reader, plain: Recogniser) -> Page:
    file.write_bytes(sample.page.png())
    begun = perf_counter()
    documents = reader.read(file, _TODAY)[0].documents
    seconds = perf_counter() - begun
    own = next((each for each in documents if each["kind"] == sample.kind.value), None)
    values = {name: field["value"] for name, field in own["fields"].items()} if own else {}
    return Page(
        sample,
        own is not None and _is_near(own["corners"], sample),
        tuple(_unmarked(own, sample)) if own else (),
        Reading(_right(sample, values), seconds),
        _told(sample, lambda: plain.read(sample.page.pixels, upright=True).lines),
        _told(sample, lambda: tesseract.read(file)) if tesseract.is_there() else None,
    )


def _told(sample: Sample, lines: Callable[[], Sequence[Line]]) -> Reading:
    begun = perf_counter()
    found = lines()
    seconds = perf_counter() - begun
    fields = fields_of(sample.kind, found, ())
    return Reading(_right(sample, {name: field.value for name, field in fields.items()}), seconds)


def _right(sample: Sample, values: Mapping[str, str]) -> dict[str, bool]:
    return {name: values.get(name) == value for name, value in sample.truth.items()}


def _unmarked(document: dict[str, Any], sample: Sample) -> list[str]:
    if DOUBTFUL & set(document["defects"]):
        return []
    fields = document["fields"]
    wrong = [n for n in _NUMBERS if n in fields and n in sample.truth and fields[n]["value"] != sample.truth[n]]
    return [name for name in wrong if fields[name]["confidence"] >= SURE]


def _is_near(told: list[list[int]], sample: Sample) -> bool:
    corners = np.array(sample.page.corners[0])
    diagonal = float(np.hypot(*(corners[0] - corners[2])))
    return bool(np.all(np.hypot(*(np.array(told) - corners).T) < _FAR * diagonal))


# ---- docs/capture.md

_HEAD = """# Capture

What `station read` makes of papers of invented people under the conditions of a counter. Written by
`python -m benchmarks.capture --people {people} --report docs/capture.md`, not by hand; {machine}.

Found: each corner within 3 % of the diagonal. A photocopy has no edges and a cut paper no corners, so there it
cannot be had. In each field: right by this program / by the same recogniser on the page as it came (RapidOCR alone) /
by tesseract, of so many; the rules that find fields in lines of text are the same for all three. Unmarked: wrong
numbers of this program with a confidence of {sure} or more on a document without a defect, the worst thing it can do.
What is hard nobody should file; there the marks count. Papers are drawn, not scanned: real ones will do worse.

| condition | pages | found | {fields} | unmarked | seconds |
|---|---|---|{rules}---|---|
"""
_SHOWN = {
    "id_number": "ID number",
    "name": "name",
    "card_no": "card number",
    "occupation": "occupation",
    "number": "certificate number",
}


def report(run: Run, people: int) -> str:
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    rows = [_row(condition.name, run, condition.hard) for condition in CONDITIONS]
    head = _HEAD.format(
        people=people, machine=machine, sure=SURE, fields=" | ".join(_SHOWN.values()), rules="---|" * len(_SHOWN)
    )
    memory = f"The child's most memory: {run.megabytes:.0f} MB, none when it has ended."
    return head + "\n".join(rows) + f"\n\n{memory}\n"


def _row(name: str, run: Run, hard: bool) -> str:
    pages = [page for page in run.pages if page.sample.condition.name == name]
    cells = [f"{name}{' (hard)' if hard else ''}", str(len(pages)), f"{sum(page.found for page in pages)}"]
    cells += [_share(pages, field) for field in _SHOWN]
    cells += [str(sum(len(page.unmarked) for page in pages))]
    cells += [" / ".join(f"{median([each.seconds for each in some]):.1f}" for some in _by_reader(pages))]
    return "| " + " | ".join(cells) + " |"


def _by_reader(pages: Sequence[Page]) -> list[list[Reading]]:
    """Of this program, of RapidOCR alone, and of tesseract where it is there."""
    other = [page.other for page in pages if page.other is not None]
    readers = [[page.own for page in pages], [page.plain for page in pages], other]
    return [each for each in readers if each]


def _share(pages: Sequence[Page], field: str) -> str:
    told = [page for page in pages if field in page.own.right]
    right = [sum(each.right[field] for each in some) for some in _by_reader(told)]
    return f"{' / '.join(map(str, right))} of {len(told)}" if told else "–"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capture")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--report", type=Path, required=True)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        run = read_all(Path(folder), chosen.people)
    chosen.report.write_text(report(run, chosen.people), encoding="utf-8")


if __name__ == "__main__":
    main()
