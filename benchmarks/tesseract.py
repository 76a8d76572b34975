"""Tesseract on a page as it came, in the words of our own reader, so that the same rules find the fields."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from station_app.papers.reading.shapes import Line

_SPARSE = "11"  # as much text as possible, in no order: papers are no columns of prose
_WORD = "5"  # the level of a row that holds text


def is_there() -> bool:
    """``make bench`` installs it."""
    return shutil.which("tesseract") is not None


def read(file: Path) -> tuple[Line, ...]:
    """Every line of text in a picture; none where tesseract gives the picture up."""
    command = ["tesseract", str(file), "-", "-l", "chi_sim", "--psm", _SPARSE, "tsv"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, encoding="utf-8")
    return tuple(_lines(done.stdout)) if done.returncode == 0 else ()


def _lines(table: str) -> Iterator[Line]:
    """The words of a line put together: tesseract parts Chinese into characters."""
    found = defaultdict(list)
    for row in csv.DictReader(StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == _WORD and row["text"].strip():
            found[row["block_num"], row["par_num"], row["line_num"]].append(row)
    for words in found.values():
        left, top = (min(int(each[side]) for each in words) for side in ("left", "top"))
        right = max(int(each["left"]) + int(each["width"]) for each in words)
        bottom = max(int(each["top"]) + int(each["height"]) for each in words)
        score = min(float(each["conf"]) for each in words) / 100
        yield Line("".join(each["text"] for each in words), score, left, top, right, bottom)
