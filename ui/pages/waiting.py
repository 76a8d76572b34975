"""The wait after wrong passwords, counted down under the field."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QPushButton

from ui.widgets.field_box import FieldBox


class Waiting(QObject):
    """Holds a button down while the wait lasts. ``on``: a wait is running."""

    def __init__(self, box: FieldBox, button: QPushButton) -> None:
        super().__init__(box)
        self._box = box
        self._button = button
        self._seconds = 0
        self._words = ""
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._count_down)

    @property
    def on(self) -> bool:
        return self._seconds > 0

    def start(self, words: str, seconds: int) -> None:
        """Say ``words`` and, when there is a wait, how long it still lasts."""
        self._words, self._seconds = words, seconds
        if seconds:
            self._tick.start()
        self._show()

    def stop(self) -> None:
        self._seconds = 0
        self._tick.stop()
        self._button.setEnabled(True)

    def _count_down(self) -> None:
        self._seconds -= 1
        if self._seconds > 0:
            self._show()
            return
        self.stop()
        self._box.set_problem("现在可以再试一次。", "attention")

    def _show(self) -> None:
        self._button.setEnabled(not self.on)
        left = f"请等 {duration(self._seconds)}再试。" if self.on else ""
        self._box.set_problem(f"{self._words}{left}")


def duration(seconds: int) -> str:
    """``95`` -> ``1 分 35 秒``."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
