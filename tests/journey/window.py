"""One run of the station's window, played by a clerk: ``python -m tests.journey.window first|second OUT PACE ...``.

The first run ends by SIGKILL, in the middle of everything. The second ends as a person ends it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from station_app.config import station_home
from tests.journey.clerk import Clerk
from tests.journey.hands import Hands
from tests.journey.link import Link
from tests.journey.parts import first_run, second_run
from ui.bootstrap import Program, choose_input_method
from ui.reports import start_log


def main(part: str, out: Path, pace: int, arguments: list[str]) -> int:
    """Play ``first URL CODE SCAN...`` or ``second REFERENCE``; 0 when it went to its end, 1 when it got stuck."""
    choose_input_method(os.environ)
    qInstallMessageHandler(_say)
    logging.getLogger().addHandler(logging.NullHandler())  # the program's log lines belong in its own file
    app = QApplication(sys.argv[:1])
    program = Program(app, station_home())
    program.closed.connect(app.quit)
    clerk = Clerk(program, out, Hands(pace), Link())
    stuck: list[str] = []

    def play() -> None:
        try:
            clerk.sit_down()
            if part == "first":
                first_run(clerk, arguments[0], arguments[1], arguments[2:])
                os.kill(os.getpid(), signal.SIGKILL)
            second_run(clerk, arguments[0])
            if not clerk.ask("stay open"):
                program.close()
        except Exception:  # whatever it was, it ends this run and is told
            stuck.append(traceback.format_exc())
            program.close()

    program.ready.connect(lambda: start_log(station_home()))  # as ``run`` does
    program.ready.connect(lambda: QTimer.singleShot(0, play))
    program.start()
    app.exec()
    for each in stuck:
        print(each, file=sys.stderr)
    return 1 if stuck else 0


def _say(_kind: QtMsgType, _context: QMessageLogContext, words: str) -> None:
    """Qt's own words, without the one that the offscreen platform repeats at every resize."""
    if "propagateSizeHints" not in words:
        print(words, file=sys.stderr)


if __name__ == "__main__":
    code = main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    sys.stderr.flush()
    os._exit(code)  # the program has closed; what still waits for a line on stdin must not hold the process
