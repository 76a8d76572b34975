"""导出: a copy of a case as one PDF under a watermark; what for is asked, since it stands on every page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from station_app.errors import UserError
from station_app.events import Changed
from station_app.services import copies
from station_app.services.desk import Written
from ui.messages import sentence
from ui.paper.case_file import export_case
from ui.paper.targets import checked_target, usual_folder
from ui.widgets.buttons import PrimaryButton
from ui.widgets.field_box import FieldBox
from ui.widgets.overlay import Overlay
from ui.widgets.text import Text

if TYPE_CHECKING:
    from station_app.errors import StationError
    from station_app.services.desk import Desk
    from ui.context import Context
    from ui.paper.case_file import Exported

_ABOUT = "申请表、身份证、互助服务卡、证书和回执合成一个 PDF，扫描件每页印上用途、日期和您的姓名；谁导出过记录在案。"


class ExportCase(Overlay):
    """Enter in the purpose goes to the file's line, Enter there writes. Signal: ``done(words)``."""

    done = Signal(str)

    def __init__(self, host: QWidget, context: Context) -> None:
        super().__init__(host, "导出", 640)
        self.setObjectName("export_case")
        self._context = context
        self._reference = ""
        self._busy = False
        self.purpose = QLineEdit()
        self.purpose.setPlaceholderText("例如：区总复核")
        self.purpose.setMaxLength(copies.LONGEST_PURPOSE)
        self._purpose_box = FieldBox("purpose", self.purpose, "用途（印在每一页上）")
        self.path = QLineEdit()
        self._path_box = FieldBox("export_path", self.path, "存为 PDF 文件")
        save = PrimaryButton("导出  Enter", "", "export_pdf")
        save.clicked.connect(self._write)
        self.card.body.addWidget(Text(_ABOUT, "text", tone="soft", wrap=True))
        self.closed.connect(partial(context.tasks.forget, self, "target"))
        for each in (self._purpose_box, self._path_box, save):
            self.card.body.addWidget(each)

    def ask(self, reference: str, name: str) -> None:
        """Open for this case."""
        self._reference = reference
        self._busy = False
        self.card.set_title(f"导出 {name} {reference}")
        self.purpose.clear()
        self.path.setText("")
        self._context.tasks.look(self, usual_folder, partial(self._propose, reference), key="folder")
        for box in (self._purpose_box, self._path_box):
            box.set_problem(None)
        self.open_over(self.purpose)

    def _propose(self, reference: str, folder: Path) -> None:
        if reference == self._reference and not self.path.text():
            self.path.setText(str(folder / f"{reference}.pdf"))
            self.path.setCursorPosition(len(self.path.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        if self.purpose.hasFocus() and self._purpose_holds():
            self.path.setFocus(Qt.FocusReason.TabFocusReason)
            self.path.setCursorPosition(len(self.path.text()))
        else:
            self._write()
        event.accept()

    def _purpose_holds(self) -> bool:
        try:
            copies.checked_purpose(self.purpose.text())
        except UserError as error:
            self._purpose_box.set_problem(sentence(error))
            self.purpose.setFocus()
            return False
        self._purpose_box.set_problem(None)
        return True

    def _write(self) -> None:
        if self._busy or not self._purpose_holds():
            return
        self._busy = True
        self._path_box.set_problem(None)
        self._path_box.set_hint("正在导出…")
        self.path.setFocus()
        work = partial(checked_target, self.path.text())
        self._context.tasks.look(self, work, self._write_to, self._fail, key="target")

    def _write_to(self, path: Path) -> None:
        work = partial(_export, self._context.desk, self._reference, self.purpose.text(), path)
        self._context.tasks.command(self, work, partial(self._written, path), self._fail, long=True)

    def _written(self, path: Path, exported: Exported) -> None:
        self._path_box.set_hint("")
        self.dismiss()
        erased = f"；{sentence('pages_erased', pages=exported.erased)}" if exported.erased else ""
        self.done.emit(f"已导出 {path.name}，共 {exported.pages} 页{erased}")

    def _fail(self, error: StationError) -> None:
        self._path_box.set_hint("")
        self._path_box.set_problem(sentence(error))
        self._busy = False


def _export(desk: Desk, reference: str, purpose: str, path: Path) -> Written[Exported]:
    """On record first, then on the disk."""
    copies.note_export(desk, reference, purpose)
    return Written(export_case(desk, reference, purpose, path), Changed())
