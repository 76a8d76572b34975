"""Why a page with a defect is kept: one line for the reviewer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.widgets.buttons import PrimaryButton
from ui.widgets.overlay import Overlay
from ui.widgets.text import Text
from ui.widgets.text_edit import TextEdit

_LONGEST = 100


class RemarkSheet(Overlay):
    """Signal: ``given(scan id, words)``; no words take the remark back."""

    given = Signal(str, str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "只能用这一页？写明原因，审核人会看到", 620)
        self.setObjectName("remark_sheet")
        self._scan_id = ""
        self._defects = Text("", "note", wrap=True)
        self._line = TextEdit(_LONGEST)
        self._line.setObjectName("remark")
        self._line.setAccessibleName("原因")
        self._line.setPlaceholderText("如：卡面磨损，原件就是这样")
        self._line.returnPressed.connect(self._give)
        save = PrimaryButton("保存  Enter", "", "remark_save")
        save.clicked.connect(self._give)
        for part in (self._defects, self._line, save):
            self.card.body.addWidget(part)

    def ask(self, scan_id: str, defects: str, words: str) -> None:
        """``defects``: what is wrong with the page; ``words``: what was said of it before."""
        self._scan_id = scan_id
        self._defects.setText(defects)
        self._defects.setVisible(bool(defects))
        self._line.set_value(words)
        self._line.selectAll()
        self.open_over(self._line)

    def _give(self) -> None:
        if self.isVisible():
            self.dismiss()
            self.given.emit(self._scan_id, self._line.text().strip())
