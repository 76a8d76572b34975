"""还差: what keeps the case from being submitted, each line leading to its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QIcon, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from station_app.domain.fields import SECTIONS, FieldProblem
from station_app.errors import UserError
from ui.messages import label, sentence
from ui.theme import current_tokens, px, space

_FIELD = Qt.ItemDataRole.UserRole
_WORDS = {"consent": "当面告知，请本人同意", "insist": "本人坚持申报的理由"}


@dataclass(frozen=True)
class MissingLine:
    """One line: where it leads, what it says, whether something is wrong rather than not there yet."""

    field: str
    words: str
    wrong: bool = False


def lines_of(missing: Sequence[FieldProblem], labels: Mapping[str, str]) -> list[MissingLine]:
    """One line for each field; scans that are missing share one, and so do the facts of membership.

    ``labels``: the plan's own names of fields. What a page speaks against is there, only not settled.
    """
    lines: list[MissingLine] = []
    scans = _missing(missing, "scan.")
    facts = [name for name in _missing(missing) if name in SECTIONS["member"]]
    for each in missing:
        name = each.field or ""
        if each.code == "differs":
            lines.append(MissingLine(name, f"核对{labels.get(name) or words_of(name)}：与扫描件不一致"))
        elif each.code != "missing":
            lines.append(MissingLine(name, sentence(UserError(each.code, each.field)).rstrip("。"), wrong=True))
        elif name in scans and len(scans) > 1:
            if name == scans[0]:
                lines.append(MissingLine(name, f"扫描件 {len(scans)} 页，F12 扫描，F6 添加"))
        elif name in facts and len(facts) > 1:
            if name == facts[0]:
                lines.append(MissingLine(name, f"会员身份 {len(facts)} 项"))
        else:
            lines.append(MissingLine(name, labels.get(name) or words_of(name)))
    return lines


def _missing(missing: Sequence[FieldProblem], prefix: str = "") -> list[str]:
    return [each.field for each in missing if each.code == "missing" and each.field and each.field.startswith(prefix)]


def words_of(name: str) -> str:
    """How something that is missing is called, here and in the banner."""
    return f"扫描件：{label(name)}" if name.startswith("scan.") else _WORDS.get(name) or label(name)


class MissingList(QListWidget):
    """Signal: ``wanted(field)``: Enter or a click on a line. As high as its lines; one focus stop."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("missing")
        self.setAccessibleName("还差")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIconSize(QSize(px(10), px(10)))
        self._shown: list[MissingLine] | None = None
        self.itemClicked.connect(self._want)

    def show_missing(self, missing: Sequence[FieldProblem], labels: Mapping[str, str]) -> None:
        """Show what is missing; nothing happens while it is the same."""
        lines = lines_of(missing, labels)
        if lines == self._shown:
            return
        self._shown = lines
        self.clear()
        for line in lines:
            item = QListWidgetItem(_sign(line.wrong), line.words)
            if line.wrong:
                item.setForeground(QColor(current_tokens().wrong))
            item.setData(_FIELD, line.field)
            item.setToolTip(line.words)
            item.setSizeHint(QSize(1, self._line_height()))
            self.addItem(item)
        self.setFixedHeight(self._line_height() * len(lines) + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._want(self.currentItem() or self.item(0))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.currentRow() < 0 and self.count():
            self.setCurrentRow(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setCurrentRow(-1)

    def _want(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.wanted.emit(item.data(_FIELD) or "")

    def _line_height(self) -> int:
        return max(self.fontMetrics().height(), px(20)) + space(3)


def _sign(wrong: bool) -> QIcon:
    """A dot for what is not there yet, a cross for what is wrong."""
    size = px(10)
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if wrong:
        painter.setPen(QPen(QColor(current_tokens().wrong), size * 0.18))
        near, far = size * 0.15, size * 0.85
        painter.drawLine(QPointF(near, near), QPointF(far, far))
        painter.drawLine(QPointF(near, far), QPointF(far, near))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_tokens().attention))
        painter.drawEllipse(QPointF(size / 2, size / 2), size * 0.4, size * 0.4)
    painter.end()
    return QIcon(pixmap)
