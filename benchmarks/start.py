"""From the start of the process to the sign-in window's first paint, beside a bare QMainWindow of the same size.

Both are child processes of this interpreter; the clock runs from the spawn to the byte that the child writes when the
event loop comes round after the first paint.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Measure, Seconds, alternated, compared, median
from station_app.access.secrets import NoSecrets
from station_app.services import session, setup
from station_app.services.desk import system_clock

RUNS, LIMIT = 15, 1.6
PASSWORD = "just for this measure"

_MARK = """
import os, sys
def mark():
    os.write(1, b".")
    os._exit(0)
"""
_BASELINE = (
    _MARK
    + """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        QTimer.singleShot(0, mark)
app = QApplication(sys.argv)
window = Window()
window.resize(1366, 768)
window.show()
sys.exit(app.exec())
"""
)
# the program's own door; only the moment of the first paint is tapped
_SUBJECT = (
    _MARK
    + """
from PySide6.QtCore import QTimer
from station_app.__main__ import main
from ui.window import Window
painted = Window.paintEvent
def paintEvent(self, event):
    QTimer.singleShot(0, mark)
    painted(self, event)
Window.paintEvent = paintEvent
sys.exit(main())
"""
)


def measure(folder: Path) -> list[Measure]:
    home = folder / "home"
    session.sign_out(setup.create_home(home, "王芳", PASSWORD, system_clock, secrets=NoSecrets()))
    environment = {**os.environ, "STATION_HOME": str(home)}
    subject, baseline = alternated(
        partial(_first_paint, _SUBJECT, environment), partial(_first_paint, _BASELINE, environment), RUNS, warm_up=2
    )
    return [compared("start", "ms", median(subject) * 1e3, median(baseline) * 1e3, LIMIT, RUNS)]


def _first_paint(code: str, environment: dict[str, str]) -> Seconds:
    begun = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        assert child.stdout is not None
        seen = child.stdout.read(1)
        taken = perf_counter() - begun
    if seen != b".":
        raise RuntimeError(f"no window was painted, exit code {child.returncode}")
    return taken
