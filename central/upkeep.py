"""Commands beside the daily work: devices and people shut out, recovery, backups, a technician's look."""

from __future__ import annotations

import argparse

from central.messages import sentence
from central.output import Exit, opened, print_json, say
from station_app.errors import UserError


def devices(_arguments: argparse.Namespace) -> Exit:
    from central.devices import list_devices

    with opened() as central:
        print_json(list_devices(central))
    return Exit.DONE


def revoke(arguments: argparse.Namespace) -> Exit:
    from central import devices as known

    with opened() as central:
        known.revoke(central, arguments.device, delivers=arguments.deliver)
    return Exit.DONE


def erase(arguments: argparse.Namespace) -> Exit:
    from central import devices as known

    with opened() as central:
        known.erase(central, arguments.device, at_once=arguments.undelivered)
    return Exit.DONE


def operators(_arguments: argparse.Namespace) -> Exit:
    from central.operators import list_operators

    with opened() as central:
        print_json(list_operators(central))
    return Exit.DONE


def revoke_operator(arguments: argparse.Namespace) -> Exit:
    from central import operators as known

    with opened() as central:
        known.revoke(central, arguments.station_no, arguments.operator)
    return Exit.DONE


def courier(arguments: argparse.Namespace) -> Exit:
    """What the file brought, as JSON; exit 1 when the answer has refusals."""
    from dataclasses import asdict

    from central.courier import carry

    with opened() as central:
        carried = carry(central, arguments.file, arguments.out)
    print_json(asdict(carried))
    return Exit.DONE if not carried.refused else Exit.NO


def recover(arguments: argparse.Namespace) -> Exit:
    """The code is the last word on stdout: it must be the one that the station reads out."""
    from central import recovery

    with opened() as central:
        operator, code = recovery.recover(central, arguments.file, arguments.identity, arguments.out)
    say(sentence(UserError("recovery_check", operator=operator)))
    print(code)
    return Exit.DONE


def audit(_arguments: argparse.Namespace) -> Exit:
    from central.audit import first_broken

    with opened() as central, central.database.read() as tx:
        broken = first_broken(tx)
    if broken is not None:
        raise UserError("audit_broken", seq=broken)
    return Exit.DONE


def restored(_arguments: argparse.Namespace) -> Exit:
    from central.restored import begin_epoch

    with opened() as central:
        print(begin_epoch(central))
    return Exit.DONE


def backup_begin(_arguments: argparse.Namespace) -> Exit:
    from central.backup_marks import begin

    with opened() as central:
        print(begin(central))
    return Exit.DONE


def backup_held(arguments: argparse.Namespace) -> Exit:
    from central.backup_marks import hold

    with opened() as central:
        hold(central, arguments.number)
    return Exit.DONE


def support(arguments: argparse.Namespace) -> Exit:
    """What the bundle was made of is the last line on stdout: station, version, moment."""
    from central.support import open_into

    with opened() as central:
        manifest = open_into(central, arguments.file, arguments.out, arguments.identity)
    for each in manifest.entries:
        say(f"{each.name}  {each.size}")
    print(manifest.station_no or "-", manifest.version, manifest.made_at, sep="\t")
    return Exit.DONE
