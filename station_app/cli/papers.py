"""``station print``: the form, sheet or receipt of a case as a PDF; ``station export``: all its pages, watermarked."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station_app.cli.entry import open_desk
from station_app.cli.output import Exit, say
from station_app.papers import Paper
from station_app.services import copies, papers, signed_papers


def print_case(arguments: argparse.Namespace) -> Exit:
    """Write the PDF and print its path; characters that no font has are told on stderr."""
    target = Path(arguments.out).absolute()
    with open_desk() as desk:
        which = Paper(arguments.paper) if arguments.paper else None
        sheet = papers.sheet(desk, arguments.reference, which)
        signed_papers.note_printed(desk, sheet)
    with _drawing():
        from ui.paper import lacking_words, write_pdf

        printed = write_pdf(sheet, target)
    if printed.missing:
        say(lacking_words(printed))
    print(target)
    return Exit.DONE


def export_case(arguments: argparse.Namespace) -> Exit:
    """Write the PDF and print its path; pages that are not on this PC any more are told on stderr."""
    target = Path(arguments.out).absolute()
    with open_desk() as desk, _drawing():
        from ui.messages import sentence
        from ui.paper.case_file import export_case

        reference = copies.note_export(desk, arguments.reference, arguments.purpose).value
        exported = export_case(desk, reference, arguments.purpose, target)
        if exported.erased:
            say(sentence("pages_erased", pages=exported.erased))
    print(target)
    return Exit.DONE


@contextmanager
def _drawing() -> Iterator[None]:
    """Qt draws the pages and needs no screen for it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen" if sys.platform == "linux" else "minimal")
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication(sys.argv[:1])
    try:
        yield
    finally:
        application.shutdown()
