"""``station plans diff A B``: what changed between two packs and, where a home is open to it, which cases flip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from station_app.cli.entry import has_open_home, open_desk
from station_app.cli.output import Exit, print_json
from station_app.cli.packs import pack_files
from station_app.plans import Plan, load_plan
from station_app.plans.diff import Difference, differences
from station_app.services.plan_flips import CaseFlip, case_flips
from ui.messages import fill, table
from ui.plan_words import answer_words, difference_sentence


def run(one: str, two: str, *, as_json: bool) -> Exit:
    """Print the differences. Raises UserError ``pack_invalid``, WrongUse ``file_unreadable``."""
    before, after = pack_files(one), pack_files(two)
    plans = load_plan(before), load_plan(after)
    found = differences(before, after)
    flipped = _flips(*plans)
    if as_json:
        print_json(_document(plans, found, flipped))
    else:
        _print(found, flipped)
    return Exit.DONE


def _flips(before: Plan, after: Plan) -> tuple[CaseFlip, ...] | None:
    """None: there is no home here, or no password to open it with."""
    if not has_open_home():
        return None
    with open_desk() as desk:
        return case_flips(desk, before, after)


def _document(
    plans: tuple[Plan, Plan], found: Sequence[Difference], flipped: Sequence[CaseFlip] | None
) -> dict[str, Any]:
    packs = [{"year": plan.year, "version": plan.version} for plan in plans]
    shown = [{**each.to_json(), "message": difference_sentence(each)} for each in found]
    cases = None if flipped is None else [_flip(each) for each in flipped]
    return {"before": packs[0], "after": packs[1], "differences": shown, "flips": cases}


def _flip(flip: CaseFlip) -> dict[str, Any]:
    return {
        "reference": flip.reference,
        "state": flip.state.value,
        "before": flip.before.to_json() if flip.before else None,
        "after": flip.after.to_json() if flip.after else None,
    }


def _print(found: Sequence[Difference], flipped: Sequence[CaseFlip] | None) -> None:
    words = table("plans")
    for each in found:
        print(difference_sentence(each))
    if not found:
        print(words["diff.same"])
    if flipped is None:
        return
    print(fill(words["diff.flips" if flipped else "diff.no_flips"], {"count": len(flipped)}))
    for flip in flipped:
        answers = {"before": answer_words(flip.before), "after": answer_words(flip.after)}
        print(fill(words["flip.line"], {"reference": flip.reference, "state": flip.state.value, **answers}))
