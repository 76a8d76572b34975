"""How the server's commands open the home, what they print and how they end. Messages go to stderr."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from enum import IntEnum

from central.clock import system_clock
from central.context import Central, open_central
from station_app.errors import BugError, EnvironmentFault, StationError

_USAGE = frozenset(
    {
        "backup_mark_unknown",
        "central_not_initialised",
        "code_unknown",
        "column_missing",
        "configuration_unreadable",
        "courier_unreadable",
        "database_url_invalid",
        "district_malformed",
        "field_unknown",
        "file_type_unknown",
        "file_unreadable",
        "reference_check",
        "reference_malformed",
        "return_unreadable",
        "station_name_malformed",
        "station_no_malformed",
        "support_unreadable",
        "tls_files_both",
        "tls_files_unusable",
        "tls_host_malformed",
    }
)


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    NO = 1
    USAGE = 2
    ENVIRONMENT = 3
    BUG = 70


def exit_of(error: StationError) -> Exit:
    if isinstance(error, BugError):
        return Exit.BUG
    if isinstance(error, EnvironmentFault):
        return Exit.ENVIRONMENT
    return Exit.USAGE if error.code in _USAGE else Exit.NO


def say(text: str) -> None:
    """A line for the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False))


def opened() -> closing[Central]:
    """The home of ``CENTRAL_HOME``, closed at the end."""
    return closing(open_central(os.environ, system_clock))
