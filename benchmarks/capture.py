"""Reading pages: how many fields are right, and whether a wrong one is marked, beside plain RapidOCR on the same pages.

The subject is the program's own child. The baseline is the recogniser on the page as it came, with the same rules for
fields. Rates are over the conditions that anybody may file; over the hard ones only unmarked wrong numbers are counted.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.measure import Measure, bounded, median
from station_app.papers.reader import Reader
from station_app.papers.reading import SURE
from station_app.papers.reading.fields import fields_of
from station_app.papers.reading.quality import DOUBTFUL
from station_app.papers.reading.text import Recogniser
from tests.samples.corpus import CONDITIONS, Sample, samples

PEOPLE = 2
_TODAY = date(2026, 11, 27)
_NUMBERS = ("id_number", "card_no")
_LIMITS = {"id_number": 0.995, "name": 0.97, "occupation": 0.98, "card_no": 0.99}
_FAR = 0.03  # of the diagonal: a corner further off is not found


@dataclass(frozen=True)
class Page:
    """One page read. ``right`` and ``baseline``: by field; ``unmarked``: wrong numbers that nothing marks."""

    sample: Sample
    found: bool
    right: dict[str, bool]
    unmarked: tuple[str, ...]
    seconds: float
    baseline: dict[str, bool]
    baseline_seconds: float


@dataclass(frozen=True)
class Run:
    pages: tuple[Page, ...]
    megabytes: float  # the child's most


def measure(folder: Path) -> list[Measure]:
    run = read_all(folder, PEOPLE)
    fair = [page for page in run.pages if not page.sample.condition.hard]
    count = len(run.pages)
    seconds, baseline = median([p.seconds for p in fair]), median([p.baseline_seconds for p in fair])
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


def rate(pages: Sequence[Page], field: str, *, baseline: bool = False) -> float:
    """The share of the pages with this field where it is right."""
    told = [p.baseline if baseline else p.right for p in pages if field in p.right]
    return sum(each[field] for each in told) / max(len(told), 1)


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
    begun = perf_counter()
    lines = plain.read(sample.page.pixels).lines
    baseline_seconds = perf_counter() - begun
    told = fields_of(sample.kind, lines, ())
    return Page(
        sample,
        own is not None and _is_near(own["corners"], sample),
        {name: values.get(name) == value for name, value in sample.truth.items()},
        tuple(_unmarked(own, sample)) if own else (),
        seconds,
        {name: name in told and told[name].value == value for name, value in sample.truth.items()},
        baseline_seconds,
    )


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
cannot be had. Plain: the same recogniser on the page as it came, the same rules for fields. Unmarked: wrong numbers
with a confidence of {sure} or more on a document without a defect, the worst thing this program can do. What is hard
nobody should file; there the marks count. Papers are drawn, not scanned: real ones will do worse. Not measured yet:
tesseract on the same pages.

| condition | pages | found | ID number | plain | name | plain | card number | plain | unmarked | s | plain |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def report(run: Run, people: int) -> str:
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    rows = [_row(condition.name, run, condition.hard) for condition in CONDITIONS]
    head = _HEAD.format(people=people, machine=machine, sure=SURE)
    return head + "\n".join(rows) + f"\n\nThe child's most memory: {run.megabytes:.0f} MB; none when it has ended.\n"


def _row(name: str, run: Run, hard: bool) -> str:
    pages = [page for page in run.pages if page.sample.condition.name == name]
    cells = [f"{name}{' (hard)' if hard else ''}", str(len(pages)), f"{sum(page.found for page in pages)}"]
    for field in ("id_number", "name", "card_no"):
        cells += [_share(pages, field, baseline=False), _share(pages, field, baseline=True)]
    cells += [str(sum(len(page.unmarked) for page in pages))]
    cells += [f"{median([p.seconds for p in pages]):.1f}", f"{median([p.baseline_seconds for p in pages]):.1f}"]
    return "| " + " | ".join(cells) + " |"


def _share(pages: Sequence[Page], field: str, *, baseline: bool) -> str:
    told = [page.baseline if baseline else page.right for page in pages if field in page.right]
    return f"{sum(each[field] for each in told)}/{len(told)}"


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
