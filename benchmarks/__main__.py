"""``python -m benchmarks [NAME]``: all measures or one, as a table and as ``build/bench.json``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Measure, table, write_json

ROOT = Path(__file__).resolve().parents[1]
NAMES = (
    "start",
    "lookup",
    "save",
    "sync",
    "slow_link",
    "assess",
    "roster",
    "encryption",
    "capture",
    "held",
)  # each a module with ``measure(folder) -> list[Measure]``


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="?", choices=NAMES, help="this one alone")
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # no window in the way, with or without a screen
    measures = []
    for name in (chosen.only,) if chosen.only else NAMES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        measures.extend(_measured(name))
    write_json(measures, ROOT / "build" / "bench.json")
    print(table(measures))
    return 0


def _measured(name: str) -> list[Measure]:
    build = ROOT / "build"  # the disk the project is on, not a folder that may be memory
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-", dir=build) as folder:
        found: list[Measure] = importlib.import_module(f"benchmarks.{name}").measure(Path(folder))
    return found


if __name__ == "__main__":
    sys.exit(main())
