"""Commands on the home itself: ``init``, ``sync``, ``doctor``."""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path

from station_app import children
from station_app.cli.entry import open_desk, password
from station_app.cli.output import Exit, print_json, say
from station_app.config import PASSWORD, child_environment, station_home
from station_app.errors import EnvironmentFault
from station_app.services import doctor as checks
from station_app.services import elsewhere, moving_in, session, setup
from station_app.services.desk import system_clock
from ui.messages import label, sentence


def init(arguments: argparse.Namespace) -> Exit:
    """Make the home with its first operator and enrol it; repeated after a failure it goes on where it stopped."""
    from sync import enrolment

    package = Path(arguments.package) if arguments.package else None
    if package is None:
        enrolment.check_invitation(arguments.central, arguments.code)  # before a home is made of what was mistyped
    else:
        enrolment.read_package(package, arguments.code)
    home = station_home()
    with session.hold(home):
        secret = password()
        if setup.has_home(home):
            desk = session.sign_in(home, arguments.operator, secret, system_clock)
        else:
            desk = setup.create_home(home, arguments.operator, secret, system_clock)
        try:
            if not desk.secrets.usable:
                say(sentence(desk.secrets.problem or "keyring_unusable"))
            if package is None:
                enrolment.enrol(desk, arguments.central, arguments.code)
            else:
                enrolment.enrol_from_package(desk, package, arguments.code)
            say(sentence("station_enrolled", **setup.identity(desk)))
        finally:
            session.sign_out(desk)
    return Exit.DONE


def sync(arguments: argparse.Namespace) -> Exit:
    """One pass to the end; exit 3 when the server could not be reached."""
    from sync.engine import one_pass
    from sync.identity import transport_for

    with open_desk(for_delivery=True) as desk:
        transport = transport_for(desk)
        try:
            report = one_pass(desk, transport)
        finally:
            transport.close()
        print_json(report.counts())
        for warning in report.warnings:
            say(f"{sentence(warning)} [{warning}]")
        told = [row.reference for row in elsewhere.rows(desk)]
        if told:
            say(sentence("doctor_elsewhere", number=len(told), cases=told))
        if report.code is not None:
            raise EnvironmentFault(report.code)
    return Exit.DONE


def doctor(arguments: argparse.Namespace) -> Exit:
    """The self-check; exit 1 if something a clerk needs does not work. With a password it looks inside as well."""
    home = station_home()
    if moving_in.is_due(home):
        session.hold(home).release()
    found = [*checks.check_machine(home), _window()]
    if os.environ.get(PASSWORD) and all(each.ok for each in found if each.code == "doctor_set_up"):
        with open_desk() as desk:
            found += checks.check_desk(desk, full=arguments.full)
    if arguments.json:
        print_json([each.to_json() for each in found])
    else:
        for each in found:
            print(f"✓ {label(each.code)}" if each.ok else f"✗ {sentence(each.code, **each.params)}")
    return Exit.DONE if all(each.ok for each in found if each.needed) else Exit.NO


def _window() -> checks.Check:
    """Whether the window's libraries and a Chinese font are there, tried in a child: a missing one aborts."""
    environment = {**child_environment(), "QT_QPA_PLATFORM": "offscreen"}
    command = children.command("ui.theme.self_check")
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603  our own module
    return checks.Check("doctor_window", done.returncode == 0)
