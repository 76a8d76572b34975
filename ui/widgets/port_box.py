"""The serial ports there are, in a list that opens; they are looked for when it does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from station_app.devices.ports import Port


class PortBox(QComboBox):
    """Signals: ``edited(Port)``; ``opened()``: somebody is here and wants to see what there is.

    The remembered port stands in the list also while nothing is plugged in.
    """

    edited = Signal(object)
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ports: tuple[Port, ...] = ()
        self._used, self._used_name = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setPlaceholderText("还没有选")
        self.activated.connect(self._choose)

    def show_used(self, port_id: str, name: str) -> None:
        self._used, self._used_name = port_id, name
        self._fill()

    def show_ports(self, ports: Sequence[Port]) -> None:
        """What is plugged in now."""
        self._ports = tuple(ports)
        self._fill()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _choose(self, at: int) -> None:
        port = self.itemData(at)
        if port.id != self._used:
            self.edited.emit(port)

    def _fill(self) -> None:
        there = [each.id for each in self._ports]
        known = list(self._ports)
        if self._used and self._used not in there:
            known.append(
                Port(self._used, f"{self._used_name}　（现在没有插着）" if self._ports else self._used_name, "")
            )
        self.clear()
        for each in known:
            self.addItem(each.name, each)
        self.setCurrentIndex(next((at for at, each in enumerate(known) if each.id == self._used), -1))
