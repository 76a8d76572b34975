"""A station in a process of its own that types without a pause until it is killed.

``typing_child.py HOME``: one line on stdout for each key, when it has been handled: the number of keys so far.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from station_app.access.secrets import NoSecrets
from station_app.domain.operator import Operator
from station_app.events import Events
from station_app.services.desk import Desk
from station_app.services.plan_book import packaged_plans
from station_app.store import Store, StoreKeys
from tests.unit.ui.intake.conftest import MASTER, write
from ui.bridge import Bridge
from ui.context import Context
from ui.pages.intake import IntakePage
from ui.tasks import Tasks
from ui.theme import apply_theme

KEY_MS = 40
KEYS = "abcdefghijklmnopqrstuvwxyz"


def main(home: Path) -> int:
    app = QApplication([])
    app.setStyle("Fusion")
    store = Store.open(home, StoreKeys.derive(MASTER), lambda: datetime.now(UTC))
    operator = Operator("11111111-1111-4111-8111-111111111111", "王芳")
    desk = Desk(home, store, operator, packaged_plans(), lambda: datetime.now(UTC), NoSecrets(), MASTER)
    events = Events()
    tasks = Tasks(events, lambda error: print(error, file=sys.stderr))
    context = Context(desk, tasks, Bridge(events), apply_theme(app, "light", 12), events)
    window = QWidget()
    page = IntakePage(context, window)
    window.show()
    window.activateWindow()
    page.form.go_to("employer")
    count = 0

    def key() -> None:
        nonlocal count
        write(KEYS[count % len(KEYS)])
        count += 1
        print(count, flush=True)

    timer = QTimer()
    timer.timeout.connect(key)
    timer.start(KEY_MS)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
