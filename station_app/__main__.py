"""The window's door."""

from __future__ import annotations

import gc
import sys

from station_app import children


def main() -> int:
    """Open the window, or be the child that was asked for; the answer is the process's exit code."""
    module = children.asked(sys.argv)
    if module is not None:
        return children.serve(module)
    gc.disable()  # imports leave nothing to collect; ``run`` turns it on again once the window is painted
    from ui.bootstrap import run

    return run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
