"""``read``: what stands on scanned pages; needs no home."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from station_app.cli.output import Exit, print_json, say_error
from station_app.errors import StationError
from station_app.papers.reader import Reader
from station_app.services.desk import BEIJING, system_clock


def read(arguments: argparse.Namespace) -> Exit:
    """One JSON list for all pages of all files; a file that cannot be read is said, the others go on."""
    today = system_clock().astimezone(BEIJING).date()
    pages: list[dict[str, Any]] = []
    failed = False
    with Reader() as reader:
        for file in arguments.files:
            try:
                readings = reader.read(Path(file), today)
            except StationError as error:
                failed = True
                say_error(error)
                continue
            pages += [{"file": file, "page": each.page, "documents": list(each.documents)} for each in readings]
    print_json(pages)
    return Exit.NO if failed else Exit.DONE
