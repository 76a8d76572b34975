"""A station enrolled with a real server, for the measures of delivery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from station_app.access.secrets import NoSecrets
from station_app.services import session, setup
from station_app.services.desk import Desk, system_clock
from station_app.services.passes import PassReport
from sync.engine import one_pass
from sync.enrolment import enrol
from sync.identity import transport_for
from tests.journey.central import Central


@contextmanager
def station(folder: Path) -> Iterator[tuple[Desk, str]]:
    """The desk and the server's address; what a new station lacks has been brought by a first pass."""
    central = Central(folder / "central")
    central.command("init")
    code = central.answer("enrol", "CY001", "--name", "测试站")
    with central.serving() as url:
        desk = setup.create_home(folder / "station", "王芳", "just for this measure", system_clock, NoSecrets())
        try:
            enrol(desk, url, code)
            whole_pass(desk)
            yield desk, url
        finally:
            session.sign_out(desk)


def whole_pass(desk: Desk) -> PassReport:
    """One pass to its end; nothing less is worth a measure."""
    with closing(transport_for(desk)) as transport:
        report = one_pass(desk, transport)
    if report.code is not None:
        raise RuntimeError(f"the pass ended with {report.code}")
    return report
