"""``devices`` and ``scan``: setting scanners up. They need no home and no password."""

from __future__ import annotations

import argparse
from pathlib import Path

from station_app.cli.output import Exit, exit_code_of, print_json, say, say_error
from station_app.devices.id_reader import CardOrder
from station_app.devices.job import read_id_card
from station_app.devices.scanner import Scanner, ScanOrder, Source
from station_app.domain.identity import mask_id
from station_app.errors import EnvironmentFault, UserError
from station_app.services import scanning
from ui.messages import label, sentence


def devices(arguments: argparse.Namespace) -> Exit:
    """What can be scanned from; exit 3 when a driver could not look, with what the others found."""
    found: list[Scanner] = []
    outcome = Exit.DONE
    for each in scanning.scanners():
        if isinstance(each, Scanner):
            found.append(each)
        else:
            say_error(each)
            outcome = Exit.ENVIRONMENT
    if arguments.json:
        print_json([each.to_json() for each in found])
        return outcome
    for each in found:
        print(_line(each))
    if not found:
        say(sentence("no_scanner"))
    return outcome


def scan(arguments: argparse.Namespace) -> Exit:
    """Every page into the folder as it comes; those before a fault stay and are told."""
    folder = Path(arguments.out).absolute()
    order = ScanOrder(arguments.device, Source(arguments.source) if arguments.source else None)
    say(sentence("scan_in_the_clear", folder=folder))
    pages, outcome = [], Exit.DONE
    try:
        for page in scanning.scan_to_folder(order, folder):
            pages.append(page)
            if not arguments.json:
                print(page.file)
    except (UserError, EnvironmentFault) as error:
        say_error(error)
        outcome = exit_code_of(error)
    if arguments.json:
        print_json([page.to_json() for page in pages])
    return outcome


def id_card(arguments: argparse.Namespace) -> Exit:
    """Whether an ID card reader works: the kind of card and the masked number; nothing is kept."""
    say(sentence("id_card_lay_on"))
    record = read_id_card(CardOrder(arguments.port))
    masked = mask_id(record.id_number)
    if arguments.json:
        print_json({"kind": record.kind, "id_number": masked, "valid_to": record.valid_to})
    else:
        print(f"{label(f'card_kind.{record.kind}')}  {masked}")
    return Exit.DONE


def _line(scanner: Scanner) -> str:
    if scanner.problem:
        return f"✗ {scanner.id}  {scanner.name}  {sentence(scanner.problem)}"
    return f"✓ {scanner.id}  {scanner.name}  {'、'.join(label(f'source.{each}') for each in scanner.sources)}"
