"""``station print``: the form, sheet or receipt that fits the case, as a PDF."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from station_app.cli.entry import open_desk
from station_app.cli.output import Exit
from station_app.services import papers


def print_case(arguments: argparse.Namespace) -> Exit:
    """Write the PDF and print its path."""
    target = Path(arguments.out).absolute()
    with open_desk() as desk:
        sheet = papers.sheet(desk, arguments.reference)
    # Qt draws the page and needs no screen for it
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen" if sys.platform == "linux" else "minimal")
    from PySide6.QtGui import QGuiApplication

    from ui.paper import write_pdf

    application = QGuiApplication(sys.argv[:1])
    try:
        write_pdf(sheet, target)
    finally:
        application.shutdown()
    print(target)
    return Exit.DONE
