"""What a command prints and how it ends. Messages go to stderr; stdout holds the answer alone."""

from __future__ import annotations

import json
import sys
from enum import IntEnum

from station_app.errors import BugError, EnvironmentFault, StationError, UserError
from ui.messages import sentence


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    NO = 1  # the answer is no
    USAGE = 2
    ENVIRONMENT = 3
    BUG = 70


class WrongUse(UserError):  # noqa: N818  how the command was called
    """The command was not used as it is meant: exit 2."""


def exit_code_of(error: StationError) -> Exit:
    if isinstance(error, BugError):
        return Exit.BUG
    if isinstance(error, EnvironmentFault):
        return Exit.ENVIRONMENT
    return Exit.USAGE if isinstance(error, WrongUse) else Exit.NO


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    print(json.dumps(document, ensure_ascii=False, indent=None))


def say(text: str) -> None:
    """A line for the person at the terminal."""
    print(text, file=sys.stderr)


def say_error(error: StationError) -> None:
    """The sentence, its code, and every further problem that came with it."""
    say(f"{sentence(error)} [{error.code}]")
    problems = error.params.get("problems")
    for problem in problems if isinstance(problems, list) else []:
        say(f"  {problem['field']}: {sentence(problem['code'], field=problem['field'])} [{problem['code']}]")
