"""The child process: a line of JSON in, a line of JSON out, until its input ends.

{"file": PATH, "today": "2024-05-15"}
{"pages": [{"page": 1, "documents": [...]}]}    or {"error": CODE}
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import resources
from station_app.errors import UserError
from station_app.papers.reading.pages import documents_on
from station_app.papers.reading.pictures import pages_of
from station_app.papers.reading.text import Recogniser
from station_app.plans.catalogue import read_catalogue, read_names


def main() -> None:
    recogniser, occupations = Recogniser(), _occupations()
    _say({"ready": True})
    for line in _asked():
        _say(_answer(json.loads(line), recogniser, occupations))


def _asked() -> Iterator[str]:
    """Requests as they come. Once the input ends nobody waits for an answer: the process ends, whatever it reads."""
    lines: SimpleQueue[str] = SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield lines.get()


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _answer(asked: dict[str, Any], recogniser: Recogniser, occupations: list[str]) -> dict[str, Any]:
    today = date.fromisoformat(asked["today"])
    try:
        pages = [
            {
                "page": number,
                "documents": [each.told().to_json() for each in documents_on(page, recogniser, occupations, today)],
            }
            for number, page in enumerate(pages_of(Path(asked["file"])), 1)
        ]
    except UserError as error:
        return {"error": error.code, "params": error.params}
    return {"pages": pages}


def _occupations() -> list[str]:
    """Every name that stands on some plan's list."""
    found: set[str] = set()
    for year in resources.plan_years():
        files = resources.plan_files(year)
        if "catalogue.csv" in files:
            found |= set(read_catalogue(files["catalogue.csv"]).names)
        if "occupations.txt" in files:
            found |= set(read_names(files["occupations.txt"]))
    return sorted(found)


if __name__ == "__main__":
    main()
