"""``sort``: a stack into the tray and on to its cases; ``tray``: what waits there and why."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from station_app.cli.entry import open_desk
from station_app.cli.output import Exit, print_json, say, say_error
from station_app.errors import EnvironmentFault, StationError, UserError
from station_app.papers.pager import Pager
from station_app.papers.reader import Reader
from station_app.services import sorting, tray
from station_app.services.desk import Desk
from station_app.services.paper_files import read_file
from station_app.services.sorting import Outcome, Stack
from station_app.services.tray import Added, TrayRow
from ui.messages import sentence


def sort(arguments: argparse.Namespace) -> Exit:
    """What became of each page, in their order; 1 where one waits or a file was refused. What lay there unsorted is
    sorted too.
    """
    with open_desk() as desk:
        added = sum((_kept(desk, Path(each)) for each in arguments.files), Added())
        if added.again:
            say(sentence("tray_again", number=added.again))
        for _, error in added.refused:
            say_error(error)
        outcomes = _sorted(desk)
    print_json([_told(each) for each in outcomes])
    return Exit.NO if added.refused or any(each.problem for each in outcomes) else Exit.DONE


def _kept(desk: Desk, path: Path) -> Added:
    """One that cannot be read does not stop the others."""
    try:
        return tray.keep_pictures(desk, read_file(path, Pager())).value
    except StationError as error:
        return Added(refused=((path.name, error),))


def waiting(_arguments: argparse.Namespace) -> Exit:
    with open_desk() as desk:
        rows = tray.waiting(desk)
    print_json([_row(each) for each in rows])
    return Exit.DONE


def _sorted(desk: Desk) -> tuple[Outcome, ...]:
    with Reader() as reader:
        stack = Stack(desk, reader)
        while (page := stack.next()) is not None:
            try:
                documents = reader.read_page(desk.store.scans.get(page.file_name), desk.today())
            except UserError as error:  # the picture itself
                stack.failed(page, error)
            except EnvironmentFault as fault:
                if fault.code == "reading_not_started":  # no page is to blame: they wait for another time
                    raise
                stack.failed(page, fault)
            else:
                stack.sort(page, documents)
    return sorting.with_missing(desk, stack.outcomes)


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "page": outcome.tray_id,
        "filed": outcome.problem is None,
        "reference": outcome.reference,
        "kind": outcome.kind,
        "problem": outcome.problem.code if outcome.problem else None,
        "fields": list(outcome.problem.params.get("fields", ())) if outcome.problem else [],  # type: ignore[call-overload]
        "missing": list(outcome.missing),
        "defects": list(outcome.defects),
    }


def _row(row: TrayRow) -> dict[str, Any]:
    page = row.page
    return {
        "page": page.id,
        "problem": page.reason,
        "kind": page.kind,
        "reference": row.reference,
        "added_at": page.added_at,
        "sha256": page.sha256,
    }
