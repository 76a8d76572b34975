"""Shift+F12: which scanner, and from where, for this once or from now on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from station_app.devices.scanner import Scanner, Source
from station_app.errors import StationError
from ui.messages import label
from ui.theme import px
from ui.widgets.buttons import KeyButton, PrimaryButton
from ui.widgets.choice_row import Choice, ChoiceRow
from ui.widgets.field_box import FieldBox
from ui.widgets.overlay import Overlay
from ui.widgets.scanner_list import ScannerList
from ui.widgets.text import Text


class ScannerChoice(Overlay):
    """Signals: ``chosen(Scanner, Source, remember)``; ``closed()``.

    Arrow keys walk the list, Tab goes to the sources, Enter scans this once, Ctrl+Enter remembers it as well.
    """

    chosen = Signal(object, object, bool)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "扫描：这一次用哪台、从哪里进纸", 620)
        self.setObjectName("scanner_choice")
        self._before: Source | None = None
        self.list = ScannerList()
        self._source = ChoiceRow()
        self._source.setMinimumHeight(px(40))  # also while nothing is found: the sheet keeps its height
        self._boxes = (FieldBox("scanner", self.list, "扫描仪"), FieldBox("scanner_source", self._source))
        for box in self._boxes:
            self.card.body.addWidget(box)
        self.card.body.addWidget(Text("↑ ↓ 选扫描仪　Tab 到进纸　← → 选进纸　Esc 不扫了", "note"))
        self._keep = KeyButton("以后都用它", "Ctrl+Enter", "scan_keep")
        self._once = PrimaryButton("这次用它  Enter", "", "scan_once")
        self._keep.clicked.connect(lambda: self._take(remember=True))
        self._once.clicked.connect(lambda: self._take(remember=False))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._keep)
        row.addWidget(self._once)
        self.card.body.addLayout(row)
        self.list.currentItemChanged.connect(lambda *_: self._show_sources())
        self.list.chosen.connect(lambda _: self._take(remember=False))

    def ask(self, used: str, source: Source | None) -> None:
        """Open; what is found comes by ``add``."""
        self._before = source
        self.list.begin("正在找扫描仪…", used)
        self._show_sources()
        self.open_over(self.list)

    def add(self, found: Scanner | StationError) -> None:
        self.list.add(found)

    def searched(self) -> None:
        """All drivers have answered."""
        self.list.say_empty("没有找到扫描仪。看电源开了没有、数据线插好没有；也可以扫成文件，按 F6 添加。")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(remember=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            event.accept()
        else:
            super().keyPressEvent(event)

    def _show_sources(self) -> None:
        scanner = self.list.current
        sources = scanner.sources if scanner is not None else ()
        before = self._source.value() or self._before
        self._source.set_value(None)
        self._source.set_choices([Choice(each, label(f"source.{each.value}")) for each in sources])
        self._source.set_value(before if before in sources else next(iter(sources), None))

    def _take(self, *, remember: bool) -> None:
        scanner = self.list.current
        if scanner is None or scanner.problem:
            return
        source = self._source.value()
        self.dismiss()
        self.chosen.emit(scanner, source, remember)
