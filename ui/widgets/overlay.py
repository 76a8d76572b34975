"""A sheet over the page: what a dialog is elsewhere, but inside the window, so that the lock covers it too."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.theme import px, space
from ui.widgets.card import Card

_VEIL = QColor(0, 0, 0, 110)


class Overlay(QWidget):
    """Lies over ``host`` (a page), keeps the focus inside, goes with Esc and gives the focus back where it was.

    ``width`` and ``height`` in units; the sheet never grows beyond the host. Signal: ``closed()``.
    Attribute: ``card`` (what is added to ``card.body`` stands on the sheet).
    """

    closed = Signal()

    def __init__(self, host: QWidget, title: str, width: int, height: int = 0) -> None:
        super().__init__(host)
        self._host = host
        self._wanted = (width, height)
        self._back: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.card = Card(title, self)
        self.card.setProperty("raised", "true")
        host.installEventFilter(self)
        self.hide()

    def open_over(self, focus: QWidget) -> None:
        """Show the sheet with the focus in ``focus``."""
        now = QApplication.focusWidget()
        if now is not None and not self.isAncestorOf(now):
            self._back = now
        self.setGeometry(self._host.rect())
        self.show()  # before its size is asked for: the style sheet comes with showing
        self._place()
        self.raise_()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close; the focus goes back to where it was."""
        if not self.isVisibleTo(self._host):
            return
        self.hide()
        if self._back is not None and self._back.isEnabled():
            self._back.setFocus(Qt.FocusReason.PopupFocusReason)
        self._back = None
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()  # nothing under the sheet hears a key

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round on the sheet."""
        stops = [each for each in self.focus_order() if each.isVisibleTo(self) and each.isEnabled()]
        now = QApplication.focusWidget()
        if not stops:
            return True
        at = stops.index(now) if now in stops else -1
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def focus_order(self) -> list[QWidget]:
        """The stops of Tab, in order: everything on the sheet that takes it, as it was made."""
        children = cast(list[QWidget], self.card.findChildren(QWidget))
        return [each for each in children if each.focusPolicy() & Qt.FocusPolicy.TabFocus and not each.focusProxy()]

    def event(self, event: QEvent) -> bool:
        """No key of the page or the window acts under the sheet, except the one that locks."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            locks = event.key() == Qt.Key.Key_L and event.modifiers() & Qt.KeyboardModifier.ControlModifier
            event.setAccepted(not locks)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), _VEIL)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        self.setGeometry(self._host.rect())
        margin = space(24)
        width = min(px(self._wanted[0]), self.width() - 2 * margin)
        wanted = px(self._wanted[1]) if self._wanted[1] else self._fitting_height(width)
        height = min(wanted, self.height() - 2 * margin)
        self.card.setGeometry(QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height))

    def _fitting_height(self, width: int) -> int:
        layout = self.card.layout()
        assert isinstance(layout, QVBoxLayout)
        return layout.heightForWidth(width) if layout.hasHeightForWidth() else self.card.sizeHint().height()
