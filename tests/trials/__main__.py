"""The trial runner.

    python -m tests.trials [--trials N] [--seed S] [--jobs J] [--gear NAME]... [--without SAFEGUARD | --report FILE]

Prints a line for every trial that did harm; ends with ``N trials, 0 lost, 0 twice, 0 torn`` and the seed. Exit 0 only
if nothing was harmed. The same seed draws the same trials; keys and ids are new each time, so a power cut can fall
elsewhere. ``--without`` takes a safeguard out first and stops at the first harm, which there must be; ``--report`` does
so with each, too, and writes down what was measured.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.trials import report
from tests.trials.compare import Harm
from tests.trials.gears import GEARS, Gear
from tests.trials.mutations import MUTATIONS
from tests.trials.report import Measured
from tests.trials.working import Run, be_quiet, processors

_ENOUGH = 120  # trials in which a safeguard that is gone should have been missed
_IN_PROCESS = ("stepped", "power")  # the gears that can bend the program


def main(argv: Sequence[str] | None = None) -> int:
    """Run the trials; the answer is the exit code."""
    arguments = _parser().parse_args(argv)
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    names = arguments.gear or (
        list(_IN_PROCESS) if arguments.without else [gear.name for gear in GEARS.values() if gear.weight]
    )
    gears = [GEARS[name] for name in names]
    shares = _shares(gears, arguments.trials)
    measured = [
        Run(gear.name, share, seed, arguments.without).measured(arguments.jobs)
        for gear, share in zip(gears, shares, strict=True)
    ]
    if arguments.report is not None:
        _report(arguments.report, arguments.trials, measured, seed)
    harms = sum((each.harms for each in measured), Counter[Harm]())
    counts = ", ".join(f"{harms[harm]} {harm}" for harm in Harm)
    print(f"{sum(each.trials for each in measured)} trials, {counts}, seed {seed}", flush=True)
    return 1 if harms.total() else 0


def _report(file: Path, trials: int, measured: list[Measured], seed: int) -> None:
    command = f"python -m tests.trials --trials {trials} --seed {seed} --report {file}"
    found = {
        safeguard: {name: Run(name, _ENOUGH, seed, safeguard).measured() for name in _IN_PROCESS}
        for safeguard in MUTATIONS
    }
    report.write(file, command, measured, found)


def _shares(gears: Sequence[Gear], trials: int) -> list[int]:
    """At least one trial for each gear, the rest by weight; the first takes what rounding leaves."""
    weight = sum(gear.weight for gear in gears) or 1
    shares = [max(1, trials * gear.weight // weight) for gear in gears]
    return [max(1, trials - sum(shares[1:])), *shares[1:]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.trials")
    parser.add_argument("--trials", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, metavar="S", help="drawn and told when not given")
    parser.add_argument("--jobs", type=int, default=processors(), metavar="J", help="processes to divide a gear among")
    parser.add_argument("--gear", action="append", choices=list(GEARS), help="only this one; may be repeated")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--without", choices=list(MUTATIONS), metavar="SAFEGUARD", help=", ".join(MUTATIONS))
    what.add_argument("--report", type=Path, metavar="FILE", help="write docs/trials.md")
    return parser


if __name__ == "__main__":
    be_quiet()  # only in a process of its own
    sys.exit(main())
