"""To which case, and as what: a search line over open cases, and the kinds of page. The keyboard does it all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from station_app.domain.application import ScanKind
from station_app.services import tray
from ui.messages import label, state_word
from ui.models.lines import Line
from ui.pages.lists.case_table import SearchLine
from ui.pages.lists.line_list import LineList
from ui.widgets.buttons import PrimaryButton
from ui.widgets.choice_box import ChoiceBox
from ui.widgets.choice_row import Choice
from ui.widgets.field_box import FieldBox
from ui.widgets.overlay import Overlay
from ui.widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from station_app.store.records import LedgerRow
    from ui.context import Context

_TYPING_MS = 120
_ALT = Qt.KeyboardModifier.AltModifier


class ChooseCase(Overlay):
    """Type to search, Up and Down choose the case, Alt+K the kind, Enter files.

    Signals: ``chosen(application id, ScanKind)``, ``failed(StationError)``.
    """

    chosen = Signal(str, object)
    failed = Signal(object)

    def __init__(self, host: QWidget, context: Context) -> None:
        super().__init__(host, "归到哪一件", 760, 540)
        self.setObjectName("choose_case")
        self._context = context
        self.search = SearchLine()
        self.search.setObjectName("case_search")
        self.list = LineList("case_list")
        self.kind = ChoiceBox([Choice(kind, label(f"scan.{kind.value}")) for kind in ScanKind])
        self.kind.setObjectName("case_kind")
        self.kind.setAccessibleName("归为")
        take = PrimaryButton("归档  Enter", "", "file_here")
        take.clicked.connect(self._take)
        self._none = Text("", "note", wrap=True)
        self.card.body.addWidget(FieldBox("case_search", self.search, "查没有办结的申报"))
        self.card.body.addWidget(self.list, 1)
        self.card.body.addWidget(self._none)
        self.card.body.addWidget(FieldBox("case_kind", self.kind, "归为  Alt+K"))
        self.card.body.addWidget(take)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_MS)
        self._pause.timeout.connect(self._find)
        self.search.textEdited.connect(lambda _text: self._pause.start())
        self.search.entered.connect(self._take)
        self.search.down.connect(lambda: self._step(1))
        self.list.opened.connect(lambda _line: self._take())

    def ask(self, kind: ScanKind | None, text: str = "") -> None:
        """Open, searching for ``text``."""
        self.kind.set_value(kind or ScanKind.OTHER)
        self.search.setText(text)
        self.open_over(self.search)
        self.search.selectAll()
        self._find()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif key == Qt.Key.Key_K and event.modifiers() & _ALT:
            self.kind.setFocus()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not self.list.hasFocus():
            self._step(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _step(self, by: int) -> None:
        """The choice moves while the clerk goes on typing."""
        rows = self.list.lines.line_rows()
        line = self.list.current()
        keys = [each.key for each in self.list.lines.entries if isinstance(each, Line)]
        if rows and line is not None:
            self.list.choose(keys[min(max(keys.index(line.key) + by, 0), len(keys) - 1)])

    def _find(self) -> None:
        work = partial(tray.cases, self._context.desk, self.search.text().strip())
        self._context.tasks.query(self, work, self._show, self.failed.emit, key="choose_case")

    def _show(self, rows: Sequence[LedgerRow]) -> None:
        self.list.show_entries([_line(row) for row in rows])
        self._none.setText("" if rows else "没有找到。办结、撤回的申报不再收材料。")

    def _take(self) -> None:
        if self._pause.isActive():  # what is shown answers an older question
            return
        line, kind = self.list.current(), self.kind.value()
        if line is not None and isinstance(kind, ScanKind):
            self.dismiss()
            self.chosen.emit(line.key, kind)


def _line(row: LedgerRow) -> Line:
    return Line(
        key=row.id,
        sign="",
        tone="",
        title=row.name or "（未填姓名）",
        note=f"{row.plan} 年 {label(f'category.{row.category}')}",
        aside=row.reference,
        detail=state_word(row.state),
        when="",
    )
