"""``central``: the server's commands. Each opens the home, does one thing and ends, beside a running server too.

Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 the environment failed, 70 our bug. Messages go to stderr; where
a command prints one value, it is the last word on stdout.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from enum import IntEnum
from pathlib import Path

from central import notices
from central.clock import system_clock
from central.context import Central, make_central, open_central
from central.messages import sentence
from station_app.domain.application import FieldReturn, ReturnCode
from station_app.domain.reference import check_reference
from station_app.errors import BugError, EnvironmentFault, StationError, UserError

_USAGE = frozenset(
    {
        "central_not_initialised",
        "code_unknown",
        "column_missing",
        "configuration_unreadable",
        "database_url_invalid",
        "district_malformed",
        "field_unknown",
        "file_type_unknown",
        "file_unreadable",
        "package_not_yet",
        "reference_check",
        "reference_malformed",
        "return_unreadable",
        "station_name_malformed",
        "station_no_malformed",
    }
)


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    NO = 1
    USAGE = 2
    ENVIRONMENT = 3
    BUG = 70


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the answer is its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except StationError as error:
        _say(sentence(error))
        return int(_exit_of(error))
    except OSError as error:
        _say(sentence(EnvironmentFault("environment_failed", reason=error.strerror or type(error).__name__)))
        return int(Exit.ENVIRONMENT)
    except KeyboardInterrupt:
        return 130
    except Exception:
        traceback.print_exc()
        return int(Exit.BUG)


def _exit_of(error: StationError) -> Exit:
    if isinstance(error, BugError):
        return Exit.BUG
    if isinstance(error, EnvironmentFault):
        return Exit.ENVIRONMENT
    return Exit.USAGE if error.code in _USAGE else Exit.NO


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _open() -> closing[Central]:
    return closing(open_central(os.environ, system_clock))


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


# ---- commands


def _init(_arguments: argparse.Namespace) -> Exit:
    from central.keys import recovery_identity
    from central.packs import publish_packaged

    with closing(make_central(os.environ, system_clock)) as central:
        publish_packaged(central)
        identity = recovery_identity(central.home)
        if identity.exists():
            _say(sentence(UserError("recovery_identity_here", file=str(identity))))
        print(central.home.path)
    return Exit.DONE


def _serve(arguments: argparse.Namespace) -> Exit:
    from central.serving import serve

    with _open() as central:
        if not _is_loopback(arguments.host):
            _say(sentence(UserError("serve_needs_tls", host=arguments.host)))
        serve(central, arguments.host, arguments.port, lambda line: print(line, flush=True))
    return Exit.DONE


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _enrol(arguments: argparse.Namespace) -> Exit:
    from central.enrolment import new_code

    if arguments.out is not None:
        raise UserError("package_not_yet")
    with _open() as central:
        print(new_code(central, arguments.station_no, arguments.name, arguments.district))
    return Exit.DONE


def _roster_import(arguments: argparse.Namespace) -> Exit:
    from central.roster import import_roster
    from central.roster_file import read_roster

    with _open() as central:
        file = read_roster(arguments.file)
        done = import_roster(central, file.members, arguments.replace)
    for bad in file.bad_rows:
        _say(sentence(UserError("roster_row_left_out", bad.column, line=bad.line, reason=bad.code)))
    left_out = len(file.bad_rows)
    _print_json({"added": done.added, "changed": done.changed, "gone": done.gone, "left_out": left_out})
    return Exit.NO if left_out else Exit.DONE


def _review(arguments: argparse.Namespace) -> Exit:
    decide = _decision(arguments)
    with _open() as central:
        decide(central)
        _hand_over(central)
    return Exit.DONE


def _decision(arguments: argparse.Namespace) -> Callable[[Central], None]:
    """The decision as asked for; everything wrong with the request is found before anything is opened."""
    from central import review

    reference = check_reference(arguments.reference)
    if arguments.approve:
        return lambda central: review.approve(central, reference)
    if arguments.returned:
        returned = [FieldReturn.parse(each) for each in arguments.returned]
        return lambda central: review.give_back(central, reference, returned)
    code, _, note = arguments.reject.partition(":")
    if code not in set(ReturnCode):
        raise UserError("code_unknown", given=code)
    return lambda central: review.reject(central, reference, ReturnCode(code), note)


def _pay(arguments: argparse.Namespace) -> Exit:
    from central import money

    with _open() as central:
        if arguments.confirm is not None:
            return _confirm(central, arguments.confirm)
        if arguments.again is not None:
            print(money.write_batch(central, arguments.again))
            return Exit.DONE
        run = money.pay(central)
    for held in run.held:
        _say(sentence(UserError(f"held_{held.code}", reference=held.reference)))
    if not run.files:
        raise UserError("nothing_to_pay")
    for file in run.files:
        print(file)
    return Exit.DONE


def _confirm(central: Central, file: Path) -> Exit:
    from central import money

    done = money.confirm(central, file)
    _hand_over(central)
    for line in done.refused:
        _say(sentence(UserError("bank_line_refused", line=line.line, reason=line.code)))
    counts = {"paid": done.paid, "returned": done.returned, "already": done.already, "open": done.open}
    _print_json({**counts, "refused": len(done.refused)})
    return Exit.NO if done.refused else Exit.DONE


def _show(arguments: argparse.Namespace) -> Exit:
    from central.views import show

    reference = check_reference(arguments.reference)
    with _open() as central:
        shown = show(central, reference)
    print(json.dumps(shown, ensure_ascii=False, indent=None if arguments.json else 2))
    return Exit.DONE


def _list(arguments: argparse.Namespace) -> Exit:
    from central.views import list_cases

    with _open() as central:
        rows = list_cases(central)
    if arguments.json:
        _print_json(rows)
        return Exit.DONE
    for row in rows:
        print(row["reference"], row["state"], row["revision"], row["name"], row["amount"] or "-", sep="\t")
    return Exit.DONE


def _devices(_arguments: argparse.Namespace) -> Exit:
    from central.devices import list_devices

    with _open() as central:
        _print_json(list_devices(central))
    return Exit.DONE


def _revoke(arguments: argparse.Namespace) -> Exit:
    from central.devices import revoke

    with _open() as central:
        revoke(central, arguments.device)
    return Exit.DONE


def _audit(_arguments: argparse.Namespace) -> Exit:
    from central.audit import first_broken

    with _open() as central, central.database.read() as tx:
        broken = first_broken(tx)
    if broken is not None:
        raise UserError("audit_broken", seq=broken)
    return Exit.DONE


def _hand_over(central: Central) -> None:
    """Notices are a courtesy: that one cannot be delivered now does not undo what was decided."""
    try:
        notices.hand_over(central, notices.FileProvider(central.home.notices))
    except (EnvironmentFault, OSError) as error:
        _say(sentence(EnvironmentFault("notice_not_sent", reason=str(error))))


# ---- the command line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="central", description="职业发展助推参考中心服务")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], Exit], help_text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text)
        added.set_defaults(run=run)
        return added

    command("init", _init, "make the home, the keys, the database")
    serve = command("serve", _serve, "answer stations; prints the address when ready")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8400, help="0 takes a free one")
    enrol = command("enrol", _enrol, "print a one-time enrolment code for a station")
    enrol.add_argument("station_no", metavar="STATION_NO")
    enrol.add_argument("--name", required=True)
    enrol.add_argument("--district", help="whose roster the station gets; empty: the whole city's")
    enrol.add_argument("--out", type=Path, metavar="FILE", help="the package for a station without network")
    roster = commands.add_parser("roster", help="the roster of members").add_subparsers(required=True)
    importing = roster.add_parser("import", help="add and change members from a file")
    importing.set_defaults(run=_roster_import)
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--replace", action="store_true", help="who is not in the file is gone")
    _add_review(command("review", _review, "approve, return or reject a case"))
    pay = command("pay", _pay, "make a payment batch, or book the bank's answer")
    paying = pay.add_mutually_exclusive_group()
    paying.add_argument("--confirm", type=Path, metavar="FILE", help="the bank file with a column result")
    paying.add_argument("--again", metavar="BATCH", help="write a batch's bank file again")
    show = command("show", _show, "one case")
    show.add_argument("reference", metavar="REF")
    show.add_argument("--json", action="store_true")
    command("list", _list, "all cases").add_argument("--json", action="store_true")
    command("devices", _devices, "all devices").add_argument("--json", action="store_true")
    command("revoke", _revoke, "shut a device out").add_argument("device", metavar="DEVICE")
    command("audit", _audit, "check the chain of what was done here")
    return parser


def _add_review(review: argparse.ArgumentParser) -> None:
    review.add_argument("reference", metavar="REF")
    answer = review.add_mutually_exclusive_group(required=True)
    answer.add_argument("--approve", action="store_true")
    answer.add_argument(
        "--return", dest="returned", nargs="+", action="extend", metavar="FIELD:CODE[:NOTE]", help="may be repeated"
    )
    answer.add_argument("--reject", metavar="CODE[:NOTE]")


if __name__ == "__main__":
    sys.exit(main())
