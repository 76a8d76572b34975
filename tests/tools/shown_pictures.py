"""``python -m tests.tools.shown_pictures FOLDER...``: of numbered screenshots those that a page of the documentation
shows, made small, into ``docs/images``.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "images"


def copy_shown(folder: Path, target: Path = TARGET) -> list[str]:
    """From ``folder``'s ``NN-name.png`` to ``name.png``; the names that were copied."""
    target.mkdir(parents=True, exist_ok=True)
    shown = _shown_in((ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
    found = {f"{path.stem[3:]}.png": path for path in folder.rglob("[0-9][0-9]-*.png")}
    for name in shown & found.keys():
        _write_small(found[name], target / name)
    return sorted(shown & found.keys())


def _write_small(source: Path, target: Path) -> None:
    """256 colours are enough for a page, at a quarter of the size."""
    with Image.open(source) as picture:
        small = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        small.save(target, optimize=True)


def _shown_in(pages: Iterable[Path]) -> set[str]:
    """The file names of the pictures that these pages show from ``images/``."""
    return {name for page in pages for name in re.findall(r"images/([a-z-]+\.png)", page.read_text(encoding="utf-8"))}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.shown_pictures")
    parser.add_argument("folders", type=Path, nargs="+")
    for folder in parser.parse_args().folders:
        print(f"{folder}: {', '.join(copy_shown(folder)) or 'none that a page shows'}")


if __name__ == "__main__":
    main()
