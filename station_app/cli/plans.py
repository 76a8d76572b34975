"""``station assess`` and ``station plans``: need no home."""

from __future__ import annotations

import argparse
from pathlib import Path

from station_app.cli import assess as assessing
from station_app.cli.output import Exit, WrongUse, print_json, say
from station_app.errors import UserError
from station_app.plans import Plan, load_plan, unbundle
from station_app.services.plan_book import packaged_plans
from ui.messages import sentence


def assess(arguments: argparse.Namespace) -> Exit:
    """See ``assess.run``."""
    return assessing.run(arguments.file)


def plans(arguments: argparse.Namespace) -> Exit:
    """``plans list``: the plans the program ships. ``plans check FILE``: whether a pack holds, and where not."""
    if arguments.action == "list":
        return _list(as_json=arguments.json)
    if not arguments.file:
        raise WrongUse("file_needed")
    return _check(Path(arguments.file), as_json=arguments.json)


def _list(*, as_json: bool) -> Exit:
    book = packaged_plans()
    rows = [_row(book.get(year)) for year in book.years]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            print(f"{row['year']}\t{row['version']}\t{row['title']}\t{row['deadline'] or ''}")
    return Exit.DONE


def _row(plan: Plan) -> dict[str, object]:
    deadline = plan.deadline.isoformat() if plan.deadline else None
    categories = [category.value for category in plan.categories]
    return {
        "year": plan.year,
        "version": plan.version,
        "title": plan.title,
        "deadline": deadline,
        "categories": categories,
    }


def _check(path: Path, *, as_json: bool) -> Exit:
    try:
        plan = load_plan(_files(path))
    except UserError as error:
        if as_json:
            print_json({"ok": False, "code": error.code, "field": error.field, "message": sentence(error)})
        else:
            say(f"{error.field}: {sentence(error)} [{error.code}]")
        return Exit.NO
    if as_json:
        print_json({"ok": True, "year": plan.year, "version": plan.version})
    else:
        say(sentence("pack_holds", year=plan.year, version=plan.version))
    return Exit.DONE


def _files(path: Path) -> dict[str, str]:
    """A pack's files: a folder, its ``plan.toml``, or a bundle as it travels."""
    folder = path if path.is_dir() else path.parent
    try:
        if path.is_dir() or path.suffix == ".toml":
            return {each.name: each.read_text("utf-8") for each in sorted(folder.iterdir()) if each.is_file()}
        return dict(unbundle(path.read_text("utf-8")))
    except UnicodeDecodeError as error:
        raise UserError("not_utf8", path.name) from error
    except OSError as error:
        raise WrongUse("file_unreadable", file=str(path)) from error
