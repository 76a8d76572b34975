"""``backup`` and ``restore``: the whole home into one file, and back; ``recover``: in again without the old key."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from station_app.cli.entry import open_desk, operator_name, password
from station_app.cli.output import Exit, WrongUse, say
from station_app.config import station_home
from station_app.errors import UserError
from station_app.services import backup as backups
from station_app.services import recovery, restoring, session, setup, text_files
from station_app.services.desk import system_clock
from ui.messages import sentence


def backup(arguments: argparse.Namespace) -> Exit:
    """Everything in one file; its path is the last word on stdout."""
    target = Path(arguments.file).absolute()
    if target.is_dir() or not target.parent.is_dir():
        raise UserError("file_not_writable")
    with open_desk() as desk:
        made = backups.write_file(desk, target)
    if made.absent:
        say(sentence("backup_incomplete", absent=made.absent))
    print(target)
    return Exit.DONE


def restore(arguments: argparse.Namespace) -> Exit:
    """A home from a backup file or folder; the home's path is the last word on stdout."""
    home = station_home()
    identity = _identity(Path(arguments.recovery)) if arguments.recovery else ""
    way = restoring.Way(password(), os.environ.get("STATION_OPERATOR", ""), identity)
    with session.hold(home):
        done = restoring.restore(
            Path(arguments.file).absolute(),
            home,
            way,
            system_clock,
            move_aside=arguments.move_aside,
            without_hurt_pages=arguments.without_hurt_pages,
        )
    say(sentence("restored", at=done.at, cases=done.cases, pages=done.pages))
    if done.absent:
        say(sentence("backup_incomplete", absent=done.absent))
    if done.aside is not None:
        say(sentence("moved_aside", folder=done.aside))
    print(home)
    return Exit.DONE


def recover(arguments: argparse.Namespace) -> Exit:
    """A new password (``STATION_PASSWORD``) for an operator who can no longer get in; the data stays as it is.

    ``request`` writes the file for the association, ``apply`` takes its answer; with ``--recovery`` at once.
    """
    home, operator = station_home(), os.environ.get("STATION_OPERATOR", "")
    if bool(arguments.action and arguments.file) == bool(arguments.recovery):
        raise WrongUse("recovery_how")
    if not setup.has_home(home):
        raise WrongUse("not_set_up")
    with session.hold(home):
        if arguments.action == "request":
            return _ask(home, Path(arguments.file))
        if arguments.action == "apply":
            recovery.apply(home, text_files.read(Path(arguments.file)), password(), system_clock)
        else:
            recovery.recover(home, operator, _identity(Path(arguments.recovery)), password(), system_clock)
    say(sentence("recovered"))
    return Exit.DONE


def _ask(home: Path, file: Path) -> Exit:
    """The code, to be read to the association, is the last word on stdout."""
    asked = recovery.ask(home, operator_name(session.operators(home)), system_clock)
    text_files.write(file, asked.text)
    print(asked.code)
    return Exit.DONE


def _identity(file: Path) -> str:
    """The line of an age identity file that holds the key."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("identity_unreadable") from error
    found = [line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")]
    if not found:
        raise UserError("identity_unreadable")
    return found[0]
