"""``station print``: the form, sheet or receipt of a case, as a PDF; the one that fits it unless named."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from station_app.cli.entry import open_desk
from station_app.cli.output import Exit, say
from station_app.papers import Paper
from station_app.services import papers


def print_case(arguments: argparse.Namespace) -> Exit:
    """Write the PDF and print its path; characters that no font has are told on stderr."""
    target = Path(arguments.out).absolute()
    with open_desk() as desk:
        which = Paper(arguments.paper) if arguments.paper else None
        sheet = papers.sheet(desk, arguments.reference, which)
    # Qt draws the page and needs no screen for it
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen" if sys.platform == "linux" else "minimal")
    from PySide6.QtGui import QGuiApplication

    from ui.paper import lacking_words, write_pdf

    application = QGuiApplication(sys.argv[:1])
    try:
        printed = write_pdf(sheet, target)
    finally:
        application.shutdown()
    if printed.missing:
        say(lacking_words(printed))
    print(target)
    return Exit.DONE
