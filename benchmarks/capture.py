"""Reading pages: how many fields are right, and whether a wrong one is marked, beside others on the same pages.

The subject is the program's own child. The baseline is the same recogniser (RapidOCR) on the page as it came, the other
tesseract, both with the same rules for fields and on a sample of the pages. Rates are over the conditions that
anybody may file; over the hard ones only unmarked wrong numbers and defects are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from benchmarks import tesseract
from benchmarks.measure import Measure, bounded, median
from station_app.papers.reader import Reader
from station_app.papers.reading import SURE
from station_app.papers.reading.fields import fields_of
from station_app.papers.reading.pictures import Picture
from station_app.papers.reading.quality import DOUBTFUL
from station_app.papers.reading.shapes import Line
from station_app.papers.reading.text import Recogniser
from tests.samples.corpus import Sample, samples

PEOPLE = 1  # a hundred pages
_COMPARED = ("flatbed", "flatbed, turned", "camera", "table, wood", "seen from the side")  # of the first person
_QUALITY = 92  # as scanners and cameras give pages
_TODAY = date(2026, 11, 27)
_NUMBERS = ("id_number", "card_no")
LIMITS = {"id_number": 0.995, "name": 0.97, "occupation": 0.98, "card_no": 0.99}
FOUND = 0.99
_WITHOUT_EDGES = ("photocopy", "cut off", "nothing on it", "sheet drawn in slanted")  # no corners can be had there
_FAR = 0.03  # of the diagonal: a corner further off is not found


class Reading(NamedTuple):
    """What one reader made of a page: by field whether it is right, and how long it took."""

    right: dict[str, bool]
    seconds: float


@dataclass(frozen=True)
class Page:
    """One page read. ``unmarked``: wrong numbers that nothing marks; ``defects``: those told of it; ``misses``: fields,
    each as it is and as it was read; ``plain`` and
    ``other``: RapidOCR's and tesseract's, where they read it, too.
    """

    sample: Sample
    found: bool
    defects: frozenset[str]
    unmarked: tuple[str, ...]
    misses: tuple[str, ...]
    own: Reading
    plain: Reading | None
    other: Reading | None


@dataclass(frozen=True)
class Run:
    pages: tuple[Page, ...]
    megabytes: float  # the child's most


def measure(folder: Path) -> list[Measure]:
    run = read_all(folder, PEOPLE)
    fair = [page for page in run.pages if not page.sample.condition.hard]
    count = len(run.pages)
    seconds, baseline = (median([each.seconds for each in some]) for some in by_reader(fair)[:2])
    unmarked = sum(len(page.unmarked) for page in run.pages)
    return [
        *(_rate(f"capture_{name}", rate(fair, name), limit, count) for name, limit in LIMITS.items()),
        _rate("capture_found", found_rate(fair), FOUND, count),
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


def found_rate(pages: Sequence[Page]) -> float:
    """The share of the pages on which corners can be had, where each was found."""
    told = with_edges(pages)
    return sum(page.found for page in told) / max(len(told), 1)


def with_edges(pages: Sequence[Page]) -> list[Page]:
    return [page for page in pages if page.sample.condition.name not in _WITHOUT_EDGES]


def by_reader(pages: Sequence[Page]) -> list[list[Reading]]:
    """Of this program, of RapidOCR alone, and of tesseract where it is there."""
    plain = [page.plain for page in pages if page.plain is not None]
    other = [page.other for page in pages if page.other is not None]
    return [each for each in ([page.own for page in pages], plain, other) if each]


def read_all(folder: Path, people: int) -> Run:
    *_, run = runs(folder, people)
    return run


def runs(folder: Path, people: int) -> Iterator[Run]:
    """What is known after each of the people."""
    plain, file = Recogniser(), folder / "page.jpg"
    pages: list[Page] = []
    with Reader() as reader:
        for _, theirs in groupby(samples(people), key=lambda sample: sample.person):
            pages += [_read(sample, file, reader, plain) for sample in theirs]
            assert reader.process is not None
            yield Run(tuple(pages), _most_memory(reader.process))


def _most_memory(process: int) -> float:
    """The most that a process ever held, in MB (Linux)."""
    rows = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM")) / 1e3


def _read(sample: Sample, file: Path, reader: Reader, plain: Recogniser) -> Page:
    file.write_bytes(sample.page.jpeg(_QUALITY))
    begun = perf_counter()
    documents = reader.read(file, _TODAY)[0].documents
    seconds = perf_counter() - begun
    own = next((each for each in documents if each["kind"] == sample.kind.value), None)
    is_compared = sample.person == 0 and sample.condition.name in _COMPARED
    values = {name: field["value"] for name, field in own["fields"].items()} if own else {}
    return Page(
        sample,
        own is not None and bool(sample.truth) and _is_near(own["corners"], sample),
        frozenset(code for each in documents for code in each["defects"]),
        tuple(_unmarked(own, sample)) if own else (),
        tuple(
            f"{name}: {value} → {_shown(own, name)}"
            for name, value in sample.truth.items()
            if values.get(name) != value
        ),
        Reading(_right(sample, values), seconds),
        _told(sample, lambda: _as_it_came(plain, sample.page.pixels)) if is_compared else None,
        _told(sample, lambda: tesseract.read(file)) if is_compared and tesseract.is_there() else None,
    )


def _shown(own: dict[str, Any] | None, name: str) -> str:
    field = own["fields"].get(name) if own else None
    return f"{field['value']} ({field['confidence']})" if field else "–"


def _as_it_came(plain: Recogniser, page: Picture) -> Sequence[Line]:
    return plain.read(page, plain.find(page), as_it_lies=True).lines


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
