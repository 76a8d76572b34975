"""还差: what keeps the case from being submitted, each line leading to its field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from station_app.domain.fields import SECTIONS, FieldProblem
from station_app.errors import UserError
from ui.messages import label, sentence
from ui.theme import current_tokens, px

_FIELD = Qt.ItemDataRole.UserRole
_WORDS = {"consent": "当面告知，请本人同意", "insist": "本人坚持申报的理由"}


@dataclass(frozen=True)
class MissingLine:
    """One line: where it leads, what it says, whether something is wrong rather than not there yet."""

    field: str
    words: str
    wrong: bool = False


def lines_of(missing: Sequence[FieldProblem]) -> list[MissingLine]:
    """One line for each field; scans that are missing share one, and so do the facts of membership."""
    lines: list[MissingLine] = []
    scans = _missing(missing, "scan.")
    facts = [name for name in _missing(missing) if name in SECTIONS["member"]]
    for each in missing:
        name = each.field or ""
        if each.code != "missing":
            lines.append(MissingLine(name, sentence(UserError(each.code, each.field)).rstrip("。"), wrong=True))
        elif name in scans and len(scans) > 1:
            if name == scans[0]:
                lines.append(MissingLine(name, f"扫描件 {len(scans)} 页：" + "、".join(map(_short, scans))))
        elif name in facts and len(facts) > 1:
            if name == facts[0]:
                lines.append(MissingLine(name, f"会员身份 {len(facts)} 项"))
        else:
            lines.append(
                MissingLine(name, f"扫描件：{label(name)}" if name in scans else _WORDS.get(name) or label(name))
            )
    return lines


def _missing(missing: Sequence[FieldProblem], prefix: str = "") -> list[str]:
    return [each.field for each in missing if each.code == "missing" and each.field and each.field.startswith(prefix)]


def _words(name: str) -> str:
    return f"扫描件：{label(name)}" if name.startswith("scan.") else _WORDS.get(name) or label(name)


def _short(name: str) -> str:
    return label(name).rpartition(" ")[2]


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
        self._shown: tuple[FieldProblem, ...] | None = None
        self.itemClicked.connect(self._want)

    def show_missing(self, missing: Sequence[FieldProblem]) -> None:
        if tuple(missing) == self._shown:
            return
        self._shown = tuple(missing)
        self.clear()
        tokens = current_tokens()
        lines = lines_of(missing)
        for line in lines:
            item = QListWidgetItem(_dot(tokens.wrong if line.wrong else tokens.attention), line.words)
            if line.wrong:
                item.setText(f"✕ {line.words}")
                item.setForeground(QColor(tokens.wrong))
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

    @staticmethod
    def _line_height() -> int:
        return px(26)


def _dot(colour: str) -> QIcon:
    size = px(10)
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(size / 2, size / 2), size * 0.4, size * 0.4)
    painter.end()
    return QIcon(pixmap)
