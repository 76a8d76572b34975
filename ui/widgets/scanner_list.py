"""The scanners there are, one a line, filled while they are found. Enter or Space chooses."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from station_app.devices.scanner import Scanner
from station_app.errors import StationError
from ui.messages import label, sentence
from ui.theme import px

_SCANNER = Qt.ItemDataRole.UserRole
_LINES, _LINE = 3, 40  # units


class ScannerList(QListWidget):
    """Signal: ``chosen(Scanner)``. A scanner that cannot be used says why and cannot be chosen."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scanner")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(True)
        self.setFixedHeight(_LINES * px(_LINE))
        self._used = ""
        self._empty = ""
        self.itemDoubleClicked.connect(lambda _: self.choose())

    @property
    def scanners(self) -> tuple[Scanner, ...]:
        """What is listed, as it was found."""
        found = (self.item(at).data(_SCANNER) for at in range(self.count()))
        return tuple(each for each in found if isinstance(each, Scanner))

    @property
    def used(self) -> str:
        """The id of the remembered one."""
        return self._used

    @property
    def current(self) -> Scanner | None:
        item = self.currentItem()
        known = item.data(_SCANNER) if item is not None else None
        return known if isinstance(known, Scanner) else None

    def begin(self, words: str, used: str = "") -> None:
        """Empty; ``words`` stand here until something is found. ``used``: the id of the remembered one."""
        self.clear()
        self._used = used
        self.say_empty(words)

    def say_empty(self, words: str) -> None:
        """What stands here while there is nothing."""
        self._empty = words
        self.viewport().update()

    def add(self, found: Scanner | StationError) -> None:
        """One that was found, or a driver that could not look. The mark is on the remembered one, else the first."""
        item = QListWidgetItem(self)
        item.setData(_SCANNER, found)
        if isinstance(found, StationError):
            item.setText(f"！ {sentence(found)}")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        else:
            item.setText(self._words(found))
        item.setToolTip(item.text())
        if isinstance(found, Scanner) and (found.id == self._used or (self.current is None and not found.problem)):
            self.setCurrentItem(item)

    def set_used(self, scanner_id: str) -> None:
        """Which of them is the remembered one."""
        self._used = scanner_id
        for at in range(self.count()):
            item = self.item(at)
            scanner = item.data(_SCANNER)
            if isinstance(scanner, Scanner):
                item.setText(self._words(scanner))
                if scanner.id == scanner_id:
                    self.setCurrentItem(item)

    def choose(self) -> None:
        """Take the one under the mark."""
        scanner = self.current
        if scanner is not None and not scanner.problem:
            self.chosen.emit(scanner)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.choose()
            event.accept()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.count() and self._empty:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(self.foregroundRole()))
            room = self.viewport().rect().adjusted(px(8), px(4), -px(8), -px(4))
            painter.drawText(room, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter, self._empty)

    def _words(self, scanner: Scanner) -> str:
        if scanner.problem:
            return f"✕ {scanner.name}：{sentence(scanner.problem)}"
        sources = "、".join(label(f"source.{each.value}") for each in scanner.sources)
        sign = "✓" if scanner.id == self._used else "○"
        used = "　现在用" if scanner.id == self._used else ""
        return f"{sign} {scanner.name}　{sources}{used}"
