"""The list that opens under a line while the clerk types. It never takes the focus: the line keeps all keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui.theme import current_tokens, px, space
from ui.widgets.text import Text

_Index = QModelIndex | QPersistentModelIndex
_ROLE = int(Qt.ItemDataRole.UserRole)
_MOST_ROWS = 8
_FEWEST_ROWS = 4  # below the line; with room for fewer the list opens upwards


@dataclass(frozen=True)
class Suggestion:
    """One row: what is taken (``title``), soft words beside it, and whatever the owner wants back."""

    title: str
    detail: str = ""
    data: object = None


class SuggestionModel(QAbstractListModel):
    """The rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Suggestion, ...] = ()

    def put(self, rows: Sequence[Suggestion]) -> None:
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.title} {row.detail}"
        return row if role == _ROLE else None


class _Delegate(QStyledItemDelegate):
    """Title in the text's colour, the detail soft behind it."""

    title_width = 0

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(px(160), px(36))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        tokens = current_tokens()
        row: Suggestion = index.data(_ROLE)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setFont(option.font)  # type: ignore[attr-defined]
        if chosen:
            painter.fillRect(rect, QColor(tokens.accent_on))
            painter.fillRect(QRect(rect.topLeft(), QSize(space(3), rect.height())), QColor(tokens.accent))
        inside = rect.adjusted(space(12), 0, -space(12), 0)
        title_width = min(self.title_width, inside.width()) if row.detail else inside.width()
        self._write(painter, QRect(inside.topLeft(), QSize(title_width, inside.height())), row.title, tokens.text)
        if row.detail:
            self._write(painter, inside.adjusted(title_width + space(12), 0, 0, 0), row.detail, tokens.soft_text)
        painter.restore()

    @staticmethod
    def _write(painter: QPainter, rect: QRect, text: str, colour: str) -> None:
        painter.setPen(QColor(colour))
        fitting = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, fitting)


class SuggestionList(QFrame):
    """Signal: ``chosen(Suggestion)`` when a row is clicked; the line passes keys on through ``step``, ``current``."""

    chosen = Signal(object)

    def __init__(self, line: QWidget) -> None:
        super().__init__(line.window())
        self._line = line
        self.setObjectName("suggestions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._note = Text("", "note", wrap=True, parent=self)
        self._note.setProperty("role", "list_note")
        self._model = SuggestionModel(self)
        self._view = QListView(self)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setModel(self._model)
        self._view.setUniformItemSizes(True)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = _Delegate(self._view)
        self._view.setItemDelegate(self._delegate)
        self._view.clicked.connect(lambda index: self.chosen.emit(self._model.rows[index.row()]))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self._view)
        layout.addWidget(self._note)
        line.installEventFilter(self)
        line.destroyed.connect(self.deleteLater)
        self.hide()

    @property
    def rows(self) -> tuple[Suggestion, ...]:
        return self._model.rows

    def show_rows(self, rows: Sequence[Suggestion], note: str = "", highlight_first: bool = False) -> None:
        """Open under the line with these rows; ``note`` stands below them, or alone when there are none."""
        self._model.put(rows)
        metrics = self._view.fontMetrics()
        self._delegate.title_width = max((metrics.horizontalAdvance(row.title) for row in rows), default=0)
        self._view.setVisible(bool(rows))
        self._note.setText(note)
        self._note.setVisible(bool(note))
        if not rows and not note:
            self.hide()
            return
        if highlight_first and rows:
            self._view.setCurrentIndex(self._model.index(0))
        self._place(len(rows), bool(note))
        self.show()
        self.raise_()

    def step(self, by: int) -> None:
        """Move the highlight."""
        if self._model.rows:
            now = self._view.currentIndex()
            row = now.row() + by if now.isValid() else (0 if by > 0 else len(self._model.rows) - 1)
            self._view.setCurrentIndex(self._model.index(min(max(row, 0), len(self._model.rows) - 1)))

    def current(self) -> Suggestion | None:
        """The highlighted row, while the list is open."""
        index = self._view.currentIndex()
        return self._model.rows[index.row()] if self.isVisible() and index.isValid() else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.Move):
            self.hide()
        return False

    def _place(self, rows: int, note: bool) -> None:
        window = self._line.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        width = min(max(self._line.width(), self._wanted_width()), window.width() - 2 * space(8))
        row_height = px(36)
        note_height = self._note.heightForWidth(width - 2) if note else 0
        below = self._line.mapTo(window, QPoint(0, self._line.height() + space(2)))
        above = self._line.mapTo(window, QPoint(0, -space(2)))
        room = window.height() - space(8) - below.y() - note_height - 2
        downwards = room >= min(rows, _FEWEST_ROWS) * row_height
        room = room if downwards else above.y() - space(8) - note_height - 2
        height = min(rows, _MOST_ROWS, room // row_height) * row_height + note_height + 2
        x = min(below.x(), window.width() - width - space(8))
        self.setGeometry(x, below.y() if downwards else above.y() - height, width, height)

    def _wanted_width(self) -> int:
        metrics = self._view.fontMetrics()
        details = max((metrics.horizontalAdvance(row.detail) for row in self._model.rows), default=0)
        return self._delegate.title_width + details + space(64)
