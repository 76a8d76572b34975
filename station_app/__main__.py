"""The window's door."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Open the window; the answer is the process's exit code."""
    gc.disable()  # imports leave nothing to collect; ``run`` turns it on again once the window is painted
    from ui.bootstrap import run

    return run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
