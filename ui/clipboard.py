"""What was copied out of this program does not stay on the clipboard: a minute, until the lock, or until the end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QClipboard

SECONDS = 60
_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)


class CopiedOut(QObject):
    """Watches the clipboard, whichever field a text was copied from; what another program put there is left alone.

    ``owns``: whether what lies there is ours; the platform's own answer unless given. ``close`` ends it.
    """

    def __init__(
        self,
        clipboard: QClipboard,
        owns: Callable[[QClipboard.Mode], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clipboard = clipboard
        self._owns = owns or self._is_ours
        self._minute = QTimer(self)
        self._minute.setSingleShot(True)
        self._minute.setInterval(SECONDS * 1000)
        self._minute.timeout.connect(self.clear)
        clipboard.changed.connect(self._on_changed)

    @property
    def waiting(self) -> bool:
        """Whether something of ours lies there and will be taken away."""
        return self._minute.isActive()

    def clear(self) -> None:
        """Take away what is ours, now."""
        self._minute.stop()
        for mode in _MODES:
            if self._owns(mode):
                self._clipboard.clear(mode)

    def close(self) -> None:
        self._clipboard.changed.disconnect(self._on_changed)
        self.clear()

    def _on_changed(self, _mode: QClipboard.Mode) -> None:
        """Each new copy has its own minute."""
        if any(self._owns(mode) for mode in _MODES):
            self._minute.start()
        else:
            self._minute.stop()

    def _is_ours(self, mode: QClipboard.Mode) -> bool:
        selection = mode is QClipboard.Mode.Selection
        return self._clipboard.ownsSelection() if selection else self._clipboard.ownsClipboard()
