"""How a command gets at an open home: the environment's password, one process at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from station_app.cli.output import WrongUse
from station_app.config import PASSWORD, station_home
from station_app.services import backup, moving_in, session
from station_app.services.desk import Desk, system_clock


def password() -> str:
    """``STATION_PASSWORD``; raises WrongUse ``password_needed``."""
    secret = os.environ.get(PASSWORD)
    if not secret:
        raise WrongUse("password_needed")
    return secret


def operator_name(known: list[str]) -> str:
    """``STATION_OPERATOR``, or the only operator there is; raises WrongUse ``operator_needed``."""
    name = os.environ.get("STATION_OPERATOR")
    if name:
        return name
    if len(known) != 1:
        raise WrongUse("operator_needed")
    return known[0]


def has_open_home() -> bool:
    """Whether there is a home here, and a password to open it with."""
    return bool(os.environ.get(PASSWORD)) and bool(session.operators(station_home()))


@contextmanager
def open_desk(*, for_delivery: bool = False) -> Iterator[Desk]:
    """The home, locked for this process and signed in; everything is let go at the end."""
    home = station_home()
    if not (session.operators(home) or moving_in.is_due(home)):
        raise WrongUse("not_set_up")
    with session.hold(home):
        name = operator_name(session.operators(home))
        desk = session.sign_in(home, name, password(), system_clock, for_delivery=for_delivery)
        try:
            backup.use_copies(desk)
            yield desk
        finally:
            session.sign_out(desk)
