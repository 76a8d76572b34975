"""The table of 台账 and its search line: which keys they take."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QWidget

from ui.models.ledger_model import COLUMNS, LedgerModel, fitting
from ui.theme import px, space

_CELL_PADDING = 8  # as in the style sheet
_WITH_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ENDS_FAR = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class SearchLine(QLineEdit):
    """Signals: ``down()``: the clerk goes into the list; ``entered()``."""

    down = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ledger_search")
        self.setPlaceholderText("查申报：姓名、拼音首字母、受理号、身份证号、卡号、手机号")
        self.setAccessibleName("查申报")
        self.setMaxLength(60)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
            self.down.emit()
        elif event.key() in _RETURN and not event.modifiers() & _WITH_COMMAND:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class CaseTable(QTableView):
    """Rows only; Enter or a double click opens, Home and End go to the ends. Signal: ``opened()``."""

    opened = Signal()

    def __init__(self, model: LedgerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ledger_table")
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # nothing is measured row by row
        rows.setDefaultSectionSize(px(34))
        heads = self.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setSectionsClickable(False)
        heads.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setMinimumSectionSize(px(40))
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    def choose(self, row: int) -> None:
        """Put the choice on this row, if there is one."""
        index = self.model().index(row, 0)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(index, flags)

    def shown_rows(self) -> tuple[int, int]:
        """The first and the last row in sight."""
        first = max(self.rowAt(0), 0)
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else max(self.model().rowCount() - 1, first)

    def take_focus(self) -> None:
        """From the search line: the first row is chosen unless one is."""
        if not self.currentIndex().isValid():
            self.choose(0)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _RETURN and not event.modifiers() & _WITH_COMMAND:
            self.opened.emit()
        elif key in _ENDS_FAR:
            self.choose(_ENDS_FAR[key] % max(self.model().rowCount(), 1))  # type: ignore[index]
        elif key == Qt.Key.Key_Escape or (event.text().isprintable() and event.text()):
            event.ignore()  # letters must not walk through 100,000 rows; the search line is for that
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room, metrics = self.viewport().width(), self.fontMetrics()
        widths = [metrics.horizontalAdvance(column.sample) + 2 * space(_CELL_PADDING) + px(8) for column in COLUMNS]
        kept = fitting(widths, room)
        spare = max(room - sum(widths[place] for place in kept), 0) // len(kept)
        for place, width in enumerate(widths):
            self.setColumnHidden(place, place not in kept)
            self.setColumnWidth(place, width + spare)
