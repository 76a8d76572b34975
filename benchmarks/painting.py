"""From a key in the window's own lookup line to the painted rows of its list."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QVBoxLayout, QWidget

from station_app.events import Events
from station_app.services.desk import Desk
from ui.pages.intake.lookup import LookupLine
from ui.tasks import Tasks
from ui.theme import apply_theme

_PATIENCE_MS = 5_000


class _Painted(QObject):
    """Sees the list's viewport painted and then asks whether what was painted is what is waited for."""

    def __init__(self, line: LookupLine, loop: QEventLoop) -> None:
        super().__init__()
        self.seen_at = 0.0
        self._line = line
        self._loop = loop

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # the moment is taken when the event loop comes round after the paint
        if event.type() == QEvent.Type.Paint and isinstance(watched.parent(), QListView):
            QTimer.singleShot(0, self._after)
        return False

    def _after(self) -> None:
        if not self.seen_at and self._line.suggestions:
            self.seen_at = perf_counter()
            self._loop.quit()


def painted_times(desk: Desk, texts: Sequence[str]) -> list[float]:
    """Seconds from the last key of each text to its rows on the screen."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([])
    apply_theme(app, "light", 14)
    tasks = Tasks(Events(), _unexpected)
    window = QWidget()
    column = QVBoxLayout(window)
    line = LookupLine(desk, tasks)
    column.addWidget(line)
    column.addStretch(1)
    window.resize(1366, 768)
    window.show()
    QTest.qWaitForWindowActive(window)
    line.setFocus()
    try:
        return [_painted(app, line, text) for text in texts]
    finally:
        tasks.close()
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _painted(app: QApplication, line: LookupLine, text: str) -> float:
    line.clear_all()
    loop = QEventLoop()
    watcher = _Painted(line, loop)
    if len(text) > 1:
        line.setText(text[:-1])  # what stood there before this key
    app.installEventFilter(watcher)
    QTimer.singleShot(_PATIENCE_MS, loop.quit)
    begun = perf_counter()
    _key(line, text[-1])
    loop.exec()
    app.removeEventFilter(watcher)
    if not watcher.seen_at:
        raise RuntimeError("no rows were painted")
    return watcher.seen_at - begun


def _key(line: LookupLine, character: str) -> None:
    if character.isascii():
        QTest.keyClick(line, ord(character))
        return
    commit = QInputMethodEvent()
    commit.setCommitString(character)
    QApplication.sendEvent(line, commit)


def _unexpected(error: BaseException) -> None:
    raise error
