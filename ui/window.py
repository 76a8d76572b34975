"""The one window: shows one stage at a time (sign-in, set-up, lock) or the shell, which stays alive behind the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from ui.widgets.stage import PROGRAM_NAME

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QPaintEvent

_WIDTH, _HEIGHT = 1366, 768  # pixels of the smallest screen we serve
_SMALL = 1.15  # a screen hardly bigger than that is filled


class Window(QWidget):
    """Its title never holds personal data.

    Signals: ``painted()`` once, after the first paint; ``lock_asked()`` (Ctrl+L); ``close_asked()``: the program
    decides and calls ``let_go``.
    """

    painted = Signal()
    lock_asked = Signal()
    close_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(PROGRAM_NAME)
        self._layers = QStackedLayout(self)
        self._stage: QWidget | None = None
        self._shell: QWidget | None = None
        self._has_painted = False
        self._may_close = False
        QShortcut(QKeySequence("Ctrl+L"), self).activated.connect(self.lock_asked)

    def show_stage(self, stage: QWidget) -> None:
        """Put a stage in front; the one before it goes, the shell stays where it is, unseen."""
        self._drop_stage()
        self._stage = stage
        self._layers.addWidget(stage)
        self._layers.setCurrentWidget(stage)

    def show_shell(self, shell: QWidget) -> None:
        """Put the shell in front; another shell goes, and the stage with it."""
        if self._shell is not None and self._shell is not shell:
            self._drop(self._shell)
        if self._shell is not shell:
            self._shell = shell
            self._layers.addWidget(shell)
        self._layers.setCurrentWidget(shell)
        self._drop_stage()

    def forget_shell(self) -> None:
        """Signed out: nothing of the work stays."""
        if self._shell is not None:
            self._drop(self._shell)
            self._shell = None

    def open_on_screen(self) -> None:
        """As large as the drawing; the whole of a screen that is hardly larger."""
        screen = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(_WIDTH, _HEIGHT)
        small = screen.width() < _WIDTH * _SMALL or screen.height() < _HEIGHT * _SMALL
        if small and QGuiApplication.platformName() != "offscreen":
            self.showMaximized()
        else:
            self.show()

    def let_go(self) -> None:
        """Close for good."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close:
            self.close_asked.emit()  # who listens saves, and lets go
        event.setAccepted(self._may_close)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def _drop_stage(self) -> None:
        if self._stage is not None:
            self._drop(self._stage)
            self._stage = None

    def _drop(self, layer: QWidget) -> None:
        self._layers.removeWidget(layer)
        layer.hide()
        layer.deleteLater()


def run_deferred_deletions() -> None:
    """Delete now what was marked with ``deleteLater``."""
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
