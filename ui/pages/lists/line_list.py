"""A list of lines under headings: the model, how a line is drawn, the view with its keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.models.lines import Entry, Heading, Line
from ui.theme import current_tokens, number_font, px, space
from ui.theme.tokens import Tokens

_Index = QModelIndex | QPersistentModelIndex
_ROLE = int(Qt.ItemDataRole.UserRole)
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class LineModel(QAbstractListModel):
    """Headings and lines; headings cannot be chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()

    def put(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = tuple(entries)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == _ROLE:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.spoken if isinstance(entry, Line) else entry.text
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self.entries[index.row()], Line):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags

    def line_rows(self) -> list[int]:
        return [row for row, entry in enumerate(self.entries) if isinstance(entry, Line)]


class LineDelegate(QStyledItemDelegate):
    """Draws an entry; what does not fit ends in …, the page shows it whole beside the list."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        heading = isinstance(index.data(_ROLE), Heading)
        return QSize(px(240), px(26) + space(8) if heading else px(46) + space(16))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry, tokens = index.data(_ROLE), current_tokens()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        if isinstance(entry, Heading):
            _write(
                painter,
                rect.adjusted(space(16), space(8), -space(16), 0),
                entry.text,
                _font(13, bold=True),
                tokens.soft_text,
            )
        else:
            self._paint_line(painter, rect, entry, tokens, chosen=bool(state & QStyle.StateFlag.State_Selected))
        painter.restore()

    def _paint_line(self, painter: QPainter, rect: QRect, line: Line, tokens: Tokens, *, chosen: bool) -> None:
        if chosen:
            painter.fillRect(rect, QColor(tokens.accent_on))
            painter.fillRect(QRect(rect.left(), rect.top(), space(4), rect.height()), QColor(tokens.accent))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(tokens.line))
        tone = getattr(tokens, {"soft": "soft_text", "": "soft_text"}.get(line.tone, line.tone))
        left = rect.left() + space(16)
        inside = QRect(left, rect.top() + space(8), rect.right() - space(16) - left, rect.height() - space(16))
        upper = QRect(inside.left(), inside.top(), inside.width(), inside.height() // 2)
        lower = QRect(inside.left(), upper.bottom() + 1, inside.width(), inside.height() - upper.height())
        indent = px(24)
        _write(painter, QRect(upper.left(), upper.top(), indent, upper.height()), line.sign, _font(15, bold=True), tone)
        upper.setLeft(upper.left() + indent)
        lower.setLeft(lower.left() + indent)
        _row(painter, upper, line.title, line.note, line.aside, tokens)
        right = _right(painter, lower, line.when, tokens)
        _write(painter, QRect(lower.left(), lower.top(), right, lower.height()), line.detail, _font(13), tone)


class LineList(QListView):
    """Up, Down, Home and End move over lines (headings are passed over), Enter or a double click opens.

    Signals: ``opened(Line)``; ``moved(Line or None)``: another line is current.
    """

    opened = Signal(object)
    moved = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.lines = LineModel(self)
        self.setModel(self.lines)
        self.setItemDelegate(LineDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.doubleClicked.connect(lambda index: self._open(index.row()))
        self.selectionModel().currentChanged.connect(lambda now, _before: self.moved.emit(self._line(now.row())))

    def current(self) -> Line | None:
        return self._line(self.currentIndex().row())

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; the chosen line stays chosen, or its neighbour when it is gone. No change, no work."""
        if tuple(entries) == self.lines.entries:
            return
        before, place, top = self.current(), self.currentIndex().row(), self.verticalScrollBar().value()
        key = before.key if before else None
        self.selectionModel().blockSignals(True)
        self.lines.put(entries)
        self.selectionModel().blockSignals(False)
        rows = self.lines.line_rows()
        same = next((row for row in rows if key is not None and self._key(row) == key), None)
        row = same if same is not None else min(rows, key=lambda each: abs(each - max(place, 0)), default=None)
        if row is not None:
            self._choose(row)
        self.verticalScrollBar().setValue(top)
        self.moved.emit(self.current())

    def choose(self, key: str) -> bool:
        """Put the choice on the line of this key; False when it is not there."""
        row = next((each for each in self.lines.line_rows() if self._key(each) == key), None)
        if row is not None:
            self._choose(row)
        return row is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & _MODIFIERS:
            self._open(self.currentIndex().row())
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.lines.line_rows():
            self._choose(self.lines.line_rows()[0 if event.key() == Qt.Key.Key_Home else -1])
        else:
            super().keyPressEvent(event)

    def _choose(self, row: int) -> None:
        index = self.lines.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def _open(self, row: int) -> None:
        line = self._line(row)
        if line is not None:
            self.opened.emit(line)

    def _line(self, row: int) -> Line | None:
        entry = self.lines.entries[row] if 0 <= row < len(self.lines.entries) else None
        return entry if isinstance(entry, Line) else None

    def _key(self, row: int) -> str:
        line = self._line(row)
        return line.key if line else ""


_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def _font(units: float, *, bold: bool = False) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(px(units))
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


def _row(painter: QPainter, rect: QRect, title: str, note: str, aside: str, tokens: Tokens) -> None:
    """Title, soft words beside it, soft words at the right."""
    width = _right(painter, rect, aside, tokens)
    font = _font(16)
    wanted = QFontMetrics(font).horizontalAdvance(title) + 1
    title_width = min(wanted, width)
    _write(painter, QRect(rect.left(), rect.top(), title_width, rect.height()), title, font, tokens.text)
    left = title_width + space(12)
    if note and left < width:
        soft = number_font(_font(13))
        _write(
            painter, QRect(rect.left() + left, rect.top(), width - left, rect.height()), note, soft, tokens.soft_text
        )


def _right(painter: QPainter, rect: QRect, text: str, tokens: Tokens) -> int:
    """Write soft words at the right; the width that is left for the others."""
    if not text:
        return rect.width()
    font = number_font(_font(13))
    width = QFontMetrics(font).horizontalAdvance(text) + 1
    painter.setFont(font)
    painter.setPen(QColor(tokens.soft_text))
    painter.drawText(rect, _RIGHT, text)
    return max(rect.width() - width - space(12), 0)


def _write(painter: QPainter, rect: QRect, text: str, font: QFont, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    fitting = painter.fontMetrics().elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, _LEFT, fitting)
