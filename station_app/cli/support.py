"""``support``: what a technician needs of this PC, in one sealed file."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from station_app.cli.entry import open_desk
from station_app.cli.output import Exit, say, say_error
from station_app.config import PASSWORD, station_home
from station_app.errors import EnvironmentFault
from station_app.services import support as bundles
from station_app.services.desk import system_clock
from ui.messages import label, sentence


def support(arguments: argparse.Namespace) -> Exit:
    """List what goes in, then write it; the file's path is the last word on stdout.

    Without a password, or where the home cannot be opened, what can be seen from outside.
    """
    target = Path(arguments.file).absolute()
    if not os.environ.get(PASSWORD):
        return _closed(target)
    try:
        with open_desk() as desk:
            bundle = bundles.collect(desk)
            _tell(bundle)
            bundles.write(desk, bundle, target)
    except EnvironmentFault as fault:
        say_error(fault)
        return _closed(target)
    print(target)
    return Exit.DONE


def _closed(target: Path) -> Exit:
    say(sentence("support_from_outside"))
    bundle = bundles.collect_closed(station_home(), system_clock())
    _tell(bundle)
    bundles.write_closed(station_home(), bundle, target)
    print(target)
    return Exit.DONE


def _tell(bundle: bundles.SupportBundle) -> None:
    for each in bundle.entries:
        say(f"{each.name}  {each.size}  {label(f'support.{bundles.kind_of(each.name)}')}")
