"""Commands on people: ``operator``, ``hand-over``, ``audit``. A new password comes from ``STATION_NEW_PASSWORD``."""

from __future__ import annotations

import argparse
import os

from station_app.cli.entry import open_desk, password
from station_app.cli.output import Exit, WrongUse, print_json
from station_app.domain.operator import Role
from station_app.services import handing_over, people, session
from ui.messages import label


def operator(arguments: argparse.Namespace) -> Exit:
    """``add``, ``disable``, ``list``, ``password``: one's own, or with a name a first one for somebody else."""
    return _ACTIONS[arguments.action](arguments)


def _add(arguments: argparse.Namespace) -> Exit:
    new = _new_password()
    with open_desk() as desk:
        added = people.add(desk, _name(arguments), Role(arguments.role), new).value
    print(added.name)
    return Exit.DONE


def _disable(arguments: argparse.Namespace) -> Exit:
    with open_desk() as desk:
        people.disable(desk, _name(arguments))
    return Exit.DONE


def _password(arguments: argparse.Namespace) -> Exit:
    new = _new_password()
    with open_desk() as desk:
        if arguments.name and arguments.name != desk.operator.name:
            people.give_password(desk, arguments.name, new)
        else:
            session.change_password(desk, password(), new)
    return Exit.DONE


def _list(arguments: argparse.Namespace) -> Exit:
    with open_desk() as desk:
        known = people.operators(desk)
    if arguments.json:
        print_json([{"id": e.id, "name": e.name, "role": e.role.value, "disabled": e.disabled} for e in known])
    else:
        for each in known:
            print(each.name, label(f"role.{each.role}"), "已停用" if each.disabled else "", sep="\t")
    return Exit.DONE


_ACTIONS = {"add": _add, "disable": _disable, "password": _password, "list": _list}


def hand_over(arguments: argparse.Namespace) -> Exit:
    """Give cases to another operator; all of them or none."""
    with open_desk() as desk:
        handing_over.hand_over(desk, arguments.reference, arguments.to)
    return Exit.DONE


def audit(arguments: argparse.Namespace) -> Exit:
    """The audit chain's newest rows."""
    with open_desk() as desk:
        rows = people.done_here(desk, arguments.last)
    print_json([{**vars(each), "ids": dict(each.ids)} for each in rows])
    return Exit.DONE


def _name(arguments: argparse.Namespace) -> str:
    if not arguments.name:
        raise WrongUse("operator_name_missing")
    return str(arguments.name)


def _new_password() -> str:
    new = os.environ.get("STATION_NEW_PASSWORD")
    if not new:
        raise WrongUse("new_password_needed")
    return new
