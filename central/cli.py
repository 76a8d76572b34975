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
from pathlib import Path

from central import notices, upkeep
from central.clock import system_clock
from central.context import Central, make_central
from central.messages import sentence
from central.output import Exit, exit_of, opened, print_json, say
from station_app.domain.application import FieldReturn, ReturnCode
from station_app.domain.reference import check_reference
from station_app.errors import EnvironmentFault, StationError, UserError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the answer is its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except StationError as error:
        say(sentence(error))
        return int(exit_of(error))
    except OSError as error:
        say(sentence(EnvironmentFault("environment_failed", reason=error.strerror or type(error).__name__)))
        return int(Exit.ENVIRONMENT)
    except KeyboardInterrupt:
        return 130
    except Exception:
        traceback.print_exc()
        return int(Exit.BUG)


# ---- commands


def _init(_arguments: argparse.Namespace) -> Exit:
    from central.keys import recovery_identity
    from central.packs import publish_packaged

    with closing(make_central(os.environ, system_clock)) as central:
        publish_packaged(central)
        identity = recovery_identity(central.home)
        if identity.exists():
            say(sentence(UserError("recovery_identity_here", file=str(identity))))
        print(central.home.path)
    return Exit.DONE


def _serve(arguments: argparse.Namespace) -> Exit:
    from central.serving import serve

    if bool(arguments.cert) != bool(arguments.key):
        raise UserError("tls_files_both")
    tls = (arguments.cert, arguments.key) if arguments.cert else None
    with opened() as central:
        if tls is None and not _is_loopback(arguments.host):
            say(sentence(UserError("serve_needs_tls", host=arguments.host)))
        serve(central, arguments.host, arguments.port, lambda line: print(line, flush=True), tls)
    return Exit.DONE


def _tls_init(arguments: argparse.Namespace) -> Exit:
    from central.tls import SERVER_KEY, make_certificate

    with opened() as central:
        made = make_certificate(central.home, arguments.host, central.clock())
    print(made, made.with_name(SERVER_KEY))
    return Exit.DONE


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _enrol(arguments: argparse.Namespace) -> Exit:
    """The code is the last word on stdout; a package goes to its file, the code for it never does."""
    from central import enrolment

    whose = (arguments.station_no, arguments.name, arguments.district)
    with opened() as central:
        if arguments.out is None:
            print(enrolment.new_code(central, *whose))
        else:
            print(enrolment.write_package(central, arguments.out, *whose))
    return Exit.DONE


def _roster_import(arguments: argparse.Namespace) -> Exit:
    from central.roster import import_roster
    from central.roster_file import read_roster

    with opened() as central:
        file = read_roster(arguments.file)
        done = import_roster(central, file.members, arguments.replace)
    for bad in file.bad_rows:
        say(sentence(UserError("roster_row_left_out", bad.column, line=bad.line, reason=bad.code)))
    left_out = len(file.bad_rows)
    print_json({"added": done.added, "changed": done.changed, "gone": done.gone, "left_out": left_out})
    return Exit.NO if left_out else Exit.DONE


def _review(arguments: argparse.Namespace) -> Exit:
    from central import views

    decide = _decision(arguments)
    with opened() as central:
        decide(central)
        for told in views.for_the_reviewer(central, check_reference(arguments.reference)):
            say(sentence(told))
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

    with opened() as central:
        if arguments.confirm is not None:
            return _confirm(central, arguments.confirm)
        if arguments.again is not None:
            print(money.write_batch(central, arguments.again))
            return Exit.DONE
        run = money.pay(central)
    for held in run.held:
        say(sentence(UserError(f"held_{held.code}", reference=held.reference)))
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
        say(sentence(UserError("bank_line_refused", line=line.line, reason=line.code)))
    counts = {"paid": done.paid, "returned": done.returned, "already": done.already, "open": done.open}
    print_json({**counts, "refused": len(done.refused)})
    return Exit.NO if done.refused else Exit.DONE


def _show(arguments: argparse.Namespace) -> Exit:
    from central.views import show

    reference = check_reference(arguments.reference)
    with opened() as central:
        shown = show(central, reference)
    print(json.dumps(shown, ensure_ascii=False, indent=None if arguments.json else 2))
    return Exit.DONE


def _list(arguments: argparse.Namespace) -> Exit:
    from central.views import list_cases

    with opened() as central:
        rows = list_cases(central)
    if arguments.json:
        print_json(rows)
        return Exit.DONE
    for row in rows:
        print(row["reference"], row["state"], row["revision"], row["name"], row["amount"] or "-", sep="\t")
    return Exit.DONE


def _publish_plan(arguments: argparse.Namespace) -> Exit:
    from central.packs import publish
    from resources.pack_files import pack_at

    try:
        files = pack_at(arguments.file)
    except OSError as error:
        raise UserError("file_unreadable", file=str(arguments.file)) from error
    with opened() as central:
        plan = publish(central, files)
    say(sentence(UserError("plan_published", year=plan.year, version=plan.version)))
    print(f"{plan.year}/{plan.version}")
    return Exit.DONE


def _hand_over(central: Central) -> None:
    """Notices are a courtesy: that one cannot be delivered now does not undo what was decided."""
    try:
        notices.hand_over(central, notices.FileProvider(central.home.notices))
    except (EnvironmentFault, OSError) as error:
        say(sentence(EnvironmentFault("notice_not_sent", reason=str(error))))


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
    serve.add_argument("--cert", type=Path, metavar="FILE", help="the TLS certificate, PEM")
    serve.add_argument("--key", type=Path, metavar="FILE", help="its private key, PEM")
    tls = command("tls-init", _tls_init, "make or renew the server's TLS certificate; prints it and its key")
    tls.add_argument("host", metavar="HOST", nargs="+", help="a name or address under which stations know the server")
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
    publishing = command("publish-plan", _publish_plan, "sign a plan pack and send it to every station")
    publishing.add_argument("file", type=Path, metavar="FILE", help="a bundle, a plan's folder or its plan.toml")
    command("devices", upkeep.devices, "all devices").add_argument("--json", action="store_true")
    revoke = command("revoke", upkeep.revoke, "shut a device out")
    revoke.add_argument("device", metavar="DEVICE")
    revoke.add_argument("--deliver", action="store_true", help="what it holds is still taken, nothing is told it")
    erase = command("erase", upkeep.erase, "order a revoked device to erase its data once all of it is here")
    erase.add_argument("device", metavar="DEVICE")
    erase.add_argument("--undelivered", action="store_true", help="at once, whatever is in it: for a stolen PC")
    command("operators", upkeep.operators, "all operators of all stations").add_argument("--json", action="store_true")
    operator = command("revoke-operator", upkeep.revoke_operator, "shut an operator out at every PC of a station")
    operator.add_argument("station_no", metavar="STATION_NO")
    operator.add_argument("operator", metavar="OPERATOR", help="the name or the id")
    recover = command("recover", upkeep.recover, "answer a station whose operator forgot the password")
    recover.add_argument("file", type=Path, metavar="FILE", help="the station's request")
    recover.add_argument("--identity", type=Path, required=True, metavar="KEYFILE", help="the recovery identity")
    recover.add_argument("--out", type=Path, required=True, metavar="ANSWER")
    support = command("support", upkeep.support, "open a station's support bundle")
    support.add_argument("file", type=Path, metavar="FILE")
    support.add_argument("--out", type=Path, required=True, metavar="DIR")
    support.add_argument("--identity", type=Path, metavar="KEYFILE", help="of a bundle made without a password")
    courier = command("courier", upkeep.courier, "take in a station's file from a stick and answer it")
    courier.add_argument("file", type=Path, metavar="FILE")
    courier.add_argument("--out", type=Path, required=True, metavar="ANSWER")
    _add_backup(commands.add_parser("backup", help="say how far the server's backups reach"))
    command("audit", upkeep.audit, "check the chain of what was done here")
    command("restored", upkeep.restored, "after the home was put back from a copy, before serve: stations offer again")
    return parser


def _add_backup(backup: argparse.ArgumentParser) -> None:
    steps = backup.add_subparsers(required=True)
    beginning = steps.add_parser("begin", help="before the database, then the home, are copied; prints the mark")
    beginning.set_defaults(run=upkeep.backup_begin)
    held = steps.add_parser("held", help="the copy is whole and on another disk: stations may erase what is in it")
    held.set_defaults(run=upkeep.backup_held)
    held.add_argument("number", metavar="MARK", type=int)


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
