"""Does every rule of every pack have a test that fails without it? ``python -m tests.tools.removed_rules``.

Takes one rule at a time out of a pack, in memory, and runs the tests of the plans on what is left. Prints a Markdown
table; exit 1 if a rule can go unnoticed. As a pytest plugin (``-p tests.tools.removed_rules``) it takes out the rule
that ``WITHOUT_RULE`` names.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import resources

_TESTS = ("test_examples.py", "test_plan_2024.py", "test_plans_before.py", "test_numbers.py", "test_invariants.py")
_HEADER = re.compile(r"^\[\[(everybody|rules)\]\]$", re.MULTILINE)
_NEXT = re.compile(r"^(\[|# ----)", re.MULTILINE)


@dataclass(frozen=True)
class Removed:
    """The rule number ``place`` of a part of a pack."""

    year: int
    part: str
    place: int

    def __str__(self) -> str:
        return f"{self.year}:{self.part}:{self.place}"


def spans(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Part, number, start and end of every rule in a ``plan.toml``."""
    counts = {"everybody": 0, "rules": 0}
    for header in _HEADER.finditer(text):
        following = _NEXT.search(text, header.end())
        yield header[1], counts[header[1]], header.start(), following.start() if following else len(text)
        counts[header[1]] += 1


def without(text: str, part: str, place: int) -> str:
    """A ``plan.toml`` without one rule; rules that come after it by name stand alone then."""
    start, end = next((start, end) for each, number, start, end in spans(text) if (each, number) == (part, place))
    rule, rest = text[start:end], text[:start] + text[end:]
    name = re.search(r'^id = "(\w+)"$', rule, re.MULTILINE)
    if name and f'id = "{name[1]}"' not in rest:
        rest = re.sub(rf'^after = \["{name[1]}"\]\n', "", rest, flags=re.MULTILINE)
        rest = re.sub(rf'^(after = \[.*?)"{name[1]}",? ?(.*\])', r"\1\2", rest, flags=re.MULTILINE)
    return rest


def _take_out(name: str) -> None:
    of, part, place = name.split(":")
    whole = resources.plan_files

    def plan_files(year: int) -> dict[str, str]:
        files = whole(year)
        if year == int(of):
            files["plan.toml"] = without(files["plan.toml"], part, int(place))
        return files

    resources.plan_files = plan_files


if os.environ.get("WITHOUT_RULE"):
    _take_out(os.environ["WITHOUT_RULE"])


def _noticed(removed: Removed) -> str:
    """The first test that fails without the rule, or an empty text."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider"]
    command += ["-p", "tests.tools.removed_rules", *(f"tests/unit/plans/{each}" for each in _TESTS)]
    environment = {**os.environ, "WITHOUT_RULE": str(removed)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"^(?:FAILED|ERROR) \S+?::(\S+)", done.stdout, re.MULTILINE)
    return found[1] if found else ""


def main() -> int:
    """Try each; one line for each as it is done."""
    unnoticed = 0
    print("| plan | rule | fails without it |\n|---|---|---|")
    for year in resources.plan_years():
        text = resources.plan_files(year)["plan.toml"]
        for part, place, start, end in spans(text):
            told = re.findall(r'^(?:kind|fact|field|code) = "(.+)"$', text[start:end], re.MULTILINE)
            test = _noticed(Removed(year, part, place))
            unnoticed += not test
            print(f"| {year} | {part}[{place}] {' '.join(told)} | {test or '**nothing**'} |", flush=True)
    print(f"\n{unnoticed} unnoticed", file=sys.stderr)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
