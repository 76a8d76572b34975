"""``station assess`` and ``station plans``: need no home."""

from __future__ import annotations

import argparse

from station_app.cli import assess as assessing
from station_app.cli import plan_diff
from station_app.cli.entry import has_open_home, open_desk
from station_app.cli.output import Exit, WrongUse, print_json, say
from station_app.cli.packs import pack_files
from station_app.errors import UserError
from station_app.plans import load_plan
from station_app.services import plan_packs
from station_app.services.plan_book import packaged_plans
from station_app.services.plan_packs import PackLine
from ui.messages import pack_problem, sentence, table

_PACKS = {"list": 0, "check": 1, "diff": 2}


def assess(arguments: argparse.Namespace) -> Exit:
    """See ``assess.run``."""
    return assessing.run(arguments.file, with_ways_out=arguments.ways_out)


def plans(arguments: argparse.Namespace) -> Exit:
    """``plans list``: the versions this PC has, or those the program ships where no home is open.

    ``plans check FILE``: whether a pack holds, and where not. ``plans diff A B``: what changed between two packs.
    """
    given: list[str] = arguments.packs
    if len(given) != _PACKS[arguments.action]:
        raise WrongUse("packs_count")
    if arguments.action == "diff":
        return plan_diff.run(*given, as_json=arguments.json)
    if arguments.action == "check":
        return _check(given[0], as_json=arguments.json)
    return _list(as_json=arguments.json)


def _list(*, as_json: bool) -> Exit:
    rows = [_row(each) for each in _lines()]
    if as_json:
        print_json(rows)
        return Exit.DONE
    words = table("plans")
    for row in rows:
        said = [words[f"list.source.{row['source']}"], words[f"list.signature.{row['signature']}"]]
        said += [words["list.in_force" if row["in_force"] else "list.earlier"]]
        shown = (row["year"], row["version"], row["title"], row["deadline"] or "", *said, row["since"] or "")
        print(*shown, sep="\t")
    return Exit.DONE


def _lines() -> tuple[PackLine, ...]:
    """With a home and its password: what is kept there; else what the program ships."""
    if not has_open_home():
        return tuple(PackLine(plan, in_force=True) for plan in packaged_plans().versions)
    with open_desk() as desk:
        return plan_packs.listing(desk)


def _row(line: PackLine) -> dict[str, object]:
    """``source``: program or server; ``signature``: valid, invalid, or none for what came with the program."""
    plan = line.plan
    deadline = plan.deadline.isoformat() if plan.deadline else None
    categories = [category.value for category in plan.categories]
    return {
        "year": plan.year,
        "version": plan.version,
        "title": plan.title,
        "deadline": deadline,
        "categories": categories,
        "in_force": line.in_force,
        "source": "program" if line.signed is None else "server",
        "signature": {None: "none", True: "valid", False: "invalid"}[line.signed],
        "since": line.since,
    }


def _check(name: str, *, as_json: bool) -> Exit:
    try:
        plan = load_plan(pack_files(name))
    except WrongUse:
        raise
    except UserError as error:
        if as_json:
            print_json(_refusal(error))
        else:
            say(f"{error.field}: {pack_problem(str(error.params['problem']))} [{error.params['problem']}]")
        return Exit.NO
    if as_json:
        print_json({"ok": True, "year": plan.year, "version": plan.version})
    else:
        say(sentence("pack_holds", year=plan.year, version=plan.version))
    return Exit.DONE


def _refusal(error: UserError) -> dict[str, object]:
    """``file``, ``line`` and ``key`` apart, beside ``field`` as it is shown."""
    place, _, key = (error.field or "").partition(" ")
    file, _, line = place.partition(":")
    return {
        "ok": False,
        "code": error.code,
        "problem": error.params["problem"],
        "field": error.field,
        "file": file,
        "line": int(line) if line.isdecimal() else None,
        "key": key or None,
        "message": sentence(error),
    }
