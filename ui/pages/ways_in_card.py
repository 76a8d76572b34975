"""高拍仪与文件夹 in 设置: which camera, and the folder into which other programs drop pages."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from ui.theme import space
from ui.widgets.buttons import SmallButton
from ui.widgets.card import Card
from ui.widgets.field_box import FieldBox


class WaysInCard(Card):
    """``boxes``: the fields of the settings ``camera``, ``camera_turns``, ``watched_folder``, ``watched_filing``,
    ``watched_after``, in this order; the page saves them. Signal: ``chosen(str)``: a folder was picked.
    """

    chosen = Signal(str)

    def __init__(self, boxes: list[FieldBox], parent: QWidget | None = None) -> None:
        super().__init__("高拍仪与文件夹", parent)
        camera, turns, folder, filing, after = boxes
        self._line = folder.editor
        pick = SmallButton("选文件夹…", "Alt+O", "pick_watched_folder")
        pick.setEnabled(folder.editor.isEnabled())
        pick.clicked.connect(self._pick)
        for pair in ((camera, turns), (folder, pick), (filing, after)):
            row = QHBoxLayout()
            row.setSpacing(space(12))
            row.addWidget(pair[0], 1)
            row.addWidget(pair[1])
            self.body.addLayout(row)

    def _pick(self) -> None:
        start = self._line.text() if isinstance(self._line, QLineEdit) else ""
        folder = QFileDialog.getExistingDirectory(self, "盯着哪个文件夹", start)
        if folder:
            self.chosen.emit(folder)
