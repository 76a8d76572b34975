"""A roster of invented members, as the association exports it and as ``central roster import`` reads it."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

from tests.samples.people import person

COLUMNS = (
    "name",
    "id_number",
    "card_no",
    "phone",
    "employer",
    "district",
    "full_time_union_social_worker",
)


def rows(count: int, first: int = 0) -> Iterator[tuple[str, ...]]:
    """Members ``first`` to ``first + count - 1``, in the order of ``COLUMNS``; true and false as 1 and 0."""
    for number in range(first, first + count):
        one = person(number)
        yield (
            one.name,
            one.id_number,
            one.card_no,
            one.phone,
            one.employer,
            one.district,
            "1" if one.full_time_union_social_worker else "0",
        )


def write_roster(path: Path, count: int, first: int = 0) -> Path:
    """Write the CSV (UTF-8 with a signature, as Excel does); the path again."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(count, first))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    chosen = parser.parse_args()
    write_roster(chosen.file, chosen.count)


if __name__ == "__main__":
    main()
