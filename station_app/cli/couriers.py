"""``courier``: what the network would carry, on a stick."""

from __future__ import annotations

import argparse
from pathlib import Path

from station_app.cli.entry import open_desk
from station_app.cli.output import Exit, print_json, say
from station_app.errors import UserError
from station_app.services.desk import Desk
from ui.messages import sentence


def courier(arguments: argparse.Namespace) -> Exit:
    """``export`` prints each file that it wrote, one on a line; ``import`` says what the answer did."""
    file = Path(arguments.file).absolute()
    if arguments.action == "export" and (file.is_dir() or not file.parent.is_dir()):
        raise UserError("file_not_writable")
    with open_desk(for_delivery=True) as desk:
        return _export(desk, file, arguments) if arguments.action == "export" else _import(desk, file)


def _export(desk: Desk, file: Path, arguments: argparse.Namespace) -> Exit:
    from sync.courier import LARGEST_VOLUME, export

    most = arguments.size * 10**6 if arguments.size is not None else LARGEST_VOLUME
    exported = export(desk, file, most).value
    for reference, code in exported.load.left_out:
        say(f"{reference}: {sentence(code)}")
    cases, size = len(exported.load.cases), exported.load.size
    say(sentence("courier_exported", cases=cases, megabytes=-(-size // 10**6), files=len(exported.files)))
    if arguments.json:
        print_json({"files": [str(each) for each in exported.files], "cases": cases, "bytes": size})
    else:
        for each in exported.files:
            print(each)
    return Exit.NO if exported.load.left_out else Exit.DONE


def _import(desk: Desk, file: Path) -> Exit:
    from sync.courier import take

    done = take(desk, file).value
    for code in done.warnings:
        say(sentence(code))
    print_json(
        {
            "answered_at": done.at,
            "sent": done.accepted,
            "received": done.received,
            "pending": done.pending,
            "quarantined": done.troubled,
        }
    )
    return Exit.DONE
