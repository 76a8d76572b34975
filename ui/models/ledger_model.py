"""台账 as a table of any length: rows are read a page at a time, when one of them is looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication

from station_app.domain.identity import mask_id
from ui.messages import label
from ui.theme import current_tokens, px
from ui.widgets.state import SIGNS, Truth, state_text, truth_of, truth_text

if TYPE_CHECKING:
    from station_app.store.records import LedgerRow

PAGE = 200
_KEPT_PAGES = 25
_ASKED_AT_ONCE = 3
_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Column:
    """``sample``: as wide as a cell of it gets. ``worth``: the least worthy goes first where the table is narrow."""

    title: str
    text: Callable[[LedgerRow], str]
    sample: str
    worth: int
    right: bool = False


def _amount(row: LedgerRow) -> str:
    amount = row.amount if row.amount is not None else row.assessed_amount
    return f"{amount:,} 元" if amount is not None else "—"


COLUMNS: tuple[Column, ...] = (
    Column("状态", lambda row: state_text(row.state), "↩ 退回补正", 9),
    Column("姓名", lambda row: row.name or "（未填）", "欧阳静雯", 9),
    Column("身份证号", lambda row: mask_id(row.id_number), "990105********12350", 9),
    Column("类别", lambda row: label(f"category.{row.category}"), "职业技能等级", 2),
    Column("金额", _amount, "2,000 元", 3, right=True),
    Column("在哪里", lambda row: truth_text(truth_of(row.state)), "●●○○ 中心已收到", 4),
    Column("申报日期", lambda row: row.applied_on or "", "2024-05-155", 1, right=True),
)
_ALWAYS = 9  # worth of a column that never goes
_TRUTH = 5  # the column of the whereabouts


def fitting(widths: Sequence[int], room: int) -> frozenset[int]:
    """Which columns there is room for; what goes first is worth least."""
    kept = sorted(range(len(COLUMNS)), key=lambda place: COLUMNS[place].worth)
    while sum(widths[place] for place in kept) > room and COLUMNS[kept[0]].worth < _ALWAYS:
        kept.pop(0)
    return frozenset(kept)


class LedgerModel(QAbstractTableModel):
    """``put`` fills a page, ``start`` begins another query, ``renew`` replaces what is shown by newer rows.

    Signal: ``wanted(page numbers)``: these pages are looked at and not here; asked for once each, the latest first.
    """

    wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._pages: OrderedDict[int, tuple[LedgerRow, ...]] = OrderedDict()
        self._missing: list[int] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)

    # ---- what the page says

    def start(self, count: int, pages: Mapping[int, Sequence[LedgerRow]]) -> None:
        """Another query: nothing of the old one stays."""
        self.beginResetModel()
        self._count = count
        self._pages = OrderedDict((number, tuple(rows)) for number, rows in pages.items())
        self._missing = []
        self.endResetModel()

    def renew(self, count: int, pages: Mapping[int, Sequence[LedgerRow]]) -> bool:
        """Newer rows of the same query; True when the table was laid out anew (other rows in other places)."""
        fresh = {number: tuple(rows) for number, rows in pages.items()}
        if count == self._count and all(_same_cases(self._pages.get(number), rows) for number, rows in fresh.items()):
            self._pages = OrderedDict(fresh)
            self.dataChanged.emit(self.index(0, 0), self.index(max(count - 1, 0), len(COLUMNS) - 1))
            return False
        self.start(count, fresh)
        return True

    def put(self, number: int, rows: Sequence[LedgerRow]) -> None:
        """A page has come."""
        self._pages[number] = tuple(rows)
        self._missing = [each for each in self._missing if each != number]
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)
        first, last = number * PAGE, min(number * PAGE + len(rows), self._count) - 1
        if rows:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

    def row_at(self, row: int) -> LedgerRow | None:
        """The row, if its page is here."""
        page = self._pages.get(row // PAGE)
        return page[row % PAGE] if page is not None and 0 <= row % PAGE < len(page) else None

    def find(self, application_id: str) -> int | None:
        """Where a case stands, among the pages that are here."""
        for number, rows in self._pages.items():
            for place, row in enumerate(rows):
                if row.id == application_id:
                    return number * PAGE + place
        return None

    # ---- what the view asks

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        return int(_RIGHT) if role == Qt.ItemDataRole.TextAlignmentRole and COLUMNS[section].right else None

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_RIGHT) if column.right else None
        if role == Qt.ItemDataRole.FontRole:
            return _small() if index.column() == _TRUTH else None
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self.row_at(index.row())
        if row is None:
            self._want(index.row() // PAGE)
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return _colour(row, index.column())
        return column.text(row)

    # ---- pages

    def _want(self, number: int) -> None:
        if number not in self._missing:
            self._missing.append(number)
            self._timer.start(0)

    def _ask(self) -> None:
        """Only the pages looked at last: those the clerk has scrolled past are not worth a query."""
        asked, self._missing = self._missing[-_ASKED_AT_ONCE:], self._missing[-_ASKED_AT_ONCE:]
        if asked:
            self.wanted.emit(asked[::-1])


def _same_cases(before: Sequence[LedgerRow] | None, after: Sequence[LedgerRow]) -> bool:
    return before is not None and [row.id for row in before] == [row.id for row in after]


def _colour(row: LedgerRow, column: int) -> QColor | None:
    """State and whereabouts have a colour; sign and word say the same."""
    if column == _TRUTH:
        tone = "attention" if truth_of(row.state) is Truth.LOCAL else "ok"
    else:
        tone = SIGNS[row.state][1] if column == 0 else ""
    return QColor(getattr(current_tokens(), tone)) if tone else None


def _small() -> QFont:
    """Of the dots, as the truth light has them."""
    font = QGuiApplication.font()
    font.setPixelSize(px(13))
    return font
