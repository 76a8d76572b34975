"""``python -m tests.journey --out build/demo``: one application from the counter to the card, through the real windows.

The server is a child ``central serve``; reviewer and bank are ``central`` commands; the clerk sends key events to the
focused widget and nothing else; the station is killed between submission and delivery. Exit code 0 only if the case is
paid and both databases agree.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.journey.central import CommandError
from tests.journey.conductor import Conductor, JourneyError
from tests.tools.shown_pictures import copy_shown

_WATCHED_PACE = 35  # milliseconds between two keys


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.journey", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder of screenshots, form and receipt")
    parser.add_argument("--pictures", type=Path, help="also copy the pictures of README and handbook here")
    chosen = parser.parse_args()
    out = _emptied(chosen.out.absolute())
    watched = _has_screen()
    with tempfile.TemporaryDirectory(prefix="zhutui-demo-") as folder:
        conductor = Conductor(
            out,
            Path(folder),
            pace=_WATCHED_PACE if watched else 0,
            stay=watched and sys.stdin.isatty() and sys.stdout.isatty(),
            environment=_environment(watched),
        )
        code = _played(conductor)
        if code == 0 and chosen.pictures:
            copy_shown(out, chosen.pictures)
    return code


def _played(conductor: Conductor) -> int:
    try:
        conductor.play()
    except (JourneyError, CommandError) as error:
        print(conductor.summary())
        print(f"the journey ended early: {error}", file=sys.stderr)
        return 1
    print(conductor.summary())
    print(f"paid, and both databases agree; pictures and papers are in {_short(conductor.out)}")
    return 0


def _has_screen() -> bool:
    """Whether somebody can watch; an explicit QT_QPA_PLATFORM decides."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return os.environ["QT_QPA_PLATFORM"] not in ("offscreen", "minimal", "vnc")
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _environment(watched: bool) -> dict[str, str]:
    environment = dict(os.environ)
    if not watched:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    return environment


def _emptied(out: Path) -> Path:
    """The folder without an earlier journey's pictures and papers; other files in it stay."""
    out.mkdir(parents=True, exist_ok=True)
    for pattern in ("[0-9][0-9]-*.png", "form.pdf", "receipt.pdf"):
        for path in out.glob(pattern):
            path.unlink()
    return out


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main())
